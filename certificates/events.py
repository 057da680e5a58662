"""What certificates tell the rest of the house."""

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True)
class AwardIssued:
    """A certificate was issued, also one that renews or replaces another."""

    award_id: UUID


@dataclass(frozen=True)
class AwardChanged:
    """What an award is worth has changed: it was suspended, taken up again, revoked or replaced."""

    award_id: UUID
