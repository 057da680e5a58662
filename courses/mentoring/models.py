"""Mentor programmes, who may mentor, who would like to be found, who has whom, and that they met."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID, uuid4

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column, relationship

from courses.mentoring.rules import How, Language, Preference, Side
from lms.accounts.models import Organisation, Person
from lms.core.db import Record, bilingual, db, stored
from lms.core.language import Bilingual


class MentorProgramme(Record):
    """A mentoring scheme that an organisation runs. `capacity`: mentees of a mentor at most.

    Completing `mentor_course` makes somebody a mentor for `standing_months`. A mentee who has had `meetings` meetings over
    `months` months, and said how it was where `feedback` asks for it, is invited to `next_course`. `edition` counts edits.
    """

    __tablename__ = "mentor_programme"
    __table_args__ = (
        CheckConstraint("capacity BETWEEN 1 AND 20", name="capacity"),
        CheckConstraint("months BETWEEN 1 AND 60", name="months"),
        CheckConstraint("meetings BETWEEN 1 AND 100", name="meetings"),
        CheckConstraint("standing_months BETWEEN 1 AND 120", name="standing_months"),
    )
    code: Mapped[str] = mapped_column(unique=True)
    title: Mapped[Bilingual] = bilingual("title")
    purpose: Mapped[Bilingual] = bilingual("purpose")
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    mentor_course: Mapped[str | None] = mapped_column(ForeignKey("course.code"))
    next_course: Mapped[str | None] = mapped_column(ForeignKey("course.code"))
    capacity: Mapped[int]
    months: Mapped[int]
    meetings: Mapped[int]
    feedback: Mapped[bool]
    standing_months: Mapped[int]
    is_open: Mapped[bool]
    edition: Mapped[int] = mapped_column(default=1)
    changed_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    changed_at: Mapped[datetime]
    organisation: Mapped[Organisation] = relationship()


class MentorStanding(Record):
    """Leave to mentor in a programme, both days included. `withdrawn_on`: from that day on it does not count.

    `by_course`: it came with the mentor course; otherwise whoever runs the programme gave it.
    """

    __tablename__ = "mentor_standing"
    __table_args__ = (CheckConstraint("ends_on >= starts_on", name="order"),)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    programme_id: Mapped[UUID] = mapped_column(ForeignKey("mentor_programme.id"), index=True)
    by_course: Mapped[bool]
    starts_on: Mapped[date] = mapped_column(Date)
    ends_on: Mapped[date] = mapped_column(Date)
    withdrawn_on: Mapped[date | None] = mapped_column(Date)
    withdrawn_reason: Mapped[str | None]
    person: Mapped[Person] = relationship()
    programme: Mapped[MentorProgramme] = relationship()


_OF_ORGANISATION = stored(Preference)
_OF_ORGANISATION.name = "organisation_preference"  # a table has one check of each name


class Listing(Record):
    """What somebody would like, or offers, in a programme. It stands there by consent alone, and goes with it.

    `capacity`: how many mentees a mentor would take; `area`: code of a health board, for meeting in person.
    """

    __tablename__ = "mentoring_listing"
    __table_args__ = (
        UniqueConstraint("person_id", "programme_id", "side"),
        Index("ix_mentoring_listing_programme", "programme_id", "side"),
        CheckConstraint("(side = 'mentor') = (capacity IS NOT NULL)", name="capacity_of_mentors"),
    )
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    programme_id: Mapped[UUID] = mapped_column(ForeignKey("mentor_programme.id"))
    side: Mapped[Side] = mapped_column(stored(Side))
    topics: Mapped[list[str]] = mapped_column(ARRAY(Text))
    language: Mapped[Language] = mapped_column(stored(Language))
    how: Mapped[How] = mapped_column(stored(How))
    area: Mapped[str | None] = mapped_column(ForeignKey("organisation.code"))
    profession: Mapped[Preference] = mapped_column(stored(Preference))
    organisation: Mapped[Preference] = mapped_column(_OF_ORGANISATION)
    capacity: Mapped[int | None]
    consented_at: Mapped[datetime]
    person: Mapped[Person] = relationship()


class RequestState(StrEnum):
    OPEN = "open"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    LAPSED = "lapsed"


class DeclineReason(StrEnum):
    """What the other one is told. Kind words, and nobody has to say more."""

    NO_TIME = "no_time"
    NOT_THE_RIGHT_MATCH = "not_the_right_match"
    FOUND_SOMEBODY = "found_somebody"
    RATHER_NOT_SAY = "rather_not_say"


class MentorRequest(Record):
    """One of the two asks the other. Open until answered, or until the day `until`."""

    __tablename__ = "mentor_request"
    __table_args__ = (
        CheckConstraint("mentor_id <> mentee_id", name="two_people"),
        CheckConstraint("by IN (mentor_id, mentee_id)", name="one_of_the_two"),
        Index(
            "uq_mentor_request_open", "mentee_id", "mentor_id", "programme_id", unique=True,
            postgresql_where="state = 'open'",
        ),
        Index("ix_mentor_request_mentor", "mentor_id"),
        Index("ix_mentor_request_mentee", "mentee_id"),
    )  # fmt: skip
    programme_id: Mapped[UUID] = mapped_column(ForeignKey("mentor_programme.id"))
    mentor_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    mentee_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    by: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    state: Mapped[RequestState] = mapped_column(stored(RequestState))
    made_at: Mapped[datetime]
    until: Mapped[date] = mapped_column(Date)
    answered_at: Mapped[datetime | None]
    declined: Mapped[DeclineReason | None] = mapped_column(stored(DeclineReason))
    mentor: Mapped[Person] = relationship(foreign_keys=[mentor_id])
    mentee: Mapped[Person] = relationship(foreign_keys=[mentee_id])
    programme: Mapped[MentorProgramme] = relationship()


class EndReason(StrEnum):
    REACHED = "reached"
    NO_TIME = "no_time"
    CHANGED_JOB = "changed_job"
    NOT_THE_RIGHT_MATCH = "not_the_right_match"
    HANDED_OVER = "handed_over"
    OTHER = "other"


class Mentorship(Record):
    """A mentor has a mentee, from a date until `ends_on` (None: open), the day on which it ended.

    `follows_id`: the mentoring that was handed over into this one. `feedback_on`: the mentee has said how it was; what they
    said stands elsewhere, without a name.
    """

    __tablename__ = "mentorship"
    __table_args__ = (
        CheckConstraint("mentor_id <> mentee_id", name="two_people"),
        CheckConstraint("(ends_on IS NULL) = (end_reason IS NULL)", name="says_why"),
        Index("uq_mentorship_open", "mentee_id", "programme_id", unique=True, postgresql_where="ends_on IS NULL"),
        Index("ix_mentorship_mentor", "mentor_id"),
        Index("ix_mentorship_mentee", "mentee_id"),
        Index("ix_mentorship_programme", "programme_id"),
    )
    programme_id: Mapped[UUID] = mapped_column(ForeignKey("mentor_programme.id"))
    mentor_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    mentee_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    arranged_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    starts_on: Mapped[date] = mapped_column(Date)
    ends_on: Mapped[date | None] = mapped_column(Date)
    end_reason: Mapped[EndReason | None] = mapped_column(stored(EndReason))
    ended_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    follows_id: Mapped[UUID | None] = mapped_column(ForeignKey("mentorship.id"))
    feedback_on: Mapped[date | None] = mapped_column(Date)
    mentor: Mapped[Person] = relationship(foreign_keys=[mentor_id])
    mentee: Mapped[Person] = relationship(foreign_keys=[mentee_id])
    programme: Mapped[MentorProgramme] = relationship()


class MeetingHow(StrEnum):
    ONLINE = "online"
    IN_PERSON = "in_person"
    TELEPHONE = "telephone"


class MentorMeeting(Record):
    """That the two met, when, how and for how many minutes; there is no place for what was said.

    It counts once the other one agrees. `agreed` False: they say that it did not happen. `withdrawn_at`: whoever recorded it
    took it back.
    """

    __tablename__ = "mentor_meeting"
    __table_args__ = (
        CheckConstraint("minutes BETWEEN 5 AND 480", name="minutes"),
        CheckConstraint("(agreed IS NULL) = (answered_at IS NULL)", name="one_answer"),
        Index(
            "uq_mentor_meeting_day", "mentorship_id", "held_on", unique=True,
            postgresql_where="withdrawn_at IS NULL AND agreed IS NOT FALSE",
        ),
        Index("ix_mentor_meeting_mentorship", "mentorship_id", "held_on"),
    )  # fmt: skip
    mentorship_id: Mapped[UUID] = mapped_column(ForeignKey("mentorship.id"))
    held_on: Mapped[date] = mapped_column(Date)
    minutes: Mapped[int]
    how: Mapped[MeetingHow] = mapped_column(stored(MeetingHow))
    made_by: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    made_at: Mapped[datetime]
    agreed: Mapped[bool | None]
    answered_at: Mapped[datetime | None]
    withdrawn_at: Mapped[datetime | None]
    mentorship: Mapped[Mentorship] = relationship()


class Helpful(StrEnum):
    YES = "yes"
    PARTLY = "partly"
    NO = "no"


class MentorFeedback(db.Model):  # type: ignore[name-defined, misc]
    """What a mentee said about a mentor. No name, no day, and an id that tells no time: it belongs to nobody."""

    __tablename__ = "mentor_feedback"
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    programme_id: Mapped[UUID] = mapped_column(ForeignKey("mentor_programme.id"))
    mentor_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    helpful: Mapped[Helpful] = mapped_column(stored(Helpful))
    thanks: Mapped[str]


class OnwardInvitation(Record):
    """A mentee was invited to the course that follows: once for each programme. A trigger refuses changes."""

    __tablename__ = "mentoring_onward_invitation"
    __table_args__ = (UniqueConstraint("person_id", "programme_id"),)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    programme_id: Mapped[UUID] = mapped_column(ForeignKey("mentor_programme.id"))
    course_code: Mapped[str] = mapped_column(ForeignKey("course.code"))
    made_on: Mapped[date] = mapped_column(Date)
