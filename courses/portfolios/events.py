"""What portfolios tell the rest of the house."""

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True)
class PortfolioOpened:
    portfolio_id: UUID
    enrolment_id: UUID


@dataclass(frozen=True)
class PortfolioSubmitted:
    """It waits for its sign-off."""

    portfolio_id: UUID
    enrolment_id: UUID


@dataclass(frozen=True)
class EvidenceMoved:
    """An item was submitted, taken back, decided or redacted."""

    item_id: UUID
    enrolment_id: UUID


@dataclass(frozen=True)
class PortfolioSignedOff:
    portfolio_id: UUID
    enrolment_id: UUID


@dataclass(frozen=True)
class PortfolioReopened:
    portfolio_id: UUID
    enrolment_id: UUID


@dataclass(frozen=True)
class SignOffWithdrawn:
    """A signature no longer stands: what rests on it falls."""

    portfolio_id: UUID
    enrolment_id: UUID


@dataclass(frozen=True)
class FileInfected:
    """The scanner found something in a file: whoever holds it lets it go."""

    file_id: UUID
    found: str
