"""The page of demand and capacity."""

from typing import Any

from flask import g, request
from flask_babel import gettext as _

from courses.portfolios.demand import queries
from courses.supervision.queries import programmes
from lms.core.permissions import Actor, Permission
from lms.core.web import forms
from lms.core.web.pages import Pages

pages = Pages("demand", "courses.portfolios", template_folder="templates")


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
    return {"form": form, "programmes": offered, "ways": ways, "needs": queries.needs(actor, programme, by)}
