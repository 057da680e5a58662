"""What is kept of where people are, of whom it is not so any more, and until when it holds."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import BigInteger, Date, Identity, Index
from sqlalchemy.orm import Mapped, mapped_column

from lms.core.db import Record, db


class Reached(db.Model):  # type: ignore[name-defined, misc]
    """Somebody beside what all their work asks of a framework, once for each place of theirs that asks for anything.

    `reach`: meets, partly or not_yet, in all domains together. `rank`: the highest level that is asked of them anywhere.
    `alone`: it is their only row in the framework, so that it can be counted without asking who it is. Rows come and go,
    and are never changed: `ReachSum` follows them by a trigger.
    """

    __tablename__ = "framework_reach"
    __table_args__ = (
        Index("ix_framework_reach_person_id", "person_id"),
        Index("ix_framework_reach_several", "framework_id", postgresql_where="NOT alone"),
    )
    framework_id: Mapped[UUID] = mapped_column(primary_key=True)
    membership_id: Mapped[UUID] = mapped_column(primary_key=True)
    person_id: Mapped[UUID]
    organisation_id: Mapped[UUID | None]
    sector: Mapped[str]
    job_role_code: Mapped[str | None]
    rank: Mapped[int]
    reach: Mapped[str]
    alone: Mapped[bool]


class ReachSum(db.Model):  # type: ignore[name-defined, misc]
    """How many rows there are of people who have but one: `n` people of one place, rank and reach.

    `organisation_id` NIL: of no body; `job_role_code` '': not said.
    """

    __tablename__ = "framework_reach_sum"
    framework_id: Mapped[UUID] = mapped_column(primary_key=True)
    organisation_id: Mapped[UUID] = mapped_column(primary_key=True)
    sector: Mapped[str] = mapped_column(primary_key=True)
    job_role_code: Mapped[str] = mapped_column(primary_key=True)
    rank: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    reach: Mapped[str] = mapped_column(primary_key=True)
    n: Mapped[int]


class StaleReach(db.Model):  # type: ignore[name-defined, misc]
    """Somebody whose ratings or memberships changed: a trigger says so in the transaction that changed them.

    Only ever added to, so that nobody who saves waits for whoever counts; a person may stand here several times.
    """

    __tablename__ = "framework_reach_stale"
    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    person_id: Mapped[UUID]
    since: Mapped[datetime]


class ReachMark(db.Model):  # type: ignore[name-defined, misc]
    """For which version (its number) and day the rows of a framework hold, and when they were last brought up to date.

    `basis`: the digest of what the framework asked then; another one means that everybody is counted anew.
    """

    __tablename__ = "framework_reach_mark"
    framework_id: Mapped[UUID] = mapped_column(primary_key=True)
    number: Mapped[int]
    basis: Mapped[str]
    day: Mapped[date] = mapped_column(Date)
    at: Mapped[datetime]


class ReachCheck(Record):
    """What a comparison of the rows with the records found: rows compared, and how many of them differ."""

    __tablename__ = "framework_reach_check"
    at: Mapped[datetime]
    rows: Mapped[int]
    different: Mapped[int]
    milliseconds: Mapped[int]
