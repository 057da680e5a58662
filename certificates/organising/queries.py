"""Reads of cohorts, of batches, and of what ends soon."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, case, exists, func, select
from sqlalchemy.orm import aliased, joinedload, selectinload

from certificates.models import Award, AwardEvent
from certificates.organising.models import Batch, BatchLine, Reminder
from certificates.organising.rules import STAGES, Candidate, Outcome
from certificates.pdf.fonts import unprintable
from certificates.queries import ENDS, fell_with_its_ground, within
from courses.catalogue.models import CertificateKind, Course, CourseVersion
from courses.delivery.attended import to_come
from courses.enrolments.models import Enrolment, EnrolmentState
from courses.portfolios.models import Portfolio, SignOff
from courses.portfolios.moderation.queries import stands
from lms.accounts.models import Person
from lms.core.db import db
from lms.core.permissions import Reach

MOST = 10_000
"""People in one batch."""


@dataclass(frozen=True)
class Member:
    """Somebody of a cohort."""

    enrolment_id: UUID
    name: str
    candidate: Candidate


def courses_that_certify() -> Sequence[Course]:
    """Courses on offer that give a certificate, by their place in the catalogue."""
    return db.session.scalars(
        select(Course)
        .join(CourseVersion, CourseVersion.id == Course.published_version_id)
        .options(joinedload(Course.published))
        .where(CourseVersion.certificate_kind != CertificateKind.NONE)
        .order_by(Course.position)
    ).all()


def course_by_code(code: str) -> Course | None:
    return db.session.scalars(select(Course).where(Course.code == code)).one_or_none()


def cohort(reach: Reach, course_id: UUID, since: date | None, until: date | None) -> list[Member]:
    """Those on the course, enrolled between these days, whom the actor reaches; at most `MOST` and one."""
    signed = exists().where(Portfolio.enrolment_id == Enrolment.id, SignOff.portfolio_id == Portfolio.id, stands())
    has = exists().where(Award.enrolment_id == Enrolment.id, ~fell_with_its_ground())
    found = (
        select(
            Enrolment.id, Enrolment.state, Person.display_name, Person.legal_name, CourseVersion.certificate_kind,
            signed.label("signed"), has.label("has"),
        )
        .join(Person, Person.id == Enrolment.learner_id)
        .join(CourseVersion, CourseVersion.id == Enrolment.course_version_id)
        .where(
            Enrolment.course_id == course_id, CourseVersion.certificate_kind != CertificateKind.NONE,
            Enrolment.state.not_in((EnrolmentState.WITHDRAWN, EnrolmentState.WAITLISTED)),
        )
        .order_by(Person.display_name, Enrolment.id)
        .limit(MOST + 1)
    )  # fmt: skip
    if not reach.everything:
        found = found.where(Enrolment.organisation_lineage.overlap(list(reach.places)))
    if since:
        found = found.where(Enrolment.enrolled_on >= since)
    if until:
        found = found.where(Enrolment.enrolled_on <= until)
    rows = db.session.execute(found).all()
    days = to_come([row.id for row in rows if row.certificate_kind is CertificateKind.ATTENDANCE])
    return [
        Member(
            row.id, row.display_name,
            Candidate(
                completed=row.state is EnrolmentState.COMPLETED,
                asks_for_sign_off=row.certificate_kind is CertificateKind.COMPLETION_WITH_PORTFOLIO,
                signed_off=row.signed, has_one=row.has, printable=not unprintable([row.legal_name]),
                days_to_come=row.id in days,
            ),
        )
        for row in rows
    ]  # fmt: skip


def batches_of(person_id: UUID) -> Select[Batch]:
    return select(Batch).options(joinedload(Batch.course)).where(Batch.asked_by == person_id)


def outcomes_of(batch_id: UUID) -> dict[Outcome | None, int]:
    counted = select(BatchLine.outcome, func.count()).where(BatchLine.batch_id == batch_id).group_by(BatchLine.outcome)
    return {row[0]: row[1] for row in db.session.execute(counted)}


def lines_of(batch_id: UUID) -> Select[BatchLine]:
    return (
        select(BatchLine)
        .options(joinedload(BatchLine.enrolment).joinedload(Enrolment.learner), joinedload(BatchLine.award))
        .where(BatchLine.batch_id == batch_id)
    )


def issued_in(batch_id: UUID) -> Sequence[UUID]:
    """The awards that its people have now, by number."""
    return db.session.scalars(
        select(Award.id)
        .join(BatchLine, BatchLine.award_id == Award.id)
        .where(BatchLine.batch_id == batch_id)
        .order_by(Award.number)
    ).all()


def is_not_renewed() -> ColumnElement[bool]:
    """Of `Award`: nothing ended it early, and nothing renews it."""
    renewal = aliased(Award)
    return ~exists().where(AwardEvent.award_id == Award.id, AwardEvent.kind.in_(ENDS)) & ~exists().where(
        renewal.renews_id == Award.id
    )


def ending(reach: Reach, today: date, days: int) -> Select[Award]:
    """Awards that end within `days`, or did within as many, and are not renewed."""
    span = timedelta(days=days)
    return (
        select(Award)
        .options(selectinload(Award.events), joinedload(Award.learner))
        .where(within(reach), Award.valid_until.between(today - span, today + span), is_not_renewed())
    )


def to_remind(today: date, most: int) -> Sequence[Award]:
    """Awards whose holders are to be reminded now, by holder: not told at this stage or a later one."""
    stage: Any = case(
        *((Award.valid_until <= today + timedelta(days=days), days) for days in STAGES), else_=max(STAGES)
    )
    told = exists().where(Reminder.award_id == Award.id, Reminder.days <= stage)
    return db.session.scalars(
        select(Award)
        .options(joinedload(Award.learner), selectinload(Award.events))
        .where(Award.valid_until.between(today, today + timedelta(days=max(STAGES))), is_not_renewed(), ~told)
        .order_by(Award.learner_id, Award.valid_until)
        .limit(most)
    ).all()


def begun_for(award_id: UUID) -> UUID | None:
    """The enrolment that began the way to a new one."""
    return db.session.scalar(
        select(Reminder.enrolment_id).where(Reminder.award_id == award_id, Reminder.enrolment_id.is_not(None)).limit(1)
    )
