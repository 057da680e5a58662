"""Every night everything is held against what was issued; administrators hear of what differs, once."""

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from certificates import ledger
from certificates import services as awards
from certificates.integrity import services
from certificates.integrity.models import LedgerCheck
from certificates.rules import RevocationReason
from lms.accounts.models import Organisation, Person
from lms.core import clock, jobs
from lms.core.db import db, transaction
from lms.core.errors import Forbidden
from lms.core.mail import MailMessage
from lms.core.permissions import Actor, Role
from tests.certificates.test_standing import at_once, tamper
from tests.counting import counted_queries
from tests.factories.accounts import grant, make_organisation, make_person, post_form
from tests.factories.certificates import make_award

SYSTEM = Actor.system()


def administrators() -> Person:
    """One of the whole house, who reads Welsh; and one of a single board."""
    root = db.session.scalars(select(Organisation).where(Organisation.parent_id.is_(None)).limit(1)).one()
    whole, part = make_person(language="cy", email="gweinyddwr@example.org"), make_person()
    grant(whole, Role.ADMINISTRATOR, root)
    grant(part, Role.ADMINISTRATOR, make_organisation(root))
    grant(make_person(), Role.ADMINISTRATOR, root, ends_on=clock.today() - timedelta(days=1))
    return whole


def checked() -> LedgerCheck:
    """What the night's check says."""
    with transaction():
        made = services.begin(SYSTEM)
    jobs.run_pending()
    db.session.expire_all()
    found = db.session.get_one(LedgerCheck, made.id)
    assert found.ended_at is not None
    return found


def entered(number: int) -> list[Any]:
    made = [make_award() for _ in range(number)]
    with transaction():
        ledger.enter_batch()
    return made


def letters() -> list[tuple[str, str]]:
    return [(each.to, each.body) for each in db.session.scalars(select(MailMessage).order_by(MailMessage.id))]


def test_what_is_as_it_was_issued_is_said_so_and_nobody_is_written_to(app: Flask, signed_in: Any) -> None:
    browser = signed_in(administrators())
    assert "Nid edrychwyd ar ddim eto" in browser.get("/cy/manage/awards/ledger").text
    entered(3)
    it = checked()
    assert (it.awards, it.lines, it.found, it.faults) == (3, 3, 0, [])
    page = browser.get("/en/manage/awards/ledger").text
    assert "Everything is as it was issued" in page
    assert it.line_hash in page
    assert letters() == []


def test_administrators_of_the_whole_hear_of_a_changed_certificate_once(app: Flask, signed_in: Any) -> None:
    whole = administrators()
    changed, later, good = entered(3)
    tamper(f"UPDATE award SET valid_until = '2099-01-01' WHERE id = '{changed.id}'")
    assert checked().faults == [{"what": "award", "which": changed.number}]
    assert checked().found == 1  # the next night
    ((to, body),) = letters()
    assert to == "gweinyddwr@example.org"
    assert f"Tystysgrif {changed.number}: fe'i newidiwyd" in body
    assert "http://localhost/cy/manage/awards/ledger" in body
    assert good.number not in body
    page = signed_in(whole).get("/en/manage/awards/ledger").text
    assert f"Certificate {changed.number}: it, or what happened to it, was changed" in page
    tamper(f"UPDATE award_event SET at = at + interval '1 second' WHERE award_id = '{later.id}'")
    assert checked().found >= 2
    assert len(letters()) == 2  # more than before: told again


def test_a_log_that_was_cut_off_with_the_ledger_that_knew_of_it_is_missed(app: Flask) -> None:
    """Neither chain can tell by itself: the check before it can."""
    award = make_award()
    with transaction():
        awards.revoke(SYSTEM, award.id, RevocationReason.ISSUED_IN_ERROR, "x")
        ledger.enter_batch()
    assert checked().found == 0
    tamper("DELETE FROM award_ledger WHERE number = 2; DELETE FROM award_event WHERE kind = 'revoked'")
    assert list(ledger.faults()) == []
    assert checked().faults == [{"what": "ledger", "which": "2"}]


def test_an_event_that_was_put_behind_the_ledgers_end_is_found(app: Flask) -> None:
    old, *_ = entered(3)
    tamper(
        "INSERT INTO award_event (id, award_id, position, kind, at, hash, recorded_at) "
        "SELECT gen_random_uuid(), award_id, 2, 'lifted', at, 'x', recorded_at - interval '7 days' "
        f"FROM award_event WHERE award_id = '{old.id}'"
    )
    with transaction():
        assert ledger.enter_batch() == 0
    assert {"what": "unlisted", "which": old.number} in checked().faults


def test_it_goes_on_part_by_part_and_a_part_done_twice_changes_nothing(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    entered(5)
    monkeypatch.setattr(services, "PART", 2)
    with transaction():
        made = services.begin(SYSTEM)
    with transaction():
        services.go_on(str(made.id))
    assert (made.awards, made.ended_at) == (2, None)
    with transaction():
        assert services.begin(SYSTEM).id == made.id  # one at a time
    jobs.run_pending()
    db.session.expire_all()
    assert (made.awards, made.lines, made.found, made.ended_at is not None) == (5, 5, 0, True)
    with transaction():
        services.go_on(str(made.id))
    assert made.awards == 5
    with clock.frozen(clock.now() + timedelta(days=1)), transaction():
        assert services.begin(SYSTEM).id != made.id


def test_a_check_that_was_lost_does_not_stop_the_next(app: Flask) -> None:
    with transaction():
        lost = services.begin(SYSTEM)
    with clock.frozen(clock.now() + services.GIVEN_UP + timedelta(minutes=1)), transaction():
        assert services.begin(SYSTEM).id != lost.id


def test_five_who_begin_at_once_begin_one(app: Flask) -> None:
    assert at_once(app, 5, lambda: services.begin(SYSTEM)) == []
    assert db.session.scalar(select(func.count()).select_from(LedgerCheck)) == 1
    with pytest.raises(Forbidden):
        services.begin(Actor(make_person().id, "Somebody"))


def test_an_administrator_has_it_looked_at_now_and_sees_how_far_it_is(app: Flask, signed_in: Any) -> None:
    entered(2)
    browser = signed_in(administrators())
    here = "/en/manage/awards/ledger"
    answer = post_form(browser, f"{here}/check", {}, page=here)
    assert answer.status_code == 303
    assert "0 certificates looked at so far" in browser.get(here).text
    assert browser.get(f"{here}/progress").json["done"] is False
    jobs.run_pending()
    assert browser.get(f"{here}/progress").json == {"done": True, "percent": 100, "text": ""}
    with counted_queries() as few:
        browser.get(here)
    for _ in range(3):
        checked()
    with counted_queries() as many:
        browser.get(here)
    assert len(many) == len(few)


def test_no_more_than_a_hundred_are_named(app: Flask) -> None:
    with transaction():
        made = services.begin(SYSTEM)
        services._keep(made, [ledger.Fault("award", str(number)) for number in range(150)])
        services._keep(made, [ledger.Fault("award", "3")])
    assert (made.found, len(made.faults)) == (150, services.MOST)


def test_what_the_checks_found_is_in_the_api_for_administrators(app: Flask, as_token: Any) -> None:
    token = as_token(administrators())
    assert token.get("/api/v1/ledger-checks").json == {"items": [], "next": None}
    changed, _good = entered(2)
    checked()
    tamper(f"UPDATE award SET valid_until = '2099-01-01' WHERE id = '{changed.id}'")
    begun = token.post("/api/v1/ledger-checks")
    assert (begun.status_code, begun.json["ended_at"]) == (202, None)
    assert token.post("/api/v1/ledger-checks").json["id"] == begun.json["id"]
    jobs.run_pending()
    newest, older = token.get("/api/v1/ledger-checks").json["items"]
    assert (newest["id"], newest["found"], newest["awards"], newest["lines"]) == (begun.json["id"], 1, 2, 2)
    (fault,) = newest["faults"]
    assert (fault["what"], fault["which"]) == ("award", changed.number)
    assert changed.number in fault["text"]["cy"]
    assert (older["found"], older["faults"], older["line_hash"]) == (0, [], newest["line_hash"])
    page = token.get("/api/v1/ledger-checks?size=1").json
    assert [each["id"] for each in page["items"]] == [newest["id"]]
    assert token.get(f"/api/v1/ledger-checks?size=1&cursor={page['next']}").json["items"] == [older]
