"""Dates of taught courses, the places on them, and who was there."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, LargeBinary, UniqueConstraint, Uuid
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from courses.catalogue.models import Course, CourseVersion
from courses.enrolments.models import Enrolment
from lms.accounts.models import Organisation, Person, Sector
from lms.core.db import Record, stored


class SeriesState(StrEnum):
    """draft → published → held; cancelled from any but held."""

    DRAFT = "draft"
    PUBLISHED = "published"
    HELD = "held"
    CANCELLED = "cancelled"


class Delivery(StrEnum):
    """In which language a series is given (domain dossier §9). bilingual: with interpretation."""

    WELSH = "welsh"
    ENGLISH = "english"
    BILINGUAL = "bilingual"


class Mode(StrEnum):
    IN_PERSON = "in_person"
    ONLINE = "online"


class Series(Record):
    """A course given once: one meeting or several, booked as one. Days are those of Wales.

    `area` is public ("Wrexham"); `place` and `link` are told to those booked alone. `booking_closes` and `cancel_by` are the
    last days on which that can be done; later cancellations are told apart. `share`: per cent of the minutes that must be
    attended; `whole_course`: attending completes the course, with nothing to be learnt beside it. `sequence` counts change
    sets, as calendars do (RFC 5545 §3.8.7.4). `offer_hours`: how long an offered place is kept. `short_told_at`: organisers were
    told that fewer than `minimum` are coming.
    """

    __tablename__ = "series"
    __table_args__ = (
        CheckConstraint("capacity BETWEEN 1 AND 1000", name="capacity"),
        CheckConstraint("minimum IS NULL OR minimum BETWEEN 1 AND capacity", name="minimum"),
        CheckConstraint("share BETWEEN 1 AND 100", name="share"),
        Index("ix_series_course", "course_id", "state"),
        Index("ix_series_organisation_lineage", "organisation_lineage", postgresql_using="gin"),
    )
    course_id: Mapped[UUID] = mapped_column(ForeignKey("course.id"))
    course_version_id: Mapped[UUID] = mapped_column(ForeignKey("course_version.id"))
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    organisation_lineage: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid()))
    state: Mapped[SeriesState] = mapped_column(stored(SeriesState))
    language: Mapped[Delivery] = mapped_column(stored(Delivery))
    mode: Mapped[Mode] = mapped_column(stored(Mode))
    area: Mapped[str]
    place: Mapped[str]
    link: Mapped[str]
    access: Mapped[str]
    capacity: Mapped[int]
    minimum: Mapped[int | None]
    booking_opens: Mapped[date] = mapped_column(Date)
    booking_closes: Mapped[date] = mapped_column(Date)
    cancel_by: Mapped[date] = mapped_column(Date)
    share: Mapped[int]
    whole_course: Mapped[bool]
    offer_hours: Mapped[int]
    sequence: Mapped[int] = mapped_column(default=0)
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime] = mapped_column(index=True)
    published_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    ended_reason: Mapped[str | None]
    short_told_at: Mapped[datetime | None]
    course: Mapped[Course] = relationship()
    version: Mapped[CourseVersion] = relationship()
    organisation: Mapped[Organisation] = relationship()
    meetings: Mapped[list["Meeting"]] = relationship(
        back_populates="series", order_by="Meeting.starts_at", cascade="all, delete-orphan"
    )
    trainers: Mapped[list["Trainer"]] = relationship(cascade="all, delete-orphan", order_by="Trainer.id")
    reserves: Mapped[list["Reserve"]] = relationship(cascade="all, delete-orphan", order_by="Reserve.sector")


class Meeting(Record):
    """One sitting of a series. `code`: six figures shown in the room. `closed_at`: its register is closed."""

    __tablename__ = "series_meeting"
    __table_args__ = (
        CheckConstraint("ends_at > starts_at", name="order"),
        Index("ix_series_meeting_starts_at", "starts_at"),
    )
    series_id: Mapped[UUID] = mapped_column(ForeignKey("series.id"), index=True)
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    code: Mapped[str | None]
    closed_at: Mapped[datetime | None]
    closed_by: Mapped[UUID | None]
    series: Mapped[Series] = relationship(back_populates="meetings")

    @property
    def minutes(self) -> int:
        return int((self.ends_at - self.starts_at).total_seconds() // 60)


class Trainer(Record):
    """Somebody who gives a series, and keeps its registers."""

    __tablename__ = "series_trainer"
    __table_args__ = (UniqueConstraint("series_id", "person_id"),)
    series_id: Mapped[UUID] = mapped_column(ForeignKey("series.id"))
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    person: Mapped[Person] = relationship()


class Reserve(Record):
    """Places kept for a sector until the day before `release_on`."""

    __tablename__ = "series_reserve"
    __table_args__ = (UniqueConstraint("series_id", "sector"), CheckConstraint("places > 0", name="places"))
    series_id: Mapped[UUID] = mapped_column(ForeignKey("series.id"))
    sector: Mapped[Sector] = mapped_column(stored(Sector))
    places: Mapped[int]
    release_on: Mapped[date] = mapped_column(Date)


class SeriesChange(Record):
    """What was changed of a published series at once, and told in one mail. Only appended to."""

    __tablename__ = "series_change"
    series_id: Mapped[UUID] = mapped_column(ForeignKey("series.id"), index=True)
    sequence: Mapped[int]
    at: Mapped[datetime]
    by: Mapped[UUID | None]
    changes: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)


class BookingState(StrEnum):
    """waiting → offered → booked; ended as cancelled, late cancelled, declined, lapsed or withdrawn with its date.

    moved: given up for another date. over: its series was held, whatever the register says of it.
    """

    WAITING = "waiting"
    OFFERED = "offered"
    BOOKED = "booked"
    CANCELLED = "cancelled"
    LATE_CANCELLED = "late_cancelled"
    DECLINED = "declined"
    LAPSED = "lapsed"
    MOVED = "moved"
    OVER = "over"


LIVE = (BookingState.WAITING, BookingState.OFFERED, BookingState.BOOKED)
TAKING = (BookingState.OFFERED, BookingState.BOOKED, BookingState.OVER)
"""States that take a place."""
ON_REGISTER = (BookingState.BOOKED, BookingState.OVER)


class Booking(Record):
    """A learner's place on a series, or their wait for one. `any_date`: whichever is free first; then no series yet.

    `sector` is as it was when it was asked for. `adjustments`: what the learner asks for, for the organiser and the trainers
    alone. `passed`: series whose offer they did not take, and are not offered again. `added_by`: somebody put them on the
    register. `asked_at` orders the waiting list.
    """

    __tablename__ = "booking"
    __table_args__ = (
        CheckConstraint("any_date OR series_id IS NOT NULL", name="somewhere"),
        CheckConstraint("state NOT IN ('offered', 'booked') OR series_id IS NOT NULL", name="placed"),
        CheckConstraint("(state = 'offered') = (offer_until IS NOT NULL)", name="offer"),
        Index(
            "uq_booking_live", "enrolment_id", unique=True,
            postgresql_where="state IN ('waiting', 'offered', 'booked')",
        ),
        Index("ix_booking_series", "series_id", "state"),
        Index("ix_booking_waiting", "course_id", "asked_at", postgresql_where="state = 'waiting'"),
        Index("ix_booking_offered", "offer_until", postgresql_where="state = 'offered'"),
    )  # fmt: skip
    enrolment_id: Mapped[UUID] = mapped_column(ForeignKey("enrolment.id"), index=True)
    learner_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    course_id: Mapped[UUID] = mapped_column(ForeignKey("course.id"))
    series_id: Mapped[UUID | None] = mapped_column(ForeignKey("series.id"))
    state: Mapped[BookingState] = mapped_column(stored(BookingState))
    any_date: Mapped[bool] = mapped_column(default=False)
    sector: Mapped[Sector] = mapped_column(stored(Sector))
    adjustments: Mapped[str] = mapped_column(default="")
    asked_at: Mapped[datetime]
    offered_at: Mapped[datetime | None]
    offer_until: Mapped[datetime | None]
    booked_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    passed: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid()), default=list)
    added_by: Mapped[UUID | None]
    learner: Mapped[Person] = relationship()
    enrolment: Mapped[Enrolment] = relationship()
    course: Mapped[Course] = relationship()
    series: Mapped[Series | None] = relationship()


class BookingEvent(Record):
    """What happened to a booking. Only appended to. `kind`: what a `BookingState` or an event of the room is called."""

    __tablename__ = "booking_event"
    booking_id: Mapped[UUID] = mapped_column(ForeignKey("booking.id"), index=True)
    series_id: Mapped[UUID | None] = mapped_column(ForeignKey("series.id"))
    at: Mapped[datetime]
    kind: Mapped[str]
    by: Mapped[UUID | None]
    reason: Mapped[str | None]


class Presence(StrEnum):
    """signed_in: the learner says so with the code; it counts once a trainer marks it."""

    SIGNED_IN = "signed_in"
    ATTENDED = "attended"
    PARTLY = "partly"
    DID_NOT_ATTEND = "did_not_attend"
    EXCUSED = "excused"


class Attendance(Record):
    """A mark on a register; the newest of a person and meeting counts. Only appended to.

    `minutes` that they were there; `language`: the one in which they followed (domain dossier §9). `reason` of a correction.
    """

    __tablename__ = "attendance"
    __table_args__ = (
        CheckConstraint("minutes >= 0", name="minutes"),
        CheckConstraint("language IN ('en', 'cy')", name="language"),
        Index("ix_attendance_meeting", "meeting_id", "booking_id", "id"),
    )
    meeting_id: Mapped[UUID] = mapped_column(ForeignKey("series_meeting.id"))
    booking_id: Mapped[UUID] = mapped_column(ForeignKey("booking.id"), index=True)
    presence: Mapped[Presence] = mapped_column(stored(Presence))
    minutes: Mapped[int]
    language: Mapped[str]
    at: Mapped[datetime]
    by: Mapped[UUID | None]
    source: Mapped[str]
    reason: Mapped[str | None]


class Reminder(Record):
    """A reminder that was sent, so that it is sent once."""

    __tablename__ = "booking_reminder"
    __table_args__ = (UniqueConstraint("booking_id", "meeting_id", "days"),)
    booking_id: Mapped[UUID] = mapped_column(ForeignKey("booking.id"))
    meeting_id: Mapped[UUID] = mapped_column(ForeignKey("series_meeting.id"))
    days: Mapped[int]


class CalendarFeed(Record):
    """A secret address of a person's calendar; only its digest is kept. `ended_at`: it opens nothing any more."""

    __tablename__ = "calendar_feed"
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    digest: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    made_at: Mapped[datetime]
    read_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
