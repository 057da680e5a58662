"""Reads of supervision sessions, and the hours that they make."""

from uuid import UUID

from sqlalchemy import ColumnElement, Select, exists, func, or_, select
from sqlalchemy.orm import joinedload, selectinload
from sqlalchemy.sql.base import ExecutableOption

from courses.supervision.sessions.models import SessionLearner, SupervisionSession
from courses.supervision.sessions.rules import Hours
from frameworks.models import Framework, FrameworkVersion, Statement, Status
from lms.accounts.models import Membership, Person
from lms.accounts.queries import live
from lms.core import clock
from lms.core.db import db
from lms.core.permissions import Actor, Permission

STANDARDS = "SUPV"
"""The framework whose statements are the standards of supervision."""


def sessions_for(actor: Actor) -> Select[SupervisionSession]:
    """Those that the actor held or took part in."""
    people = actor.reach(Permission.SUPERVISION_RECORD).people
    took_part = exists().where(
        SessionLearner.session_id == SupervisionSession.id, SessionLearner.learner_id.in_(people)
    )
    return (
        select(SupervisionSession)
        .options(*_whole())
        .where(or_(SupervisionSession.supervisor_id.in_(people), took_part))
    )


def _whole() -> tuple[ExecutableOption, ...]:
    return (
        joinedload(SupervisionSession.supervisor), joinedload(SupervisionSession.programme),
        selectinload(SupervisionSession.learners).joinedload(SessionLearner.learner),
    )  # fmt: skip


def to_agree(person_id: UUID) -> list[SessionLearner]:
    """What waits for this person's word, oldest first; at most 50."""
    return list(
        db.session.scalars(
            select(SessionLearner)
            .join(SessionLearner.session)
            .options(joinedload(SessionLearner.session).joinedload(SupervisionSession.supervisor))
            .where(
                SessionLearner.learner_id == person_id, SessionLearner.agreed_at.is_(None),
                SessionLearner.disputed_at.is_(None), SupervisionSession.withdrawn_at.is_(None),
            )
            .order_by(SupervisionSession.held_on, SessionLearner.id)
            .limit(50)
        )
    )  # fmt: skip


def _size() -> ColumnElement[int]:
    others = SessionLearner.__table__.alias("others")
    return (
        select(func.count())
        .select_from(others)
        .where(others.c.session_id == SupervisionSession.id)
        .correlate(SupervisionSession)
        .scalar_subquery()
    )


def hours_had(person_id: UUID, programme_code: str | None = None) -> list[Hours]:
    """What the person had as a learner and agreed to, by kind; of one programme if asked."""
    size = _size()
    found = (
        select(
            SupervisionSession.kind,
            func.coalesce(func.sum(SupervisionSession.minutes).filter(size == 1), 0),
            func.coalesce(func.sum(SupervisionSession.minutes).filter(size > 1), 0),
        )
        .join(SessionLearner, SessionLearner.session_id == SupervisionSession.id)
        .where(
            SessionLearner.learner_id == person_id,
            SessionLearner.agreed_at.is_not(None),
            SupervisionSession.withdrawn_at.is_(None),
        )
        .group_by(SupervisionSession.kind)
        .order_by(SupervisionSession.kind)
    )
    if programme_code is not None:
        found = found.where(SupervisionSession.programme_code == programme_code)
    return [Hours(kind.value, alone, group) for kind, alone, group in db.session.execute(found)]


def hours_given(person_id: UUID) -> list[Hours]:
    """What the person gave as a supervisor, each session once, as soon as somebody in it agreed; by kind."""
    size = _size()
    agreed = exists().where(SessionLearner.session_id == SupervisionSession.id, SessionLearner.agreed_at.is_not(None))
    found = (
        select(
            SupervisionSession.kind,
            func.coalesce(func.sum(SupervisionSession.minutes).filter(size == 1), 0),
            func.coalesce(func.sum(SupervisionSession.minutes).filter(size > 1), 0),
        )
        .where(SupervisionSession.supervisor_id == person_id, SupervisionSession.withdrawn_at.is_(None), agreed)
        .group_by(SupervisionSession.kind)
        .order_by(SupervisionSession.kind)
    )
    return [Hours(kind.value, alone, group) for kind, alone, group in db.session.execute(found)]


def people_offered(actor: Actor) -> list[Person]:
    """Whom the page offers: one's learners, those one stands in for, and those whose line manager one is; by name."""
    managed = select(Membership.person_id).where(Membership.line_manager_id == actor.person, live(clock.today()))
    return list(
        db.session.scalars(
            select(Person)
            .where(or_(Person.id.in_(actor.supervises), Person.id.in_(managed)), Person.id != actor.person)
            .order_by(Person.display_name, Person.id)
            .limit(200)
        )
    )


def standards() -> list[Statement]:
    """The statements of the supervision framework that is in force."""
    return list(
        db.session.scalars(
            select(Statement)
            .join(FrameworkVersion, FrameworkVersion.id == Statement.version_id)
            .join(Framework, Framework.id == FrameworkVersion.framework_id)
            .where(Framework.code == STANDARDS, FrameworkVersion.status == Status.PUBLISHED)
            .order_by(Statement.position)
        )
    )
