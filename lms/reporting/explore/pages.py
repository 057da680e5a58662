"""The page where a reader chooses what to count and how to lay it out."""

from typing import Any

from flask import g, url_for
from flask_babel import gettext as _

from lms.core.errors import Invalid
from lms.core.permissions import Actor, Permission
from lms.core.web.pages import Pages
from lms.reporting import answering, naming, wording
from lms.reporting.errors import NotDividedSo, NotInTheGrid
from lms.reporting.explore.picture import picture
from lms.reporting.pages import FIELDS, asked_of, choices_for, kept_of
from lms.reporting.queries import Dimension
from lms.reporting.report_pages import cell, fresh
from lms.reporting.reports import BY_SLUG
from lms.reporting.rules.disclosure import RULE
from lms.reporting.rules.explored import WAYS, Explored
from lms.reporting.schemas import ExploreQuery
from lms.reporting.services import Asked

pages = Pages("explore", __name__, template_folder="../templates")

SLUG = "explore"


@pages.page("GET", "/reports/explore", needs=Permission.UPTAKE_READ, template="explore/explore.html", keeps=False)
def explore(actor: Actor) -> Any:
    """The choices, the finding, the chart and its table; what cannot be put together is said beside the choice."""
    form, loaded = asked_of(ExploreQuery)
    asked = _with_a_way(Asked(**loaded), given="group" in form.values)
    try:
        answer = answering.answer(actor, SLUG, asked)
    except Invalid as refusal:
        form.errors |= _beside(refusal, asked)
        asked = Asked() if "measure" in form.errors else _with_a_way(Asked(counted=asked.counted), given=False)
        answer = answering.answer(actor, SLUG, asked)
    period, kept = answer.view.filters.period, kept_of(ExploreQuery)
    form.values = {
        "from": period.starts_on.strftime("%Y-%m"), "to": period.ends_on.strftime("%Y-%m"),
        "as_at": period.as_at.isoformat(), "group": asked.group.value, "measure": asked.counted.value,
    } | form.values  # fmt: skip
    chosen = wording.filters_of(answer.view, g.lang)
    context = {
        "form": form, "answer": answer, "about": BY_SLUG[SLUG], "rule": RULE, "choices": choices_for(answer.view),
        "measures": [(each.value, WAYS[each].definition.title.in_(g.lang)) for each in Explored], "cell": cell,
        "sheet": answer.sheets[0] if answer.sheets else None, "definition": WAYS[asked.counted].definition,
        "picture": picture(answer.sheets[0], asked) if answer.sheets else None, "every": [w.definition for w in WAYS.values()],
        "period": naming.period_of(period), "fresh": fresh(answer), "clear_url": url_for("explore.explore"),
        "place": answer.view.filters.place.name.in_(g.lang) if answer.view.filters.place else _("Wales"),
        "chips": [{"label": value, "url": url_for("explore.explore", **{k: v for k, v in kept.items() if k != name})}
                  for name, _what, value in chosen],
        "files": {kind: url_for(f"reports_pages.{view}", slug=SLUG, **kept)
                  for kind, view in (("xlsx", "workbook"), ("ods", "document"), ("csv", "download"))},
        "save_url": url_for("saved_views.new", report=SLUG, **kept),
    }  # fmt: skip
    return context if form.ok else (context, 422)


def _with_a_way(asked: Asked, *, given: bool) -> Asked:
    """Who has not said by what gets the first way in which the measure can be divided."""
    first = Dimension(WAYS[asked.counted].by[0])
    return asked if given or asked.group.value in WAYS[asked.counted].by else Asked(**vars(asked) | {"group": first})


def _beside(refusal: Invalid, asked: Asked) -> dict[str, str]:
    """The refusal beside the choices that it is about, with what can be chosen instead."""
    way = WAYS[asked.counted]
    if isinstance(refusal, NotInTheGrid):
        return {"columns" if asked.columns else "group": f"{_(refusal.title)}. {_(refusal.way_out)}"}
    found = {FIELDS.get(name, name): str(_(text)) for name, text in refusal.fields.items()}
    if isinstance(refusal, NotDividedSo):
        ways = ", ".join(_(naming.DIMENSIONS[Dimension(each)]) for each in way.by)
        instead = {"group": _("This measure can be divided by: %(ways)s", ways=ways)}
        instead["columns"] = instead["group"] if way.twice else _("This measure is divided in one way only")
        found |= {name: text for name, text in instead.items() if name in found}
    return found
