"""Reads of supervision."""

from uuid import UUID

from sqlalchemy import select

from courses.supervision.models import Supervision
from lms.core import clock
from lms.core.db import db


def supervised_people(supervisor_id: UUID) -> frozenset[UUID]:
    """The learners whom this person supervises today."""
    today = clock.today()
    return frozenset(
        db.session.scalars(
            select(Supervision.learner_id).where(
                Supervision.supervisor_id == supervisor_id,
                Supervision.starts_on <= today,
                Supervision.ends_on.is_(None) | (Supervision.ends_on >= today),
            )
        )
    )
