"""What was found missing or doubtful when it was last counted."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Mapped, mapped_column

from lms.core.db import db


class QualityCount(db.Model):  # type: ignore[name-defined, misc]
    """Distinct people of a place, with all below it, of whom something is missing; `place` NIL: of everybody.

    `line`: what is missing (`counting.LINES`), or `everybody` for all with a membership.
    """

    __tablename__ = "quality_count"
    place: Mapped[UUID] = mapped_column(primary_key=True)
    line: Mapped[str] = mapped_column(primary_key=True)
    people: Mapped[int]
    at: Mapped[datetime]
