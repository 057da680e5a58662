"""What every report says about itself, and what it answers. A report is one file with a REPORT, and one line in REPORTS.

To add one: a `Report` with its definitions, and a function from (actor, asked) to an `Answer`. Pages, the API and files
show answers without knowing which report they are of. Counts of people must come through `people_of` or
`rules.disclosure`; None is hidden, a Bilingual says in words why there is no number.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from lms.core.language import Bilingual
from lms.reporting.rules import disclosure
from lms.reporting.rules.definitions import Definition

Value = int | float | str | Bilingual | None
NO_DENOMINATOR = Bilingual("no denominator", "dim enwadur")
NOT_KNOWN = Bilingual("not known", "ddim yn hysbys")


@dataclass(frozen=True)
class Report:
    """`version` grows when the same question would get another answer. `endpoint`: its page.

    `run` None: the report has an answer of its own shape (uptake). `actions`: of the plan, that it gives evidence for.
    `filters`: which of the usual ones it takes; every report takes a moment. `counts_others`: whom it counts is not told
    by uptake, so it says itself when they are too few.
    """

    id: str
    version: int
    slug: str
    title: Bilingual
    words: Bilingual
    definitions: tuple[Definition, ...]
    endpoint: str = "reports.report"
    run: "Callable[[Any, Any], Answer] | None" = None
    actions: tuple[int, ...] = ()
    counts_others: bool = False
    filters: tuple[str, ...] = ("organisation", "programme", "from", "to")


@dataclass(frozen=True)
class Column:
    """`unit`: people, percent, points, days, pence, ratio, number, text."""

    key: str
    title: Bilingual
    unit: str = "people"


@dataclass(frozen=True)
class Row:
    code: str
    name: Bilingual
    values: tuple[Value, ...]


@dataclass(frozen=True)
class Sheet:
    """One table. `chart`: the column that its bars show; None: no chart."""

    key: str
    title: Bilingual
    heading: Bilingual
    columns: tuple[Column, ...]
    rows: Sequence[Row]
    total: Row | None = None
    chart: int | None = None
    note: Bilingual | None = None


@dataclass(frozen=True)
class Answer:
    """A report as it may be shown to this reader. `finding` says what the shown figures say, over the chart."""

    report: Report
    view: Any
    asked: Any
    finding: Bilingual
    sheets: tuple[Sheet, ...]
    made_at: datetime
    known_at: datetime | None
    withheld: bool = False
    notes: tuple[Bilingual, ...] = field(default=())


@dataclass(frozen=True)
class People:
    """Counts as they may be shown, by code, and their total."""

    by: Mapping[str, int | None]
    total: int | None


def people_of(counts: Mapping[Any, int], codes: Sequence[str], measure: str, *, exact: bool) -> People:
    """Counts of one measure (as `queries.by` gives them) through the disclosure rule."""
    numbers = [counts.get((code, measure), 0) for code in codes]
    total = counts.get((None, measure), 0)
    if exact:
        return People(dict(zip(codes, numbers, strict=True)), total)
    sensitive = [n for n, code in enumerate(codes) if code in disclosure.SENSITIVE]
    shown, whole = disclosure.suppress_list(numbers, total, sensitive=sensitive)
    return People(dict(zip(codes, shown, strict=True)), whole)


def share(part: int | None, whole: int | None, *, exact: bool = False) -> int | None:
    """A whole percentage of what is shown."""
    if exact:
        return None if part is None or not whole else (200 * part + whole) // (2 * whole)
    return disclosure.percent(part, whole)


def leaders(rows: Sequence[Row], column: int) -> list[Row]:
    """Those with the largest number shown: several where it is the same, none where nothing is shown but nothing."""
    known = [(number, row) for row in rows if isinstance(number := row.values[column], int | float) and number]
    most = max((number for number, _ in known), default=None)
    return [row for number, row in known if number == most]


def leading(first: Sequence[Row], one: Bilingual, alike: Bilingual, none: Bilingual) -> Bilingual:
    """What to say of the leaders. `one` has a place for the name."""
    if not first:
        return none
    name = first[0].name
    return alike if len(first) > 1 else Bilingual(one.en.format(name.en), one.cy.format(name.cy))
