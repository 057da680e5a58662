"""Who is enrolled on what."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, Text, Uuid, func
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from courses.catalogue.models import Course, CourseVersion
from lms.accounts.models import Organisation, Person, Sector
from lms.core.db import Record, stored


class EnrolmentState(StrEnum):
    """product.md, States. Certified is a fact about an award, not a state."""

    WAITLISTED = "waitlisted"
    OFFERED = "offered"
    ENROLLED = "enrolled"
    IN_PROGRESS = "in_progress"
    PAUSED = "paused"
    DID_NOT_ATTEND = "did_not_attend"
    RESIT_DUE = "resit_due"
    COMPLETED = "completed"
    WITHDRAWN = "withdrawn"


MISSED_STATES = (EnrolmentState.DID_NOT_ATTEND, EnrolmentState.RESIT_DUE)
"""Not there, or there for a part only: another date can be booked, and what was learnt stays."""
OPEN_STATES = (
    EnrolmentState.WAITLISTED, EnrolmentState.OFFERED, EnrolmentState.ENROLLED, EnrolmentState.IN_PROGRESS,
    EnrolmentState.PAUSED, *MISSED_STATES,
)  # fmt: skip
WAITING_STATES = (EnrolmentState.WAITLISTED, EnrolmentState.OFFERED)
"""Without a place, for now."""
SEATED_STATES = (
    EnrolmentState.ENROLLED, EnrolmentState.IN_PROGRESS, EnrolmentState.PAUSED, EnrolmentState.COMPLETED,
)  # fmt: skip


class WithdrawalReason(StrEnum):
    NO_TIME = "no_time"
    NOT_RELEVANT = "not_relevant"
    CHANGED_ROLE = "changed_role"
    LEFT_ORGANISATION = "left_organisation"
    ACCESS_NEEDS = "access_needs"
    PERSONAL = "personal"
    ENROLLED_IN_ERROR = "enrolled_in_error"


class Enrolment(Record):
    """One learner on one version of a course. `progress` is 0 to 100.

    `registration` is what xAPI and cmi5 call it. It is a UUIDv4, not our UUIDv7: xAPI 1.0.3 Part 2 §2.4.6 asks for RFC 4122,
    and real clients refuse what is not in it.

    The membership columns are as they were on `enrolled_on`, and stay so: reports attribute people as at the event.
    `learning_completed_at`: all of the content is done; `portfolio_signed_off_at`: its portfolio stands signed;
    `completed_on`: everything the course asks for is done, and stands. `declared`: facts that the learner confirmed on enrolling,
    and nobody else holds. `ended_on`: withdrawn that day. `dated`: the place is one of a date (`courses.delivery`), so it is
    not counted among the version's, and completing asks for attendance; `attended_at`: enough of it was attended.
    """

    __tablename__ = "enrolment"
    __table_args__ = (
        CheckConstraint("progress BETWEEN 0 AND 100", name="progress"),
        Index(
            "uq_enrolment_open", "learner_id", "course_id", unique=True,
            postgresql_where="state IN ('waitlisted', 'offered', 'enrolled', 'in_progress', 'paused', 'did_not_attend', "
            "'resit_due')",
        ),
        Index("ix_enrolment_course", "course_id", "enrolled_on"),
        Index("ix_enrolment_version_state", "course_version_id", "state"),
        Index("ix_enrolment_organisation_lineage", "organisation_lineage", postgresql_using="gin"),
    )  # fmt: skip
    registration: Mapped[UUID] = mapped_column(unique=True, default=uuid4, server_default=func.gen_random_uuid())
    learner_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    course_id: Mapped[UUID] = mapped_column(ForeignKey("course.id"))
    course_version_id: Mapped[UUID] = mapped_column(ForeignKey("course_version.id"))
    state: Mapped[EnrolmentState] = mapped_column(stored(EnrolmentState))
    language: Mapped[str]
    enrolled_on: Mapped[date] = mapped_column(Date)
    started_at: Mapped[datetime | None]
    last_active_at: Mapped[datetime | None]
    progress: Mapped[int] = mapped_column(default=0)
    learning_completed_at: Mapped[datetime | None]
    portfolio_signed_off_at: Mapped[datetime | None]
    dated: Mapped[bool] = mapped_column(default=False, server_default="false")
    attended_at: Mapped[datetime | None]
    completed_on: Mapped[date | None] = mapped_column(Date)
    ended_on: Mapped[date | None] = mapped_column(Date)
    sector: Mapped[Sector] = mapped_column(stored(Sector))
    organisation_id: Mapped[UUID | None] = mapped_column(ForeignKey("organisation.id"))
    organisation_lineage: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid()))
    job_role_code: Mapped[str | None]
    setting_code: Mapped[str | None]
    paid: Mapped[bool | None]
    declared: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list)
    learner: Mapped[Person] = relationship()
    course: Mapped[Course] = relationship()
    version: Mapped[CourseVersion] = relationship()
    organisation: Mapped[Organisation | None] = relationship()
    events: Mapped[list["EnrolmentEvent"]] = relationship(back_populates="enrolment", order_by="EnrolmentEvent.at")


class EnrolmentEventKind(StrEnum):
    ENROLLED = "enrolled"
    WAITLISTED = "waitlisted"
    OFFERED = "offered"
    STARTED = "started"
    PROGRESSED = "progressed"
    LEARNING_COMPLETED = "learning_completed"
    PORTFOLIO_SIGNED_OFF = "portfolio_signed_off"
    PORTFOLIO_REOPENED = "portfolio_reopened"
    NOTED = "noted"
    ATTENDED = "attended"
    DID_NOT_ATTEND = "did_not_attend"
    RESIT_DUE = "resit_due"
    ATTENDANCE_WITHDRAWN = "attendance_withdrawn"
    COMPLETED = "completed"
    COMPLETION_WITHDRAWN = "completion_withdrawn"
    PAUSED = "paused"
    RESUMED = "resumed"
    WITHDRAWN = "withdrawn"


class EnrolmentEvent(Record):
    """What happened to an enrolment; only appended to. `statement_id`: the xAPI statement that said so.

    A completion that no longer stands keeps its day in the `details` of the event that withdraws it (`completed_on`).
    """

    __tablename__ = "enrolment_event"
    __table_args__ = (
        Index(
            "ix_enrolment_event_completion_withdrawn", "enrolment_id", "at",
            postgresql_where="kind = 'completion_withdrawn'",
        ),
    )  # fmt: skip
    enrolment_id: Mapped[UUID] = mapped_column(ForeignKey("enrolment.id"), index=True)
    at: Mapped[datetime]
    kind: Mapped[EnrolmentEventKind] = mapped_column(stored(EnrolmentEventKind))
    by: Mapped[UUID | None]
    reason: Mapped[str | None]
    statement_id: Mapped[UUID | None]
    details: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)
    enrolment: Mapped[Enrolment] = relationship(back_populates="events")
