"""Periods are whole months, and the moment of a report is today or the end of a month.

A fixed grid, so that two reports from neighbouring days do not tell what one person did in between.
"""

from dataclasses import dataclass
from datetime import date, timedelta

MONTHS_OFFERED = 36


@dataclass(frozen=True)
class Period:
    """From the first day of a month to the last day of a month, both included, seen on `as_at`."""

    starts_on: date
    ends_on: date
    as_at: date

    @property
    def months(self) -> list[date]:
        """The first day of each month."""
        return [
            month_after(self.starts_on, n) for n in range(month_number(self.ends_on) - month_number(self.starts_on) + 1)
        ]

    @property
    def before(self) -> "Period":
        """The period of the same length just before it, seen at the end of a month: the month that runs is part of one."""
        length = len(self.months)
        return Period(
            month_after(self.starts_on, -length),
            end_of_month(month_after(first_of_month(self.ends_on), -length)),
            end_of_month(month_after(first_of_month(self.as_at), -length)),
        )


def first_of_month(day: date) -> date:
    return day.replace(day=1)


def month_after(first: date, months: int) -> date:
    """The first day of the month that many months later, or earlier."""
    number = month_number(first) + months
    return date(number // 12, number % 12 + 1, 1)


def end_of_month(day: date) -> date:
    return month_after(first_of_month(day), 1) - timedelta(days=1)


def earlier(day: date, months: int) -> date:
    """The same day of the month that many months earlier; the end of a month stays the end of a month."""
    end = end_of_month(month_after(first_of_month(day), -months))
    return end if day == end_of_month(day) else min(end, end.replace(day=min(day.day, end.day)))


def usual(today: date) -> Period:
    """The twelve months up to today."""
    return Period(month_after(first_of_month(today), -11), end_of_month(today), today)


def offered_months(today: date) -> list[date]:
    """First days of the months that may be chosen, newest first."""
    return [month_after(first_of_month(today), -n) for n in range(MONTHS_OFFERED)]


def offered_moments(today: date) -> list[date]:
    """Dates on which a report may be seen: today and the ends of past months, newest first."""
    ends = [end_of_month(month) for month in offered_months(today)]
    return [today, *(end for end in ends if end < today)]


def chosen(today: date, first: date | None, last: date | None, as_at: date | None) -> Period | None:
    """The period that was asked for, with what was left open filled in; None when it runs backwards or past its moment.

    Without `as_at`: the end of the last month, or today when that is still to come.
    """
    last = first_of_month(last or as_at or today)
    moment = as_at or min(today, end_of_month(last))
    first = first_of_month(first or month_after(last, -11))
    if first > last or last > moment or moment > today:
        return None
    return Period(first, end_of_month(last), moment)


def cohorts(period: Period, days: int) -> Period | None:
    """Of its months those that ended at least so many days before its moment; None: none has."""
    ripe = [month for month in period.months if end_of_month(month) + timedelta(days=days) <= period.as_at]
    return Period(ripe[0], end_of_month(ripe[-1]), period.as_at) if ripe else None


def month_number(day: date) -> int:
    return day.year * 12 + day.month - 1
