"""Who may sign off what, who supervises whom, and what a supervisor attests. All dated, nothing rewritten."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from courses.catalogue.models import Programme
from lms.accounts.models import Person
from lms.core.db import Record, stored


class SupervisorLicence(Record):
    """Leave to supervise and sign off in a programme. `ends_on` is its last day.

    `withdrawn_on` ends it early: from that day on it does not count. `capacity`: how many learners at once.
    """

    __tablename__ = "supervisor_licence"
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    programme_code: Mapped[str] = mapped_column(ForeignKey("programme.code"))
    number: Mapped[str] = mapped_column(unique=True)
    starts_on: Mapped[date] = mapped_column(Date)
    ends_on: Mapped[date] = mapped_column(Date)
    withdrawn_on: Mapped[date | None] = mapped_column(Date)
    withdrawn_reason: Mapped[str | None]
    capacity: Mapped[int] = mapped_column(default=4)
    person: Mapped[Person] = relationship()
    programme: Mapped[Programme] = relationship()


class Supervision(Record):
    """A supervisor has a learner, in a programme, from a date until `ends_on` (None: open).

    `ends_on` is the day on which it ended and no longer counts; an end is never dated ahead.
    """

    __tablename__ = "supervision"
    __table_args__ = (
        CheckConstraint("learner_id <> supervisor_id", name="two_people"),
        Index("ix_supervision_supervisor", "supervisor_id", postgresql_where="ends_on IS NULL"),
        Index("uq_supervision_open", "learner_id", "programme_code", unique=True, postgresql_where="ends_on IS NULL"),
    )
    learner_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    supervisor_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    programme_code: Mapped[str] = mapped_column(ForeignKey("programme.code"))
    starts_on: Mapped[date] = mapped_column(Date)
    ends_on: Mapped[date | None] = mapped_column(Date)
    assigned_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    learner: Mapped[Person] = relationship(foreign_keys=[learner_id])
    supervisor: Mapped[Person] = relationship(foreign_keys=[supervisor_id])
    programme: Mapped[Programme] = relationship()


class AttestationGround(StrEnum):
    """Why an attestation ended before its time."""

    LEFT_ROLE = "left_role"
    LEFT_SETTING = "left_setting"
    SUPERVISION_ENDED = "supervision_ended"
    MADE_IN_ERROR = "made_in_error"


class Attestation(Record):
    """A supervisor's word that a learner works in a clinical role, in an NHS CAMHS team, under supervision.

    In force from `starts_on` to `ends_on`, its last day, while the supervisor's licence is live. `ended_on`: it ended
    early, and from that day on does not count. Never rewritten: a new one is a new row.
    """

    __tablename__ = "attestation"
    learner_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    supervisor_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    programme_code: Mapped[str] = mapped_column(ForeignKey("programme.code"))
    licence_number: Mapped[str]
    clinical_role: Mapped[bool]
    in_setting: Mapped[bool]
    under_supervision: Mapped[bool]
    team: Mapped[str]
    starts_on: Mapped[date] = mapped_column(Date)
    ends_on: Mapped[date] = mapped_column(Date)
    made_at: Mapped[datetime]
    ended_on: Mapped[date | None] = mapped_column(Date)
    ended_ground: Mapped[AttestationGround | None] = mapped_column(stored(AttestationGround))
    supervisor: Mapped[Person] = relationship(foreign_keys=[supervisor_id])
    learner: Mapped[Person] = relationship(foreign_keys=[learner_id])
    programme: Mapped[Programme] = relationship()
