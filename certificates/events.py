"""What certificates tell the rest of the house."""

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True)
class AwardIssued:
    award_id: UUID
    enrolment_id: UUID


@dataclass(frozen=True)
class AwardEnded:
    """It was revoked: it counts no more from now on."""

    award_id: UUID
    enrolment_id: UUID
