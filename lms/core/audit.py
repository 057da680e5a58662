"""The audit trail: who did what, about whom, when, from where and why. Only ever appended to."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from lms.core import clock
from lms.core.db import Record, db
from lms.core.permissions import Actor

_origin: ContextVar[str | None] = ContextVar("origin", default=None)


class AuditEntry(Record):
    """One thing that somebody did. `origin` is a network address, or the name of a job or command.

    A trigger refuses UPDATE and DELETE (migration 0001); retention drops rows by age as the table's owner.
    """

    __tablename__ = "audit_entry"
    __table_args__ = (
        Index("ix_audit_entry_about", "about_id", "at"),
        Index("ix_audit_entry_thing", "thing_kind", "thing_id", "at"),
    )
    at: Mapped[datetime]
    actor_id: Mapped[UUID | None]
    actor_name: Mapped[str]
    action: Mapped[str]
    about_id: Mapped[UUID | None]
    thing_kind: Mapped[str | None]
    thing_id: Mapped[str | None]
    reason: Mapped[str | None]
    origin: Mapped[str | None]
    details: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)


@contextmanager
def acting_from(origin: str | None) -> Iterator[None]:
    """Everything recorded inside comes from there."""
    token = _origin.set(origin)
    try:
        yield
    finally:
        _origin.reset(token)


def record(
    actor: Actor,
    action: str,
    *,
    about: UUID | None = None,
    thing: object | None = None,
    reason: str | None = None,
    **details: Any,
) -> None:
    """Append an entry in the transaction of what it tells of. `details` are JSON-able and hold no secrets."""
    db.session.add(
        AuditEntry(
            at=clock.now(),
            actor_id=actor.person,
            actor_name=actor.name,
            action=action,
            about_id=about,
            thing_kind=getattr(thing, "__tablename__", None),
            thing_id=_key_of(thing),
            reason=reason,
            origin=_origin.get(),
            details=details,
        )
    )


def _key_of(thing: object | None) -> str | None:
    key = getattr(thing, "id", None) or getattr(thing, "code", None)
    return None if key is None else str(key)
