"""Returns, what is in them, and what became of them. Triggers refuse UPDATE and DELETE of all but the progress."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, LargeBinary, Text, UniqueConstraint, Uuid
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.accounts.models import Organisation
from lms.core.db import Record, db, stored
from lms.reporting.returns.rules import Span


class ReturnEventKind(StrEnum):
    SIGNED = "signed"
    WITHDRAWN = "withdrawn"


class Return(Record):
    """A return that was asked for: of a body (with all below it) and a quarter or year of the financial year.

    `known_at`: the facts recorded until then are in it, and none after. `edition`: of the same body and period, from 1.
    `previous_id`: what it is compared with. `reports`: slugs.
    """

    __tablename__ = "report_return"
    __table_args__ = (
        UniqueConstraint("organisation_id", "span", "starts_on", "edition"),
        CheckConstraint("ends_on > starts_on AND edition > 0", name="period"),
        Index("ix_report_return_listed", "ends_on", "id"),
        Index("ix_report_return_lineage", "organisation_lineage", postgresql_using="gin"),
    )
    number: Mapped[str] = mapped_column(unique=True)
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    organisation_lineage: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid()))
    span: Mapped[Span] = mapped_column(stored(Span))
    starts_on: Mapped[date] = mapped_column(Date)
    ends_on: Mapped[date] = mapped_column(Date)
    edition: Mapped[int]
    reports: Mapped[list[str]] = mapped_column(ARRAY(Text))
    known_at: Mapped[datetime]
    previous_id: Mapped[UUID | None] = mapped_column(ForeignKey("report_return.id"))
    asked_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    organisation: Mapped[Organisation] = relationship()


class ReturnProgress(db.Model):  # type: ignore[name-defined, misc]
    """How far the making is: `done` of `steps`. `failed_at`: it will not be made."""

    __tablename__ = "report_return_progress"
    return_id: Mapped[UUID] = mapped_column(ForeignKey("report_return.id"), primary_key=True)
    done: Mapped[int] = mapped_column(default=0)
    steps: Mapped[int]
    failed_at: Mapped[datetime | None]


class ReturnContent(db.Model):  # type: ignore[name-defined, misc]
    """What was made: canonical JSON (`content.canonical`), and the SHA-256 of those bytes."""

    __tablename__ = "report_return_content"
    return_id: Mapped[UUID] = mapped_column(ForeignKey("report_return.id"), primary_key=True)
    content: Mapped[bytes] = mapped_column(LargeBinary)
    sha256: Mapped[str]
    made_at: Mapped[datetime]


class ReturnEvent(Record):
    """Signed, or withdrawn. Who did it, as they were called and what they were on that day; `sha256`: of what they saw."""

    __tablename__ = "report_return_event"
    __table_args__ = (UniqueConstraint("return_id", "kind"),)
    return_id: Mapped[UUID] = mapped_column(ForeignKey("report_return.id"))
    kind: Mapped[ReturnEventKind] = mapped_column(stored(ReturnEventKind))
    by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    name: Mapped[str]
    role: Mapped[str]
    at: Mapped[datetime]
    reason: Mapped[str | None]
    sha256: Mapped[str | None]
