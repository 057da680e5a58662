"""How long an approval may be, what it is worth on a day, and what is missing. Pure.

An approval counts on both its days. What happens to it counts from the day it is dated on: an end from that day on.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

STAGES = (49, 90, 180)
"""Days before the last one on which the holder and the approving body are told; 49 is the seven weeks' notice of the AC."""
YEAR_ENDS_IN = 60
"""Days before the end of a year without evidence, on which its holder is reminded."""
AHEAD = timedelta(days=366)
"""How far ahead an approval may begin."""


class State(StrEnum):
    """All derived from dates and from what happened; none is stored."""

    NOT_YET = "not_yet"
    IN_FORCE = "in_force"
    SUSPENDED = "suspended"
    ENDED_EARLY = "ended_early"
    EXPIRED = "expired"
    IN_ERROR = "in_error"


class StepKind(StrEnum):
    """What can happen to an approval. acts_for: the person has agreed to act for another authority, which is told of its
    end (wsi/2008/2436 reg 5(3)). chosen: for one assessment."""

    SUSPENDED = "suspended"
    LIFTED = "lifted"
    ENDED = "ended"
    CHOSEN = "chosen"
    ACTS_FOR = "acts_for"
    ACTS_NO_MORE = "acts_no_more"


class Ground(StrEnum):
    """Why an approval ended before its time: the six of wsi/2008/2436 reg 5(2), and that it was never given."""

    CEASED = "ceased"
    CONDITIONS = "conditions"
    COMPETENCE = "competence"
    PROFESSION = "profession"
    APPROVED_ELSEWHERE = "approved_elsewhere"
    ASKED = "asked"
    IN_ERROR = "in_error"


class SuspensionReason(StrEnum):
    REGISTRATION = "registration"
    LOOKED_INTO = "looked_into"
    ASKED = "asked"


class Check(StrEnum):
    """What a supervisory body makes sure of each time (wsi/2009/783 regs 3-8)."""

    SKILLS = "skills"
    INSURANCE = "insurance"
    DBS = "dbs"
    INDEPENDENCE = "independence"


class Basis(StrEnum):
    """What an approval rests on. earlier: one that is not in this system."""

    COURSE = "course"
    EARLIER = "earlier"
    AGAIN = "again"


class Verdict(StrEnum):
    """What became of an item of evidence."""

    ACCEPTED = "accepted"
    RETURNED = "returned"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True)
class Happened:
    """One thing that happened, as far as the state depends on it; they come in the order of their recording."""

    kind: StepKind
    on: date
    ground: Ground | None = None


@dataclass(frozen=True)
class Year:
    """One year of an approval; `ends_on` is its last day. `minutes` are of accepted items, `needed` what the body asks for."""

    number: int
    starts_on: date
    ends_on: date
    accepted: int = 0
    waiting: int = 0
    minutes: int = 0
    needed: int = 0

    @property
    def met(self) -> bool:
        return self.accepted > 0 and self.minutes >= self.needed


@dataclass(frozen=True)
class Item:
    """An item of evidence, as it stands."""

    year: int
    minutes: int
    verdict: Verdict | None


class Lack(StrEnum):
    """What is missing."""

    OVERDUE = "overdue"
    EVIDENCE = "evidence"
    HOURS = "hours"
    REFRESHER = "refresher"
    APPLY = "apply"


@dataclass(frozen=True)
class Missing:
    """Something that the holder has to do, `by` its last day. `minutes`: how much time is still to be shown."""

    what: Lack
    by: date
    year: int = 0
    minutes: int = 0


def anniversary(day: date, years: int) -> date:
    """The same day so many years on; of 29 February it is the 28th, as PostgreSQL counts."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)


def last_day(starts_on: date, years: int) -> date:
    """The last day of a period of so many years: the longest that an approval may be."""
    return anniversary(starts_on, years) - timedelta(days=1)


def state(starts_on: date, ends_on: date | None, happened: Iterable[Happened], day: date) -> State:
    """What an approval is worth on that day."""
    found = list(happened)
    if any(each.ground is Ground.IN_ERROR for each in found):
        return State.IN_ERROR
    if any(each.kind is StepKind.ENDED and each.on <= day for each in found):
        return State.ENDED_EARLY
    if day < starts_on:
        return State.NOT_YET
    if ends_on is not None and day > ends_on:
        return State.EXPIRED
    switches = [each for each in found if each.kind in (StepKind.SUSPENDED, StepKind.LIFTED) and each.on <= day]
    return State.SUSPENDED if switches and switches[-1].kind is StepKind.SUSPENDED else State.IN_FORCE


def acts_on(starts_on: date, ends_on: date | None, happened: Iterable[Happened], day: date) -> bool:
    """May the person carry out the function on that day?"""
    return state(starts_on, ends_on, happened, day) is State.IN_FORCE


def overlap(first: tuple[date, date | None], second: tuple[date, date | None]) -> bool:
    """Have two periods a day in common? None: open."""
    return (second[1] is None or first[0] <= second[1]) and (first[1] is None or second[0] <= first[1])


def stage(ends_on: date, day: date) -> int | None:
    """The alert that is due. None: none, or no more."""
    left = (ends_on - day).days
    return None if left < 0 else next((days for days in STAGES if left <= days), None)


def year_of(starts_on: date, ends_on: date | None, day: date) -> int | None:
    """In which year of the approval a day lies. None: in none."""
    if day < starts_on or (ends_on is not None and day > ends_on):
        return None
    number = day.year - starts_on.year + 1
    return number if day >= anniversary(starts_on, number - 1) else number - 1


def years(starts_on: date, ends_on: date, items: Sequence[Item], needed: int, day: date) -> list[Year]:
    """The years that have begun by that day, with what was accepted for each."""
    found: list[Year] = []
    number = 1
    while (begins := anniversary(starts_on, number - 1)) <= min(ends_on, day):
        mine = [each for each in items if each.year == number]
        accepted = [each for each in mine if each.verdict is Verdict.ACCEPTED]
        found.append(
            Year(
                number, begins, min(last_day(starts_on, number), ends_on), len(accepted),
                sum(each.verdict is None for each in mine), sum(each.minutes for each in accepted), needed,
            )
        )  # fmt: skip
        number += 1
    return found


def missing(
    found: Sequence[Year], ends_on: date | None, day: date, *, apply_days: int | None, refresher_from: date | None
) -> list[Missing]:
    """What the holder has to do, the most pressing first. `refresher_from`: none was taken since then, and one is needed."""
    lacks = []
    for year in found:
        if year.met:
            continue
        over = year.ends_on < day
        short = max(year.needed - year.minutes, 0)
        what = Lack.OVERDUE if over else Lack.HOURS if year.accepted else Lack.EVIDENCE
        lacks.append(Missing(what, year.ends_on, year.number, short))
    if ends_on is not None and day <= ends_on:
        if refresher_from is not None and day >= refresher_from:
            lacks.append(Missing(Lack.REFRESHER, ends_on))
        if apply_days is not None and (ends_on - day).days <= max(STAGES):
            lacks.append(Missing(Lack.APPLY, ends_on - timedelta(days=apply_days)))
    return sorted(lacks, key=lambda each: each.by)
