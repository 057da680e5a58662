"""Counts of people laid out in tables, through the disclosure rule: the one place for reports that divide people freely.

Uptake and exploring use the same labels, the same hiding and the same order. What goes in is raw (`queries.Counts`) and
what comes out may be shown; None is hidden.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from lms.core.language import Bilingual
from lms.reporting import groups, queries
from lms.reporting.queries import NOWHERE, OWN, WHO, Counts, Dimension
from lms.reporting.rules import disclosure
from lms.reporting.rules.disclosure import TOTAL, Place, Table
from lms.reporting.rules.measures import FLOWS, STOCKS
from lms.reporting.services import View


@dataclass(frozen=True)
class Label:
    """A group's key in the address and in files, and its name. A month has its first day instead of a name."""

    code: str
    name: Bilingual
    month: date | None = None


@dataclass(frozen=True)
class Crossed:
    """One measure by two dimensions, as it may be shown."""

    rows: list[Label]
    columns: list[Label]
    table: Table


def labels(seen: View, dimension: Dimension, present: set[str]) -> list[Label]:
    """The groups of a dimension: every month and sector, and of the rest those that have anybody."""
    if dimension is Dimension.MONTH:
        return [Label(month.strftime("%Y-%m"), Bilingual("", ""), month) for month in seen.filters.period.months]
    if dimension is Dimension.SECTOR:
        return [Label(code, name) for code, name in seen.sectors.items() if seen.filters.sector in (None, code)]
    if dimension in WHO or dimension is Dimension.LEVEL:
        known = groups.levels() if dimension is Dimension.LEVEL else groups.people_by(dimension.value)
        chosen = {Dimension.LEVEL: seen.filters.level}.get(dimension)
        return [Label(code, name) for code, name in known.items() if chosen in (None, code)]
    if dimension is Dimension.COURSE:
        named = {str(id): Bilingual(f"{title.en} ({code})", f"{title.cy} ({code})")
                 for id, (code, _, title) in seen.courses.items()}  # fmt: skip
    else:
        below, own = groups.bodies_below(seen.filters.place)
        named = {str(body.id): body.name for body in below}
        named |= {f"{OWN}{body.id}": Bilingual(f"{body.name.en}, itself", f"{body.name.cy} ei hun") for body in own}
        named[NOWHERE] = Bilingual("No organisation", "Dim sefydliad")
    return [Label(key, name) for key, name in named.items() if key in present]


def one_way(
    counted: Counts, rows: Sequence[Label], measure: str, *, exact: bool, hide_total: bool
) -> tuple[list[int | None], int | None]:
    """(people per label, total), small counts hidden unless `exact`."""
    numbers = [counted.rows.get((label.code, measure), 0) for label in rows]
    total = counted.totals.get(measure, 0)
    return (
        (list(numbers), total)
        if exact
        else disclosure.suppress_list(numbers, total, hide_total=hide_total, sensitive=_sensitive(rows))
    )


def two_ways(
    counted: Counts, seen: View, by: tuple[Dimension, Dimension], measure: str, hidden_totals: set[str]
) -> Crossed:
    """One measure by two dimensions. What is hidden in either one-way table is hidden in the margins here."""
    rows = labels(seen, by[0], {row for row, kind in counted.rows if kind == measure})
    across = labels(seen, by[1], {column for column, kind in counted.columns if kind == measure})
    return crossed(counted, rows, across, measure, exact=seen.exact, hide_total=measure in hidden_totals)


def crossed(
    counted: Counts, rows: list[Label], across: list[Label], measure: str, *, exact: bool, hide_total: bool
) -> Crossed:
    """The same of groups that are given."""
    table = Table(
        cells=tuple(tuple(counted.cells.get((r.code, c.code, measure), 0) for c in across) for r in rows),
        row_totals=tuple(counted.rows.get((r.code, measure), 0) for r in rows),
        column_totals=tuple(counted.columns.get((c.code, measure), 0) for c in across),
        total=counted.totals.get(measure, 0),
    )
    if not exact:
        also = _hidden_margins(table, hide_total=hide_total)
        table = disclosure.suppress(table, also=also, sensitive=_sensitive_places(rows, across))
    return Crossed(rows, across, table)


def hidden_in_wider(seen: View, flows: Sequence[str] = FLOWS, stocks: Sequence[str] = STOCKS) -> set[str]:
    """Measures whose total is hidden in a wider table that this one is a row of (disclosure rule 4)."""
    found = set()
    for table in queries.wider(seen.filters, flows, stocks):
        keys = sorted(table.counts)
        shown, _ = disclosure.suppress_list([table.counts[key] for key in keys], table.total)
        if table.chosen in keys and shown[keys.index(table.chosen)] is None:
            found.add(table.measure)
    return found


def code_of(label: Label, seen: View, dimension: Dimension) -> str:
    """The code by which the world knows a group: ids stay inside."""
    if dimension is Dimension.ORGANISATION:
        known = {str(body.id): body.code for body in groups.organisations()}
        return known.get(label.code) or known.get(label.code.removeprefix(OWN), label.code)
    if dimension is Dimension.COURSE:
        return next((code for id, (code, _, _) in seen.courses.items() if str(id) == label.code), label.code)
    return label.code


def _sensitive(rows: Sequence[Label]) -> list[int]:
    return [n for n, label in enumerate(rows) if label.code in disclosure.SENSITIVE]


def _sensitive_places(rows: list[Label], columns: list[Label]) -> list[Place]:
    by_row = [(i, j) for i in _sensitive(rows) for j in [*range(len(columns)), TOTAL]]
    return by_row + [(i, j) for j in _sensitive(columns) for i in [*range(len(rows)), TOTAL]]


def _hidden_margins(table: Table, *, hide_total: bool) -> list[Place]:
    whole = table.total or 0
    rows, total = disclosure.suppress_list([n or 0 for n in table.row_totals or ()], whole, hide_total=hide_total)
    columns, other = disclosure.suppress_list([n or 0 for n in table.column_totals or ()], whole, hide_total=hide_total)
    found: list[Place] = [(n, TOTAL) for n, value in enumerate(rows) if value is None]
    found += [(TOTAL, n) for n, value in enumerate(columns) if value is None]
    return [*found, (TOTAL, TOTAL)] if total is None or other is None else found
