"""Reads for the home page and for my learning: one query each, whatever a person has."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import and_, func, select
from sqlalchemy.orm import aliased

from courses.catalogue.models import Course, CourseStatus, CourseVersion, Topic
from courses.enrolments.models import Enrolment
from courses.portfolios.models import EvidenceItem, EvidenceState, Portfolio, PortfolioState, TemplateItem
from courses.supervision.models import Supervision
from lms.accounts.models import Person
from lms.core import clock
from lms.core.db import db
from lms.core.language import Bilingual
from lms.portal.rules import Learning


def learning_of(person_id: UUID) -> list[Learning]:
    """Everything that this person is or was enrolled on, newest first, with how far each has come."""
    supervisor = aliased(Person)
    counts = (
        select(
            EvidenceItem.portfolio_id,
            func.count().filter(EvidenceItem.state == EvidenceState.ACCEPTED).label("accepted"),
            func.count().filter(EvidenceItem.state == EvidenceState.RETURNED).label("returned"),
            func.count().filter(EvidenceItem.state == EvidenceState.SUBMITTED).label("submitted"),
            func.min(EvidenceItem.submitted_at).filter(EvidenceItem.state == EvidenceState.SUBMITTED).label("since"),
        )
        .join(Portfolio)
        .where(Portfolio.learner_id == person_id)
        .group_by(EvidenceItem.portfolio_id)
        .subquery()
    )
    asked = (
        select(func.count())
        .where(TemplateItem.template_id == Portfolio.template_id)
        .correlate(Portfolio)
        .scalar_subquery()
    )
    rows = db.session.execute(
        select(Enrolment, Course.code, CourseVersion.title_en, CourseVersion.title_cy, CourseVersion.minutes)
        .add_columns(Portfolio.state, Portfolio.submitted_at, asked, counts.c.accepted, counts.c.returned)
        .add_columns(counts.c.submitted, counts.c.since, supervisor.display_name)
        .join(Course, Course.id == Enrolment.course_id)
        .join(CourseVersion, CourseVersion.id == Enrolment.course_version_id)
        .outerjoin(Portfolio, Portfolio.enrolment_id == Enrolment.id)
        .outerjoin(counts, counts.c.portfolio_id == Portfolio.id)
        .outerjoin(
            Supervision,
            and_(
                Supervision.learner_id == Enrolment.learner_id,
                Supervision.programme_code == Portfolio.programme_code,
                Supervision.ends_on.is_(None) | (Supervision.ends_on > clock.today()),
            ),
        )
        .outerjoin(supervisor, supervisor.id == Supervision.supervisor_id)
        .where(Enrolment.learner_id == person_id)
        .order_by(Enrolment.enrolled_on.desc(), Enrolment.id.desc())
    ).all()
    return [
        Learning(
            enrolment_id=e.id, code=code, title=Bilingual(en, cy), state=e.state.value, progress=e.progress,
            minutes=minutes, enrolled_on=e.enrolled_on, last_active_at=e.last_active_at, completed_on=e.completed_on,
            learning_completed=e.learning_completed_at is not None or e.completed_on is not None,
            portfolio=state is not None, portfolio_state=state.value if state else None, items=items or 0,
            accepted=accepted or 0, returned=returned or 0, submitted=submitted or 0,
            waiting_since=whole if state is PortfolioState.SUBMITTED else since, supervisor=name,
        )
        for e, code, en, cy, minutes, state, whole, items, accepted, returned, submitted, since, name in rows
    ]  # fmt: skip


@dataclass(frozen=True)
class Waiting:
    """A supervisor's queue in two figures."""

    count: int
    since: datetime | None


def waiting_with(supervisor_id: UUID) -> Waiting:
    """Items and whole portfolios that wait for this supervisor today."""
    today = clock.today()
    mine = and_(
        Supervision.learner_id == Portfolio.learner_id,
        Supervision.programme_code == Portfolio.programme_code,
        Supervision.supervisor_id == supervisor_id,
        Supervision.starts_on <= today,
        Supervision.ends_on.is_(None) | (Supervision.ends_on > today),
    )
    items = (
        select(EvidenceItem.submitted_at)
        .join(Portfolio)
        .join(Supervision, mine)
        .where(EvidenceItem.state == EvidenceState.SUBMITTED)
    )
    wholes = select(Portfolio.submitted_at).join(Supervision, mine).where(Portfolio.state == PortfolioState.SUBMITTED)
    both = items.union_all(wholes).subquery()
    count, since = db.session.execute(select(func.count(), func.min(both.c[0])).select_from(both)).one()
    return Waiting(count, since)


def drafts_in_review() -> int:
    """Course versions that wait for a publisher."""
    return db.session.scalar(select(func.count()).where(CourseVersion.status == CourseStatus.IN_REVIEW)) or 0


@dataclass(frozen=True)
class TopicOnOffer:
    code: str
    title: Bilingual
    courses: int


def topics_on_offer() -> list[TopicOnOffer]:
    """Topics that have published courses, in the catalogue's own order."""
    rows = db.session.execute(
        select(Topic.code, Topic.title_en, Topic.title_cy, func.count())
        .join(CourseVersion, CourseVersion.topic_code == Topic.code)
        .join(Course, Course.published_version_id == CourseVersion.id)
        .group_by(Topic.code)
        .order_by(Topic.position)
    )
    return [TopicOnOffer(code, Bilingual(en, cy), count) for code, en, cy, count in rows]
