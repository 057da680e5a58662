"""Enrolments follow what content reports: the right person, course and registration, and nothing else."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select

from courses.enrolments.models import Enrolment, EnrolmentEventKind, EnrolmentState
from courses.launch import handlers, services
from courses.launch.rules import Meaning, Report, meaning_of
from lms.core import clock
from lms.core.audit import AuditEntry
from lms.core.db import db
from lms.core.ids import new_id
from lms.core.permissions import Actor
from lms.xapi.events import Recorded, StatementsRecorded
from lms.xapi.identity import agent_of
from lms.xapi.rules.patterns import microseconds
from tests.factories.accounts import make_person
from tests.factories.catalogue import make_course
from tests.factories.enrolments import make_enrolment

ADL = "http://adlnet.gov/expapi/verbs/"
PROGRESS = "https://w3id.org/xapi/cmi5/result/extensions/progress"


def said(enrolment: Enrolment, verb: str, result: dict[str, Any] | None = None, **given: Any) -> Recorded:
    now = clock.now()
    return Recorded(
        **{
            "id": new_id(), "verb": ADL + verb, "actor": agent_of(enrolment.learner_id),
            "object_id": services.activity_of(enrolment.course.code), "registration": enrolment.registration, "result": result,
            "timestamp": now, "seq": microseconds(now), "credential": None, "said": {},
        } | given
    )  # fmt: skip


def follow(*statements: Recorded) -> None:
    handlers.follow(StatementsRecorded(tuple(statements)))


def passed_over() -> list[str | None]:
    return list(db.session.scalars(select(AuditEntry.reason).where(AuditEntry.action == "statement.passed_over")))


@pytest.fixture
def enrolment(app: Flask) -> Enrolment:
    return make_enrolment(course=make_course())


def test_a_course_is_followed_from_opening_to_completion(enrolment: Enrolment) -> None:
    opened = said(enrolment, "initialized")
    follow(opened)
    assert (enrolment.state, enrolment.progress) == (EnrolmentState.IN_PROGRESS, 0)
    follow(said(enrolment, "progressed", {"extensions": {PROGRESS: 45}}))
    assert enrolment.progress == 45
    follow(said(enrolment, "failed", {"success": False}), said(enrolment, "completed"), said(enrolment, "passed"))
    db.session.flush()
    db.session.refresh(enrolment, ["events"])
    assert (enrolment.state, enrolment.progress) == (EnrolmentState.COMPLETED, 100)
    kinds = [event.kind for event in enrolment.events if event.kind is not EnrolmentEventKind.ENROLLED]
    assert sorted(kinds) == ["completed", "learning_completed", "noted", "progressed", "started"]
    assert [event.statement_id for event in enrolment.events if event.kind is EnrolmentEventKind.STARTED] == [opened.id]


def test_statements_of_one_batch_count_in_their_order(enrolment: Enrolment) -> None:
    reports = [said(enrolment, "progressed", {"extensions": {PROGRESS: n}}) for n in (30, 10)]
    follow(*reports)
    assert enrolment.progress == 30


def test_what_does_not_fit_changes_nothing_and_is_noted(enrolment: Enrolment) -> None:
    somebody, other = make_person(), make_enrolment(course=make_course())
    over = make_enrolment(state=EnrolmentState.WITHDRAWN)
    follow(
        said(enrolment, "completed", actor=agent_of(somebody.id)),
        said(enrolment, "completed", registration=new_id()),
        said(over, "completed"),
        said(enrolment, "completed", object_id=services.activity_of(other.course.code)),
        said(enrolment, "completed", object_id="http://example.org/other"),
        said(enrolment, "completed", registration=None),
        said(enrolment, "completed", actor={"mbox": "mailto:x@example.org"}),
    )
    assert enrolment.state is EnrolmentState.ENROLLED
    assert sorted(passed_over(), key=str) == [
        "enrolment-closed",
        "not_the_learner",
        "not_the_learner",
        "unknown_registration",
    ]


def test_a_statement_from_the_future_counts_as_now(enrolment: Enrolment) -> None:
    follow(said(enrolment, "completed", timestamp=clock.now() + timedelta(days=400)))
    assert enrolment.completed_on == clock.today()


@pytest.mark.parametrize(
    ("verb", "about", "result", "expected"),
    [
        (ADL + "initialized", "A", None, Report(Meaning.STARTED)),
        (ADL + "progressed", "A", {"extensions": {PROGRESS: 70}}, Report(Meaning.PROGRESSED, 70)),
        (ADL + "progressed", "A", {"extensions": {PROGRESS: 700}}, Report(Meaning.PROGRESSED, 100)),
        (
            ADL + "progressed",
            "A",
            {"extensions": {"http://x/y": 7}, "score": {"scaled": 0.5}},
            Report(Meaning.PROGRESSED, 50),
        ),
        (ADL + "progressed", "A", {"extensions": {PROGRESS: True}}, Report(Meaning.SEEN)),
        (ADL + "progressed", "A", {}, Report(Meaning.SEEN)),
        (ADL + "terminated", "A", None, Report(Meaning.SEEN)),
        (ADL + "completed", "A/part", None, Report(Meaning.SEEN)),
        (ADL + "completed", "AB", None, None),
        (ADL + "completed", None, None, None),
    ],
)
def test_what_a_statement_means(verb: str, about: str | None, result: Any, expected: Report | None) -> None:
    assert meaning_of(verb, about, "A", result) == expected


def test_launched_content_reports_through_the_record_store(app: Flask, as_token: Any) -> None:
    person = make_person()
    enrolment = make_enrolment(person)
    launched = as_token(person).post(f"/api/v1/enrolments/{enrolment.id}/launches").json
    headers = {"X-Experience-API-Version": "1.0.3"}
    statement = {
        "actor": launched["actor"], "verb": {"id": ADL + "completed"}, "object": {"id": launched["activity"]},
        "context": {"registration": launched["registration"]},
    }  # fmt: skip
    client, auth = app.test_client(), (launched["key"], launched["secret"])
    answer = client.post("/xapi/statements", json=statement, headers=headers, auth=auth)
    assert answer.status_code == 200, answer.text
    db.session.expire_all()
    kept = db.session.get_one(Enrolment, enrolment.id)
    assert kept.state is EnrolmentState.COMPLETED
    assert UUID(answer.json[0]) in {event.statement_id for event in kept.events}
    foreign = statement | {"actor": agent_of(make_person().id)}
    assert client.post("/xapi/statements", json=foreign, headers=headers, auth=auth).status_code in (400, 403)


def test_launching_is_for_the_learner_while_the_enrolment_is_open(app: Flask, signed_in: Any) -> None:
    person = make_person()
    from tests.factories.accounts import post_form

    enrolment, over = make_enrolment(person), make_enrolment(person, state=EnrolmentState.WITHDRAWN)
    browser = signed_in(person)
    page = post_form(browser, f"/en/learning/{enrolment.id}/launch", {})
    assert page.status_code == 200
    assert str(enrolment.id) in page.text
    assert browser.get(f"/en/learning/{over.id}/launch").status_code == 409
    assert services.launch(Actor(person=person.id), enrolment.id).endpoint == "http://localhost/xapi/"
