"""Cascade sessions: what a champion passed on, to how many people of which kind. Hardly anything about anybody."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, LargeBinary, UniqueConstraint, Uuid
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column, relationship

from courses.catalogue.models import Topic
from courses.mentoring.cascade.rules import Length, RoleGroup, SessionLanguage
from lms.accounts.models import Organisation, Person, Sector
from lms.core.db import Record, stored


class CancelReason(StrEnum):
    NOBODY_CAME = "nobody_came"
    POSTPONED = "postponed"
    CHAMPION_AWAY = "champion_away"
    NO_ROOM = "no_room"
    RECORDED_IN_ERROR = "recorded_in_error"


class CascadeSession(Record):
    """One session of a champion, held under the certificate `award_number`. What it was stands in its accounts.

    Body and sector are the champion's on the day of the session and stay so: reports attribute as at the event.
    A cancelled one counts for nobody and says why.
    """

    __tablename__ = "cascade_session"
    __table_args__ = (
        CheckConstraint("(cancelled_at IS NULL) = (cancelled_reason IS NULL)", name="says_why"),
        Index("ix_cascade_session_champion", "champion_id"),
        Index("ix_cascade_session_lineage", "organisation_lineage", postgresql_using="gin"),
    )
    champion_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    award_number: Mapped[str]
    organisation_id: Mapped[UUID | None] = mapped_column(ForeignKey("organisation.id"))
    organisation_lineage: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid()))
    sector: Mapped[Sector] = mapped_column(stored(Sector))
    made_at: Mapped[datetime]
    cancelled_at: Mapped[datetime | None]
    cancelled_reason: Mapped[CancelReason | None] = mapped_column(stored(CancelReason))
    champion: Mapped[Person] = relationship()
    organisation: Mapped[Organisation | None] = relationship()
    accounts: Mapped[list["CascadeAccount"]] = relationship(back_populates="session", order_by="CascadeAccount.number")
    attendees: Mapped[list["CascadeAttendee"]] = relationship(back_populates="session", order_by="CascadeAttendee.id")


class CascadeAccount(Record):
    """What the champion says of a session. Rewritten within the first days; after that a new one follows, with a reason.

    The newest counts. `minutes`: how long it was.
    """

    __tablename__ = "cascade_account"
    __table_args__ = (
        UniqueConstraint("session_id", "number"),
        CheckConstraint("minutes BETWEEN 15 AND 960", name="minutes"),
        CheckConstraint("number = 1 OR reason <> ''", name="corrections_say_why"),
        Index("ix_cascade_account_held_on", "held_on"),
    )
    session_id: Mapped[UUID] = mapped_column(ForeignKey("cascade_session.id"))
    number: Mapped[int]
    held_on: Mapped[date] = mapped_column(Date)
    length: Mapped[Length] = mapped_column(stored(Length))
    minutes: Mapped[int]
    place: Mapped[str]
    area: Mapped[str | None] = mapped_column(ForeignKey("organisation.code"))
    topic_code: Mapped[str] = mapped_column(ForeignKey("topic.code"))
    course_code: Mapped[str | None] = mapped_column(ForeignKey("course.code"))
    language: Mapped[SessionLanguage] = mapped_column(stored(SessionLanguage))
    reason: Mapped[str] = mapped_column(default="", server_default="")
    made_at: Mapped[datetime]
    session: Mapped[CascadeSession] = relationship(back_populates="accounts")
    topic: Mapped[Topic] = relationship()
    groups: Mapped[list["CascadeGroup"]] = relationship(
        back_populates="account", order_by="CascadeGroup.position", cascade="all, delete-orphan"
    )


class CascadeGroup(Record):
    """So many people of a sector and a kind of role."""

    __tablename__ = "cascade_group"
    __table_args__ = (
        UniqueConstraint("account_id", "sector", "role_group"),
        CheckConstraint("people BETWEEN 1 AND 500", name="people"),
    )
    account_id: Mapped[UUID] = mapped_column(ForeignKey("cascade_account.id"))
    position: Mapped[int]
    sector: Mapped[Sector] = mapped_column(stored(Sector))
    role_group: Mapped[RoleGroup] = mapped_column(stored(RoleGroup))
    people: Mapped[int]
    account: Mapped[CascadeAccount] = relationship(back_populates="groups")


class CascadeAttendee(Record):
    """Somebody who was there and may put it on their own record, by a mailed link whose digest alone is kept.

    Name and address go when it is claimed, and otherwise on `keep_until`; they are among the people that are counted.
    """

    __tablename__ = "cascade_attendee"
    session_id: Mapped[UUID] = mapped_column(ForeignKey("cascade_session.id"), index=True)
    name: Mapped[str | None]
    email: Mapped[str | None]
    token_digest: Mapped[bytes | None] = mapped_column(LargeBinary, unique=True)
    asked_at: Mapped[datetime]
    keep_until: Mapped[date] = mapped_column(Date, index=True)
    person_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"), index=True)
    claimed_at: Mapped[datetime | None]
    session: Mapped[CascadeSession] = relationship(back_populates="attendees")
