"""Frozen returns: the same bytes again whatever was corrected since, signed once, withdrawn and never lost."""

import json
import random
import threading
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from courses.enrolments.models import Enrolment
from lms.core import clock
from lms.core.db import db, transaction
from lms.core.errors import Conflict
from lms.core.jobs import run_pending
from lms.core.permissions import Actor, Role
from lms.reporting.facts.models import Fact
from lms.reporting.models import Confidence, Headcount, Method
from lms.reporting.returns import making, rules, services
from lms.reporting.returns.content import FREEZABLE, read, sha256
from lms.reporting.returns.jobs import verify_signed
from lms.reporting.returns.models import Return, ReturnContent
from lms.reporting.returns.rules import Span, Term
from tests.counting import queries_of
from tests.factories.accounts import grant, make_membership, make_person, organisation
from tests.factories.catalogue import make_course
from tests.factories.enrolments import make_enrolment
from tests.factories.reporting import make_history, told_to_reports

SYSTEM = Actor.system()
ALL = [report.slug for report in FREEZABLE]
LATEST = rules.offered(clock.today())


def latest(span: Span = Span.QUARTER, nth: int = 0) -> Term:
    return [term for term in LATEST if term.span is span][nth]


def history(people: int = 120) -> None:
    bodies = [organisation(code) for code in ("BCU", "CAV", "MIND", "PTH")]
    make_history(
        random.Random(7), [make_person() for _ in range(people)], [make_course() for _ in range(3)], [*bodies, None],
        clock.today(),
    )  # fmt: skip
    settle()


def settle() -> None:
    """As though what is recorded had been recorded for some time: the margin of a return is behind it."""
    with transaction():
        db.session.execute(text("ALTER TABLE fact DISABLE TRIGGER append_only"))
        db.session.execute(text("UPDATE fact SET recorded_at = recorded_at - interval '10 minutes'"))
        db.session.execute(text("ALTER TABLE fact ENABLE TRIGGER append_only"))


def made(body: str = "WALES", term: Term | None = None, reports: list[str] | None = None) -> Return:
    with transaction():
        asked = services.ask(SYSTEM, body, (term or latest()).code, reports or ALL)
    run_pending()
    db.session.expire_all()
    return asked


def content_of(it: Return) -> ReturnContent:
    found = db.session.get(ReturnContent, it.id)
    assert found is not None
    return found


def signed(it: Return) -> None:
    with transaction():
        services.sign(SYSTEM, it.number, content_of(it).sha256, "Head of workforce")


def reader(role: Role = Role.COMMISSIONER, code: str = "WALES") -> Any:
    person = make_person(display_name="Y Darllenydd")
    grant(person, role, organisation(code))
    return person


def correct(people: int = 12) -> None:
    """Completions that do not hold are cancelled, late ones arrive, all of days that the returns cover; and a headcount."""
    term = latest()
    with transaction():
        facts = db.session.scalars(
            select(Fact).where(Fact.kind.in_(("completed", "enrolled")), Fact.on_day <= term.ends_on).limit(people)
        ).all()
        for fact in facts:
            copied = {
                name: getattr(fact, name) for name in
                ("on_day", "person_id", "thing_id", "course_id", "programme_code", "levels", "sector",
                 "organisation_id", "organisation_lineage")
            }  # fmt: skip
            db.session.add(
                Fact(kind="cancelled", key=f"c:{fact.id}", cancels_id=fact.id, recorded_at=clock.now(), **copied)
            )
        for fact in facts:
            copied = {"course_id": fact.course_id, "sector": "nhs", "organisation_id": organisation("BCU").id,
                      "organisation_lineage": organisation("BCU").lineage}  # fmt: skip
            late = make_person()
            for kind in ("enrolled", "accessed", "completed"):
                db.session.add(
                    Fact(kind=kind, key=f"{kind}:{late.id}", on_day=term.starts_on, person_id=late.id,
                         thing_id=late.id, recorded_at=clock.now(), **copied)
                )  # fmt: skip
        db.session.add(
            Headcount(
                organisation_id=organisation("WALES").id, on_day=term.starts_on, people=5000, source="Census",
                method=Method.CENSUS, confidence=Confidence.LOW, recorded_at=clock.now(),
            )
        )  # fmt: skip


def test_terms_are_quarters_and_years_of_the_financial_year() -> None:
    quarter = Term(Span.QUARTER, date(2026, 7, 1))
    assert (quarter.code, quarter.ends_on, quarter.before.code) == ("2026-27-Q2", date(2026, 9, 30), "2026-27-Q1")
    last = Term(Span.QUARTER, date(2027, 1, 1))
    assert (last.code, last.ends_on) == ("2026-27-Q4", date(2027, 3, 31))
    assert (Term(Span.YEAR, date(2026, 4, 1)).code, Term(Span.YEAR, date(2026, 4, 1)).ends_on) == (
        "2026-27-YEAR", date(2027, 3, 31),
    )  # fmt: skip
    assert next(term.code for term in rules.offered(date(2026, 9, 30))) == "2026-27-Q1", "a day before it is over"
    assert next(term.code for term in rules.offered(date(2026, 10, 1))) == "2026-27-Q2"


def test_a_return_is_byte_identical_when_made_again_after_corrections(app: Flask) -> None:
    history()
    it = made()
    before = bytes(content_of(it).content)
    told = read(before)
    assert [report["slug"] for report in told["reports"]] == ALL
    assert any(row["values"][0] for report in told["reports"] for sheet in report["sheets"] for row in sheet["rows"])
    correct()
    for _ in range(7):  # statements are prepared by then: the earlier tables must stand before them all the same
        with transaction():
            assert making.put_together(db.session.get_one(Return, it.id)) == before
    with transaction():
        assert making.verify(it.number) == making.verify(it.number, anew=True) == "identical"
    with clock.frozen(clock.now() + timedelta(minutes=1)):
        again = made()
    assert again.edition == 2
    assert read(content_of(again).content)["reports"] != told["reports"], "the next edition knows the corrections"
    with transaction():
        assert making.verify(again.number) == "identical"
    assert db.session.scalar(text("SELECT count(*) FROM tally")) != 0, "the tables of today are in their place again"


def test_nothing_small_is_in_it_and_every_count_is_rounded(app: Flask) -> None:
    history(40)
    told = read(content_of(made()).content)
    for report in told["reports"]:
        for sheet in report["sheets"]:
            people = [n for n, column in enumerate(sheet["columns"]) if column["unit"] == "people"]
            for row in sheet["rows"] + ([sheet["total"]] if sheet["total"] else []):
                assert all(row["values"][n] is None or isinstance(row["values"][n], dict) or row["values"][n] % 10 == 5
                           for n in people), row  # fmt: skip
    make_enrolment(
        one := make_person(), make_course(), make_membership(one, organisation("HDU")), enrolled_on=latest().starts_on
    )
    told_to_reports()
    settle()
    lonely = read(content_of(made("HDU")).content)
    assert all(report["withheld"] and not report["sheets"] for report in lonely["reports"])


def test_what_is_made_is_never_changed(app: Flask) -> None:
    history(30)
    it = made(reports=["uptake"])
    signed(it)
    for table in ("report_return", "report_return_content", "report_return_event"):
        for change in (f"DELETE FROM {table}", f"UPDATE {table} SET return_id = return_id"):
            change = change.replace("return_id = return_id", "id = id") if table == "report_return" else change
            with pytest.raises(IntegrityError), transaction():
                db.session.execute(text(change))
    verify_signed()
    with transaction():
        assert making.verify(it.number) == "identical"


def test_signing_withdrawing_and_the_next_edition(app: Flask) -> None:
    history(30)
    it = made(reports=["uptake"])
    with pytest.raises(Conflict), transaction():
        services.sign(SYSTEM, it.number, "0" * 64, "Head of workforce")
    signed(it)
    with pytest.raises(Conflict), transaction():
        services.ask(SYSTEM, "WALES", latest().code, ["uptake"])
    with pytest.raises(Conflict), transaction():
        services.sign(SYSTEM, it.number, content_of(it).sha256, "Again")
    with transaction():
        services.withdraw(SYSTEM, it.number, "Late registers")
    with pytest.raises(Conflict), transaction():
        services.withdraw(SYSTEM, it.number, "Again")
    correct()
    with clock.frozen(clock.now() + timedelta(minutes=1)):
        second = made(reports=["uptake"])
    assert (second.edition, second.previous_id) == (2, it.id)
    previous, people, moved = services.moved(SYSTEM, services.look(SYSTEM, second.number))
    assert previous is not None
    assert previous.number == it.number
    assert people["late"]
    assert people["corrections"]
    assert all(number is None or number % 10 == 5 for number in people.values())
    assert moved
    assert {it.unit for it in moved} == {"people"}
    assert services.look(SYSTEM, it.number).content is not None, "the withdrawn one is still there to be read"


def test_two_who_ask_and_sign_at_once(app: Flask) -> None:
    history(30)
    outcomes: list[str] = []

    def racing(what: Callable[[], Any]) -> None:
        with app.app_context():
            try:
                with transaction():
                    what()
                outcomes.append("done")
            except Conflict as refusal:
                outcomes.append(refusal.slug)
            finally:
                db.session.remove()

    def race(what: Callable[[], Any]) -> list[str]:
        outcomes.clear()
        threads = [threading.Thread(target=racing, args=(what,)) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return sorted(outcomes)

    code = latest().code
    asked = race(lambda: services.ask(SYSTEM, "WALES", code, ["uptake"]))
    assert asked == ["done"] + ["return-being-made"] * 3
    run_pending()
    number = db.session.scalars(select(Return.number)).one()
    sha = db.session.scalars(select(ReturnContent.sha256)).one()
    assert race(lambda: services.sign(SYSTEM, number, sha, "Head")) == ["done"] + ["not-to-be-signed"] * 3


def test_what_was_being_recorded_when_it_was_asked_for_is_in_it_or_of_later(app: Flask) -> None:
    """A fact's instant is before its commit: the job waits for whoever was at it."""
    history(30)
    person, course = make_person(), make_course()
    with app.app_context():
        db.session.execute(text("SELECT pg_current_xact_id()"))
        with transaction_of_another(app) as other:
            other(person, course)
            with transaction():
                services.ask(SYSTEM, "WALES", latest().code, ["uptake"])
            done = threading.Timer(0.7, other.commit)
            done.start()
            run_pending()
            done.join()
        db.session.rollback()
    number = db.session.scalars(select(Return.number)).one()
    with transaction():
        assert making.verify(number) == "identical"


class transaction_of_another:
    """Somebody else's connection, on which a fact of some time ago is written and not committed yet."""

    def __init__(self, app: Flask) -> None:
        self.connection = db.engine.connect()

    def __enter__(self) -> "transaction_of_another":
        return self

    def __call__(self, person: Any, course: Any) -> None:
        self.connection.execute(
            text("INSERT INTO fact (id, kind, key, on_day, person_id, course_id, sector, recorded_at)"
                 " VALUES (gen_random_uuid(), 'enrolled', 'slow', :day, :person, :course, 'nhs', :at)"),
            {"day": latest().starts_on, "person": person.id, "course": course.id, "at": clock.now() - timedelta(minutes=1)},
        )  # fmt: skip

    def commit(self) -> None:
        self.connection.commit()

    def __exit__(self, *_: Any) -> None:
        self.connection.close()


def test_pages_in_both_languages(app: Flask, signed_in: Callable[..., FlaskClient]) -> None:
    history(60)
    browser = signed_in(reader())
    page = browser.get("/en/reports/returns")
    token = page.text.split('name="csrf_token" value="')[1].split('"')[0]
    sent = browser.post("/en/reports/returns", data={
        "csrf_token": token, "organisation": "WALES", "term": latest().code, "reports": ["uptake", "parity"]})  # fmt: skip
    number = f"WALES-{latest().code}-1"
    assert (sent.status_code, sent.location) == (303, f"/en/reports/returns/{number}")
    assert browser.get(f"/en/reports/returns/{number}/progress").json["done"] is False
    run_pending()
    assert browser.get(f"/en/reports/returns/{number}/progress").json["done"] is True
    for language in ("en", "cy"):
        assert browser.get(f"/{language}/reports/returns/{number}").status_code == 200
        assert number in browser.get(f"/{language}/reports/returns").text
    exact = browser.get(f"/en/reports/returns/{number}/content.json").data
    assert sha256(exact) in browser.get(f"/en/reports/returns/{number}").text
    assert json.loads(exact)["number"] == number
    blank = browser.post(
        f"/en/reports/returns/{number}", data={"csrf_token": token, "sha256": sha256(exact), "role": ""}
    )
    assert (blank.status_code, "Write in what role you sign" in blank.text) == (422, True)
    done = browser.post(f"/en/reports/returns/{number}",
                        data={"csrf_token": token, "sha256": sha256(exact), "role": "Head of workforce"})  # fmt: skip
    assert done.status_code == 303
    assert "Head of workforce" in browser.get(f"/cy/reports/returns/{number}").text
    table = browser.get(f"/cy/reports/returns/{number}/content.csv").data
    assert table.startswith(b"\xef\xbb\xbf")
    assert "Head of workforce" in table.decode("utf-8-sig")
    for kind in ("xlsx", "ods"):
        told = browser.get(f"/cy/reports/returns/{number}/content.{kind}")
        assert told.status_code == 200
        assert f'filename="{number}.{kind}"' in told.headers["Content-Disposition"]
    gone = browser.post(
        f"/en/reports/returns/{number}/withdraw", data={"csrf_token": token, "reason": "A register came late"}
    )
    assert gone.status_code == 303
    assert "A register came late" in browser.get(f"/en/reports/returns/{number}").text


OPERATIONS = ("", "/content", "/comparison", "/figures.xlsx", "/figures.ods")


def test_who_may(app: Flask, as_token: Callable[..., Any]) -> None:
    """Access matrix: (who, what) → status. What one may not see is not there."""
    history(60)
    it = made(reports=["uptake"])
    sha = content_of(it).sha256
    body = {"organisation": "WALES", "term": latest().code, "reports": ["uptake"]}
    who = {
        "wales": as_token(reader()), "organiser": as_token(reader(Role.ORGANISER)),
        "board": as_token(reader(code="BCU")), "charity": as_token(reader(Role.TRAINING_LEAD, "MIND")),
        "learner": as_token(make_person()),
    }  # fmt: skip
    reads = {"wales": 200, "organiser": 200, "board": 404, "charity": 404, "learner": 403}
    for name, status in reads.items():
        for path in OPERATIONS:
            assert who[name].get(f"/api/v1/returns/{it.number}{path}").status_code == status, (name, path)
    decides = {"wales": 409, "organiser": 403, "board": 404, "charity": 403, "learner": 403}
    for name, status in decides.items():
        told = who[name].post(f"/api/v1/returns/{it.number}/signature", json={"sha256": "0" * 64, "role": "Nobody"})
        assert told.status_code == status, (name, told.text)
        asked = who[name].post("/api/v1/returns", json=body)
        assert asked.status_code == {"wales": 202}.get(name, status), (name, asked.text)
    for name in ("organiser", "board", "charity", "learner"):
        told = who[name].post(f"/api/v1/returns/{it.number}/withdrawal", json={"reason": "Because"})
        assert told.status_code == decides[name], name
    assert who["wales"].get(f"/api/v1/returns/{it.number}").json["standing"] == "superseded"
    assert who["board"].get("/api/v1/returns").json["items"] == []
    own = who["board"].post("/api/v1/returns", json=body | {"organisation": "BCU"})
    assert own.status_code == 202
    run_pending()
    assert [each["organisation"] for each in who["board"].get("/api/v1/returns").json["items"]] == ["BCU"]
    assert who["wales"].get("/api/v1/returns/NOBODY-2026-27-Q1-1").status_code == 404
    assert who["wales"].post("/api/v1/returns", json=body | {"term": "2099-00-Q1"}).status_code == 422
    assert sha == content_of(it).sha256


def test_query_counts_are_constant(app: Flask, signed_in: Callable[..., FlaskClient]) -> None:
    history(30)
    browser = signed_in(reader())
    made(reports=["uptake"])
    few = queries_of(browser, "/en/reports/returns")
    for nth in range(1, 5):
        made(term=latest(nth=nth), reports=["uptake"])
    assert queries_of(browser, "/en/reports/returns") == few


def test_the_instant_is_that_of_asking(app: Flask) -> None:
    """What was true of enrolments afterwards is of no matter, nor what day it is when it is made again."""
    history(30)
    it = made(reports=["waiting", "parity"])
    before = bytes(content_of(it).content)
    later = datetime.now(UTC) + timedelta(days=200)
    with clock.frozen(later), transaction():
        assert making.put_together(db.session.get_one(Return, it.id)) == before
    assert db.session.scalar(select(Enrolment.id).limit(1)) is not None
