"""What an award is, what it is worth today, and who is told which name. Pure."""

import re
import secrets
import unicodedata
from calendar import monthrange
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32: no I, L, O or U."""
CODE_LENGTH = 20
GROUP = 5
NUMBER_PREFIX = "LLW"


RENEWAL_DAYS = 90
"""How long before its last day an award may be renewed so that nothing of its time is lost."""


class State(StrEnum):
    """product.md, States. `expired` and `altered` are derived, never stored."""

    ACTIVE = "active"
    EXPIRED = "expired"
    SUSPENDED = "suspended"
    REVOKED = "revoked"
    SUPERSEDED = "superseded"
    ALTERED = "altered"


class AwardEventKind(StrEnum):
    ISSUED = "issued"
    SUSPENDED = "suspended"
    LIFTED = "lifted"
    REVOKED = "revoked"
    SUPERSEDED = "superseded"
    VISIBILITY_CHOSEN = "visibility_chosen"


class RevocationReason(StrEnum):
    """Why something happened to an award: a code, told to everyone who checks it."""

    ISSUED_IN_ERROR = "issued_in_error"
    WRONG_DETAILS = "wrong_details"
    REQUIREMENTS_NOT_MET = "requirements_not_met"
    SIGN_OFF_WITHDRAWN = "sign_off_withdrawn"
    HOLDER_ASKED = "holder_asked"
    LICENCE_WITHDRAWN = "licence_withdrawn"
    UNDER_REVIEW = "under_review"
    NAME_CHANGED = "name_changed"
    ATTENDANCE_CORRECTED = "attendance_corrected"


REVOKES = (
    RevocationReason.ISSUED_IN_ERROR, RevocationReason.WRONG_DETAILS, RevocationReason.REQUIREMENTS_NOT_MET,
    RevocationReason.HOLDER_ASKED, RevocationReason.LICENCE_WITHDRAWN,
)  # fmt: skip
"""What an organiser may say. Those of `FALLS` come with what takes back the completion too, so nobody chooses them alone."""
FALLS = (RevocationReason.SIGN_OFF_WITHDRAWN, RevocationReason.ATTENDANCE_CORRECTED)
"""What a certificate stood on does not stand any more; when it does again, a new one may follow."""
SUSPENDS = (RevocationReason.UNDER_REVIEW, RevocationReason.WRONG_DETAILS, RevocationReason.HOLDER_ASKED)


class NameVisibility(StrEnum):
    """What the public page shows of the holder's name."""

    PRINTED = "printed"
    INITIALS = "initials"
    PRIVATE = "private"


class Wait(StrEnum):
    """Why a completed course has no certificate yet."""

    COURSE = "course"
    SIGN_OFF = "sign_off"
    DAYS = "days"
    NAME = "name"
    WORDS = "words"
    READY = "ready"


@dataclass(frozen=True)
class Happening:
    """An event of an award, as far as its standing depends on it."""

    kind: AwardEventKind
    at: datetime
    reason: RevocationReason | None = None


@dataclass(frozen=True)
class Standing:
    """What an award is worth on a day, since when (None: since it was issued), and why."""

    state: State
    since: datetime | None = None
    reason: RevocationReason | None = None


def standing(events: Iterable[Happening], valid_until: date | None, *, intact: bool, on: date) -> Standing:
    """The standing on that day; `events` in their order.

    Altered is nothing else; revoked outweighs replaced, both outweigh suspended, and all outweigh expired.
    """
    if not intact:
        return Standing(State.ALTERED)
    events = list(events)
    happened = {event.kind: event for event in events}
    if revoked := happened.get(AwardEventKind.REVOKED):
        return Standing(State.REVOKED, revoked.at, revoked.reason)
    if replaced := happened.get(AwardEventKind.SUPERSEDED):
        return Standing(State.SUPERSEDED, replaced.at, replaced.reason)
    holds = [event for event in events if event.kind in (AwardEventKind.SUSPENDED, AwardEventKind.LIFTED)]
    if holds and holds[-1].kind is AwardEventKind.SUSPENDED:
        return Standing(State.SUSPENDED, holds[-1].at, holds[-1].reason)
    if valid_until is not None and valid_until < on:
        return Standing(State.EXPIRED)
    return Standing(State.ACTIVE)


def last_valid_day(completed_on: date, months: int | None) -> date | None:
    """`months` after completion, that day included; the month's last day where it is shorter. None: never expires."""
    if months is None:
        return None
    year, month = divmod(completed_on.year * 12 + completed_on.month - 1 + months, 12)
    return date(year, month + 1, min(completed_on.day, monthrange(year, month + 1)[1]))


def renewed_until(completed_on: date, months: int, *, before: date, window: int = RENEWAL_DAYS) -> date | None:
    """The last day of what renews an award that is valid until `before`.

    Within `window` days of its end it counts from there, so that renewing early loses nothing; otherwise, much too early or
    after it, from the completion. It never ends sooner than what it renews.
    """
    early = before - timedelta(days=window) <= completed_on <= before
    until = last_valid_day(before if early else completed_on, months)
    return max(until, before) if until else None


def serial(number: int, issued_on: date) -> str:
    """The number for filing, such as LLW-2026-000123. It is sequential, so never enough to look an award up."""
    return f"{NUMBER_PREFIX}-{issued_on.year}-{number:06d}"


def new_code() -> str:
    """100 random bits in four groups, such as 7KQ2M-9XFH4-TBW3P-Z1234."""
    return grouped("".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH)))


def grouped(code: str) -> str:
    return "-".join(code[start : start + GROUP] for start in range(0, CODE_LENGTH, GROUP))


def read_code(typed: str) -> str | None:
    """The code that somebody copied from paper: any case, spaces, O for 0, I or L for 1. None: it cannot be one."""
    plain = re.sub(r"[\s\-–—]", "", typed.upper()).translate(str.maketrans("OIL", "011"))
    if len(plain) != CODE_LENGTH or any(character not in ALPHABET for character in plain):
        return None
    return grouped(plain)


def read_number(typed: str) -> str:
    """A certificate's number as it is stored, from how somebody typed it."""
    return re.sub(r"\s", "", typed.upper()).replace("–", "-")


def folded(text: str) -> str:
    """For comparing names: no accents, no case, apostrophes alike, single spaces."""
    plain = unicodedata.normalize("NFKD", text.casefold()).replace("’", "'")
    return " ".join("".join(character for character in plain if not unicodedata.combining(character)).split())


def is_surname_of(surname: str, name: str) -> bool:
    """Do the last words of `name` say `surname`? Surnames may have several words, and hyphens are often forgotten."""
    wanted, held = (folded(text).replace("-", " ").split() for text in (surname, name))
    return bool(wanted) and len(wanted) <= len(held) and held[-len(wanted) :] == wanted


def shown_name(name: str, visibility: NameVisibility) -> str | None:
    """The name on the public page. None: the holder shows none."""
    if visibility is NameVisibility.PRINTED:
        return name
    if visibility is NameVisibility.PRIVATE:
        return None
    *given, surname = name.split()
    return " ".join([*(f"{part[0].upper()}." for part in given), surname])


def waits_for(
    *, asks_for_sign_off: bool, completed: bool, signed_off: bool, unprintable: set[str], days_to_come: bool = False,
    unprintable_words: frozenset[str] | set[str] = frozenset(),
) -> Wait:  # fmt: skip
    """What stands between a learner and the certificate, first things first. `days_to_come`: it names days, and not all of
    them are over. `unprintable`: letters of the holder's name; `unprintable_words`: of all else that is printed."""
    if asks_for_sign_off and not (completed and signed_off):
        return Wait.SIGN_OFF
    if not completed:
        return Wait.COURSE
    if days_to_come:
        return Wait.DAYS
    if unprintable:
        return Wait.NAME
    return Wait.WORDS if unprintable_words else Wait.READY
