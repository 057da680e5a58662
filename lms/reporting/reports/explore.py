"""Explore: any measure that facts hold, laid out in one way or two, for whoever has a question that no report asks.

The ways of dividing people are those of the grid (`queries`), and every count goes through the rule as in the report of
uptake: nothing can be put together here that could not be asked there.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from lms.core.language import N_, Bilingual
from lms.core.permissions import Actor
from lms.reporting import asking, cohorts, laying, naming, queries, rates
from lms.reporting.errors import NotDividedSo
from lms.reporting.laying import Label
from lms.reporting.queries import Dimension
from lms.reporting.reports import welsh
from lms.reporting.reports.report import NO_DENOMINATOR, Answer, Column, Report, Row, Sheet, Value, share
from lms.reporting.rules.explored import WAYS, Explored, Kind, Way
from lms.reporting.rules.measures import ATTRIBUTION
from lms.reporting.services import Asked, View, view

EVERYONE = Bilingual("Everyone, counted once", "Pawb, wedi'u cyfrif unwaith")
ALL = Bilingual("All", "Y cyfan")
TOTAL = Bilingual("Total", "Cyfanswm")


@dataclass(frozen=True)
class Laid:
    """What a measure comes to: columns, rows of values by label, and the row of all. `chart`: the column of the measure."""

    columns: tuple[Column, ...]
    labels: Sequence[Label]
    rows: Sequence[tuple[Value, ...]]
    total: tuple[Value, ...]
    chart: int = 0
    note: Bilingual | None = None


def run(actor: Actor, asked: Asked) -> Answer:
    """Raises what `services.view` raises; NotInTheGrid; NotDividedSo for what this measure is not divided by."""
    seen, way = view(actor, asked), WAYS[asked.counted]
    columns = asked.columns if asked.columns != asked.group else None
    _require(seen, asked, way, columns)
    laid = _laid(seen, asked, way, columns)
    whom, heading = way.whom, naming.in_both(naming.DIMENSIONS[asked.group])
    across = naming.in_both(naming.DIMENSIONS[columns]) if columns else None
    sheet = Sheet(
        key=f"{asked.counted.value}-{asked.group.value}" + (f"-{columns.value}" if columns else ""),
        title=Bilingual(
            f"{way.definition.title.en}, by {heading.en.lower()}" + (f" and {across.en.lower()}" if across else ""),
            f"{way.definition.title.cy}, yn ôl {heading.cy.lower()}" + (f" ac yn ôl {across.cy.lower()}" if across else ""),
        ),
        heading=heading, columns=laid.columns, chart=laid.chart, note=laid.note,
        rows=[
            Row(laying.code_of(label, seen, asked.group), naming.named(label), values)
            for label, values in _ordered(laid, asked, columns)
        ],
        total=Row("total", EVERYONE if way.kind is not Kind.RATE else ALL, laid.total),
    )  # fmt: skip
    finding = _finding(sheet, way, whom, asked, columns)
    return Answer(
        finding=finding, sheets=(sheet,), **asking.made(replace(REPORT, definitions=(way.definition,)), seen, asked)
    )


def _require(seen: View, asked: Asked, way: Way, columns: Dimension | None) -> None:
    """What can be divided how. Raises NotDividedSo, beside the choice that is to be changed."""
    faults: dict[str, str] = {}
    if asked.group.value not in way.by:
        faults["group"] = N_("This measure is not divided in this way")
    if columns and (not way.twice or columns.value not in way.by):
        faults["columns"] = N_("This measure is not divided in this way")
    if way.kind is Kind.RATE:
        narrow = {"sector": asked.sector, "level": asked.level}
        narrow |= {"organisation": asked.organisation} if asked.counted is Explored.FILL else {}
        faults |= {name: N_("This measure cannot be narrowed by it") for name, value in narrow.items() if value}
    if asked.counted is Explored.FILL and seen.filters.scope and not asked.organisation:
        faults["measure"] = N_("This is told for all of Wales alone: places are not those of one organisation")
    if way.kind is Kind.COVERAGE and asked.sector:
        faults["sector"] = N_("This measure cannot be narrowed by it")
    if faults:
        raise NotDividedSo(fields=faults)


def _laid(seen: View, asked: Asked, way: Way, columns: Dimension | None) -> Laid:
    match way.kind:
        case Kind.FLOW | Kind.STOCK:
            return _people(seen, asked.group, way, columns)
        case Kind.COHORT:
            return _cohorts(seen, asked.group, columns)
        case Kind.COVERAGE:
            return _covered(seen, asked.group)
        case Kind.WELSH:
            return _welsh(seen)
        case Kind.RATE:
            found = rates.RATES[asked.counted](seen, asked.group)
            return Laid(found.columns, found.labels, found.rows, found.total, found.chart)


def _people(seen: View, by: Dimension, way: Way, columns: Dimension | None) -> Laid:
    measure = way.tally
    flows, stocks = ((measure,), ()) if way.kind is Kind.FLOW else ((), (measure,))
    counted = queries.counts(seen.filters, by, columns, flows, stocks)
    hidden = set() if seen.exact else laying.hidden_in_wider(seen, flows, stocks)
    if columns is None:
        rows = laying.labels(seen, by, {row for row, _ in counted.rows})
        shown, total = laying.one_way(counted, rows, measure, exact=seen.exact, hide_total=measure in hidden)
        return Laid((Column(measure, way.definition.title),), rows, [(number,) for number in shown], (total,))
    told = laying.two_ways(counted, seen, (by, columns), measure, hidden)
    table = told.table
    return Laid(
        columns=(*_across(told.columns, seen, columns, "people"), Column("total", TOTAL)),
        labels=told.rows,
        rows=[(*row, whole) for row, whole in zip(table.cells, table.row_totals or (), strict=True)],
        total=(*(table.column_totals or ()), table.total),
        chart=len(told.columns),
    )


def _cohorts(seen: View, by: Dimension, columns: Dimension | None) -> Laid:
    found = cohorts.cohorts(seen, by, columns)
    if found is None:
        return Laid(cohorts.COLUMNS, [], [], (None, None, None), 2, cohorts.NONE_RIPE)
    note = cohorts.note_of(found)
    if columns is None:
        lines = [cohorts.values(line) for line in found.lines]
        return Laid(cohorts.COLUMNS, found.labels, lines, cohorts.values(found.total), 2, note)
    across = (*_across(found.columns, found.seen, columns, "percent"), Column("total", TOTAL, "percent"))
    return Laid(across, found.labels, [tuple(row) for row in found.cells], tuple(found.foot), len(across) - 1, note)


def _covered(seen: View, by: Dimension) -> Laid:
    counted = queries.counts(seen.filters, by, None, (), ("certified",))
    hidden = set() if seen.exact else laying.hidden_in_wider(seen, (), ("certified",))
    heads = asking.headcounts(seen.filters, by)
    rows = laying.labels(seen, by, {row for row, _ in counted.rows} | {code for code in heads if code})
    shown, total = laying.one_way(counted, rows, "certified", exact=seen.exact, hide_total="certified" in hidden)

    def values(holding: int | None, code: str | None) -> tuple[Value, ...]:
        head = heads.get(code)
        if head is None:
            return holding, NO_DENOMINATOR, NO_DENOMINATOR
        return holding, head.people, share(holding, head.people, exact=seen.exact)

    return Laid(
        columns=(
            Column("holders", naming.defined("HOLDERS")),
            Column("headcount", Bilingual("Headcount", "Cyfrif pennau"), "number"),
            Column("coverage", naming.defined("COVERAGE"), "percent"),
        ),
        labels=rows,
        rows=[values(number, label.code) for label, number in zip(rows, shown, strict=True)],
        total=values(total, None),
        chart=2,
    )


def _welsh(seen: View) -> Laid:
    found, total = welsh.by_course(seen)
    labels = laying.labels(seen, Dimension.COURSE, set(found))
    return Laid(welsh.COLUMNS, labels, [found[label.code] for label in labels], total, 3)


def _across(labels: Sequence[Label], seen: View, by: Dimension, unit: str) -> list[Column]:
    return [Column(laying.code_of(label, seen, by), naming.named(label), unit) for label in labels]


def _ordered(laid: Laid, asked: Asked, columns: Dimension | None) -> list[tuple[Label, tuple[Value, ...]]]:
    """Months in time; the rest by what is shown, largest first, and hidden ones last: order tells nothing of them."""
    pairs = list(zip(laid.labels, laid.rows, strict=True))
    if asked.group is Dimension.MONTH:
        return pairs
    return sorted(pairs, key=lambda pair: -_number(pair[1][laid.chart]))


def _number(value: Value) -> float:
    return value if isinstance(value, int | float) else -1


def _finding(sheet: Sheet, way: Way, whom: Bilingual, asked: Asked, columns: Dimension | None) -> Bilingual:
    """What the shown figures say, never what the hidden ones do."""
    place = sheet.chart or 0
    unit = sheet.columns[place].unit
    known = sorted(
        ((number, row.name) for row in sheet.rows if isinstance(number := row.values[place], int)),
        key=lambda pair: -pair[0],
    )
    title = way.definition.title
    if not known:
        return Bilingual(
            f"{title.en}: too few in each group to compare them", f"{title.cy}: rhy ychydig ym mhob grŵp i'w cymharu"
        )
    number, name = known[0]
    whole = sheet.total.values[place] if sheet.total else None
    if unit in ("percent", "days"):
        sign = "%" if unit == "percent" else ""
        (most, where), (least, there) = known[0], known[-1]
        if len(known) == 1 or most == least:
            every = len(known) > 1
            return Bilingual(
                f"{title.en}: {most}{sign}" + (" in every group that is shown" if every else f" in {where.en}"),
                f"{title.cy}: {most}{sign}" + (" ym mhob grŵp a ddangosir" if every else f" – {where.cy}"),
            )
        return Bilingual(
            f"{title.en}: from {least}{sign} ({there.en}) to {most}{sign} ({where.en})",
            f"{title.cy}: o {least}{sign} ({there.cy}) i {most}{sign} ({where.cy})",
        )
    if len(known) > 1 and known[1][0] == number:
        return Bilingual(
            f"The largest groups have equally many {whom.en} ({number:,})",
            f"Mae gan y grwpiau mwyaf yr un nifer o {whom.cy} ({number:,})",
        )
    if isinstance(whole, int) and asked.group is not Dimension.MONTH:
        return Bilingual(
            f"{name.en}: the most {whom.en} ({number:,} of {whole:,})",
            f"{name.cy}: y nifer fwyaf o {whom.cy} ({number:,} o {whole:,})",
        )
    return Bilingual(
        f"{name.en}: the most {whom.en} ({number:,})", f"{name.cy}: y nifer fwyaf o {whom.cy} ({number:,})"
    )


REPORT = Report(
    id="EXPLORE-1",
    version=1,
    slug="explore",
    run=run,
    title=Bilingual("Explore the figures", "Archwilio'r ffigurau"),
    words=ATTRIBUTION,
    definitions=tuple(way.definition for way in WAYS.values()),
    endpoint="explore.explore",
    filters=("sector", "organisation", "programme", "course", "level", "from", "to"),
)
