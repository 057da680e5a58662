"""Conversion: of those who enrolled in a month, who completed within 180 days (dossier §6).

Only months that ended 180 days before the as-at date count, so a cohort's figure is final when it is first told, apart
from corrections. Both counts go through the disclosure rule, and the share is taken from what is shown.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from lms.core.language import Bilingual
from lms.reporting import laying, naming, queries
from lms.reporting.facts.shares import CONVERTED_WITHIN
from lms.reporting.laying import Crossed, Label
from lms.reporting.queries import Counts, Dimension
from lms.reporting.reports.report import Column, share
from lms.reporting.rules import periods
from lms.reporting.rules.definitions import BY_ID
from lms.reporting.services import View

ENROLLED, CONVERTED = "enrolled", "converted"
FLOWS = (ENROLLED, CONVERTED)


@dataclass(frozen=True)
class Cohort:
    """People of one group as they may be shown; None: hidden. `percent` is of the two beside it."""

    enrolled: int | None
    converted: int | None
    percent: int | None


@dataclass(frozen=True)
class Cohorts:
    """`seen`: the view, narrowed to the months that count. `crossed`: shares by two dimensions, with margins."""

    seen: View
    labels: Sequence[Label]
    lines: Sequence[Cohort]
    total: Cohort
    columns: Sequence[Label] = ()
    cells: Sequence[Sequence[int | None]] = ()
    """By two dimensions: per cents, one column more than `columns` for the whole row."""
    foot: Sequence[int | None] = ()


COLUMNS = (
    Column("enrolled", BY_ID["UPTAKE-ENROLLED"].title),
    Column("converted", Bilingual("Completed within 180 days", "Wedi cwblhau o fewn 180 diwrnod")),
    Column("conversion", BY_ID["CONVERSION"].title, "percent"),
)
NONE_RIPE = Bilingual(
    "No month of this period ended at least 180 days before the as-at date. Choose an earlier first month.",
    "Ni ddaeth yr un mis o'r cyfnod hwn i ben o leiaf 180 diwrnod cyn y dyddiad cyfeirio. Dewiswch fis cyntaf cynharach.",
)


def values(it: Cohort) -> tuple[int | None, int | None, int | None]:
    """In the order of COLUMNS."""
    return it.enrolled, it.converted, it.percent


def note_of(found: Cohorts) -> Bilingual:
    """Which months are counted."""
    it = naming.both(lambda language: naming.period_of(found.seen.filters.period))
    return Bilingual(
        f"People who enrolled in {it.en}: months that have had their 180 days. Who enrolled on several courses counts in a "
        "total as soon as one of them was completed in time, so a total can be higher than every part.",
        f"Pobl a gofrestrodd yn y cyfnod {it.cy}: misoedd sydd wedi cael eu 180 diwrnod. Mae rhywun a gofrestrodd ar sawl "
        "cwrs yn cyfrif mewn cyfanswm cyn gynted ag y cwblhawyd un ohonynt mewn pryd, felly gall cyfanswm fod yn uwch na "
        "phob rhan.",
    )


def ripe(seen: View) -> View | None:
    """The view of those months whose cohorts have had their time; None: there is none."""
    period = periods.cohorts(seen.filters.period, CONVERTED_WITHIN)
    return replace(seen, filters=replace(seen.filters, period=period)) if period else None


def cohorts(seen: View, by: Dimension, columns: Dimension | None = None) -> Cohorts | None:
    """None: no month of the period has had its time. Raises NotInTheGrid."""
    ripened = ripe(seen)
    if ripened is None:
        return None
    seen = ripened
    counted = queries.counts(seen.filters, by, columns, FLOWS, ())
    hidden = set() if seen.exact else laying.hidden_in_wider(seen, FLOWS, ())
    rows = laying.labels(seen, by, {row for row, _ in counted.rows})
    one = {m: laying.one_way(counted, rows, m, exact=seen.exact, hide_total=m in hidden) for m in FLOWS}
    lines = [
        _cohort(enrolled, converted, exact=seen.exact)
        for enrolled, converted in zip(one[ENROLLED][0], one[CONVERTED][0], strict=True)
    ]
    total = _cohort(one[ENROLLED][1], one[CONVERTED][1], exact=seen.exact)
    found = Cohorts(seen, rows, lines, total)
    return _with_columns(found, counted, columns, hidden) if columns else found


def _with_columns(found: Cohorts, counted: Counts, columns: Dimension, hidden: set[str]) -> Cohorts:
    seen = found.seen
    across = laying.labels(seen, columns, {column for column, _ in counted.columns})
    told = {
        m: laying.crossed(counted, list(found.labels), across, m, exact=seen.exact, hide_total=m in hidden)
        for m in FLOWS
    }
    whole, part = _rows(told[ENROLLED]), _rows(told[CONVERTED])
    cells = [
        [share(number, of, exact=seen.exact) for number, of in zip(numbers, ofs, strict=True)]
        for numbers, ofs in zip(part, whole, strict=True)
    ]
    return replace(found, columns=across, cells=cells[:-1], foot=cells[-1])


def _rows(told: Crossed) -> list[list[int | None]]:
    """The table with its margins: the last column and the last row are totals."""
    table = told.table
    rows = [[*row, whole] for row, whole in zip(table.cells, table.row_totals or (), strict=True)]
    return [*rows, [*(table.column_totals or ()), table.total]]


def _cohort(enrolled: int | None, converted: int | None, *, exact: bool) -> Cohort:
    return Cohort(enrolled, converted, share(converted, enrolled, exact=exact))
