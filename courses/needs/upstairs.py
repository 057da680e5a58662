"""What rounds ask of rooms that stand above them. What nobody answers is not known, and said so."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from lms.core.hooks import Hook

Gaps = Mapping[tuple[UUID, UUID], int | None]
"""By organisation and course: people whose self-assessment is below what their role needs. None: there are some, hidden by
disclosure control; nothing at all: not known."""


@dataclass(frozen=True)
class Known:
    """A headcount that somebody above us keeps, with where it comes from."""

    people: int
    source: str


@Hook
def gaps(_organisations: Collection[UUID], _courses: Collection[UUID], _day: date) -> Gaps:
    """Suppressed aggregates only: who answers applies disclosure control first."""
    return {}


@Hook
def headcounts(_organisations: Collection[UUID], _day: date) -> Mapping[UUID, Known]:
    """The newest headcount of each of those bodies, as far as one is known."""
    return {}
