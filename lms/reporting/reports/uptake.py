"""Uptake: people enrolled, active, completed and certified, by sector, organisation, course or month, as at a date."""

from collections.abc import Iterable
from dataclasses import dataclass

from lms.core.language import Bilingual
from lms.core.permissions import Actor
from lms.reporting import laying, queries
from lms.reporting.laying import Crossed, Label
from lms.reporting.queries import Counts, Dimension
from lms.reporting.reports.report import Report
from lms.reporting.rules import disclosure
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
class Grid(Crossed):
    """One measure, laid out by two dimensions."""

    measure: Measure


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
    hidden_totals = set() if seen.exact else laying.hidden_in_wider(seen)
    labels = laying.labels(seen, asked.group, {row for row, _ in counted.rows})
    shown = {
        measure: laying.one_way(counted, labels, measure, exact=seen.exact, hide_total=measure in hidden_totals)
        for measure in Measure
    }
    lines = [Line(label, {m: shown[m][0][n] for m in Measure}) for n, label in enumerate(labels)]
    told_before = {} if not seen.exact and disclosure.too_few(people_before) else before
    figures = _figures({measure: shown[measure][1] for measure in Measure}, told_before, exact=seen.exact)
    grid = _grid(counted, seen, asked, columns, hidden_totals) if columns else None
    gaps = _gaps(counted, exact=seen.exact)
    return Uptake(asked, seen, figures, _ordered(lines, asked), grid, gaps, withheld=False)


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
    told = laying.two_ways(counted, seen, (asked.group, columns), asked.measure, hidden_totals)
    return Grid(told.rows, told.columns, told.table, asked.measure)


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


def cells_of(lines: Iterable[Line], measure: Measure) -> list[int | None]:
    return [line.people[measure] for line in lines]
