"""Rates of places and days: who did not attend, how full sessions were, how long an offer took. Counted apart from people.

Attendances and offers are counted, not people; they go through the same rule, and what a body, a sector and one of two parts
come to is within what is searched for inferences (tests/reporting/rules: two parts stand there as two months). The places of
sessions are known to everybody, and are nobody's organisation's, so fill is told for all of Wales alone.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from lms.core.language import Bilingual
from lms.reporting import event_counts, laying
from lms.reporting.event_counts import Waits
from lms.reporting.laying import Label
from lms.reporting.queries import Counts, Dimension
from lms.reporting.reports import attendance
from lms.reporting.reports.report import Column, Value, share
from lms.reporting.rules import disclosure
from lms.reporting.rules.definitions import BY_ID
from lms.reporting.rules.explored import Explored
from lms.reporting.services import View

MISSED, CAME, PLACES = "did_not_attend", "attended", "places"


@dataclass(frozen=True)
class Rated:
    """Rows of values by label, and the row of all. `chart`: the column of the rate itself."""

    labels: Sequence[Label]
    columns: tuple[Column, ...]
    rows: Sequence[tuple[Value, ...]]
    total: tuple[Value, ...]
    chart: int


def did_not_attend(seen: View, by: Dimension) -> Rated:
    """Places that were not taken up, out of those and the attendances."""
    found = event_counts.events(seen.filters, (MISSED, CAME), by)
    labels = laying.labels(seen, by, {key for key, _ in found if key})
    *rows, whole = ([found.get((key, kind), 0) for kind in (MISSED, CAME)] for key in (*_codes(labels), None))
    hide = not seen.exact and bool(attendance.hidden_above(seen) & {"missed", "attended"})
    told = _parted(labels, rows, whole, exact=seen.exact, hide=hide)
    return Rated(
        labels=labels,
        columns=(
            Column("missed", Bilingual("Places not taken up", "Lleoedd heb eu defnyddio"), "number"),
            Column("attended", Bilingual("Attendances", "Presenoldebau"), "number"),
            Column("rate", BY_ID["DNA"].title, "percent"),
        ),
        rows=[(*shown[:2], share(shown[0], shown[2], exact=seen.exact)) for shown in told[:-1]],
        total=(*told[-1][:2], share(told[-1][0], told[-1][2], exact=seen.exact)),
        chart=2,
    )


def fill(seen: View, by: Dimension) -> Rated:
    """Attendances out of the places of sessions that were held. The places are public, so they are told as they are."""
    found = event_counts.events(seen.filters, (CAME, PLACES), by)
    labels = laying.labels(seen, by, {key for key, _ in found if key})
    keys = (*_codes(labels), None)
    came, held = ([found.get((key, measure), 0) for key in keys] for measure in (CAME, PLACES))
    *rows, whole = ((here, max(of - here, 0)) for here, of in zip(came, held, strict=True))
    told = _parted(labels, rows, whole, exact=seen.exact, hide=False)
    values = [(shown[0], of, share(shown[0], of, exact=seen.exact)) for shown, of in zip(told, held, strict=True)]
    return Rated(
        labels=labels,
        columns=(
            Column("attended", Bilingual("Attendances", "Presenoldebau"), "number"),
            Column("places", Bilingual("Places at sessions held", "Lleoedd mewn sesiynau a gynhaliwyd"), "number"),
            Column("rate", BY_ID["FILL"].title, "percent"),
        ),
        rows=values[:-1],
        total=values[-1],
        chart=2,
    )


def wait(seen: View, by: Dimension) -> Rated:
    """The median of days from asking to an offer, of ten offers or more."""
    found = event_counts.waits(seen.filters, by)
    labels = laying.labels(seen, by, {key for key in found if key})
    *waits, every = (found.get(key) for key in (*_codes(labels), None))
    *numbers, offers = (each.offers if each else 0 for each in (*waits, every))
    shown, whole = (list(numbers), offers) if seen.exact else disclosure.suppress_list(numbers, offers)
    return Rated(
        labels=labels,
        columns=(
            Column("offers", Bilingual("Offers", "Cynigion"), "number"),
            Column("days", Bilingual("Median days", "Canolrif dyddiau"), "days"),
        ),
        rows=[(number, _median(number, each)) for number, each in zip(shown, waits, strict=True)],
        total=(whole, _median(whole, every)),
        chart=1,
    )


RATES: dict[Explored, Callable[[View, Dimension], Rated]] = {
    Explored.DNA: did_not_attend,
    Explored.FILL: fill,
    Explored.WAIT: wait,
}


def _codes(labels: Sequence[Label]) -> list[str]:
    return [label.code for label in labels]


def _median(offers: int | None, waits: Waits | None) -> int | None:
    """Hidden with the number of offers that it is of."""
    return round(waits.median) if offers and waits else None


def _parted(
    labels: Sequence[Label], rows: Sequence[Sequence[int]], whole: Sequence[int], *, exact: bool, hide: bool
) -> list[tuple[int | None, int | None, int | None]]:
    """(part, rest, both) of each row and of all, through the rule as one table."""
    parts = ("part", "rest")
    counted = Counts(
        people=sum(whole), totals={"n": sum(whole)},
        rows={(label.code, "n"): sum(row) for label, row in zip(labels, rows, strict=True)},
        columns={(part, "n"): number for part, number in zip(parts, whole, strict=True)},
        cells={
            (label.code, part, "n"): number
            for label, row in zip(labels, rows, strict=True)
            for part, number in zip(parts, row, strict=True)
        },
    )  # fmt: skip
    across = [Label(part, Bilingual("", "")) for part in parts]
    table = laying.crossed(counted, list(labels), across, "n", exact=exact, hide_total=hide).table
    told = [(row[0], row[1], of) for row, of in zip(table.cells, table.row_totals or (), strict=True)]
    foot = table.column_totals or (None, None)
    return [*told, (foot[0], foot[1], table.total)]
