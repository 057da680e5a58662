"""What cascade tells the rest of the house."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID


@dataclass(frozen=True)
class CascadeAttended:
    """Somebody put a session that they attended on their record."""

    person_id: UUID
    session_id: UUID
    held_on: date
    minutes: int


@dataclass(frozen=True)
class CascadeCancelled:
    """A session counts for nobody any more, nor for those who put it on their record."""

    session_id: UUID
