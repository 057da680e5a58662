"""When the record store speaks: enrolments follow what launched content reports."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CompoundSelect, Text, Uuid, any_, bindparam, cast, exists, func, null, select, union_all
from sqlalchemy.dialects.postgresql import ARRAY

from courses.catalogue.models import Course
from courses.enrolments import services as enrolments
from courses.enrolments.models import Enrolment
from courses.launch.rules import Meaning, Report, meaning_of
from courses.launch.services import activity_of
from courses.launch.sessions.models import Registration
from lms.core import audit, clock, events
from lms.core.db import db
from lms.core.errors import Refusal
from lms.core.permissions import Actor
from lms.xapi.events import Recorded, StatementsRecorded
from lms.xapi.identity import agent_of


def _about_us(event: StatementsRecorded) -> list[tuple[int, Recorded, UUID]]:
    """(place, statement, registration) of those about courses of ours: no other statement moves anything."""
    ours = activity_of("")
    return [
        (at, statement, statement.registration)
        for at, statement in enumerate(event.statements)
        if statement.registration and (statement.object_id or "").startswith(ours)
    ]


def _concerns_us(event: StatementsRecorded) -> bool:
    return bool(_about_us(event))


@events.only_if(_concerns_us)
def follow(event: StatementsRecorded) -> None:
    """Statements of a registration move its enrolment, when its learner says them about its course.

    What does not fit is noted and passed over: the store keeps every valid statement, whatever it means to us. Where the
    course's content is a package, its own room follows what its sessions say, and nothing else counts.
    """
    ours = _about_us(event)
    known = _enrolments(registration for _, _, registration in ours)
    found: list[tuple[UUID, int, Recorded, Report]] = []
    for at, statement, registration in ours:
        if registration not in known:
            _pass_over(statement, "unknown_registration")
            continue
        if (of_ours := known[registration]) is None:
            continue
        enrolment_id, learner_id, code = of_ours
        report = meaning_of(statement.verb, statement.object_id, activity_of(code), statement.result)
        if report is None:
            continue
        if statement.actor.get("account") != agent_of(learner_id)["account"]:
            _pass_over(statement, "not_the_learner", learner_id)
            continue
        found.append((enrolment_id, at, statement, report))
    for enrolment_id, _at, statement, report in sorted(found, key=lambda each: each[:2]):  # locks in one order
        _apply(enrolment_id, statement, report)


_WANTED = any_(cast(func.string_to_array(bindparam("wanted", type_=Text), ","), ARRAY(Uuid)))
_ENROLMENTS: CompoundSelect[Any] = union_all(
    select(Enrolment.registration, Enrolment.id, Enrolment.learner_id, Course.code)
    .join(Course, Course.id == Enrolment.course_id)
    .where(Enrolment.registration == _WANTED, ~exists().where(Registration.id == Enrolment.registration)),
    select(Registration.id, null(), null(), null()).where(Registration.id == _WANTED),
)
"""Built once: every request that stores statements about our courses asks it."""


def _enrolments(registrations: Iterable[UUID]) -> dict[UUID, tuple[UUID, UUID, str] | None]:
    """(enrolment, learner, course code) by registration; None for one on a package. One query, or none."""
    wanted = ",".join({str(each) for each in registrations})
    if not wanted:
        return {}
    rows = db.session.connection().execute(_ENROLMENTS, {"wanted": wanted})  # plain rows: no session looks at them
    return {registration: tuple(more) if more[0] else None for registration, *more in rows}


def _apply(enrolment: UUID, statement: Recorded, report: Report) -> None:
    house = Actor.system()
    at: datetime = min(statement.timestamp, clock.now())
    try:
        match report.meaning:
            case Meaning.STARTED:
                enrolments.start(house, enrolment, at, statement.id)
            case Meaning.PROGRESSED:
                enrolments.record_progress(house, enrolment, report.progress or 0, at, statement.id)
            case Meaning.DONE:
                enrolments.learning_completed(house, enrolment, at, statement.id)
            case Meaning.FAILED:
                enrolments.note(house, enrolment, "failed", at, statement.id)
            case Meaning.SEEN:
                enrolments.seen(house, enrolment, at)
    except Refusal as refusal:
        _pass_over(statement, refusal.slug)


def _pass_over(statement: Recorded, reason: str, about: UUID | None = None) -> None:
    audit.record(
        Actor.system(), "statement.passed_over", about=about, reason=reason, statement=str(statement.id),
        registration=str(statement.registration), verb=statement.verb,
    )  # fmt: skip
