"""What supervision tells the rest of the house."""

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True)
class LicenceChanged:
    """A supervisor's licence was issued, or withdrawn."""

    licence_id: UUID


@dataclass(frozen=True)
class AttestationMade:
    learner_id: UUID
    programme_code: str


@dataclass(frozen=True)
class AttestationEnded:
    """Ended early or ran out: what depends on it pauses."""

    learner_id: UUID
    programme_code: str
