"""Reads for the player. Each function says how many queries it makes."""

from collections.abc import Set
from uuid import UUID

from sqlalchemy import select

from courses.launch.sessions.models import Session
from lms.core.db import db


def keys_begun(registration_id: UUID) -> Set[UUID]:
    """Units of which a session was launched. One query."""
    return set(db.session.scalars(select(Session.key).where(Session.registration_id == registration_id).distinct()))
