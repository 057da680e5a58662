"""Pages of the reports that answer in tables: the list of all, and one for each."""

from typing import Any

from flask import Response, g, request, url_for
from flask_babel import format_date, format_decimal, ngettext
from flask_babel import gettext as _
from markupsafe import Markup

from lms.core import clock
from lms.core.db import db
from lms.core.errors import Invalid
from lms.core.language import Bilingual
from lms.core.permissions import Actor, Permission
from lms.core.web.forms import FormState
from lms.core.web.pages import Pages, Redirect
from lms.reporting import answering, exports, groups, home, naming, workbooks
from lms.reporting import headcounts as counting
from lms.reporting.given_rows import Outcome, as_text
from lms.reporting.models import Headcount
from lms.reporting.pages import FIELDS, asked_of, choices_for, kept_of
from lms.reporting.reports import REPORTS
from lms.reporting.reports.report import Answer, Column, Value
from lms.reporting.rules.disclosure import RULE
from lms.reporting.schemas import ReportQuery, shape_of
from lms.reporting.services import Asked
from lms.reporting.spending_pages import placed, sent_rows

pages = Pages("reports_pages", __name__, template_folder="templates")

HEADCOUNTS_SHOWN = 100


@pages.page("GET", "/reports", needs=Permission.UPTAKE_READ, template="reports/list.html", keeps=False)
def index(actor: Actor) -> Any:
    """The four figures that matter, and every report with what it answers."""
    context, status = home.context_of(actor)
    shown = [(each, address(each.slug)) for each in REPORTS]
    return context | {"reports": shown, "may_count": actor.might(Permission.HEADCOUNT_RECORD)}, status


@pages.page("GET", "/reports/<slug>", needs=Permission.UPTAKE_READ, template="reports/report.html", keeps=False)
def report(actor: Actor, slug: str) -> Any:
    """One report: its filters, its finding, charts with their tables, and what its figures mean."""
    about = answering.report_called(slug)
    form, loaded = asked_of(ReportQuery)
    try:
        answer = answering.answer(actor, slug, Asked(**loaded))
    except Invalid as refusal:
        form.errors |= {FIELDS.get(name, name): _(text) for name, text in refusal.fields.items()} or {
            "organisation": _(refusal.title)
        }
        answer = answering.answer(actor, slug, Asked())
    period = answer.view.filters.period
    form.values = {
        "from": period.starts_on.strftime("%Y-%m"), "to": period.ends_on.strftime("%Y-%m"),
        "as_at": period.as_at.isoformat(),
    } | form.values  # fmt: skip
    kept = kept_of(ReportQuery)
    context = {
        "form": form, "answer": answer, "about": about, "rule": RULE, "choices": choices_for(answer.view),
        "cell": cell, "own_url": url_for("reports_pages.report", slug=slug),
        "csv_url": url_for("reports_pages.download", slug=slug, **kept),
        "xlsx_url": url_for("reports_pages.workbook", slug=slug, **kept),
        "ods_url": url_for("reports_pages.document", slug=slug, **kept),
        "save_url": url_for("saved_views.new", report=slug, **kept),
        "fresh": fresh(answer), "period": naming.period_of(period),
        "place": (answer.view.filters.place.name.in_(g.lang) if answer.view.filters.place else _("Wales")),
        "bars": {sheet.key: [(row.name.in_(g.lang), number) for row in sheet.rows
                             if (number := row.values[sheet.chart]) is None or isinstance(number, int)]
                 for sheet in answer.sheets if sheet.chart is not None},
    }  # fmt: skip
    return context if form.ok else (context, 422)


@pages.page("GET", "/reports/<slug>/figures.csv", needs=Permission.UPTAKE_READ)
def download(actor: Actor, slug: str) -> Response:
    """The same figures as a file."""
    form, loaded = asked_of(shape_of(slug))
    if not form.ok:
        raise Invalid(next(iter(form.errors.values())))
    return exports.csv_file(answering.answer(actor, slug, Asked(**loaded)), g.lang)


@pages.page("GET", "/reports/<slug>/figures.xlsx", needs=Permission.UPTAKE_READ)
def workbook(actor: Actor, slug: str) -> Response:
    """The same as a workbook."""
    form, loaded = asked_of(shape_of(slug))
    if not form.ok:
        raise Invalid(next(iter(form.errors.values())))
    return workbooks.answer_file(answering.answer(actor, slug, Asked(**loaded)), g.lang)


@pages.page("GET", "/reports/<slug>/figures.ods", needs=Permission.UPTAKE_READ)
def document(actor: Actor, slug: str) -> Response:
    """The same as an OpenDocument spreadsheet."""
    form, loaded = asked_of(shape_of(slug))
    if not form.ok:
        raise Invalid(next(iter(form.errors.values())))
    return workbooks.answer_file(answering.answer(actor, slug, Asked(**loaded)), g.lang, "ods")


@pages.page("GET", "/reports/headcounts", needs=Permission.HEADCOUNT_RECORD, template="reports/headcounts.html")
def headcounts(actor: Actor) -> dict[str, Any]:
    """What has been recorded, and where to give more."""
    return _headcounts(actor, FormState(values={"rows": ""}), None)


@pages.page("POST", "/reports/headcounts", needs=Permission.HEADCOUNT_RECORD, template="reports/headcounts.html")
def give_headcounts(actor: Actor) -> Any:
    """Judge the rows that were given; record them once they were seen to be right."""
    form = FormState(values={"rows": request.form.get("rows", "")})
    try:
        if request.form.get("keep"):
            kept = counting.keep(actor, sent_rows())
            said = ngettext("%(num)s row recorded", "%(num)s rows recorded", len(kept))
            return Redirect("reports_pages.headcounts", flash=said)
        outcomes = counting.judge(actor, sent_rows())
    except Invalid as refusal:
        form.errors |= placed(refusal)
        return _headcounts(actor, form, None), 422
    form.values["rows"] = as_text(outcomes, counting.COLUMNS)
    return _headcounts(actor, form, outcomes)


def _headcounts(actor: Actor, form: FormState, outcomes: list[Outcome[Headcount]] | None) -> dict[str, Any]:
    rows = db.session.execute(counting.recorded(actor).limit(HEADCOUNTS_SHOWN)).all()
    names = {
        "sector": groups.sectors(),
        "staff_group": groups.people_by("role"),
        "setting": groups.people_by("setting"),
    }
    return {
        "form": form, "outcomes": outcomes, "faults": sum(bool(each.fault) for each in outcomes or ()),
        "recorded": [tuple(row) for row in rows], "names": names, "columns": counting.COLUMNS,
        "fault": lambda text: _(text) if text else "",
    }  # fmt: skip


def address(slug: str) -> str:
    """Where a report is read."""
    own = {"uptake": "uptake.uptake", "explore": "explore.explore", "framework-gaps": "framework_gaps.gaps"}
    return url_for(own[slug]) if slug in own else url_for("reports_pages.report", slug=slug)


def cell(value: Value, column: Column) -> str | Markup:
    """A value as it is read; hidden ones are stars, and words are said in the reader's language."""
    if value is None:
        return Markup('<abbr title="{}">*</abbr>').format(_("withheld"))
    if isinstance(value, Bilingual):
        return value.in_(g.lang)
    if isinstance(value, str):
        return value
    if column.unit == "pence":
        return f"£{format_decimal(round(value / 100, 2), format='#,##0.00')}"
    if column.unit == "percent":
        return f"{format_decimal(value)}%"
    if column.unit == "points":
        return f"{value:+d}" if isinstance(value, int) and value else "0"
    return str(format_decimal(value))


def fresh(answer: Answer) -> str:
    known = answer.known_at
    if known is None:
        return str(_("The figures are being counted. Until that is done, within some minutes, they are not complete."))
    day = clock.on_the_day(known)
    when = known.astimezone(clock.LONDON).strftime("%H:%M")
    return str(_("Everything up to %(time)s on %(day)s is counted.", time=when, day=format_date(day, "d MMMM y")))
