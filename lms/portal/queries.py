"""Reads for the home page and for my learning: one query each, whatever a person has."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, and_, bindparam, func, select
from sqlalchemy.orm import aliased

from courses.catalogue.models import Course, CourseStatus, CourseVersion, Topic
from courses.enrolments.models import Enrolment
from courses.portfolios.models import EvidenceItem, EvidenceState, Portfolio, PortfolioState, TemplateItem
from courses.portfolios.queries import plan_for_this_one
from courses.portfolios.services import sharing
from courses.supervision.models import Supervision
from courses.supervision.queries import CHARGE, charge_holds
from lms.accounts.models import Person
from lms.core import clock
from lms.core.db import DAY, db
from lms.core.language import Bilingual
from lms.core.permissions import Actor
from lms.core.reference import kept
from lms.portal.rules import Learning


def _learning() -> Select[*tuple[Any, ...]]:
    supervisor = aliased(Person)
    counts = (
        select(
            EvidenceItem.portfolio_id,
            func.count().filter(EvidenceItem.state == EvidenceState.ACCEPTED).label("accepted"),
            func.count().filter(EvidenceItem.state == EvidenceState.RETURNED).label("returned"),
            func.count().filter(EvidenceItem.state == EvidenceState.SUBMITTED).label("submitted"),
            func.min(EvidenceItem.submitted_at).filter(EvidenceItem.state == EvidenceState.SUBMITTED).label("since"),
        )
        .join(Portfolio, Portfolio.id == EvidenceItem.portfolio_id)
        .where(Portfolio.learner_id == bindparam("person"))
        .group_by(EvidenceItem.portfolio_id)
        .subquery()
    )
    asked = (
        select(func.count())
        .where(TemplateItem.template_id == Portfolio.template_id)
        .correlate(Portfolio)
        .scalar_subquery()
    )
    return (
        select(
            Enrolment.id, Course.code, CourseVersion.title, CourseVersion.minutes, Enrolment.state, Enrolment.progress,
            Enrolment.enrolled_on, Enrolment.last_active_at, Enrolment.learning_completed_at, Enrolment.completed_on,
            Portfolio.state.label("portfolio_state"), Portfolio.submitted_at, asked.label("items"), counts.c.accepted,
            counts.c.returned, counts.c.submitted, counts.c.since, supervisor.display_name.label("supervisor"),
        )
        .join(Course, Course.id == Enrolment.course_id)
        .join(CourseVersion, CourseVersion.id == Enrolment.course_version_id)
        .outerjoin(Portfolio, Portfolio.enrolment_id == Enrolment.id)
        .outerjoin(counts, counts.c.portfolio_id == Portfolio.id)
        .outerjoin(
            Supervision,
            and_(
                Supervision.learner_id == Enrolment.learner_id,
                Supervision.programme_code == Portfolio.programme_code,
                Supervision.ends_on.is_(None) | (Supervision.ends_on > DAY),
            ),
        )
        .outerjoin(supervisor, supervisor.id == Supervision.supervisor_id)
        .where(Enrolment.learner_id == bindparam("person"))
        .order_by(Enrolment.enrolled_on.desc(), Enrolment.id.desc())
    )  # fmt: skip


_LEARNING = _learning()


def learning_of(person_id: UUID) -> list[Learning]:
    """Everything that this person is or was enrolled on, newest first, with how far each has come."""
    rows = db.session.execute(_LEARNING, {"person": person_id, "day": clock.today()})
    return [
        Learning(
            enrolment_id=it.id, code=it.code, title=it.title, state=it.state.value, progress=it.progress,
            minutes=it.minutes, enrolled_on=it.enrolled_on, last_active_at=it.last_active_at,
            completed_on=it.completed_on,
            learning_completed=it.learning_completed_at is not None or it.completed_on is not None,
            portfolio=it.portfolio_state is not None,
            portfolio_state=it.portfolio_state.value if it.portfolio_state else None, items=it.items or 0,
            accepted=it.accepted or 0, returned=it.returned or 0, submitted=it.submitted or 0,
            waiting_since=it.submitted_at if it.portfolio_state is PortfolioState.SUBMITTED else it.since,
            supervisor=it.supervisor,
        )
        for it in rows
    ]  # fmt: skip


@dataclass(frozen=True)
class Waiting:
    """A supervisor's queue in two figures."""

    count: int
    since: datetime | None


def _waiting() -> Select[int, Any]:
    mine = and_(
        CHARGE.c.learner_id == Portfolio.learner_id,
        CHARGE.c.programme_code == Portfolio.programme_code,
        CHARGE.c.supervisor_id == bindparam("supervisor"),
        charge_holds(DAY),
    )
    items = (
        select(EvidenceItem.submitted_at)
        .join(Portfolio, Portfolio.id == EvidenceItem.portfolio_id)
        .join(CHARGE, mine)
        .where(EvidenceItem.state == EvidenceState.SUBMITTED)
    )
    wholes = select(Portfolio.submitted_at).join(CHARGE, mine).where(Portfolio.state == PortfolioState.SUBMITTED)
    both = items.union_all(wholes).subquery()
    return select(func.count(), func.min(both.c[0])).select_from(both)


_WAITING = _waiting()


def waiting_with(supervisor_id: UUID) -> Waiting:
    """Items and whole portfolios that wait for this supervisor today."""
    plan_for_this_one()
    return Waiting(*db.session.execute(_WAITING, {"supervisor": supervisor_id, "day": clock.today()}).one())


def drafts_in_review() -> int:
    """Course versions that wait for a publisher."""
    return db.session.scalar(select(func.count()).where(CourseVersion.status == CourseStatus.IN_REVIEW)) or 0


@dataclass(frozen=True)
class TopicOnOffer:
    code: str
    title: Bilingual
    courses: int


@kept
def topics_on_offer() -> tuple[TopicOnOffer, ...]:
    """Topics that have published courses, in the catalogue's own order."""
    rows = db.session.execute(
        select(Topic.code, Topic.title, func.count())
        .join(CourseVersion, CourseVersion.topic_code == Topic.code)
        .join(Course, Course.published_version_id == CourseVersion.id)
        .group_by(Topic.code)
        .order_by(Topic.position)
    )
    return tuple(TopicOnOffer(*row) for row in rows)


def has_shared_with(actor: Actor) -> bool:
    """Does anybody share evidence with them? One query."""
    return db.session.scalars(sharing.shared_with(actor).limit(1)).first() is not None
