"""What needs rounds tell the rest of the house."""

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True)
class NomineeChanged:
    """Somebody was named for a place, took it, or was taken off it."""

    nominee_id: UUID
