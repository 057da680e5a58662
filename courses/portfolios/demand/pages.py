"""The page of demand and capacity."""

from collections.abc import Sequence
from typing import Any

from flask import g, request
from flask_babel import gettext as _
from flask_babel import ngettext

from courses.portfolios.demand import queries
from courses.portfolios.demand.rules import Need
from courses.supervision.queries import programmes
from lms.core.permissions import Actor, Permission
from lms.core.web import forms
from lms.core.web.pages import Pages

pages = Pages("demand", "courses.portfolios", template_folder="templates")

BARS = 12
"""Groups that the chart draws; the table has all of them."""


@pages.page("GET", "/manage/supervision/demand", needs=Permission.SUPERVISION_DEMAND, template="demand/demand.html")
def demand(actor: Actor) -> dict[str, Any]:
    """Who needs supervision, who waits, and who could give it, by body or sector."""
    offered = [(each.code, each.title.in_(g.lang)) for each in programmes()]
    codes = [code for code, _title in offered]
    asked = request.args.get("programme", "ECAMHS")
    programme = asked if asked in codes else (codes[0] if codes else "")
    by = request.args.get("by", "") if request.args.get("by", "") in queries.BY else queries.BY[0]
    form = forms.FormState(values={"programme": programme, "by": by})
    ways = [("organisation", _("By organisation")), ("sector", _("By sector"))]
    needs = queries.needs(actor, programme, by)
    return {
        "form": form, "programmes": offered, "ways": ways, "needs": needs, "shown": needs[:BARS],
        "finding": _finding(needs), "programme": dict(offered).get(programme, programme),
    }  # fmt: skip


def _finding(needs: Sequence[Need]) -> str:
    """The sentence over the chart: what matters most of what it shows."""
    short, alone = sum(each.short for each in needs), sum(each.unsupervised for each in needs)
    if short:
        return ngettext(
            "%(num)d person has no supervisor, and no place is free where they are",
            "%(num)d people have no supervisor, and no place is free where they are", short,
        )  # fmt: skip
    if alone:
        return ngettext(
            "%(num)d person has no supervisor, and a place is free",
            "%(num)d people have no supervisor, and places are free", alone,
        )  # fmt: skip
    return _("Everybody with an open portfolio has a supervisor")
