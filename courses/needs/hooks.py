"""What rounds ask of rooms that stand above them. `lms/app.py` wires it; what is not wired is not known, and said so."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from flask import current_app

GAPS = "needs.gaps"
HEADCOUNTS = "needs.headcounts"

Gaps = Mapping[tuple[UUID, UUID], int | None]
"""By organisation and course: people whose self-assessment is below what their role needs. None: there are some, hidden by
disclosure control; nothing at all: not known."""


@dataclass(frozen=True)
class Known:
    """A headcount that somebody above us keeps, with where it comes from."""

    people: int
    source: str


GapsOf = Callable[[Collection[UUID], Collection[UUID], date], Gaps]
HeadcountsOf = Callable[[Collection[UUID], date], Mapping[UUID, Known]]


def gaps(organisations: Collection[UUID], courses: Collection[UUID], day: date) -> Gaps:
    """Suppressed aggregates only: whoever is wired here applies disclosure control before it answers."""
    asked: GapsOf | None = current_app.extensions.get(GAPS)
    return asked(organisations, courses, day) if asked else {}


def headcounts(organisations: Collection[UUID], day: date) -> Mapping[UUID, Known]:
    asked: HeadcountsOf | None = current_app.extensions.get(HEADCOUNTS)
    return asked(organisations, day) if asked else {}
