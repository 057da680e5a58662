"""Reads of what happened that is no people: attendances, places, offers, items (`facts.models.EventCount`)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import text

from lms.core.db import db
from lms.reporting import groups, queries
from lms.reporting.facts.shares import NIL
from lms.reporting.queries import Dimension, Filters
from lms.reporting.rules.periods import month_number

Key = str | None
"""A row, or None for all."""


def events(filters: Filters, measures: Sequence[str], by: Dimension | None = None) -> dict[tuple[Key, str], int]:
    """How often in the period, by (row, measure). By sector, course or month; raises NotInTheGrid."""
    found: dict[tuple[Key, str], int] = {}
    for rows, given in _rows(filters, measures, by):
        counted = text(f"SELECT key, measure, sum(n)::int FROM ({rows}) AS row_of GROUP BY 1, 2 HAVING sum(n) <> 0")
        found |= {(key, measure): number for key, measure, number in db.session.execute(counted, given)}
    return found


@dataclass(frozen=True)
class Waits:
    """Offers, their median of days from asking, and how many came after more than 90."""

    offers: int
    median: float
    long: int


_WAITS = """
SELECT key, offers, (min(days) FILTER (WHERE upto >= (offers + 1) / 2) + min(days) FILTER (WHERE upto >= (offers + 2) / 2))
       / 2.0::float, coalesce(sum(n) FILTER (WHERE days > 90), 0)::int
FROM (
    SELECT key, days, n, sum(n) OVER (PARTITION BY key ORDER BY days)::int AS upto,
           sum(n) OVER (PARTITION BY key)::int AS offers
    FROM (SELECT key, days, sum(n)::int AS n FROM ({rows}) AS row_of GROUP BY 1, 2 HAVING sum(n) <> 0) AS day
) AS laid_out GROUP BY key, offers"""
"""The median: of so many offers the one in the middle, or what lies between the two that are."""


def waits(filters: Filters, by: Dimension | None = None) -> dict[Key, Waits]:
    """Of the offers in the period, by row; where there was none there is nothing. By sector, course or month; raises
    NotInTheGrid."""
    found: dict[Key, Waits] = {}
    for rows, given in _rows(filters, ("offered",), by):
        laid_out = db.session.execute(text(_WAITS.format(rows=rows)), given)
        found |= {key: Waits(*values) for key, *values in laid_out}
    return found


def overdue_items(filters: Filters) -> dict[str, int]:
    """Items of evidence that on the as-at date have waited too long for their review, by programme."""
    codes = [filters.programme] if filters.programme else list(groups.programmes())
    about: dict[str, str | None] = {f"p:{code}": code for code in codes}
    if filters.course:
        about = {filters.what: groups.courses()[filters.course][1]}
    rows = db.session.execute(
        text(
            "SELECT what, sum(n)::int FROM event_count WHERE place = :place AND what = ANY(:what) AND who = ANY(:who)"
            " AND measure = 'overdue' AND month <= :seen GROUP BY 1 HAVING sum(n) > 0"
        ),
        _of_whom(filters, []) | {"what": list(about), "seen": month_number(filters.period.as_at)},
    )
    return {code: number for what, number in rows if (code := about[what])}


def _rows(filters: Filters, measures: Sequence[str], by: Dimension | None) -> Iterator[tuple[str, dict[str, Any]]]:
    """The statements of the rows of all and, if asked, by what they are laid out, with what they are given."""
    for layout in ([], [by]) if by else ([],):
        key = queries.KEYS[layout[0]] if layout else "NULL"
        yield (
            f"SELECT {key} AS key, measure, days, n FROM event_count WHERE place = :place AND what = ANY(:what)"
            " AND who = ANY(:who) AND measure = ANY(:measures) AND month BETWEEN :first AND :last",
            _of_whom(filters, layout)
            | {
                "what": queries.subjects(filters, layout), "measures": list(measures),
                "first": month_number(filters.period.starts_on), "last": month_number(filters.period.ends_on),
            },
        )  # fmt: skip


def _of_whom(filters: Filters, layout: Sequence[Dimension]) -> dict[str, Any]:
    return {"place": filters.place.id if filters.place else NIL, "who": queries.circles(filters, layout)}
