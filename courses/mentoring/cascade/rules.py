"""What a cascade session may say, and until when it can be changed. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from lms.core.errors import Invalid
from lms.core.language import N_

EDITABLE = timedelta(days=14)
"""After that a change is a correction, appended with its reason."""
KEEP = timedelta(days=90)
"""How long the names and addresses of attendees are kept after the session."""
OLDEST = timedelta(days=366)
MOST_PEOPLE = 500
MOST_NAMED = 60


class Length(StrEnum):
    """Source: iHV, half-day and one-day cascade (domain dossier §3)."""

    HALF_DAY = "half_day"
    ONE_DAY = "one_day"
    OTHER = "other"


MINUTES = {Length.HALF_DAY: 180, Length.ONE_DAY: 360}


class SessionLanguage(StrEnum):
    EN = "en"
    CY = "cy"
    BOTH = "both"


class RoleGroup(StrEnum):
    """What people do, as coarsely as reports need it."""

    CLINICAL = "clinical"
    SOCIAL_CARE = "social_care"
    SUPPORT = "support"
    PEER_OR_VOLUNTEER = "peer_or_volunteer"
    MANAGEMENT = "management"
    OTHER = "other"


@dataclass(frozen=True)
class Certificate:
    """A champion's certificate, as far as a session depends on it. `until` None: it does not run out.

    `ended_on`: it was revoked or replaced, and from that day on does not count.
    """

    number: str
    course_code: str
    since: date
    until: date | None
    ended_on: date | None = None

    def live_on(self, day: date) -> bool:
        return (
            self.since <= day
            and (self.until is None or day <= self.until)
            and (self.ended_on is None or day < self.ended_on)
        )


@dataclass(frozen=True)
class Named:
    """An attendee who may put it on their own record."""

    name: str
    email: str


def check_session(held_on: date, length: Length, minutes: int | None, people: int, named: int, today: date) -> int:
    """How many minutes it lasted. Raises Invalid, by field."""
    faults = {}
    if held_on > today:
        faults["held_on"] = N_("The date must not be in the future")
    elif held_on < today - OLDEST:
        faults["held_on"] = N_("Enter a date within the last 12 months")
    if length is Length.OTHER and minutes is None:
        faults["minutes"] = N_("Enter how many minutes it lasted, from 15 to 960")
    if people < 1:
        faults["people"] = N_("Say how many people were there, in one line at least")
    elif people > MOST_PEOPLE:
        faults["people"] = N_("A session has at most 500 people")
    if named > people:
        faults["named"] = N_("There are more names than people. Count everybody above, too")
    elif named > MOST_NAMED:
        faults["named"] = N_("At most 60 names")
    if faults:
        raise Invalid(fields=faults)
    return MINUTES.get(length, minutes or 0)


def is_editable(made_at: datetime, now: datetime) -> bool:
    return now < made_at + EDITABLE


def live(certificates: Sequence[Certificate], day: date) -> Certificate | None:
    """The certificate under which a session that day is given; of several the one that holds longest."""
    found = [each for each in certificates if each.live_on(day)]
    return max(found, key=lambda each: each.until or date.max, default=None)
