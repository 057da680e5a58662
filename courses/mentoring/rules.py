"""Who fits whom, what a meeting may say, and what is still needed for the next level. Pure: no database, clock or web."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from uuid import UUID

from courses.mentoring.errors import MentorFull, NoStanding, OwnMentor
from lms.core.errors import Invalid
from lms.core.language import N_

CAPACITY = 3
"""Mentees at most, unless a programme says otherwise. Source: Welsh review, 19 lead mentors with three mentees each."""
REQUEST_DAYS = 21
"""How long a request waits for its answer."""
OLDEST = timedelta(days=366)
"""How far back a meeting may be recorded."""
RELEASED_FROM = 5
"""Answers without a name are shown once there are this many (domain dossier §8, rule 8)."""
AFTER_DECLINING = timedelta(days=180)
"""For how long the two are not suggested to each other again."""
DAYS_A_MONTH = 30


class Side(StrEnum):
    MENTEE = "mentee"
    MENTOR = "mentor"


class Language(StrEnum):
    EN = "en"
    CY = "cy"
    EITHER = "either"


class How(StrEnum):
    ONLINE = "online"
    IN_PERSON = "in_person"
    EITHER = "either"


class Preference(StrEnum):
    """About the other's profession or organisation."""

    SAME = "same"
    OTHER = "other"
    EITHER = "either"


class Topic(StrEnum):
    """What mentoring can be about. A list of our own, illustrative until the programme owner confirms it."""

    NEW_ROLE = "new_role"
    CAREER = "career"
    LEADERSHIP = "leadership"
    CONFIDENCE = "confidence"
    WELLBEING = "wellbeing"
    WELSH = "welsh"
    PERINATAL = "perinatal"
    CHILDREN = "children"
    LIVED_EXPERIENCE = "lived_experience"
    MENTORING = "mentoring"


@dataclass(frozen=True)
class Candidate:
    """One side's stated wishes, and what is known of where they work. `free`: places that a mentor has left."""

    person_id: UUID
    name: str
    topics: frozenset[str]
    language: Language
    how: How
    area: str | None
    profession: Preference
    organisation: Preference
    staff_groups: frozenset[str] = frozenset()
    bodies: frozenset[UUID] = frozenset()
    free: int = 1


@dataclass(frozen=True)
class Reason:
    """Why the two could suit each other. `names`: the topics, or the area, that it is about."""

    kind: str
    names: tuple[str, ...] = ()


@dataclass(frozen=True)
class Suggestion:
    candidate: Candidate
    reasons: tuple[Reason, ...]


def reasons(me: Candidate, other: Candidate) -> tuple[Reason, ...] | None:
    """What speaks for the two, in the order in which people care; None: something that one of them said is against it.

    A wish about something that nobody knows of the other is neither for nor against.
    """
    if {me.language, other.language} == {Language.EN, Language.CY} or {me.how, other.how} == {
        How.ONLINE,
        How.IN_PERSON,
    }:
        return None
    found = []
    if shared := sorted(me.topics & other.topics):
        found.append(Reason("topics", tuple(shared)))
    if Language.CY in (me.language, other.language):
        found.append(Reason("welsh"))
    online = How.ONLINE in (me.how, other.how)
    if not online and me.area and me.area == other.area:
        found.append(Reason("area", (me.area,)))
    elif How.IN_PERSON in (me.how, other.how) and me.area and other.area:
        return None
    elif online:
        found.append(Reason("online"))
    for kind, mine, theirs, wishes in (
        ("profession", me.staff_groups, other.staff_groups, (me.profession, other.profession)),
        ("organisation", me.bodies, other.bodies, (me.organisation, other.organisation)),
    ):
        if not mine or not theirs:
            continue
        said = Preference.SAME if mine & theirs else Preference.OTHER
        if any(wish not in (said, Preference.EITHER) for wish in wishes):
            return None
        if said in wishes:
            found.append(Reason(f"{said.value}_{kind}"))
    return tuple(found)


def suggestions(me: Candidate, others: Iterable[Candidate], most: int = 20) -> list[Suggestion]:
    """Who could suit, most reasons first; then whoever has most room, so that nobody is asked by everybody."""
    found = [
        Suggestion(other, why)
        for other in others
        if other.free > 0 and other.person_id != me.person_id and (why := reasons(me, other)) is not None
    ]
    return sorted(found, key=lambda it: (-_weight(it), -it.candidate.free, it.candidate.name))[:most]


def _weight(it: Suggestion) -> int:
    return sum(len(why.names) if why.kind == "topics" else 1 for why in it.reasons)


@dataclass(frozen=True)
class Pairing:
    """A mentor proposed for a mentee. `capacity` None: no live standing; `mentees`: how many they have now."""

    same_person: bool
    capacity: int | None
    mentees: int


def check_pairing(it: Pairing) -> None:
    """Raise what stands in the way, if anything does."""
    if it.same_person:
        raise OwnMentor()
    if it.capacity is None:
        raise NoStanding()
    if it.mentees >= it.capacity:
        raise MentorFull()


def check_meeting(held_on: date, starts_on: date, ends_on: date | None, today: date) -> None:
    """A meeting lies within the mentoring and the last year. Raises Invalid, by field."""
    if held_on > today:
        raise Invalid(fields={"held_on": N_("The date must not be in the future")})
    if held_on < max(starts_on, today - OLDEST) or (ends_on is not None and held_on > ends_on):
        raise Invalid(fields={"held_on": N_("Enter a date on which this mentoring was going on, at most a year ago")})


@dataclass(frozen=True)
class Progress:
    """How far a mentee is towards what follows: meetings that both agree on, whole months, and a word about it."""

    meetings: int
    meetings_needed: int
    months: int
    months_needed: int
    feedback: bool
    feedback_needed: bool
    invited_on: date | None = None

    @property
    def complete(self) -> bool:
        return (
            self.meetings >= self.meetings_needed
            and self.months >= self.months_needed
            and (self.feedback or not self.feedback_needed)
        )


@dataclass(frozen=True)
class Span:
    """One mentoring, of those that count together: a handover does not begin again."""

    starts_on: date
    ends_on: date | None


def months_in(spans: Sequence[Span], today: date) -> int:
    """Whole months of 30 days spent in them, each day once."""
    days, reached = 0, date.min
    for it in sorted(spans, key=lambda each: each.starts_on):
        first, last = max(it.starts_on, reached), min(it.ends_on or today, today)
        if last > first:
            days, reached = days + (last - first).days, last
    return days // DAYS_A_MONTH


@dataclass(frozen=True)
class Voices:
    """What mentees said, without names: how many said what, and thanks. Empty until there are enough of them."""

    counts: dict[str, int] = field(default_factory=dict)
    thanks: tuple[str, ...] = ()
    waiting: bool = False


def released(said: Sequence[tuple[str, str]]) -> Voices:
    """`said`: (answer, words). Nothing leaves before there are enough; words come in the order of the alphabet."""
    if len(said) < RELEASED_FROM:
        return Voices(waiting=bool(said))
    counts: dict[str, int] = {}
    for answer, _words in said:
        counts[answer] = counts.get(answer, 0) + 1
    return Voices(counts, tuple(sorted(words for _answer, words in said if words)))
