"""Periods, what is still missing, and how far it is. Pure; nothing here judges anybody."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from courses.cpd.registers import Rule, Target
from lms.core.errors import Invalid
from lms.core.language import N_

LONGEST_DAY = 24 * 60 * 31
"""Minutes that one entry may have: a month of days and nights is surely a slip."""
OLDEST = 1960


@dataclass(frozen=True)
class Period:
    """Both days are in it."""

    starts_on: date
    ends_on: date


@dataclass(frozen=True)
class Said:
    """An entry as the rules see it. Minutes None: not said."""

    method: str | None
    minutes: int | None
    participatory_minutes: int | None
    texts: Mapping[str, str]
    standards: Collection[str]


@dataclass(frozen=True)
class Counted:
    """Minutes of what counts in a period, and how many kinds of learning there are in it."""

    entries: int
    minutes: int
    participatory_minutes: int
    methods: int


@dataclass(frozen=True)
class Reached:
    """How much of a target there is, in minutes."""

    target: Target
    minutes: int


def cycle(rule: Rule, renews_on: date | None, today: date) -> Period | None:
    """The cycle that one is in: it ends on the day before the renewal. None: no date or no cycle is known.

    A renewal that is past is taken for done: the next one is a whole number of cycles later.
    """
    if renews_on is None or rule.cycle_years is None:
        return None
    ends = renews_on
    while ends <= today:
        ends = _years_later(ends, rule.cycle_years)
    return Period(_years_later(ends, -rule.cycle_years), ends - timedelta(days=1))


def last_year(today: date) -> Period:
    return Period(_years_later(today, -1) + timedelta(days=1), today)


def between(starts_on: date | None, ends_on: date | None, today: date) -> Period:
    """Any dates. Raises Invalid, by field."""
    faults = {}
    if starts_on is None:
        faults["from"] = N_("Enter the first day")
    if ends_on is None:
        faults["to"] = N_("Enter the last day")
    if starts_on is not None and ends_on is not None:
        if starts_on < date(OLDEST, 1, 1) or ends_on.year > today.year + 10:
            faults["from"] = N_("Enter a real date, such as 27 3 2026")
        elif ends_on < starts_on:
            faults["to"] = N_("The last day must not be before the first")
        else:
            return Period(starts_on, ends_on)
    raise Invalid(fields=faults)


def missing(said: Said, rule: Rule) -> list[str]:
    """Codes of the columns that the register asks for and the entry does not have yet, in the register's order."""
    has = {
        "date": True, "title": True, "evidence": True, "method": said.method is not None,
        "hours": said.minutes is not None, "participatory_hours": said.participatory_minutes is not None,
        "standards": any(each.partition(":")[0] == rule.register for each in said.standards),
    }  # fmt: skip
    return [
        each.code
        for each in rule.columns
        if each.needed and not has.get(each.code, bool(said.texts.get(each.code, "").strip()))
    ]


def reached(rule: Rule, counted: Counted) -> list[Reached]:
    """How far it is towards what the register asks for; nothing where it asks for no hours."""
    return [
        Reached(each, counted.participatory_minutes if each.participatory else counted.minutes) for each in rule.targets
    ]


def check_entry(happened_on: date, minutes: int | None, participatory: int | None, today: date) -> None:
    """Raises Invalid, by field."""
    faults = {}
    if happened_on > today:
        faults["happened_on"] = N_("The date must not be in the future")
    elif happened_on.year < OLDEST:
        faults["happened_on"] = N_("Enter a real date, such as 27 3 2026")
    if minutes is not None and not 0 <= minutes <= LONGEST_DAY:
        faults["hours"] = N_("Enter the hours as a number, such as 1.5")
    if participatory is not None and (minutes is None or not 0 <= participatory <= minutes):
        faults["participatory_hours"] = N_("Participatory hours are part of the hours, so they cannot be more")
    if faults:
        raise Invalid(fields=faults)


def _years_later(day: date, years: int) -> date:
    try:
        return day.replace(year=day.year + years)
    except ValueError:  # 29 February
        return day.replace(year=day.year + years, day=28)
