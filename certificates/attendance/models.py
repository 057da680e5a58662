"""Certificates that a corrected register contradicts."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from certificates.attendance.rules import Settlement
from certificates.models import Award
from lms.core.db import Record, stored


class AwardDoubt(Record):
    """What the registers say now, where a certificate says otherwise; one that is open for each award.

    `days`: [ISO date, minutes] of each day attended; `enough`: they still make the course attended. `reason`: why the register
    was corrected. `edition` counts what the registers said since, so that nobody decides about what they have not seen.
    """

    __tablename__ = "award_doubt"
    __table_args__ = (
        Index("uq_award_doubt_open", "award_id", unique=True, postgresql_where="settled_at IS NULL"),
        Index("ix_award_doubt_award_id", "award_id"),
        CheckConstraint("(settled_at IS NULL) = (outcome IS NULL)", name="settled"),
    )
    award_id: Mapped[UUID] = mapped_column(ForeignKey("award.id"))
    found_at: Mapped[datetime]
    days: Mapped[list[Any]] = mapped_column(JSONB)
    enough: Mapped[bool]
    reason: Mapped[str]
    edition: Mapped[int] = mapped_column(default=1)
    settled_at: Mapped[datetime | None]
    settled_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    outcome: Mapped[Settlement | None] = mapped_column(stored(Settlement))
    note: Mapped[str | None]
    award: Mapped[Award] = relationship()

    @property
    def attended(self) -> list[tuple[date, int]]:
        return [(date.fromisoformat(on), minutes) for on, minutes in self.days]
