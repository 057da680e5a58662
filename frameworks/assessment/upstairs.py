"""What self-assessment asks of rooms that stand above it. What nobody answers is not known."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from lms.core.hooks import Hook
from lms.core.language import Bilingual


@dataclass(frozen=True)
class Evidence:
    """Something that somebody has here already. `ref`: "<kind>:<id>"; `where`: in the words of the room that keeps it."""

    ref: str
    title: Bilingual
    where: str
    on: date | None


@Hook
def evidence_of(_person: UUID, _refs: Collection[str], _most: int) -> Sequence[Evidence]:
    """Those of the refs that are the person's own, and the newest of their things up to `most`."""
    return ()


@Hook
def supervisors_of(_person: UUID, _day: date) -> Sequence[tuple[UUID, str]]:
    """(id, name) of those who supervise the person that day."""
    return ()


@Hook
def learning_for(_code: str) -> str | None:
    """The address of the page that suggests learning for somebody's gaps in the framework of that code."""
    return None
