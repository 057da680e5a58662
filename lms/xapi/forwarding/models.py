"""Where statements are sent on to, how far each destination has come, and what it would not take."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Index, LargeBinary, Text, UniqueConstraint, Uuid
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from lms.core.db import Record, stored
from lms.xapi.forwarding.rules.delivery import Verdict
from lms.xapi.models import TENANT


class LetterState(StrEnum):
    """WAITING for a person; QUEUED to be sent again; SENT; SET_ASIDE by a person."""

    WAITING = "waiting"
    QUEUED = "queued"
    SENT = "sent"
    SET_ASIDE = "set_aside"


class Destination(Record):
    """Another record store. `secret` is sealed (`forwarding/sealing.py`); `version` is what its requests say.

    Empty lists in the filter take everything. `actors` are identifiers of `rules/keys.py`; `since` excludes its instant.
    `sent_through` is the `seq` up to which everything is dealt with. `lease` is the run that is at work, `failures`
    counts those in a row, and `trouble`, `status` and `answer` are of the last one.
    """

    __tablename__ = "forwarding_destination"
    tenant: Mapped[int] = mapped_column(default=TENANT)
    name: Mapped[str]
    endpoint: Mapped[str]
    key: Mapped[str]
    secret: Mapped[bytes | None] = mapped_column(LargeBinary)
    version: Mapped[str]
    verbs: Mapped[list[str]] = mapped_column(ARRAY(Text))
    activities: Mapped[list[str]] = mapped_column(ARRAY(Text))
    related: Mapped[bool]
    actors: Mapped[list[str]] = mapped_column(ARRAY(Text))
    registrations: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid))
    since: Mapped[datetime | None]
    batch: Mapped[int]
    made_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    paused_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]

    sent_through: Mapped[int] = mapped_column(BigInteger)
    delivered: Mapped[int] = mapped_column(BigInteger, default=0)
    last_success_at: Mapped[datetime | None]
    failures: Mapped[int] = mapped_column(default=0)
    trouble: Mapped[Verdict | None] = mapped_column(stored(Verdict))
    status: Mapped[int | None]
    answer: Mapped[str | None]
    failed_at: Mapped[datetime | None]
    next_attempt_at: Mapped[datetime | None]
    lease: Mapped[UUID | None]
    leased_until: Mapped[datetime | None]
    test_asked_at: Mapped[datetime | None]
    test: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))


class DeadLetter(Record):
    """A statement that a destination refused for what it says, or that a person set aside while it held the others.

    `status` and `answer` are the other store's last; `attempts` counts refusals. The statement itself stays in the store.
    """

    __tablename__ = "forwarding_dead_letter"
    __table_args__ = (
        UniqueConstraint("destination_id", "statement_id"),
        Index("ix_forwarding_dead_letter_state", "destination_id", "state", "refused_at", "id"),
    )
    destination_id: Mapped[UUID] = mapped_column(ForeignKey("forwarding_destination.id"))
    statement_id: Mapped[UUID]
    seq: Mapped[int] = mapped_column(BigInteger)
    status: Mapped[int | None]
    answer: Mapped[str]
    attempts: Mapped[int]
    refused_at: Mapped[datetime]
    state: Mapped[LetterState] = mapped_column(stored(LetterState))
    settled_at: Mapped[datetime | None]
    settled_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
