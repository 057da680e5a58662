"""Reads of requests for another name."""

from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload

from certificates.models import NameChange, NameChangeState
from lms.accounts.queries import people_within
from lms.core.db import db
from lms.core.permissions import Reach


def change_by_id(change_id: UUID) -> NameChange | None:
    return db.session.scalars(
        select(NameChange).options(joinedload(NameChange.learner)).where(NameChange.id == change_id)
    ).one_or_none()


def waiting_in(reach: Reach) -> Select[NameChange]:
    """Requests of these people that wait for an answer."""
    return (
        select(NameChange)
        .options(joinedload(NameChange.learner))
        .where(NameChange.state == NameChangeState.ASKED, people_within(reach, NameChange.learner_id))
    )


def last_of(learner_id: UUID) -> NameChange | None:
    """The person's newest request."""
    return db.session.scalars(
        select(NameChange).where(NameChange.learner_id == learner_id).order_by(NameChange.asked_at.desc()).limit(1)
    ).one_or_none()
