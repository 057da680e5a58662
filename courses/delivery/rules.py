"""Places, waiting, cancelling, and what counts as attended. Pure: no database, no clock, no web."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from uuid import UUID

from courses.delivery.errors import SeriesNotReady
from lms.core.clock import LONDON, on_the_day
from lms.core.language import N_

MOST_MEETINGS = 30
EARLIEST_REGISTER = timedelta(hours=1)
"""Before a meeting begins: whoever keeps the register is there by then."""
CODE_LASTS = timedelta(minutes=30)
"""After the end of a meeting."""
WALES_GETS_UP = 8
"""Reminders leave at eight in the morning or later, by the clock on the wall."""
REMINDERS = (7, 1)
SHORT_DAYS = 10
"""Before a date with too few people, its organisers are told: before those booked are reminded of it."""


def instant(day: date, at: time) -> datetime | None:
    """That time on the clock in Wales, in UTC; None where the clocks leap over it. Of two, the first."""
    local = datetime.combine(day, at, LONDON)
    found = local.astimezone(UTC)
    return found if found.astimezone(LONDON).replace(tzinfo=None) == local.replace(tzinfo=None) else None


@dataclass(frozen=True)
class Span:
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True)
class Kept:
    """Places kept for a sector until `release_on`."""

    sector: str
    places: int
    release_on: date


@dataclass(frozen=True)
class Plan:
    """A series as somebody wants it to be. Days are those of Wales."""

    spans: Sequence[Span]
    capacity: int
    minimum: int | None
    booking_opens: date
    booking_closes: date
    cancel_by: date
    kept: Sequence[Kept]
    online: bool
    place: str
    link: str
    trainers: int


def check_plan(it: Plan) -> None:
    """Raise SeriesNotReady, by field, unless it fits together."""
    faults: dict[str, str] = {}
    spans = sorted(it.spans, key=lambda each: each.starts_at)
    if not 1 <= len(spans) <= MOST_MEETINGS:
        faults["meetings"] = N_("Enter when it begins and ends, at least once")
    elif any(each.ends_at <= each.starts_at for each in spans):
        faults["meetings"] = N_("It ends before it begins")
    elif any(later.starts_at < earlier.ends_at for earlier, later in pairwise(spans)):
        faults["meetings"] = N_("Two of the times overlap")
    if it.minimum is not None and it.minimum > it.capacity:
        faults["minimum"] = N_("There cannot be more people needed than there are places")
    if sum(each.places for each in it.kept) > it.capacity:
        faults["reserves"] = N_("More places are reserved than there are")
    if len({each.sector for each in it.kept}) < len(it.kept):
        faults["reserves"] = N_("Name each sector once")
    if it.booking_closes < it.booking_opens:
        faults["booking_closes"] = N_("Booking ends before it begins")
    if spans and "meetings" not in faults:
        first = on_the_day(spans[0].starts_at)
        if it.booking_closes > first:
            faults["booking_closes"] = N_("Booking ends on the first day at the latest")
        if it.cancel_by > first:
            faults["cancel_by"] = N_("This is after the first day")
    if it.online and not it.link.startswith(("https://", "http://")):
        faults["link"] = N_("Enter the address of the online room, beginning with https://")
    if not it.online and not it.place:
        faults["place"] = N_("Enter where it is held")
    if not it.trainers:
        faults["trainers"] = N_("Name at least one trainer")
    if faults:
        raise SeriesNotReady(fields=faults)


def free_for(capacity: int, taken: Mapping[str, int], kept: Iterable[Kept], sector: str, today: date) -> int:
    """Places that somebody of that sector can have: what is kept for others, and not taken by them, is not theirs.

    `taken`: places taken, by sector.
    """
    free = capacity - sum(taken.values())
    for each in kept:
        if each.sector != sector and today < each.release_on:
            free -= max(0, each.places - taken.get(each.sector, 0))
    return max(0, free)


@dataclass(frozen=True)
class Waiter:
    booking_id: UUID
    sector: str
    passed: frozenset[UUID]


def next_in_line(
    waiting: Iterable[Waiter],
    series_id: UUID,
    capacity: int,
    taken: Mapping[str, int],
    kept: Sequence[Kept],
    today: date,
) -> Waiter | None:
    """Whoever has waited longest among those for whom a place is free. `waiting`: longest first."""
    for each in waiting:
        if series_id not in each.passed and free_for(capacity, taken, kept, each.sector, today) > 0:
            return each
    return None


def offer_ends(now: datetime, hours: int, starts_at: datetime) -> datetime:
    """How long an offer stands: those hours, but not past an hour before it begins; at the last minute, until it does."""
    last = starts_at - timedelta(hours=1)
    return min(now + timedelta(hours=hours), last if last - now >= timedelta(hours=1) else starts_at)


def is_late(today: date, cancel_by: date) -> bool:
    return today > cancel_by


def too_few(taken: int, minimum: int | None) -> bool:
    """Are fewer people coming than are needed, so that it is held?"""
    return minimum is not None and taken < minimum


def short_due(now: datetime, starts_at: datetime) -> bool:
    """Is it time to tell that too few are coming? By the calendar and the clock of Wales."""
    days = (on_the_day(starts_at) - on_the_day(now)).days
    return 0 < days <= SHORT_DAYS and now.astimezone(LONDON).hour >= WALES_GETS_UP


@dataclass(frozen=True)
class Mark:
    """The newest mark of a person at a meeting. `presence` None: nothing marked yet."""

    presence: str | None
    minutes: int
    whole: int
    """Minutes that the meeting lasted."""
    closed: bool


def minutes_of(presence: str, given: int | None, whole: int) -> int:
    """Minutes that a mark stands for; more than the meeting lasted is the meeting."""
    if presence == "attended":
        return whole
    return min(given or 0, whole) if presence == "partly" else 0


@dataclass(frozen=True)
class Outcome:
    """met: enough was attended already. over: every register is closed. some: they were there for a part."""

    met: bool
    over: bool
    some: bool


def outcome(marks: Sequence[Mark], share: int) -> Outcome:
    """What somebody's marks come to. Only closed registers count. A part-minute short of the share is not held against
    anybody: the share is of whole minutes, rounded down."""
    counted = [mark for mark in marks if mark.closed and mark.presence in ("attended", "partly")]
    there = sum(mark.minutes for mark in counted)
    wanted = sum(mark.whole for mark in marks) * share // 100
    return Outcome(met=bool(marks) and there >= wanted > 0, over=all(m.closed for m in marks), some=there > 0)


def may_mark(now: datetime, starts_at: datetime) -> bool:
    return now >= starts_at - EARLIEST_REGISTER


def code_holds(now: datetime, starts_at: datetime, ends_at: datetime) -> bool:
    return starts_at - EARLIEST_REGISTER <= now <= ends_at + CODE_LASTS


def reminder_due(now: datetime, starts_at: datetime) -> int | None:
    """7 or 1: how many days before, by the calendar of Wales; None: nothing is due at this time."""
    if now.astimezone(LONDON).hour < WALES_GETS_UP:
        return None
    days = (on_the_day(starts_at) - on_the_day(now)).days
    return days if days in REMINDERS else None
