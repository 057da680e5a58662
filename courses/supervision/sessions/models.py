"""Supervision sessions: that they took place, about what and how long. What was said is not kept here."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column, relationship

from courses.catalogue.models import Programme
from lms.accounts.models import Person
from lms.core.db import Record, stored


class SessionKind(StrEnum):
    """Source: South West Senate, all staff get these four (domain dossier §1)."""

    CLINICAL = "clinical"
    MANAGERIAL = "managerial"
    ROLE_BASED = "role_based"
    PROFESSIONAL = "professional"


class SupervisionSession(Record):
    """One session, as its supervisor records it. `minutes` is how long it lasted; several learners: a group.

    `tasks`: what of a portfolio it met, as "<template>/<position>". `standards`: codes of the supervision framework's
    statements. `withdrawn_at`: it was recorded in error, and counts for nobody.
    """

    __tablename__ = "supervision_session"
    __table_args__ = (
        CheckConstraint("minutes BETWEEN 5 AND 480", name="minutes"),
        Index("ix_supervision_session_supervisor", "supervisor_id", "held_on"),
    )
    supervisor_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    programme_code: Mapped[str | None] = mapped_column(ForeignKey("programme.code"))
    kind: Mapped[SessionKind] = mapped_column(stored(SessionKind))
    held_on: Mapped[date] = mapped_column(Date)
    minutes: Mapped[int]
    topics: Mapped[str]
    tasks: Mapped[list[str]] = mapped_column(ARRAY(Text))
    standards: Mapped[list[str]] = mapped_column(ARRAY(Text))
    made_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]
    withdrawn_reason: Mapped[str | None]
    supervisor: Mapped[Person] = relationship()
    programme: Mapped[Programme | None] = relationship()
    learners: Mapped[list["SessionLearner"]] = relationship(back_populates="session", order_by="SessionLearner.id")


class SessionLearner(Record):
    """A learner's part in a session. It counts once they agree; `disputed`: what they say is wrong with it."""

    __tablename__ = "supervision_session_learner"
    __table_args__ = (
        UniqueConstraint("session_id", "learner_id"),
        CheckConstraint("agreed_at IS NULL OR disputed_at IS NULL", name="one_answer"),
        CheckConstraint("(disputed_at IS NULL) = (disputed IS NULL)", name="says_what"),
    )
    session_id: Mapped[UUID] = mapped_column(ForeignKey("supervision_session.id"))
    learner_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    agreed_at: Mapped[datetime | None]
    disputed_at: Mapped[datetime | None]
    disputed: Mapped[str | None]
    session: Mapped[SupervisionSession] = relationship(back_populates="learners")
    learner: Mapped[Person] = relationship()
