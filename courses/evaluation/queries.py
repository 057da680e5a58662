"""Reads of evaluation: what somebody is asked, what waits for a reviewer, and which body an enrolment counts under."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Select,
    String,
    Uuid,
    bindparam,
    cast,
    exists,
    func,
    literal,
    select,
    tuple_,
    union_all,
)
from sqlalchemy.orm import aliased, contains_eager, joinedload

from courses.catalogue.models import Course, CourseVersion
from courses.enrolments.models import Enrolment, EnrolmentState
from courses.evaluation.forms import Form, Which, newest
from courses.evaluation.models import (
    ALL,
    EvaluationInvitation,
    EvaluationSilence,
    EvaluationSum,
    EvaluationText,
    InvitationState,
    TextState,
)
from courses.evaluation.rules import ENOUGH, FRESH, LAST_CALL, REMINDED_AFTER, months_before
from lms.accounts.models import Organisation, Person
from lms.core.audit import AuditEntry
from lms.core.db import DAY, db
from lms.core.language import Bilingual
from lms.core.reference import kept

MOST = 20
"""Invitations shown at once: more courses than this nobody completes in four weeks."""


@kept
def bodies() -> Mapping[UUID, str]:
    """Under which body every organisation is counted, by code: the highest above it, or itself, that holds people.

    Groups, such as "Health boards", and the nation hold none. One query.
    """
    rows = db.session.execute(select(Organisation.id, Organisation.code, Organisation.kind, Organisation.lineage)).all()
    known = {id: code for id, code, kind, lineage in rows if kind not in ("group", "country")}
    found = {}
    for id, _code, _kind, lineage in rows:
        body = next((known[above] for above in lineage if above in known), None)
        if body is not None:
            found[id] = body
    return found


@dataclass(frozen=True)
class Asked:
    """Something that somebody is asked, as their pages show it."""

    id: UUID
    form: Form
    course: Bilingual
    until: date


_OPEN = (
    select(EvaluationInvitation.id, EvaluationInvitation.form, CourseVersion.title, EvaluationInvitation.closes_on)
    .join(Enrolment, Enrolment.id == EvaluationInvitation.enrolment_id)
    .join(CourseVersion, CourseVersion.id == Enrolment.course_version_id)
    .where(
        Enrolment.learner_id == bindparam("person"),
        EvaluationInvitation.state == InvitationState.OPEN,
        EvaluationInvitation.closes_on >= DAY,
    )
    .order_by(EvaluationInvitation.closes_on, EvaluationInvitation.id)
    .limit(MOST)
)


def open_for(person_id: UUID, today: date) -> list[Asked]:
    """What this person can answer today, the first to close first. One query."""
    rows = db.session.execute(_OPEN, {"person": person_id, "day": today})
    return [Asked(id, newest(form), title, until) for id, form, title, until in rows]


def invitation(invitation_id: UUID) -> EvaluationInvitation | None:
    """One, with its enrolment and the version that it is about. One query."""
    found: EvaluationInvitation | None = db.session.scalars(
        select(EvaluationInvitation)
        .join(EvaluationInvitation.enrolment)
        .options(contains_eager(EvaluationInvitation.enrolment).joinedload(Enrolment.version))
        .where(EvaluationInvitation.id == invitation_id)
    ).one_or_none()
    return found


def is_silent(person_id: UUID) -> bool:
    """Does this person not want to be asked?"""
    return db.session.get(EvaluationSilence, person_id) is not None


def due_later(today: date, most: int) -> Sequence[Enrolment]:
    """Enrolments completed three months ago whose learners were asked after the course, and not yet what became of it.

    Locked; whoever is at work on one already keeps it.
    """
    later = aliased(EvaluationInvitation)
    until = months_before(today)
    asked = exists().where(
        later.enrolment_id == Enrolment.id, later.form == Which.LATER, later.state != InvitationState.WITHDRAWN
    )
    return db.session.scalars(
        select(Enrolment)
        .join(EvaluationInvitation, EvaluationInvitation.enrolment_id == Enrolment.id)
        .where(
            EvaluationInvitation.form == Which.AFTER,
            EvaluationInvitation.state != InvitationState.WITHDRAWN,
            Enrolment.state == EnrolmentState.COMPLETED,
            Enrolment.completed_on.between(until - FRESH, until),
            Enrolment.learner_id.not_in(select(EvaluationSilence.person_id)),
            ~asked,
        )
        .order_by(Enrolment.id)
        .limit(most)
        .with_for_update(of=Enrolment, skip_locked=True)
    ).all()


def due_reminder(today: date, most: int) -> Sequence[EvaluationInvitation]:
    """Open for a while, not reminded of, and not about to close. Locked, as above."""
    return db.session.scalars(
        select(EvaluationInvitation)
        .where(
            EvaluationInvitation.state == InvitationState.OPEN,
            EvaluationInvitation.reminded_on.is_(None),
            EvaluationInvitation.made_on <= today - REMINDED_AFTER,
            EvaluationInvitation.closes_on >= today + LAST_CALL,
        )
        .order_by(EvaluationInvitation.made_on, EvaluationInvitation.id)
        .limit(most)
        .with_for_update(of=EvaluationInvitation, skip_locked=True)
    ).all()


def learner_of(it: EvaluationInvitation) -> tuple[Person, Bilingual]:
    """(who is asked, what the course is called)."""
    row = db.session.execute(
        select(Person, CourseVersion.title)
        .join(Enrolment, Enrolment.learner_id == Person.id)
        .join(CourseVersion, CourseVersion.id == Enrolment.course_version_id)
        .where(Enrolment.id == it.enrolment_id)
    ).one()
    return row[0], row[1]


def waiting(person_id: UUID | None) -> Select[EvaluationText]:
    """Words that wait for this reviewer: of courses with enough answers that they did not write themselves. Order by id."""
    return (
        select(EvaluationText)
        .options(joinedload(EvaluationText.course).joinedload(Course.published))
        .where(
            EvaluationText.state == TextState.WAITING,
            EvaluationText.shuffled,
            EvaluationText.course_id.not_in(_written_by(person_id)),
            enough_answers(),
        )
    )


def _written_by(person_id: UUID | None) -> CompoundSelect[UUID]:
    """Courses of which this person wrote any version, or changed a draft, as the audit trail tells."""
    person = literal(person_id, Uuid())
    edited = (
        select(CourseVersion.course_id)
        .join(AuditEntry, AuditEntry.thing_id == cast(CourseVersion.id, String))
        .where(
            AuditEntry.thing_kind == CourseVersion.__tablename__, AuditEntry.actor_id == person,
            AuditEntry.action.in_(["course.drafted", "course.edited"]),
        )
    )  # fmt: skip
    return union_all(select(CourseVersion.course_id).where(CourseVersion.author_id == person), edited)


def enough_answers() -> ColumnElement[bool]:
    """Were there so many answers that words tell of nobody?"""
    added = EvaluationSum
    enough = (
        select(added.course_id, added.form)
        .where(added.item == "answered", added.sector == "", added.place == ALL, added.course_id != ALL)
        .group_by(added.course_id, added.form)
        .having(func.sum(added.n) >= ENOUGH)
    )
    return tuple_(EvaluationText.course_id, EvaluationText.form).in_(enough)


def how_many_wait(person_id: UUID | None) -> int:
    return db.session.scalar(select(func.count()).select_from(waiting(person_id).subquery())) or 0
