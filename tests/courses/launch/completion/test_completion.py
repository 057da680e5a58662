"""Why is this not complete? What is asked for, what was heard, what is missing; again; and corrected, with a reason."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from courses.enrolments.models import Enrolment, EnrolmentState
from courses.launch.completion.rules import Facts, Step, next_step
from courses.launch.formats.structure import MoveOn
from courses.launch.packages.models import Package
from courses.launch.sessions import noting, services
from courses.launch.sessions.models import Evidence, Fact, Registration
from lms.accounts.models import Person
from lms.core import clock
from lms.core.audit import AuditEntry
from lms.core.db import db, transaction
from lms.core.permissions import Actor, Role
from tests.counting import queries_of
from tests.factories.accounts import grant, make_organisation, make_person, post_form
from tests.factories.catalogue import make_course
from tests.factories.content import make_package, unit
from tests.factories.enrolments import make_enrolment

FACTS = Facts(
    state="in_progress", online=True, begun=True, content_done=False, all_units_done=False, is_open=False,
    missing=("completed",), failed=False, needs_portfolio=False, portfolio_done=False,
)  # fmt: skip


@pytest.mark.parametrize(
    ("given", "step"),
    [
        ({}, Step.FINISH),
        ({"missing": ("passed",)}, Step.DO_TEST),
        ({"failed": True}, Step.TRY_AGAIN),
        ({"is_open": True}, Step.RESUME),
        ({"begun": False}, Step.START),
        ({"online": False}, Step.RECORD),
        ({"all_units_done": True}, Step.EVALUATE),
        ({"content_done": True}, Step.EVALUATE),
        ({"content_done": True, "needs_portfolio": True}, Step.SUBMIT_PORTFOLIO),
        ({"state": "completed"}, Step.NONE),
        ({"state": "withdrawn"}, Step.CLOSED),
        ({"state": "waitlisted"}, Step.GET_PLACE),
        ({"state": "paused"}, Step.ATTEST),
    ],
)
def test_the_next_step(given: dict[str, Any], step: Step) -> None:
    assert next_step(Facts(**{**FACTS.__dict__, **given})) is step


@pytest.fixture
def package(app: Flask) -> Package:
    return make_package(make_course("WHY-1"), (unit("a"), unit("b", move_on=MoveOn.PASSED)))


@pytest.fixture
def enrolment(package: Package) -> Enrolment:
    return make_enrolment(
        make_person(display_name="Dysgwr"), package.course, enrolled_on=clock.today() - timedelta(days=30)
    )


@pytest.fixture
def registration(enrolment: Enrolment) -> Registration:
    with transaction():
        return services.begin(Actor.system(), enrolment.id)


@pytest.fixture
def organiser(enrolment: Enrolment) -> Person:
    person = make_person(display_name="Trefnydd")
    root = make_organisation()
    grant(person, Role.ORGANISER, root)
    with transaction():
        enrolment.organisation_id, enrolment.organisation_lineage = root.id, [root.id]
    return person


def keys(registration: Registration) -> list[Any]:
    from courses.launch.packages import queries

    return [each.key for each in queries.units(registration.package_id)]


def note(registration: Registration, key: Any, fact: Fact) -> None:
    with transaction():
        locked = db.session.get(Registration, registration.id, with_for_update=True)
        assert locked is not None
        noting.achieved(locked, key, fact, clock.now(), source="statement")


def url(enrolment: Enrolment, more: str = "") -> str:
    return f"/en/learning/{enrolment.id}/completion{more}"


class TestPage:
    def test_the_learner_reads_what_is_missing_and_what_was_heard(
        self, enrolment: Enrolment, registration: Registration, signed_in: Callable[[Person], Any]
    ) -> None:
        note(registration, keys(registration)[0], Fact.COMPLETED)
        shown = signed_in(enrolment.learner).get(url(enrolment)).text
        for words in ("Why is this not complete?", "Unit b", "that it was passed", "Done: 1 of 2", "reported by the content",
                      "Start the content again, and pass its test", "Unit a"):  # fmt: skip
            assert words in shown, words
        assert "Record what was not reported" not in shown
        welsh = signed_in(enrolment.learner).get(url(enrolment).replace("/en/", "/cy/")).text
        assert "Uned b" in welsh
        assert "ei bod wedi&#39;i phasio" in welsh

    def test_when_all_is_there_it_says_why(
        self, enrolment: Enrolment, registration: Registration, signed_in: Callable[[Person], Any]
    ) -> None:
        first, second = keys(registration)
        note(registration, first, Fact.COMPLETED)
        note(registration, second, Fact.PASSED)
        db.session.refresh(enrolment)
        assert enrolment.state is EnrolmentState.COMPLETED
        shown = signed_in(enrolment.learner).get(url(enrolment)).text
        assert "Why is this complete?" in shown
        assert "Done: 2 of 2" in shown

    def test_without_a_package_or_before_it_was_begun(
        self, package: Package, enrolment: Enrolment, signed_in: Callable[[Person], Any]
    ) -> None:
        assert "Start the content." in signed_in(enrolment.learner).get(url(enrolment)).text
        with transaction():
            other = make_enrolment(make_person(), make_course("WHY-2", format_code="workshop"))
        assert "records who attended" in signed_in(other.learner).get(url(other)).text

    def test_as_many_queries_however_many_units(self, signed_in: Callable[[Person], Any], app: Flask) -> None:
        counts = []
        for size in (1, 12):
            made = make_package(make_course(f"WHY-N{size}"), tuple(unit(f"u{each}") for each in range(size)))
            with transaction():
                enrolment = make_enrolment(make_person(), made.course)
            with transaction():
                services.begin(Actor.system(), enrolment.id)
            counts.append(queries_of(signed_in(enrolment.learner), url(enrolment)))
        assert counts[0] == counts[1]


class TestAgain:
    def test_again_changes_nothing_by_itself(
        self, enrolment: Enrolment, registration: Registration, signed_in: Callable[[Person], Any]
    ) -> None:
        browser = signed_in(enrolment.learner)
        before = len(db.session.scalars(select(Evidence)).all())
        answer = post_form(browser, url(enrolment, "/again"), {}, page=url(enrolment))
        assert "nothing has changed" in browser.get(answer.location).text
        assert len(db.session.scalars(select(Evidence)).all()) == before

    def test_again_finds_what_a_rule_that_asks_for_less_lets_through(
        self, enrolment: Enrolment, registration: Registration, package: Package, as_token: Any
    ) -> None:
        for key in keys(registration):
            note(registration, key, Fact.COMPLETED)
        with transaction():
            package.completion = MoveOn.COMPLETED
            db.session.merge(package)
        token = as_token(enrolment.learner)
        answer = token.post(f"/api/v1/enrolments/{enrolment.id}/evaluations")
        assert (answer.status_code, answer.json) == (201, {"changed": True})
        assert token.post(f"/api/v1/enrolments/{enrolment.id}/evaluations").json == {"changed": False}
        assert token.get(f"/api/v1/enrolments/{enrolment.id}/completion").json["complete"] is True


class TestCorrection:
    def test_an_organiser_records_a_part_with_its_day_and_reason(
        self, enrolment: Enrolment, registration: Registration, organiser: Person, signed_in: Callable[[Person], Any]
    ) -> None:
        browser, day = signed_in(organiser), clock.today() - timedelta(days=3)
        given = {"unit": str(keys(registration)[1]), "reason": "Seen on the screen", "on-day": str(day.day),
                 "on-month": str(day.month), "on-year": str(day.year)}  # fmt: skip
        answer = post_form(browser, url(enrolment, "/correct"), given)
        assert answer.status_code == 303, answer.text
        shown = signed_in(enrolment.learner).get(url(enrolment)).text
        for words in ("Done: 1 of 2", "recorded by Trefnydd", "Seen on the screen"):
            assert words in shown, words
        entry = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "completion.corrected")).one()
        assert (entry.actor_id, entry.reason, entry.details["on"]) == (
            organiser.id, "Seen on the screen", day.isoformat(),
        )  # fmt: skip
        given["unit"] = "all"
        assert post_form(browser, url(enrolment, "/correct"), given).status_code == 303
        db.session.refresh(enrolment)
        assert (enrolment.state, enrolment.completed_on) == (EnrolmentState.COMPLETED, day)
        assert post_form(browser, url(enrolment, "/correct"), given).status_code == 422, "nothing is left"

    def test_a_course_without_a_package(self, enrolment: Enrolment, organiser: Person, as_token: Any) -> None:
        day = clock.today() - timedelta(days=2)
        made = make_enrolment(
            None, make_course("WHY-3"), enrolled_on=clock.today() - timedelta(days=5),
            organisation_lineage=enrolment.organisation_lineage,
        )  # fmt: skip
        body = {"on": day.isoformat(), "reason": "Attendance list"}
        answer = as_token(organiser).post(f"/api/v1/enrolments/{made.id}/corrections", json=body)
        assert (answer.status_code, answer.json["complete"]) == (201, True), answer.text
        db.session.refresh(made)
        assert (made.state, made.completed_on) == (EnrolmentState.COMPLETED, day)
        again = as_token(organiser).post(f"/api/v1/enrolments/{made.id}/corrections", json=body)
        assert again.status_code == 409

    @pytest.mark.parametrize("days", [-1, 31])
    def test_a_day_to_come_or_before_enrolling_is_refused(
        self, days: int, enrolment: Enrolment, registration: Registration, organiser: Person, as_token: Any
    ) -> None:
        on = (clock.today() - timedelta(days=days)).isoformat()
        body = {"on": on, "reason": "Because"}
        answer = as_token(organiser).post(f"/api/v1/enrolments/{enrolment.id}/corrections", json=body)
        assert (answer.status_code, answer.json["errors"][0]["pointer"]) == (422, "#/on")

    def test_nobody_corrects_their_own_and_strangers_see_nothing(
        self, enrolment: Enrolment, registration: Registration, organiser: Person, as_token: Any,
        signed_in: Callable[[Person], Any],
    ) -> None:  # fmt: skip
        grant(enrolment.learner, Role.ORGANISER, enrolment.organisation)
        body = {"on": clock.today().isoformat(), "reason": "Mine"}
        answer = as_token(enrolment.learner).post(f"/api/v1/enrolments/{enrolment.id}/corrections", json=body)
        assert (answer.status_code, answer.json["type"]) == (403, "/problems/not-your-own")
        stranger = as_token(make_person())
        assert stranger.get(f"/api/v1/enrolments/{enrolment.id}/completion").status_code == 404
        assert stranger.post(f"/api/v1/enrolments/{enrolment.id}/evaluations").status_code == 404
        assert stranger.post(f"/api/v1/enrolments/{enrolment.id}/corrections", json=body).status_code == 403
        assert signed_in(make_person()).get(url(enrolment)).status_code == 404
