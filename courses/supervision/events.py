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


@dataclass(frozen=True)
class SessionAgreed:
    """A learner agreed that a session took place: it counts for the two of them."""

    session_id: UUID
    learner_id: UUID


@dataclass(frozen=True)
class SessionWithdrawn:
    """It was recorded in error, and counts for nobody."""

    session_id: UUID


@dataclass(frozen=True)
class LicenceIssued:
    licence_id: UUID


@dataclass(frozen=True)
class LicenceWithdrawn:
    licence_id: UUID
