"""Reads of attempts and commits. Each function says how many queries it makes."""

from uuid import UUID

from sqlalchemy import func, select

from courses.launch.scorm.models import Attempt, Commit
from courses.launch.sessions.models import Session
from lms.core.db import db


def newest_attempt(registration_id: UUID, key: UUID) -> Attempt | None:
    """One query."""
    return db.session.scalars(
        select(Attempt)
        .where(Attempt.registration_id == registration_id, Attempt.key == key)
        .order_by(Attempt.number.desc())
        .limit(1)
    ).one_or_none()


def last_sequence(session_id: UUID) -> int:
    """Of what was received of that session; 0: nothing. One query."""
    return db.session.scalar(select(func.max(Commit.sequence)).where(Commit.session_id == session_id)) or 0


def is_overtaken(session: Session, attempt_id: UUID) -> bool:
    """Has a later session of the attempt reported anything? One query."""
    return bool(
        db.session.scalar(
            select(Commit.id)
            .join(Session, Session.id == Commit.session_id)
            .where(Commit.attempt_id == attempt_id, Session.launched_at > session.launched_at, Session.id != session.id)
            .limit(1)
        )
    )
