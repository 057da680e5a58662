"""Figures that others have published, kept with their source and never mixed with what is counted here."""

from decimal import Decimal
from enum import StrEnum

from sqlalchemy import CheckConstraint, Numeric, Text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from lms.core.db import Reference, bilingual, stored
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
