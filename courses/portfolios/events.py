"""What portfolios tell the rest of the house."""

from dataclasses import dataclass
from uuid import UUID


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
