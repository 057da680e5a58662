"""Entries of CPD records, and the copies that people asked for. Durations are whole minutes."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.core.db import Record, bilingual
from lms.core.files import StoredFile
from lms.core.language import Bilingual


class CpdEntry(Record):
    """Something that a person learnt. One entry serves all of their registers.

    `origin` None: they wrote it down themselves, in one language or both. Otherwise it came by itself: `origin` says from
    what, `origin_id` from which, once for each person; `told_minutes` is what the house knows of it, `minutes` what the
    person says. `participatory_minutes` are part of `minutes`; None: not said. `texts`: {field: text}, by the codes in
    `data/fields.yaml`; `standards`: "<register>:<code>". `left_out_at`: the person does not want it in their record.
    `withdrawn_at`: what it tells of does not stand any more. Neither takes anything from the history of learning.
    """

    __tablename__ = "cpd_entry"
    __table_args__ = (
        UniqueConstraint("person_id", "origin", "origin_id"),
        CheckConstraint("(origin IS NULL) = (origin_id IS NULL)", name="origin"),
        CheckConstraint("minutes >= 0", name="minutes"),
        CheckConstraint(
            "participatory_minutes IS NULL OR participatory_minutes BETWEEN 0 AND minutes", name="participatory"
        ),
        Index("ix_cpd_entry_person", "person_id", "happened_on", "id"),
        Index("ix_cpd_entry_origin", "origin", "origin_id"),
        Index("ix_cpd_entry_file_id", "file_id"),
    )
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    origin: Mapped[str | None]
    origin_id: Mapped[UUID | None]
    title: Mapped[Bilingual] = bilingual("title")
    happened_on: Mapped[date] = mapped_column(Date)
    minutes: Mapped[int | None]
    participatory_minutes: Mapped[int | None]
    told_minutes: Mapped[int | None]
    method: Mapped[str | None]
    texts: Mapped[dict[str, str]] = mapped_column(JSONB, default=dict)
    standards: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list)
    links: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list)
    file_id: Mapped[UUID | None] = mapped_column(ForeignKey("stored_file.id"))
    file_name: Mapped[str | None]
    edition: Mapped[int] = mapped_column(default=1)
    saved_at: Mapped[datetime]
    left_out_at: Mapped[datetime | None]
    withdrawn_at: Mapped[datetime | None]
    file: Mapped[StoredFile | None] = relationship()


class CpdCopy(Record):
    """A copy of a person's record that they asked for, as a PDF. `asked`: the register and the days, as plain values."""

    __tablename__ = "cpd_copy"
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    language: Mapped[str]
    asked: Mapped[dict[str, Any]] = mapped_column(JSONB)
    asked_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    file_id: Mapped[UUID | None] = mapped_column(ForeignKey("stored_file.id"))
    file: Mapped[StoredFile | None] = relationship()
