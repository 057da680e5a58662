"""Reads of cascade sessions."""

from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import joinedload, selectinload
from sqlalchemy.sql.base import ExecutableOption

from courses.mentoring.cascade.models import CascadeAccount, CascadeAttendee, CascadeGroup, CascadeSession
from lms.core.db import db
from lms.core.permissions import Actor, Permission


def _whole() -> tuple[ExecutableOption, ...]:
    return (
        joinedload(CascadeSession.champion), joinedload(CascadeSession.organisation),
        selectinload(CascadeSession.accounts).options(
            joinedload(CascadeAccount.topic), selectinload(CascadeAccount.groups)
        ),
        selectinload(CascadeSession.attendees),
    )  # fmt: skip


def sessions_for(actor: Actor) -> Select[CascadeSession]:
    """Those that the actor gave."""
    people = actor.reach(Permission.CASCADE_RECORD).people
    return select(CascadeSession).options(*_whole()).where(CascadeSession.champion_id.in_(people))


def is_newest() -> ColumnElement[bool]:
    """Of `CascadeAccount`: it is what counts of its session."""
    others = CascadeAccount.__table__.alias("others")
    newest = select(func.max(others.c.number)).where(others.c.session_id == CascadeAccount.session_id).scalar_subquery()
    return CascadeAccount.number == newest


def attended_by(person_id: UUID) -> list[tuple[CascadeAttendee, CascadeAccount]]:
    """Sessions that this person put on their record, newest first; at most 100."""
    rows = db.session.execute(
        select(CascadeAttendee, CascadeAccount)
        .join(CascadeSession, CascadeSession.id == CascadeAttendee.session_id)
        .join(CascadeAccount, CascadeAccount.session_id == CascadeSession.id)
        .options(joinedload(CascadeAttendee.session).joinedload(CascadeSession.champion), joinedload(CascadeAccount.topic))
        .where(CascadeAttendee.person_id == person_id, CascadeSession.cancelled_at.is_(None), is_newest())
        .order_by(CascadeAccount.held_on.desc(), CascadeAttendee.id)
        .limit(100)
    )  # fmt: skip
    return [(attendee, account) for attendee, account in rows]


def given_so_far(person_id: UUID) -> tuple[int, int]:
    """(sessions, people) of a champion, cancelled ones left out."""
    row = db.session.execute(
        select(func.count(CascadeSession.id.distinct()), func.coalesce(func.sum(CascadeGroup.people), 0))
        .join(CascadeAccount, CascadeAccount.session_id == CascadeSession.id)
        .join(CascadeGroup, CascadeGroup.account_id == CascadeAccount.id)
        .where(CascadeSession.champion_id == person_id, CascadeSession.cancelled_at.is_(None), is_newest())
    ).one()
    return row[0], row[1]
