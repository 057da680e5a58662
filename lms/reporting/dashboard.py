"""What a commissioner opens on: four figures against the period before and the year before, a trend, and the bodies below.

Everything is shown through the disclosure rule, and compared as it is shown; of a place that is chosen, whatever is
hidden in the table that it is a row of is hidden here as well.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from lms.core import clock
from lms.core.errors import Invalid
from lms.core.language import N_
from lms.core.permissions import Actor
from lms.reporting import asking, groups, queries, services
from lms.reporting.groups import Body
from lms.reporting.queries import Dimension
from lms.reporting.reports.report import NO_DENOMINATOR, Value, people_of, share
from lms.reporting.reports.uptake import Uptake, uptake
from lms.reporting.returns.rules import Span, Term, offered, term_called
from lms.reporting.rules import periods
from lms.reporting.rules.periods import Period
from lms.reporting.services import Asked, View

FLOWS, STOCKS = ("completed",), ("unmet", "certified")
FIGURES = ("completed", "coverage", "unmet", "certified")


@dataclass(frozen=True)
class Compared:
    """A figure, the same of the period before, and of a year before. None: hidden; words: there is none."""

    key: str
    now: Value
    before: Value
    year_before: Value


@dataclass(frozen=True)
class Dashboard:
    """`rows`: bodies with completed, waiting, certificates valid. `trend`: None where too few people remain."""

    view: View
    term: Term
    terms: Sequence[Term]
    figures: list[Compared]
    trend: Uptake | None
    rows: list[tuple[Body, list[int | None]]]
    totals: list[int | None]
    withheld: bool


def dashboard(actor: Actor, organisation: str | None, code: str | None, programme: str | None = None) -> Dashboard:
    """Of a body (or all that the actor sees) and a quarter or year that is over; the newest quarter if none is named.

    `programme`: of its courses only.
    Raises Forbidden, NotFound, Invalid.
    """
    today = clock.today()
    terms = offered(today)
    term = term_called(code, today) if code else next(each for each in terms if each.span is Span.QUARTER)
    if term is None:
        raise Invalid(fields={"term": N_("Choose one of the answers")})
    last = term.ends_on.replace(day=1)
    asked = Asked(
        organisation=organisation, programme=programme, first=term.starts_on, last=last, as_at=term.ends_on
    )  # fmt: skip
    seen = services.view(actor, asked)
    if services.narrowed_too_far(seen):
        return Dashboard(seen, term, terms, [], None, [], [], withheld=True)
    bodies = groups.bodies_below(seen.filters.place)[0]
    ids = [str(body.id) for body in bodies]
    counts = queries.by(seen.filters, Dimension.ORGANISATION, FLOWS, STOCKS)
    told = {kind: people_of(counts, ids, kind, exact=seen.exact) for kind in (*FLOWS, *STOCKS)}
    hidden = _hidden_above(seen)
    totals = {kind: None if kind in hidden else told[kind].total for kind in told}
    earlier = [_told(seen, _months_earlier(seen.filters.period, months)) for months in (len(term_months(term)), 12)]
    trend = uptake(
        actor,
        replace(asked, first=periods.month_after(last, -11), group=Dimension.MONTH),
    )  # fmt: skip
    now = totals | {"coverage": _coverage(seen, totals["certified"], seen.filters.period)}
    rows = [
        (body, [told[kind].by[str(body.id)] for kind in ("completed", "unmet", "certified")])
        for body in bodies
        if any((str(body.id), kind) in counts for kind in told)
    ]
    return Dashboard(
        view=seen, term=term, terms=terms,
        figures=[Compared(key, now[key], earlier[0][key], earlier[1][key]) for key in FIGURES],
        trend=None if trend.withheld else trend, rows=rows,
        totals=[totals[kind] for kind in ("completed", "unmet", "certified")], withheld=False,
    )  # fmt: skip


def term_months(term: Term) -> list[date]:
    return Period(term.starts_on, term.ends_on, term.ends_on).months


def _told(seen: View, period: Period) -> dict[str, Any]:
    """The four figures of another period, as they may be shown."""
    narrowed = replace(seen, filters=replace(seen.filters, period=period))
    if services.narrowed_too_far(narrowed):
        return dict.fromkeys(FIGURES)
    counts = queries.by(narrowed.filters, None, FLOWS, STOCKS)
    hidden = _hidden_above(narrowed)
    found: dict[str, Any] = {
        kind: None if kind in hidden else people_of(counts, [], kind, exact=seen.exact).total
        for kind in (*FLOWS, *STOCKS)
    }
    return found | {"coverage": _coverage(narrowed, found["certified"], period)}


def _coverage(seen: View, holding: int | None, period: Period) -> Value:
    head = asking.headcounts(replace(seen.filters, period=period), None).get(None)
    return share(holding, head.people, exact=seen.exact) if head else NO_DENOMINATOR


def _hidden_above(seen: View) -> set[str]:
    """Measures of a chosen body that are hidden in the table that it is a row of."""
    chosen = seen.filters.organisation
    if seen.exact or chosen is None or chosen.parent_id is None:
        return set()
    above = groups.row_above(chosen, seen.filters.scope)
    wider = replace(seen.filters, organisation=above)
    ids = [str(body.id) for body in groups.bodies_below(wider.place)[0]]
    if str(chosen.id) not in ids:
        return set()
    counts = queries.by(wider, Dimension.ORGANISATION, FLOWS, STOCKS)
    return {kind for kind in (*FLOWS, *STOCKS) if people_of(counts, ids, kind, exact=False).by[str(chosen.id)] is None}


def _months_earlier(period: Period, months: int) -> Period:
    first = periods.month_after(period.starts_on, -months)
    last = periods.end_of_month(periods.month_after(periods.first_of_month(period.ends_on), -months))
    return Period(first, last, last)
