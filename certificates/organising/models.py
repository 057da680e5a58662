"""Certificates for a cohort at once; and what was said about those that end."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from certificates.models import Award
from certificates.organising.rules import Outcome
from courses.catalogue.models import Course
from courses.enrolments.models import Enrolment
from lms.core.db import Record, db, stored


class Batch(Record):
    """An organiser asked for the certificates of a cohort. `completes`: they say that all of these completed the course.

    `done` counts lines that have their outcome; `of` is how many there are.
    """

    __tablename__ = "award_batch"
    course_id: Mapped[UUID] = mapped_column(ForeignKey("course.id"))
    asked_by: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    asked_at: Mapped[datetime]
    completes: Mapped[bool]
    done: Mapped[int] = mapped_column(default=0)
    of: Mapped[int]
    ended_at: Mapped[datetime | None]
    course: Mapped[Course] = relationship()


class BatchLine(db.Model):  # type: ignore[name-defined, misc]
    """One enrolment in a batch; `outcome` None: its turn has not come."""

    __tablename__ = "award_batch_line"
    __table_args__ = (
        Index("ix_award_batch_line_enrolment_id", "enrolment_id"),
        Index("ix_award_batch_line_waiting", "batch_id", "enrolment_id", postgresql_where="outcome IS NULL"),
    )
    batch_id: Mapped[UUID] = mapped_column(ForeignKey("award_batch.id"), primary_key=True)
    enrolment_id: Mapped[UUID] = mapped_column(ForeignKey("enrolment.id"), primary_key=True)
    outcome: Mapped[Outcome | None] = mapped_column(stored(Outcome))
    award_id: Mapped[UUID | None] = mapped_column(ForeignKey("award.id"))
    enrolment: Mapped[Enrolment] = relationship()
    award: Mapped[Award | None] = relationship()


class Reminder(Record):
    """The holder was told, that many days ahead or later, that an award ends. `enrolment_id`: the way to a new one, begun."""

    __tablename__ = "award_reminder"
    __table_args__ = (Index("uq_award_reminder_award_id_days", "award_id", "days", unique=True),)
    award_id: Mapped[UUID] = mapped_column(ForeignKey("award.id"))
    days: Mapped[int]
    at: Mapped[datetime]
    enrolment_id: Mapped[UUID | None] = mapped_column(ForeignKey("enrolment.id"), index=True)
