"""What self-assessment asks of rooms that stand above it. `lms/app.py` wires it; what is not wired is not known."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from flask import current_app

from lms.core.language import Bilingual

EVIDENCE, SUPERVISORS, LEARNING = "assessment.evidence", "assessment.supervisors", "assessment.learning"


@dataclass(frozen=True)
class Evidence:
    """Something that somebody has here already. `ref`: "<kind>:<id>"; `where`: in the words of the room that keeps it."""

    ref: str
    title: Bilingual
    where: str
    on: date | None


EvidenceOf = Callable[[UUID, Collection[str], int], Sequence[Evidence]]
"""(person, refs, most): those of the refs that are the person's own, and the newest of their things up to `most`."""
SupervisorsOf = Callable[[UUID, date], Sequence[tuple[UUID, str]]]
"""(id, name) of those who supervise the person that day."""
LearningFor = Callable[[str], str]
"""The address of the page that suggests learning for somebody's gaps in the framework of that code."""


def evidence_of(person: UUID, refs: Collection[str], most: int) -> Sequence[Evidence]:
    asked: EvidenceOf | None = current_app.extensions.get(EVIDENCE)
    return asked(person, refs, most) if asked else ()


def supervisors_of(person: UUID, day: date) -> Sequence[tuple[UUID, str]]:
    asked: SupervisorsOf | None = current_app.extensions.get(SUPERVISORS)
    return asked(person, day) if asked else ()


def learning_for(code: str) -> str | None:
    asked: LearningFor | None = current_app.extensions.get(LEARNING)
    return asked(code) if asked else None
