"""Attempts at SCOs, and every commit as it came."""

from datetime import datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, LargeBinary, Numeric, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from courses.launch.sessions.models import Session
from lms.core.db import Record


class Attempt(Record):
    """A learner's attempt at one SCO (by key) of a registration; its sessions resume it until a new one is asked for.

    `data` is the run-time data model as last committed (JSON). `completion` and `success` are SCORM 2004's words,
    whichever version the package is; they and `scaled` never get worse within an attempt. `seconds`: total time.
    """

    __tablename__ = "scorm_attempt"
    __table_args__ = (UniqueConstraint("registration_id", "key", "number"),)
    registration_id: Mapped[UUID] = mapped_column(ForeignKey("content_registration.id"))
    key: Mapped[UUID]
    number: Mapped[int]
    data: Mapped[str] = mapped_column(Text, default="{}")
    completion: Mapped[str] = mapped_column(default="unknown")
    success: Mapped[str] = mapped_column(default="unknown")
    scaled: Mapped[Decimal | None] = mapped_column(Numeric(7, 6))
    seconds: Mapped[int] = mapped_column(BigInteger, default=0)
    begun_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]


class Commit(Record):
    """One commit as received. `sequence` counts in its session; `body` is what was sent. Never changed."""

    __tablename__ = "scorm_commit"
    __table_args__ = (UniqueConstraint("session_id", "sequence"),)
    attempt_id: Mapped[UUID] = mapped_column(ForeignKey("scorm_attempt.id"), index=True)
    session_id: Mapped[UUID] = mapped_column(ForeignKey("content_session.id"))
    sequence: Mapped[int]
    final: Mapped[bool]
    body: Mapped[bytes] = mapped_column(LargeBinary)
    session: Mapped[Session] = relationship()
