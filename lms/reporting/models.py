"""Figures that others have published, kept with their source and never mixed with what is counted here."""

from datetime import date
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, Numeric, Text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from lms.accounts.models import Sector
from lms.core.db import Record, Reference, bilingual, stored
from lms.core.language import Bilingual


class BaselineUse(StrEnum):
    """baseline: where we started; reproduce: reports over real records must come to give this measure; target: an aim;
    context: to understand the others."""

    BASELINE = "baseline"
    REPRODUCE = "reproduce"
    TARGET = "target"
    CONTEXT = "context"


class Baseline(Reference):
    """A known figure. `unit` says what was counted; `value` None: the source gives words only (see `note`).

    `as_of` is a year, a year and month, or a day, as exactly as the source says, or None. `applies_to`: course codes.
    `conflicts_with`: figures of the same thing that say otherwise; they are shown beside each other, never averaged.
    `source` is document and line; `document` is that document's title, `document_dated` when it was published.
    """

    __tablename__ = "baseline"
    __table_args__ = (CheckConstraint(r"as_of ~ '^\d{4}(-\d{2}(-\d{2})?)?$'", name="as_of"),)
    position: Mapped[int]
    value: Mapped[Decimal | None] = mapped_column(Numeric)
    value_to: Mapped[Decimal | None] = mapped_column(Numeric)
    unit: Mapped[Bilingual] = bilingual("unit")
    note: Mapped[Bilingual] = bilingual("note")
    use: Mapped[BaselineUse] = mapped_column(stored(BaselineUse))
    as_of: Mapped[str | None]
    applies_to: Mapped[list[str]] = mapped_column(ARRAY(Text))
    conflicts_with: Mapped[list[str]] = mapped_column(ARRAY(Text))
    document: Mapped[Bilingual] = bilingual("document")
    document_dated: Mapped[str | None]


class Method(StrEnum):
    """How a headcount came about. esr: an extract of the NHS staff record."""

    ESR = "esr"
    CENSUS = "census"
    ESTIMATE = "estimate"
    OTHER = "other"


class Confidence(StrEnum):
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


class Headcount(Record):
    """How many people work somewhere on a day: what coverage is a percentage of. Never changed; a later one counts.

    Of a body with all below it; of one sector, staff group or setting there, or (None) of all.
    """

    __tablename__ = "headcount"
    __table_args__ = (
        CheckConstraint("people >= 0", name="people"),
        Index("ix_headcount_organisation", "organisation_id", "on_day"),
    )
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    sector: Mapped[Sector | None] = mapped_column(stored(Sector))
    staff_group: Mapped[str | None] = mapped_column(ForeignKey("staff_group.code"))
    setting_code: Mapped[str | None] = mapped_column(ForeignKey("service_setting.code"))
    on_day: Mapped[date] = mapped_column(Date)
    people: Mapped[int]
    source: Mapped[str]
    method: Mapped[Method] = mapped_column(stored(Method))
    confidence: Mapped[Confidence] = mapped_column(stored(Confidence))
    recorded_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
