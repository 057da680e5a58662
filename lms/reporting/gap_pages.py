"""Gaps beside a framework, for commissioners: their page, and their figures as JSON and files."""

from typing import Any

from flask import Response, g, url_for
from flask_babel import format_date
from flask_babel import gettext as _
from marshmallow import Schema, fields

from frameworks.assessment import queries as assessment
from lms.core import clock
from lms.core.errors import Invalid, NotFound
from lms.core.open_documents import ODS
from lms.core.permissions import Actor, Permission
from lms.core.spreadsheets import XLSX
from lms.core.web.api import Api
from lms.core.web.fields import BilingualField
from lms.core.web.pages import Pages
from lms.reporting import answering, exports, shapes, workbooks
from lms.reporting.pages import asked_of, choices_for, kept_of
from lms.reporting.reach import checking
from lms.reporting.reach.counting import Grouping, Where
from lms.reporting.report_pages import cell
from lms.reporting.reports import framework_gaps as report
from lms.reporting.reports.framework_gaps import FrameworkGaps, gaps_of
from lms.reporting.reports.report import Answer
from lms.reporting.rules.disclosure import RULE
from lms.reporting.schemas import AnswerOut, FrameworkGapsQuery
from lms.reporting.services import Asked

__all__ = ["api", "gaps_of", "pages"]

pages = Pages("framework_gaps", "lms.reporting", template_folder="templates")
api = Api("framework_gaps", __name__, description="Where people are beside what their work asks, counted")

READ = Permission.UPTAKE_READ
SLUG = report.REPORT.slug


class FrameworkGapLineOut(Schema):
    code = fields.String(required=True)
    name = BilingualField(required=True)
    people = fields.Dict(
        keys=fields.Enum(Where, by_value=True), values=fields.Integer(allow_none=True), required=True,
        metadata={"description": "None: hidden"},
    )  # fmt: skip
    total = fields.Integer(allow_none=True)
    headcount = fields.Integer(allow_none=True, metadata={"description": "None: not known, so no share is given"})
    share = fields.Integer(allow_none=True, metadata={"description": "Who meet, in percent of the headcount"})


class FrameworkGapsOut(AnswerOut):
    """The report in tables, and the same line by line. `denominator`: the headcount of everybody, null: not known."""

    framework = BilingualField(required=True)
    code = fields.String(required=True)
    version = fields.Integer(required=True)
    group = fields.Enum(Grouping, by_value=True, required=True)
    denominator = fields.Integer(allow_none=True, metadata={"description": "None: not known, so no share is given"})
    lines = fields.List(fields.Nested(FrameworkGapLineOut), required=True)
    totals = fields.Dict(keys=fields.Enum(Where, by_value=True), values=fields.Integer(allow_none=True), required=True)
    total = fields.Integer(allow_none=True)


@pages.page("GET", "/reports/framework-gaps", needs=READ, template="uptake/framework_gaps.html", keeps=False)
def gaps(actor: Actor) -> Any:
    """Where people are beside what their work asks of a framework."""
    form, loaded = asked_of(FrameworkGapsQuery)
    try:
        told, answer = _told(actor, Asked(**loaded))
    except (Invalid, NotFound):  # what the address names is not there, or not theirs to see: said beside the choice
        form.refuse("framework" if loaded.get("framework") else "organisation", _("Choose one of the answers"))
        told, answer = _told(actor, Asked())
    form.values = {"framework": told.code, "group": told.group.value} | form.values
    kept = kept_of(FrameworkGapsQuery)
    context = {
        "report": told, "answer": answer, "about": report.REPORT, "rule": RULE, "cell": cell, "form": form,
        "freshness": _freshness(told), "check": checking.last(), "choices": choices_for(told.view),
        "frameworks": [(it.code, it.short_title.in_(g.lang)) for it in assessment.rateable()],
        "groups": [(each.value, name.in_(g.lang)) for each, name in report.HEADINGS.items()],
        "place": told.view.filters.place.name.in_(g.lang) if told.view.filters.place else _("Wales"),
        "sheet": answer.sheets[0] if answer.sheets else None, "bars": _bars(answer),
        "files": {kind: url_for(f"reports_pages.{view}", slug=SLUG, **kept)
                  for kind, view in (("xlsx", "workbook"), ("ods", "document"), ("csv", "download"))},
        "save_url": url_for("saved_views.new", report=SLUG, **kept),
    }  # fmt: skip
    return context if form.ok else (context, 422)


def _told(actor: Actor, asked: Asked) -> tuple[FrameworkGaps, Answer]:
    told = report.framework_gaps(actor, asked)
    return told, report.answer_of(told, asked)


def _bars(answer: Answer) -> list[tuple[str, int | None]]:
    """The longest bars first, twenty at most; what is hidden has none, and stands last."""
    if not answer.sheets:
        return []
    column = answer.sheets[0].chart or 0
    found = [(row.name.in_(g.lang), number) for row in answer.sheets[0].rows
             if (number := row.values[column]) is None or isinstance(number, int)]  # fmt: skip
    return sorted(found, key=lambda bar: -1 if bar[1] is None else bar[1], reverse=True)[:20]


def _freshness(told: FrameworkGaps) -> str:
    """Until when what changed is in the figures, as it is said."""
    if told.fresh is None:
        return _("Nobody has been counted yet. It is done within a minute or two.")
    when = told.fresh.known_at
    said = _("Everything up to %(time)s on %(day)s is counted.", time=when.astimezone(clock.LONDON).strftime("%H:%M"),
             day=format_date(clock.on_the_day(when), "d MMMM y"))  # fmt: skip
    if told.fresh.counting:
        said += " " + _("What the framework asks has changed since, and everybody is being counted anew.")
    return str(said)


@api.operation(
    "GET", "/reports/framework-gaps", needs=READ, query=FrameworkGapsQuery, returns=(200, FrameworkGapsOut)
)  # fmt: skip
def framework_gaps_report(actor: Actor, **given: Any) -> dict[str, Any]:
    """Where people are beside what their work asks, by organisation, sector, role or level; small counts are hidden."""
    told, answer = _told(actor, Asked(**given))
    names = ("framework", "code", "version", "group", "denominator", "lines", "totals", "total")
    return shapes.of_answer(answer) | {name: getattr(told, name) for name in names}


@api.operation(
    "GET", "/reports/framework-gaps/figures.csv", needs=READ, query=FrameworkGapsQuery, returns=(200, None),
    media_type="text/csv",
)  # fmt: skip
def framework_gaps_csv(actor: Actor, **given: Any) -> Response:
    """The same as CSV, with its filters, definitions and disclosure rule above the table."""
    return exports.csv_file(answering.answer(actor, SLUG, Asked(**given)), g.lang)


@api.operation(
    "GET", "/reports/framework-gaps/figures.xlsx", needs=READ, query=FrameworkGapsQuery, returns=(200, None),
    media_type=XLSX,
)  # fmt: skip
def framework_gaps_xlsx(actor: Actor, **given: Any) -> Response:
    """The same as a workbook."""
    return workbooks.answer_file(answering.answer(actor, SLUG, Asked(**given)), g.lang)


@api.operation(
    "GET", "/reports/framework-gaps/figures.ods", needs=READ, query=FrameworkGapsQuery, returns=(200, None),
    media_type=ODS,
)  # fmt: skip
def framework_gaps_ods(actor: Actor, **given: Any) -> Response:
    """The same as an OpenDocument spreadsheet."""
    return workbooks.answer_file(answering.answer(actor, SLUG, Asked(**given)), g.lang, "ods")
