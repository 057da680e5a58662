"""What dates tell the rest of the house."""

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True)
class Booked:
    """A learner has a place on a date."""

    booking_id: UUID


@dataclass(frozen=True)
class Cancelled:
    """A place was given up, or taken with its date, in time."""

    booking_id: UUID


@dataclass(frozen=True)
class LateCancelled:
    """A place was given up after the day until which that can be done freely. It is told apart, and no reproach."""

    booking_id: UUID


@dataclass(frozen=True)
class PlaceOffered:
    booking_id: UUID


@dataclass(frozen=True)
class PlaceDeclined:
    """An offer was turned down, or (`lapsed`) not answered in time."""

    booking_id: UUID
    lapsed: bool


@dataclass(frozen=True)
class Attended:
    """Enough of a series was attended, as its course asks."""

    booking_id: UUID


@dataclass(frozen=True)
class DidNotAttend:
    """The registers are closed, and not enough was attended; `part`: some of it was."""

    booking_id: UUID
    part: bool


@dataclass(frozen=True)
class RegisterSettled:
    """A register of a series was closed, or a closed one was put right."""

    series_id: UUID


@dataclass(frozen=True)
class RegisterCorrected:
    """A closed register was put right about one person; `reason` is the words of whoever did it."""

    enrolment_id: UUID
    reason: str


@dataclass(frozen=True)
class SeriesHeld:
    """The last register of a series is closed."""

    series_id: UUID
