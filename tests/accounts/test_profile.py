"""One's own profile: nothing typed is lost, nothing is done twice, nothing is overwritten unseen."""

import re
from datetime import date, timedelta

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from lms.accounts import passwords, queries
from lms.accounts.models import ApiToken, Membership, Person, Sector
from lms.core import clock
from lms.core.db import db
from tests.counting import queries_of
from tests.factories.accounts import (
    TokenClient,
    make_membership,
    make_person,
    organisation,
    post_form,
    sign_in_browser,
)

PASSWORD = "three words apart"
CARER = {"sector": "unpaid_carers", "job_role": "unpaid_carer", "paid": "false",
         "starts_on-day": "1", "starts_on-month": "2", "starts_on-year": "2026"}  # fmt: skip
ADD = "/en/profile/memberships/add"


def hidden(page: str) -> dict[str, str]:
    return dict(re.findall(r'name="(csrf_token|once)" value="([^"]*)"', page))


def memberships() -> int:
    return db.session.scalar(select(func.count()).select_from(Membership)) or 0


def test_a_carer_says_what_they_do_without_any_body(app: Flask) -> None:
    person = make_person()
    browser = sign_in_browser(app, person)
    assert post_form(browser, ADD, CARER).status_code == 303
    (made,) = queries.membership_on(person.id, clock.today())
    assert (made.organisation_id, made.sector, made.paid) == (None, Sector.UNPAID_CARERS, False)
    assert "Unpaid carer" in browser.get("/en/profile").text
    assert "Gofalwr di-dâl" in browser.get("/cy/profile").text
    assert queries.lineages_of(person.id) == (organisation("WALES").id,)


def test_several_memberships_at_once_and_one_that_ends(app: Flask) -> None:
    person, bcu = make_person(), organisation("BCU")
    browser = sign_in_browser(app, person)
    nurse = CARER | {"organisation_id": str(bcu.id), "sector": "", "job_role": "camhs_nurse", "setting": "camhs",
                     "paid": "true"}  # fmt: skip
    assert post_form(browser, ADD, nurse).status_code == 303
    assert post_form(browser, ADD, CARER).status_code == 303
    again = post_form(browser, ADD, nurse)
    assert again.status_code == 422
    assert "already have this membership" in again.text
    assert 'value="2026"' in again.text
    held = queries.membership_on(person.id, clock.today())
    assert {each.sector for each in held} == {Sector.NHS, Sector.UNPAID_CARERS}
    assert set(queries.lineages_of(person.id)) == set(bcu.lineage)
    (at_bcu,) = (each for each in held if each.organisation_id)
    end = f"/en/profile/memberships/{at_bcu.id}/end"
    day = clock.today() - timedelta(days=1)
    dates = {"ends_on-day": str(day.day), "ends_on-month": str(day.month), "ends_on-year": str(day.year)}
    early = post_form(browser, end, dates | {"ends_on-year": "1999"})
    assert early.status_code == 422
    assert post_form(browser, end, dates).status_code == 303
    assert len(queries.membership_on(person.id, clock.today())) == 1
    assert memberships() == 2
    assert "Earlier" in browser.get("/en/profile").text


def test_missing_answers_are_named_in_the_readers_language(app: Flask) -> None:
    browser = sign_in_browser(app, make_person())
    answer = post_form(browser, ADD, {"starts_on-day": "31", "starts_on-month": "2", "starts_on-year": "2026"})
    assert answer.status_code == 422
    for field in ("paid", "starts_on-day"):
        assert f'href="#{field}"' in answer.text
    assert 'value="31"' in answer.text
    welsh = post_form(browser, "/cy/profile/memberships/add", {"job_role": "no-such-role"} | CARER | {"paid": ""})
    assert "Dewiswch gyflogedig neu ddi-dâl" in welsh.text


def test_a_double_click_makes_one_membership(app: Flask) -> None:
    browser = sign_in_browser(app, make_person())
    form = CARER | hidden(browser.get(ADD).text)
    first, second = browser.post(ADD, data=form), browser.post(ADD, data=form)
    assert first.status_code == second.status_code == 303
    assert first.location == second.location
    assert memberships() == 1


def test_what_was_typed_survives_a_sign_in(app: Flask) -> None:
    make_person(email="mari@example.org", password_hash=passwords.hash_password(PASSWORD))
    browser = sign_in_browser(app, db.session.scalars(select(Person)).one())
    form = CARER | hidden(browser.get("/en/profile/registrations").text) | {"register": "NMC", "number": "12A34"}
    queries_before = memberships()
    with browser.session_transaction() as session:
        session["_user_id"] = "expired"
    refused = browser.post("/en/profile/registrations", data=form)
    assert refused.location == "/en/sign-in?next=/en/profile/registrations"
    assert "is kept" in browser.get(refused.location).text
    signed = post_form(browser, refused.location, {"address": "mari@example.org", "password": PASSWORD})
    assert signed.location == "/en/profile/registrations"
    page = browser.get(signed.location).text
    assert 'value="12A34"' in page
    assert '<option value="NMC" selected>' in page
    assert "still here" in page
    assert 'value="12A34"' not in browser.get(signed.location).text
    assert memberships() == queries_before


def test_what_was_typed_survives_an_expired_page(app: Flask) -> None:
    browser = sign_in_browser(app, make_person())
    refused = browser.post(ADD, data=CARER | {"csrf_token": "too old"})
    assert (refused.status_code, refused.location) == (303, ADD)
    page = browser.get(ADD).text
    assert "open for too long" in page
    assert '<option value="unpaid_carers" selected>' in page
    assert memberships() == 0


def test_passwords_are_never_kept(app: Flask) -> None:
    from lms.core.web.kept import KeptForm

    browser = sign_in_browser(app, make_person())
    for url in ("/en/profile/password", "/en/sign-in", "/en/join"):
        browser.post(
            url, data={"csrf_token": "old", "password": PASSWORD, "new_password": PASSWORD, "address": "a@b.cy"}
        )
    assert db.session.scalar(select(func.count()).select_from(KeptForm)) == 0


def test_the_second_of_two_tabs_is_told_and_shown_both(app: Flask) -> None:
    browser = sign_in_browser(app, make_person(display_name="Mari"))
    url = "/en/profile/details"
    page = browser.get(url).text
    version = re.search(r'name="version" value="([^"]+)"', page)
    assert version
    stale = {"version": version.group(1), "legal_name": "Mari Jones", "language": "cy"}
    assert browser.post(url, data=stale | hidden(page) | {"display_name": "First tab"}).status_code == 303
    late = browser.post(url, data=stale | hidden(browser.get(url).text) | {"display_name": "Second tab"})
    assert late.status_code == 409
    assert "First tab" in late.text
    assert 'value="Second tab"' in late.text
    newer = re.search(r'name="version" value="([^"]+)"', late.text)
    assert newer
    again = stale | {"version": newer.group(1), "display_name": "Second tab"} | hidden(late.text)
    assert browser.post(url, data=again).status_code == 303


def test_a_token_is_shown_once_and_can_be_revoked(app: Flask, client: FlaskClient) -> None:
    person = make_person()
    browser = sign_in_browser(app, person)
    url = "/en/profile/tokens"
    nothing = post_form(browser, url, {"name": "sheet", "days": "90"})
    assert nothing.status_code == 422
    assert post_form(browser, url, {"name": "sheet", "days": "90", "scopes": ["read_own", "share"]}).status_code == 303
    shown = re.search(r"llwybr_[\w-]{43}", browser.get(url).text)
    assert shown
    assert shown.group() not in browser.get(url).text
    headers = {"Authorization": f"Bearer {shown.group()}"}
    assert client.get("/api/v1/me", headers=headers).status_code == 200
    narrow = client.patch("/api/v1/me", headers=headers, json={"display_name": "x"})
    assert narrow.status_code == 403
    made = db.session.scalars(select(ApiToken)).one()
    stranger = sign_in_browser(app, make_person())
    assert post_form(stranger, f"{url}/{made.id}/revoke", {}, url).status_code == 404
    assert post_form(browser, f"{url}/{made.id}/revoke", {}, url).status_code == 303
    assert client.get("/api/v1/me", headers=headers).status_code == 401


def test_a_registration_is_added_once_and_ended(app: Flask) -> None:
    person = make_person()
    browser, url = sign_in_browser(app, person), "/en/profile/registrations"
    assert post_form(browser, url, {"register": "NMC", "number": "12A34"}).status_code == 303
    assert post_form(browser, url, {"register": "NMC", "number": "56B78"}).status_code == 422
    ((entry, name),) = queries.registrations_of(person.id)
    assert name.startswith("Nursing")
    stranger = sign_in_browser(app, make_person())
    assert post_form(stranger, f"{url}/{entry.id}/end", {}, url).status_code == 404
    assert post_form(browser, f"{url}/{entry.id}/end", {}, url).status_code == 303


def test_a_registration_needs_no_number_and_its_renewal_is_said_by_its_owner(app: Flask) -> None:
    person = make_person()
    browser, url = sign_in_browser(app, person), "/en/profile/registrations"
    day = {"renews_on-day": "27", "renews_on-month": "3", "renews_on-year": "2028"}
    assert post_form(browser, url, {"register": "HCPC"} | day).status_code == 303
    ((entry, _name),) = queries.registrations_of(person.id)
    assert (entry.number, entry.renews_on) == (None, date(2028, 3, 27))
    assert "Number not given" in browser.get(url).text
    renewal = f"{url}/{entry.id}/renewal"
    stranger = sign_in_browser(app, make_person())
    assert stranger.get(renewal).status_code == 404
    assert post_form(stranger, renewal, day, url).status_code == 404
    assert post_form(browser, renewal, day | {"renews_on-month": "13"}).status_code == 422
    assert post_form(browser, renewal, day | {"renews_on-year": "2030"}).status_code == 303
    db.session.refresh(entry)
    assert entry.renews_on == date(2030, 3, 27)
    assert post_form(browser, renewal, {}).status_code == 303
    db.session.refresh(entry)
    assert entry.renews_on is None
    assert post_form(browser, f"{url}/{entry.id}/end", {}, url).status_code == 303
    assert browser.get(renewal).status_code == 404


def test_the_number_of_queries_does_not_grow_with_the_rows(app: Flask) -> None:
    person = make_person()
    browser = sign_in_browser(app, person)
    make_membership(person, organisation("BCU"), job_role_code="camhs_nurse", setting_code="camhs")
    TokenClient(app, person)

    few = queries_of(browser, "/en/profile")
    for code in ("HDU", "SBU", "CAV", "CTM", "ABU", "PTH"):
        make_membership(person, organisation(code), job_role_code="camhs_nurse", setting_code="camhs")
        TokenClient(app, person)
    assert queries_of(browser, "/en/profile") == few
