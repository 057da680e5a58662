"""The start of the reports: the dashboard in the reader's words, and the way to everything else."""

from typing import Any

from flask import g, request, url_for
from flask_babel import format_decimal
from flask_babel import gettext as _
from markupsafe import Markup

from lms.core.errors import Invalid
from lms.core.language import N_, Bilingual
from lms.core.permissions import Actor
from lms.core.web.forms import FormState
from lms.reporting import groups, naming, wording
from lms.reporting.dashboard import Compared, Dashboard, dashboard
from lms.reporting.pages import choices_for
from lms.reporting.reports.report import Value
from lms.reporting.returns import wording as terms
from lms.reporting.rules.definitions import BY_ID
from lms.reporting.rules.disclosure import RULE
from lms.reporting.rules.measures import Measure

NAMES = {
    "completed": N_("People who completed training"),
    "coverage": N_("Workforce with a valid certificate"),
    "unmet": N_("People waiting for a place"),
    "certified": N_("People with a valid certificate"),
}
DEFINED = ("UPTAKE-COMPLETED", "COVERAGE", "UNMET", "HOLDERS")


def context_of(actor: Actor) -> tuple[dict[str, Any], int]:
    """What the page shows, and its status."""
    given = {
        name: text for name in ("organisation", "programme", "term") if (text := request.args.get(name, "").strip())
    }
    form = FormState(values=dict(given))
    try:
        it = dashboard(actor, given.get("organisation"), given.get("term"), given.get("programme"))
    except Invalid as refusal:
        form.errors |= {name: _(text) for name, text in refusal.fields.items()}
        given, it = {}, dashboard(actor, None, None)
    form.values["term"] = it.term.code
    return _context(it, form), 200 if form.ok else 422


def _context(it: Dashboard, form: FormState) -> dict[str, Any]:
    place, trend, programme = it.view.filters.place, it.trend, it.view.filters.programme
    chosen: dict[str, Any] = {"programme": programme, "term": it.term.code}
    above = groups.row_above(place, it.view.filters.scope) if place and it.view.filters.organisation else None
    measure = Measure.COMPLETED
    return {
        "form": form, "board": it, "rule": RULE, "place": place.name.in_(g.lang) if place else _("Wales"),
        "programme": it.view.programmes[programme].in_(g.lang) if programme else None,
        "term_name": terms.term(it.term), "terms": [(term.code, terms.term(term)) for term in it.terms],
        "choices": choices_for(it.view), "definitions": [BY_ID[id] for id in DEFINED],
        "figures": [(_(NAMES[each.key]), shown(each.now), compared(each)) for each in it.figures],
        "headline": wording.headline(trend, g.lang) if trend else "", "subtitle": _("People who completed training, by month"),
        "months": [(naming.name_of(line.label, g.lang), line.label.month, line.people[measure])
                   for line in trend.lines] if trend else [],
        "rows": [(body.name.in_(g.lang), url_for("reports_pages.index", organisation=body.code, **chosen),
                  numbers) for body, numbers in it.rows],
        "up": (above.name.in_(g.lang) if above else _("Wales"),
               url_for("reports_pages.index", organisation=above.code if above else None, **chosen))
        if it.view.filters.organisation and place and (it.view.everywhere or above) else None,
    }  # fmt: skip


def shown(value: Value) -> str | Markup:
    if value is None:
        return Markup('<abbr title="{}">*</abbr>').format(_("withheld"))
    return value.in_(g.lang) if isinstance(value, Bilingual) else str(format_decimal(value))


def compared(it: Compared) -> str:
    """Against the period before, and a year before."""
    if it.key == "coverage" and isinstance(it.now, Bilingual):
        return str(_("Nobody has given a headcount for this place"))
    return f"{_against(it.now, it.before, year=False)}; {_against(it.now, it.year_before, year=True)}"


def _against(now: Value, then: Value, *, year: bool) -> str:
    if not isinstance(now, int) or not isinstance(then, int):
        return str(_("no figure for the year before") if year else _("no figure for the period before"))
    if now == then:
        return str(_("as many as a year before") if year else _("as many as in the period before"))
    number = f"{now - then:+d}"
    return str(
        _("%(number)s on the year before", number=number)
        if year
        else _("%(number)s on the period before", number=number)
    )
