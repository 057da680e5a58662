"""Gaps beside a framework, for commissioners: a page and its figures as JSON. The rule hides what must be hidden."""

from typing import Any

from flask import Response, g, request, url_for
from flask_babel import format_date
from flask_babel import gettext as _
from marshmallow import Schema, fields

from frameworks.assessment import queries as assessment
from lms.core import clock
from lms.core.language import N_
from lms.core.permissions import Actor, Permission
from lms.core.web.api import Api
from lms.core.web.fields import BilingualField, Code, Instant
from lms.core.web.forms import FormState
from lms.core.web.pages import Pages
from lms.reporting import gap_files
from lms.reporting.reach import checking
from lms.reporting.reach.counting import Grouping, Where
from lms.reporting.reports.framework_gaps import GAPS, NO_DENOMINATOR, FrameworkGaps, framework_gaps, gaps_of
from lms.reporting.rules.disclosure import RULE

__all__ = ["api", "gaps_of", "pages"]

pages = Pages("framework_gaps", "lms.reporting", template_folder="templates")
api = Api("framework_gaps", __name__, description="Where people are beside what their work asks, counted")

GROUPS = {
    Grouping.ORGANISATION: N_("Organisation"), Grouping.SECTOR: N_("Sector"), Grouping.ROLE: N_("Role"),
    Grouping.LEVEL: N_("Level"),
}  # fmt: skip
HEADS = {Where.MEETS: N_("Meets"), Where.PARTLY: N_("Partly"), Where.NOT_YET: N_("Not yet")}


class FrameworkGapsQuery(Schema):
    framework = Code(required=True)
    group = fields.Enum(Grouping, by_value=True, load_default=Grouping.SECTOR)


class FrameworkGapLineOut(Schema):
    code = fields.String(required=True)
    name = BilingualField(required=True)
    people = fields.Dict(
        keys=fields.Enum(Where, by_value=True), values=fields.Integer(allow_none=True), required=True,
        metadata={"description": "None: hidden"},
    )  # fmt: skip
    total = fields.Integer(allow_none=True)


class FrameworkGapsOut(Schema):
    framework = BilingualField(required=True)
    version = fields.Integer(required=True)
    group = fields.Enum(Grouping, by_value=True, required=True)
    definition = fields.Function(lambda _it: f"{GAPS.id} v{GAPS.version}")
    rule = fields.Function(lambda _it: f"{RULE.id} v{RULE.version}")
    denominator = fields.Integer(allow_none=True, metadata={"description": "None: not known, so no share is given"})
    withheld = fields.Boolean(required=True)
    known_at = Instant(
        allow_none=True, metadata={"description": "What changed after it may not be counted yet. None: not counted yet"}
    )
    lines = fields.List(fields.Nested(FrameworkGapLineOut), required=True)
    totals = fields.Dict(keys=fields.Enum(Where, by_value=True), values=fields.Integer(allow_none=True), required=True)
    total = fields.Integer(allow_none=True)


@pages.page("GET", "/uptake/frameworks", needs=Permission.UPTAKE_READ, template="uptake/framework_gaps.html")
def gaps(actor: Actor) -> dict[str, Any]:
    """Where people are beside what their work asks of a framework."""
    known = {code: it for code, it in assessment.outlines().items() if it.statements}
    code, group = _asked()
    report = framework_gaps(actor, code, group)
    return {
        "report": report, "definition": GAPS, "rule": RULE, "no_denominator": NO_DENOMINATOR, "Where": Where,
        "freshness": _freshness(report), "check": checking.last(),
        "form": FormState.empty({"framework": code, "group": group.value}),
        "frameworks": [(each, it.short_title.in_(g.lang)) for each, it in known.items()],
        "groups": [(each.value, _(text)) for each, text in GROUPS.items()], "group_name": _(GROUPS[group]),
        "heads": [_(text) for text in HEADS.values()],
        "files": {form: url_for(".download", form=form, framework=code, group=group.value) for form in ("csv", "xlsx")},
    }  # fmt: skip


@pages.page("GET", "/uptake/frameworks/figures.<any(csv,xlsx):form>", needs=Permission.UPTAKE_READ)
def download(actor: Actor, form: str) -> Response:
    """The same figures as a file."""
    code, group = _asked()
    report = framework_gaps(actor, code, group)
    name = f"framework-gaps-{group.value}-{clock.today().isoformat()}"
    return gap_files.made(report, form, name, _(GROUPS[group]), [_(text) for text in HEADS.values()], g.lang)


def _asked() -> tuple[str, Grouping]:
    """The framework, or the first that there is; and the grouping, or sectors."""
    known = [code for code, it in assessment.outlines().items() if it.statements]
    asked = request.args.get("group", "")
    group = Grouping(asked) if asked in set(Grouping) else Grouping.SECTOR
    return request.args.get("framework") or next(iter(known), ""), group


def _freshness(report: FrameworkGaps) -> str:
    """Until when what changed is in the figures, as it is said."""
    if report.fresh is None:
        return _("Nobody has been counted yet. It is done within a minute or two.")
    when = report.fresh.known_at
    said = _("Everything up to %(time)s on %(day)s is counted.", time=when.astimezone(clock.LONDON).strftime("%H:%M"),
             day=format_date(clock.on_the_day(when), "d MMMM y"))  # fmt: skip
    if report.fresh.counting:
        said += " " + _("What the framework asks has changed since, and everybody is being counted anew.")
    return str(said)


@api.operation(
    "GET", "/reports/framework-gaps", needs=Permission.UPTAKE_READ, query=FrameworkGapsQuery, returns=(200, FrameworkGapsOut)
)  # fmt: skip
def framework_gaps_report(actor: Actor, framework: str, group: Grouping) -> FrameworkGaps:
    """Where people are beside what their work asks, by organisation, sector, role or level; small counts are hidden."""
    return framework_gaps(actor, framework, group)
