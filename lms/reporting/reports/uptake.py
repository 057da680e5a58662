"""Uptake: people enrolled, active, completed and certified, by sector, organisation, course or month, as at a date."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from lms.core.language import Bilingual
from lms.core.permissions import Actor
from lms.reporting import groups, queries
from lms.reporting.queries import NOWHERE, OWN, WHO, Counts, Dimension
from lms.reporting.reports.report import Report
from lms.reporting.rules import disclosure
from lms.reporting.rules.disclosure import TOTAL, Place, Table
from lms.reporting.rules.measures import ATTRIBUTION, DEFINITIONS, Measure
from lms.reporting.services import Asked, View, view

REPORT = Report(
    id="UPTAKE-1",
    version=2,
    slug="uptake",
    title=Bilingual("Training uptake", "Niferoedd hyfforddi"),
    words=ATTRIBUTION,
    definitions=tuple(DEFINITIONS[measure] for measure in Measure),
    endpoint="uptake.uptake",
)


@dataclass(frozen=True)
class Label:
    """A group's key in the address and in files, and its name. A month has its first day instead of a name."""

    code: str
    name: Bilingual
    month: date | None = None


@dataclass(frozen=True)
class Line:
    """One group, and people by measure; None: hidden."""

    label: Label
    people: dict[Measure, int | None]


@dataclass(frozen=True)
class Figure:
    """A total, and how it differs from the period before: None where that may not be told."""

    measure: Measure
    people: int | None
    change: int | None
    known_before: bool


@dataclass(frozen=True)
class Grid:
    """One measure, laid out by two dimensions."""

    measure: Measure
    rows: list[Label]
    columns: list[Label]
    table: Table


@dataclass(frozen=True)
class Gaps:
    """How much of what is counted lacks it: `none`, `some` (under a tenth), `tenth` or `quarter`; never a count."""

    organisation: str
    role: str


@dataclass(frozen=True)
class Uptake:
    """The report as it may be shown to this reader. `withheld`: too few people to say anything at all."""

    asked: Asked
    view: View
    figures: list[Figure]
    lines: list[Line]
    grid: Grid | None
    gaps: Gaps
    withheld: bool

    @property
    def totals(self) -> dict[Measure, int | None]:
        return {figure.measure: figure.people for figure in self.figures}


def uptake(actor: Actor, asked: Asked) -> Uptake:
    """Count, hide what must be hidden, and give the rest. Raises what `services.view` raises."""
    seen = view(actor, asked)
    columns = asked.columns if asked.columns != asked.group else None
    counted = queries.counts(seen.filters, asked.group, columns)
    people_before, before = queries.totals(seen.filters, seen.filters.period.before)
    withheld = not seen.exact and disclosure.too_few(counted.people)
    if withheld:
        return Uptake(asked, seen, _figures({}, {}, exact=False), [], None, Gaps("none", "none"), withheld=True)
    hidden_totals = set() if seen.exact else _hidden_in_wider(seen)
    labels = _labels(seen, asked.group, {row for row, _ in counted.rows})
    shown = {measure: _one_way(counted, labels, measure, seen.exact, measure in hidden_totals) for measure in Measure}
    lines = [Line(label, {m: shown[m][0][n] for m in Measure}) for n, label in enumerate(labels)]
    told_before = {} if not seen.exact and disclosure.too_few(people_before) else before
    figures = _figures({measure: shown[measure][1] for measure in Measure}, told_before, exact=seen.exact)
    grid = _grid(counted, seen, asked, columns, hidden_totals) if columns else None
    gaps = _gaps(counted, exact=seen.exact)
    return Uptake(asked, seen, figures, _ordered(lines, asked), grid, gaps, withheld=False)


def _hidden_in_wider(seen: View) -> set[str]:
    """Measures whose total is hidden in a wider table that this one is a row of (disclosure rule 4)."""
    found = set()
    for table in queries.wider(seen.filters):
        keys = sorted(table.counts)
        shown, _ = disclosure.suppress_list([table.counts[key] for key in keys], table.total)
        if table.chosen in keys and shown[keys.index(table.chosen)] is None:
            found.add(table.measure)
    return found


def _one_way(
    counted: Counts, labels: list[Label], measure: Measure, exact: bool, hide_total: bool
) -> tuple[list[int | None], int | None]:
    """(people per label, total), small counts hidden unless `exact`."""
    numbers = [counted.rows.get((label.code, measure), 0) for label in labels]
    total = counted.totals.get(measure, 0)
    return (
        (list(numbers), total)
        if exact
        else disclosure.suppress_list(numbers, total, hide_total=hide_total, sensitive=sensitive_of(labels))
    )


def _figures(now: dict[Measure, int | None], before: dict[str, int], *, exact: bool) -> list[Figure]:
    found = []
    for measure in Measure:
        people = now.get(measure)
        earlier = before.get(measure) if exact else disclosure.alone(before.get(measure))
        if exact:
            change = None if earlier is None or people is None else people - earlier
        else:
            change = disclosure.difference(people, earlier)
        found.append(Figure(measure, people, change, known_before=earlier is not None and people is not None))
    return found


def _grid(counted: Counts, seen: View, asked: Asked, columns: Dimension, hidden_totals: set[str]) -> Grid:
    """The chosen measure by two dimensions. What is hidden in either one-way table is hidden in the margins here."""
    measure = asked.measure
    rows = _labels(seen, asked.group, {row for row, kind in counted.rows if kind == measure})
    across = _labels(seen, columns, {column for column, kind in counted.columns if kind == measure})
    table = Table(
        cells=tuple(tuple(counted.cells.get((r.code, c.code, measure), 0) for c in across) for r in rows),
        row_totals=tuple(counted.rows.get((r.code, measure), 0) for r in rows),
        column_totals=tuple(counted.columns.get((c.code, measure), 0) for c in across),
        total=counted.totals.get(measure, 0),
    )
    if not seen.exact:
        also = _hidden_margins(table, hide_total=measure in hidden_totals)
        table = disclosure.suppress(table, also=also, sensitive=_sensitive_places(rows, across))
    return Grid(measure, rows, across, table)


def sensitive_of(labels: list[Label]) -> list[int]:
    return [n for n, label in enumerate(labels) if label.code in disclosure.SENSITIVE]


def _sensitive_places(rows: list[Label], columns: list[Label]) -> list[Place]:
    by_row = [(i, j) for i in sensitive_of(rows) for j in [*range(len(columns)), TOTAL]]
    return by_row + [(i, j) for j in sensitive_of(columns) for i in [*range(len(rows)), TOTAL]]


def _hidden_margins(table: Table, *, hide_total: bool) -> list[Place]:
    whole = table.total or 0
    rows, total = disclosure.suppress_list([n or 0 for n in table.row_totals or ()], whole, hide_total=hide_total)
    columns, other = disclosure.suppress_list([n or 0 for n in table.column_totals or ()], whole, hide_total=hide_total)
    found: list[Place] = [(n, TOTAL) for n, value in enumerate(rows) if value is None]
    found += [(TOTAL, n) for n, value in enumerate(columns) if value is None]
    return [*found, (TOTAL, TOTAL)] if total is None or other is None else found


def _labels(seen: View, dimension: Dimension, present: set[str]) -> list[Label]:
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


def _ordered(lines: list[Line], asked: Asked) -> list[Line]:
    """Months in time; the rest by what is shown, largest first, and hidden ones last: order tells nothing of them."""
    if asked.group is Dimension.MONTH:
        return lines

    def largest_first(line: Line) -> int:
        people = line.people[asked.measure]
        return 1 if people is None else -people

    return sorted(lines, key=largest_first)


def _gaps(counted: Counts, *, exact: bool) -> Gaps:
    """Bands of what is shown: a few are not told from none."""
    numbers = (counted.nowhere, counted.no_role, counted.totals.get(Measure.ENROLLED, 0))
    nowhere, no_role, whole = numbers if exact else (disclosure.alone(number) or 0 for number in numbers)
    return Gaps(_band(nowhere, whole), _band(no_role, whole))


def _band(part: int, whole: int) -> str:
    if not part or not whole:
        return "none"
    return "quarter" if part * 4 >= whole else "tenth" if part * 10 >= whole else "some"


def code_of(label: Label, seen: View, dimension: Dimension) -> str:
    """The code by which the world knows a group: ids stay inside."""
    if dimension is Dimension.ORGANISATION:
        known = {str(body.id): body.code for body in groups.organisations()}
        return known.get(label.code) or known.get(label.code.removeprefix(OWN), label.code)
    if dimension is Dimension.COURSE:
        return next((code for id, (code, _, _) in seen.courses.items() if str(id) == label.code), label.code)
    return label.code


def cells_of(lines: Iterable[Line], measure: Measure) -> list[int | None]:
    return [line.people[measure] for line in lines]
