"""What becomes of one person in a batch, and which reminder is due. Pure."""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

STAGES = (7, 30, 90)
"""Days before the last one, on which its holder is reminded; the way to a new certificate begins with the first."""


class Outcome(StrEnum):
    """What becomes of one person in a batch. The first two are good news; the others say what stands in the way."""

    ISSUED = "issued"
    HAS_ONE = "has_one"
    NOT_COMPLETED = "not_completed"
    SIGN_OFF = "sign_off"
    DAYS = "days"
    NAME = "name"
    REFUSED = "refused"


@dataclass(frozen=True)
class Candidate:
    """Somebody on the course, as far as their certificate depends on it."""

    completed: bool
    asks_for_sign_off: bool
    signed_off: bool
    has_one: bool
    printable: bool
    days_to_come: bool = False


def outcome(it: Candidate, *, completes: bool) -> Outcome:
    """What the batch would do. `completes`: the organiser says that everybody on it has completed the course."""
    if it.has_one:
        return Outcome.HAS_ONE
    if it.asks_for_sign_off and not it.signed_off:
        return Outcome.SIGN_OFF
    if not it.completed and not completes:
        return Outcome.NOT_COMPLETED
    if it.days_to_come:
        return Outcome.DAYS
    return Outcome.ISSUED if it.printable else Outcome.NAME


def stage(valid_until: date, today: date) -> int | None:
    """The reminder that is due for an award with that last day. None: none, or no more."""
    left = valid_until - today
    if left < timedelta(0):
        return None
    return next((days for days in STAGES if left <= timedelta(days=days)), None)
