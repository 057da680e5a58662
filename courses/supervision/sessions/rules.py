"""What a session may say. Pure."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta

from lms.core.errors import Invalid
from lms.core.language import N_, Bilingual

LARGEST_GROUP = 30
OLDEST = timedelta(days=366)
"""How far back a session may be recorded."""


@dataclass(frozen=True)
class Task:
    """Something that a portfolio asks for. `group`: it may be met in a group; otherwise only one to one."""

    key: str
    title: Bilingual
    group: bool = True


def check_session(held_on: date, learners: int, tasks: Collection[Task], today: date) -> None:
    """Raises Invalid, by field."""
    faults = {}
    if held_on > today:
        faults["held_on"] = N_("The date must not be in the future")
    elif held_on < today - OLDEST:
        faults["held_on"] = N_("Enter a date within the last 12 months")
    if learners < 1:
        faults["learners"] = N_("Choose who took part")
    elif learners > LARGEST_GROUP:
        faults["learners"] = N_("A group has at most 30 people")
    if learners > 1 and any(not task.group for task in tasks):
        faults["tasks"] = N_("One of these tasks can only be met one to one")
    if faults:
        raise Invalid(fields=faults)


@dataclass(frozen=True)
class Hours:
    """Minutes of one kind of supervision, one to one and in groups."""

    kind: str
    alone: int
    group: int

    @property
    def total(self) -> int:
        return self.alone + self.group
