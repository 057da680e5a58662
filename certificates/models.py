"""Awards. What was issued is never changed: what happens to it later is appended."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Date, ForeignKey, Index, Sequence, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from certificates.rules import AwardEventKind, NameVisibility, RevocationReason
from courses.catalogue.models import CertificateKind, CourseVersion
from courses.enrolments.models import Enrolment
from lms.accounts.models import Person
from lms.core.db import Base, Record, db, stored
from lms.core.files import StoredFile

award_number = Sequence("award_number", metadata=Base.metadata)
"""Counts certificates, over all years; a number that a rolled back transaction took stays unused."""


class Award(Record):
    """One certificate, for one enrolment. `code` is 100 secret bits that look it up; `number` is for filing.

    `edition` 2 and on: the one before fell with the signature that it stood on.

    `snapshot` holds every printed string in both languages, `snapshot_hash` its SHA-256; `design` says what draws it. A
    trigger refuses every change but that of `name_visibility`, which is the holder's choice. See `rules.standing`.
    """

    __tablename__ = "award"
    __table_args__ = (
        UniqueConstraint("enrolment_id", "edition"),
        Index("ix_award_learner", "learner_id", "issued_on"),
        Index("ix_award_issued_on", "issued_on", "id"),
    )
    number: Mapped[str] = mapped_column(unique=True)
    code: Mapped[str] = mapped_column(unique=True)
    learner_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    enrolment_id: Mapped[UUID] = mapped_column(ForeignKey("enrolment.id"))
    edition: Mapped[int] = mapped_column(default=1, server_default="1")
    course_code: Mapped[str]
    course_version_id: Mapped[UUID] = mapped_column(ForeignKey("course_version.id"))
    kind: Mapped[CertificateKind] = mapped_column(stored(CertificateKind))
    completed_on: Mapped[date] = mapped_column(Date)
    issued_on: Mapped[date] = mapped_column(Date)
    valid_until: Mapped[date | None] = mapped_column(Date)
    snapshot: Mapped[dict[str, Any]] = mapped_column(JSONB)
    snapshot_hash: Mapped[str]
    design: Mapped[str]
    name_visibility: Mapped[NameVisibility] = mapped_column(stored(NameVisibility), default=NameVisibility.PRINTED)
    learner: Mapped[Person] = relationship()
    enrolment: Mapped[Enrolment] = relationship()
    version: Mapped[CourseVersion] = relationship()
    events: Mapped[list["AwardEvent"]] = relationship(back_populates="award", order_by="AwardEvent.at")


class AwardEvent(Record):
    """What happened to an award; only appended to. `by` None: the system. `note`: never shown to checkers."""

    __tablename__ = "award_event"
    award_id: Mapped[UUID] = mapped_column(ForeignKey("award.id"), index=True)
    kind: Mapped[AwardEventKind] = mapped_column(stored(AwardEventKind))
    at: Mapped[datetime]
    by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    reason: Mapped[RevocationReason | None] = mapped_column(stored(RevocationReason))
    note: Mapped[str | None]
    award: Mapped[Award] = relationship(back_populates="events")


class AwardCheck(db.Model):  # type: ignore[name-defined, misc]
    """How often an award was checked on a day. Nothing is kept of who checked."""

    __tablename__ = "award_check"
    award_id: Mapped[UUID] = mapped_column(ForeignKey("award.id"), primary_key=True)
    on: Mapped[date] = mapped_column(Date, primary_key=True)
    count: Mapped[int] = mapped_column(default=1)


class AwardFile(Record):
    """A certificate that has been drawn, in `en`, `cy` or `both`. May be thrown away: the same bytes come again."""

    __tablename__ = "award_file"
    __table_args__ = (UniqueConstraint("award_id", "language"),)
    award_id: Mapped[UUID] = mapped_column(ForeignKey("award.id"))
    language: Mapped[str]
    file_id: Mapped[UUID] = mapped_column(ForeignKey("stored_file.id"))
    file: Mapped[StoredFile] = relationship()
