"""Pages of certificates, as HTML, in both languages."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from certificates.models import Award
from certificates.rules import NameVisibility, RevocationReason
from certificates.services import lift, suspend
from courses.catalogue.models import CertificateKind
from courses.cpd.models import CpdEntry
from courses.enrolments import services as enrolments
from courses.enrolments.models import EnrolmentState
from lms.core.db import db, transaction
from lms.core.permissions import Actor, Role
from tests.counting import queries_of
from tests.factories.accounts import grant, make_membership, make_organisation, make_person, post_form
from tests.factories.catalogue import make_course
from tests.factories.certificates import NAME, make_award, make_completed
from tests.factories.enrolments import make_enrolment


@pytest.fixture
def award(app: Flask) -> Award:
    return make_award(validity_months=36)


def reloaded(award: Award) -> Award:
    db.session.expire_all()
    return db.session.get_one(Award, award.id)


@pytest.mark.parametrize(
    ("language", "title", "state"),
    [("en", "Certificate of completion", "Valid"), ("cy", "Tystysgrif cwblhau", "Dilys")],
)
def test_the_public_page_shows_what_was_printed_and_its_status_now(
    award: Award, client: FlaskClient, language: str, title: str, state: str
) -> None:
    page = client.get(f"/{language}/v/{award.code}")
    assert page.status_code == 200
    printed = award.snapshot[language]
    for wanted in (title, state, NAME, printed["course"], award.number, *[value for _, value in printed["facts"]]):
        assert wanted.replace("'", "&#39;") in page.text, wanted
    assert page.headers["X-Robots-Tag"].startswith("noindex")
    assert 'name="robots" content="noindex' in page.text
    assert page.headers["Cache-Control"] == "no-store"
    assert page.text.count("<h1") == 1


def test_the_printed_address_answers_in_the_readers_language_and_kind(award: Award, client: FlaskClient) -> None:
    address = f"/v/{award.code}"
    english, welsh = (client.get(address, headers={"Accept-Language": each}) for each in ("en-GB,en", "cy,en;q=0.5"))
    assert ('<html lang="en"' in english.text, '<html lang="cy"' in welsh.text) == (True, True)
    assert f"/cy/v/{award.code}" in english.text
    assert f"/en/v/{award.code}" in welsh.text
    browser = client.get(address, headers={"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"})
    assert browser.mimetype == "text/html"
    asked = client.get(address, headers={"Accept": "application/json"})
    dotted = client.get(f"{address}.json")
    for answer in (asked, dotted):
        assert answer.mimetype == "application/json"
        assert answer.json["status"]["state"] == "active"
        assert answer.headers["X-Robots-Tag"].startswith("noindex")
    assert "Accept" in asked.headers["Vary"]


def test_an_unknown_code_is_404_in_every_kind(award: Award, client: FlaskClient) -> None:
    unknown = "00000-00000-00000-00000"
    page = client.get(f"/cy/v/{unknown}")
    assert (page.status_code, page.mimetype) == (404, "text/html")
    for code in ("nonsense", "%20", "../../etc", "ŵ" * 300):
        assert client.get(f"/v/{code}").status_code == 404
    asked = client.get(f"/v/{unknown}", headers={"Accept": "application/json"}, follow_redirects=True)
    assert (asked.status_code, asked.mimetype) == (404, "application/problem+json")
    assert asked.json["type"] == "/problems/no-such-certificate"


@pytest.mark.parametrize("language", ["en", "cy"])
def test_my_record_lists_my_certificates_and_what_is_on_the_way(
    app: Flask, signed_in: Callable[..., FlaskClient], language: str
) -> None:
    learner = make_person(legal_name=NAME)
    browser = signed_in(learner)
    empty = browser.get(f"/{language}/record")
    assert empty.status_code == 200
    award = make_award(make_completed(learner=learner))
    make_completed(learner=learner, certificate_kind=CertificateKind.COMPLETION_WITH_PORTFOLIO)
    others = make_award()
    page = browser.get(f"/{language}/record")
    assert award.number in page.text
    assert others.number not in page.text
    assert award.snapshot[language]["course"] in page.text
    for edition in ("en", "cy", "both"):
        assert f"/{language}/record/{award.number}/certificate-{edition}.pdf" in page.text
    assert page.text.count("app-card--started") == 1


def test_lists_take_as_many_queries_for_many_as_for_one(app: Flask, signed_in: Callable[..., FlaskClient]) -> None:
    board, organiser, learner = make_organisation(), make_person(), make_person()
    grant(organiser, Role.ORGANISER, board)
    membership = make_membership(learner, board)
    browsers = {"/en/record": signed_in(learner), "/en/manage/awards": signed_in(organiser)}

    def fill(times: int) -> None:
        for _ in range(times):
            make_award(make_completed(learner=learner, membership=membership))
            make_completed(learner=learner, certificate_kind=CertificateKind.COMPLETION_WITH_PORTFOLIO)

    fill(1)
    one = {page: queries_of(browser, page) for page, browser in browsers.items()}
    fill(5)
    many = {page: queries_of(browser, page) for page, browser in browsers.items()}
    assert many == one
    assert max(many.values()) <= 12


def test_the_award_page_offers_files_link_and_choice_of_name(
    award: Award, signed_in: Callable[..., FlaskClient]
) -> None:
    browser = signed_in(award.learner)
    page = browser.get(f"/en/record/{award.number}")
    assert f"http://localhost/v/{award.code}" in page.text
    assert "Revoke" not in page.text
    file = browser.get(f"/en/record/{award.number}/certificate-cy.pdf")
    assert (file.status_code, file.mimetype) == (200, "application/pdf")
    assert browser.get(f"/en/record/{award.number}/certificate-de.pdf").status_code == 404


def test_the_holder_chooses_how_the_name_is_shown(award: Award, signed_in: Callable[..., FlaskClient]) -> None:
    browser, address = signed_in(award.learner), f"/cy/record/{award.number}/name"
    refused = post_form(browser, address, {})
    assert refused.status_code == 422
    assert 'href="#name_visibility"' in refused.text
    done = post_form(browser, address, {"name_visibility": "initials"}, follow_redirects=True)
    assert done.status_code == 200
    assert reloaded(award).name_visibility is NameVisibility.INITIALS
    assert "S. Ŵ. Llŷr-Gruffydd" in browser.get(f"/cy/v/{award.code}").text


def test_nobody_elses_award_opens(award: Award, signed_in: Callable[..., FlaskClient], client: FlaskClient) -> None:
    stranger = signed_in(make_person())
    for path in ("", "/name", "/certificate-en.pdf"):
        assert stranger.get(f"/en/record/{award.number}{path}").status_code == 404, path
        assert client.get(f"/en/record/{award.number}{path}").status_code == 303, path
    assert stranger.get("/en/manage/awards").status_code == 403
    assert stranger.get(f"/en/manage/awards/{award.number}/revocation").status_code == 403


def test_verifying_by_code_or_by_number(award: Award, client: FlaskClient) -> None:
    found = client.get("/en/verify", query_string={"code": award.code.lower().replace("-", " ")})
    assert (found.status_code, found.location) == (303, f"/en/v/{award.code}")
    half = client.get("/en/verify", query_string={"code": award.code[:9]})
    assert half.status_code == 422
    assert award.code[:9] in half.text
    assert 'href="#code"' in half.text
    day = award.issued_on
    right = {"number": award.number, "surname": "llyr-gruffydd", "issued_on-day": str(day.day),
             "issued_on-month": str(day.month), "issued_on-year": str(day.year)}  # fmt: skip
    found = post_form(client, "/en/verify", right)
    assert (found.status_code, found.location) == (303, f"/en/v/{award.code}")
    wrong = post_form(client, "/cy/verify", right | {"surname": "Jones"})
    assert wrong.status_code == 422
    assert 'value="Jones"' in wrong.text
    missing = post_form(client, "/cy/verify", {"number": award.number})
    assert missing.status_code == 422
    assert set(re.findall(r'href="#(surname|issued_on[-a-z]*)"', missing.text)) == {"surname", "issued_on-day"}


def test_an_organiser_checks_before_revoking(app: Flask, signed_in: Callable[..., FlaskClient]) -> None:
    board, organiser, learner = make_organisation(), make_person(), make_person(legal_name=NAME)
    grant(organiser, Role.ORGANISER, board)
    award = make_award(make_completed(learner=learner, membership=make_membership(learner, board)))
    browser, address = signed_in(organiser), f"/en/manage/awards/{award.number}/revocation"
    assert award.number in browser.get("/en/manage/awards?q=llyr").text
    assert award.number not in browser.get("/en/manage/awards?q=zzz").text
    assert post_form(browser, address, {"reason": "wrong_details"}).status_code == 422
    given = {"reason": "wrong_details", "note": "Spelt <b>wrongly</b>"}
    check = post_form(browser, address, given)
    assert check.status_code == 200
    assert "Spelt &lt;b&gt;wrongly" in check.text
    assert 'value="revoke"' in check.text
    assert browser.get(f"/en/v/{award.code}").text.count("Revoked") == 0
    back = post_form(browser, address, given | {"step": "change"})
    assert 'value="wrong_details" checked' in back.text
    done = post_form(browser, address, given | {"step": "revoke"})
    assert done.status_code == 303
    public = browser.get(f"/cy/v/{award.code}")
    assert "dirymu" in public.text
    assert "Mae arni fanylion anghywir" in public.text
    assert "wrongly" not in public.text
    mine = signed_in(learner)
    assert "certificate-en.pdf" not in mine.get(f"/en/record/{award.number}").text
    assert mine.get(f"/en/record/{award.number}/certificate-en.pdf").status_code == 409


def test_a_held_certificate_is_issued_when_asked_again(app: Flask, signed_in: Callable[..., FlaskClient]) -> None:
    learner = make_person(legal_name="李文")
    enrolment = make_completed(learner=learner)
    browser = signed_in(learner)
    assert f"/record/{enrolment.id}/claim" in browser.get("/en/record").text
    still = post_form(browser, f"/en/record/{enrolment.id}/claim", {}, page="/en/record")
    assert still.location == "/en/record"
    learner.legal_name = "Li Wen"
    db.session.merge(learner)
    db.session.commit()
    issued = post_form(browser, f"/en/record/{enrolment.id}/claim", {}, page="/en/record", follow_redirects=True)
    assert "Li Wen" in issued.text


def test_what_happened_is_told_to_the_holder_and_with_notes_to_who_looks_after_it(
    app: Flask, signed_in: Callable[..., FlaskClient], as_token: Callable[..., Any]
) -> None:
    board, learner, organiser = (
        make_organisation(),
        make_person(legal_name=NAME),
        make_person(display_name="Orla Trefnydd"),
    )
    grant(organiser, Role.ORGANISER, board)
    award = make_award(make_completed(learner=learner, membership=make_membership(learner, board)))
    acts = Actor(organiser.id, "Orla", roles=frozenset({(Role.ORGANISER, board.id)}))
    with transaction():
        suspend(acts, award.id, RevocationReason.UNDER_REVIEW, "A ward manager rang.")
    with transaction():
        lift(acts, award.id, "Nothing in it.")
    seen = {who: signed_in(who).get(f"/en/record/{award.number}").text for who in (learner, organiser)}
    for page in seen.values():
        assert "What happened to this certificate (3)" in page
        assert "Suspended: Something about it is being looked into" in page
    for inside in ("A ward manager rang.", "Nothing in it.", "(Orla Trefnydd)"):
        assert inside in seen[organiser]
        assert inside not in seen[learner]
    path = f"/api/v1/awards/{award.id}/events"
    mine, whole = as_token(learner).get(path).json["items"], as_token(organiser).get(path).json["items"]
    assert [each["kind"] for each in mine] == ["issued", "suspended", "lifted"]
    assert [(each["by"], each["note"]) for each in mine] == [(None, None)] * 3
    assert [(each["by"], each["note"]) for each in whole] == [
        (None, None), ("Orla Trefnydd", "A ward manager rang."), ("Orla Trefnydd", "Nothing in it."),
    ]  # fmt: skip
    assert [each["hash"] for each in mine] == [each.hash for each in reloaded(award).events]


def test_a_holder_comes_from_a_certificate_to_its_entry_in_the_cpd_record(
    app: Flask, signed_in: Callable[..., FlaskClient]
) -> None:
    learner = make_person(legal_name=NAME)
    enrolment = make_enrolment(learner, make_course(), state=EnrolmentState.IN_PROGRESS)
    with transaction():
        enrolments.complete(Actor.system(), enrolment.id)
    award = db.session.scalars(select(Award)).one()
    entry = db.session.scalars(select(CpdEntry)).one()
    browser = signed_in(learner)
    assert f'href="/en/record/cpd/{entry.id}"' in browser.get(f"/en/record/{award.number}").text
    assert browser.get(f"/en/record/cpd/{entry.id}").status_code == 200
