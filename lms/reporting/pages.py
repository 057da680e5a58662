"""Pages of reports."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from flask import Response, g, request, url_for
from flask_babel import format_date
from flask_babel import gettext as _
from markupsafe import Markup
from marshmallow import EXCLUDE, Schema, ValidationError

from courses.enrolments.models import Enrolment
from lms.core import clock
from lms.core.errors import Invalid
from lms.core.permissions import Actor, Permission
from lms.core.reference import kept
from lms.core.web.forms import FormState, messages
from lms.core.web.pages import Pages, fragment
from lms.core.web.paging import page_of
from lms.reporting import groups, naming, queries, services, wording, workbooks
from lms.reporting.api import csv_answer
from lms.reporting.models import Baseline
from lms.reporting.queries import Dimension
from lms.reporting.reports.uptake import REPORT, Uptake
from lms.reporting.reports.uptake import uptake as count_uptake
from lms.reporting.rules import periods
from lms.reporting.rules.disclosure import RULE
from lms.reporting.rules.measures import DEFINITIONS, Measure
from lms.reporting.schemas import PeopleQuery, UptakeQuery
from lms.reporting.services import Asked, View

pages = Pages("uptake", __name__, template_folder="templates")

PEOPLE_SHOWN = 50
BARS_SHOWN = 20
MOST_NEAR = 6
FIELDS = {"first": "from", "last": "to"}
"""Names in the address, where they are not those of the schema."""


@pages.page("GET", "/uptake", needs=Permission.UPTAKE_READ, template="uptake/uptake.html", keeps=False)
def uptake(actor: Actor) -> Any:
    """The figures, the chart and its table; what was chosen wrongly is said beside the choice."""
    form, loaded = asked_of(UptakeQuery)
    asked = Asked(**loaded)
    try:
        report = count_uptake(actor, asked)
    except Invalid as refusal:
        asked = Asked()
        form.errors |= {FIELDS.get(name, name): _(text) for name, text in refusal.fields.items()}
        report = count_uptake(actor, asked)
    context = _context(actor, report, form)
    return context if form.ok else (context, 422)


@pages.page("GET", "/uptake/figures.csv", needs=Permission.UPTAKE_READ)
def download(actor: Actor) -> Response:
    """The same figures as a file."""
    form, loaded = asked_of(UptakeQuery)
    if not form.ok:
        raise Invalid(next(iter(form.errors.values())))
    return csv_answer(count_uptake(actor, Asked(**loaded)))


@pages.page("GET", "/uptake/figures.xlsx", needs=Permission.UPTAKE_READ)
def workbook(actor: Actor) -> Response:
    """The same as a workbook."""
    form, loaded = asked_of(UptakeQuery)
    if not form.ok:
        raise Invalid(next(iter(form.errors.values())))
    return workbooks.uptake_file(count_uptake(actor, Asked(**loaded)), g.lang)


@pages.page("GET", "/uptake/figures.ods", needs=Permission.UPTAKE_READ)
def document(actor: Actor) -> Response:
    """The same as an OpenDocument spreadsheet."""
    form, loaded = asked_of(UptakeQuery)
    if not form.ok:
        raise Invalid(next(iter(form.errors.values())))
    return workbooks.uptake_file(count_uptake(actor, Asked(**loaded)), g.lang, "ods")


@pages.page("GET", "/uptake/people", needs=Permission.UPTAKE_READ_NAMES, template="uptake/people.html")
def people(actor: Actor) -> dict[str, Any]:
    """Who is behind the figures, for those who may see names."""
    _form, loaded = asked_of(PeopleQuery)
    given = loaded or {"asked": {}, "cursor": None}
    seen, found = services.people(actor, Asked(**given["asked"]))
    page = page_of(found, given["cursor"], PEOPLE_SHOWN, key=(Enrolment.enrolled_on, Enrolment.id), descending=True)
    chosen = kept_of()
    return {
        "page": page, "seen": seen, "sectors": seen.sectors, "first_page": given["cursor"] is None,
        "back_url": url_for("uptake.uptake", **chosen),
        "next_url": url_for("uptake.people", **chosen, cursor=page.next) if page.next else None,
        "first_url": url_for("uptake.people", **chosen),
    }  # fmt: skip


@pages.page("GET", "/uptake/baselines", needs=Permission.UPTAKE_READ, template="uptake/baselines.html")
def baselines(actor: Actor) -> dict[str, Any]:
    """Every published figure that is held, with its source."""
    found = services.baselines(actor)
    return {"figures": found, "groups": _together(found)}


def asked_of(schema: type[Schema]) -> tuple[FormState, dict[str, Any]]:
    """What the address asks, and the form that shows it. Blank choices count as not made."""
    shape = schema(unknown=EXCLUDE)
    given = {name: value for name, value in request.args.items() if value.strip()}
    form = FormState(values=dict(given))
    try:
        return form, dict(shape.load(given))
    except ValidationError as fault:
        form.errors = messages(shape, fault)
        return form, {}


def kept_of(schema: type[Schema] = UptakeQuery) -> dict[str, Any]:
    """What the address chooses, to be carried along: only what the report knows."""
    names = [field.data_key or name for name, field in schema().fields.items()]
    return {name: value for name in names if (value := request.args.get(name, "").strip())}


def _context(actor: Actor, report: Uptake, form: FormState) -> dict[str, Any]:
    period, asked = report.view.filters.period, report.asked
    form.values = {
        "from": period.starts_on.strftime("%Y-%m"), "to": period.ends_on.strftime("%Y-%m"),
        "as_at": period.as_at.isoformat(), "group": asked.group.value, "measure": asked.measure.value,
    } | form.values  # fmt: skip
    kept = kept_of()
    chips = wording.chosen(report, g.lang)
    return {
        "form": form,
        "report": report,
        "definition": REPORT,
        "definitions": DEFINITIONS,
        "rule": RULE,
        "choices": choices_for(report.view),
        "figures": [
            (each, wording.measure_name(each.measure, g.lang), wording.comparison(each)) for each in report.figures
        ],
        "headline": "" if report.withheld else wording.headline(report, g.lang),
        "subtitle": _(wording.SUBTITLES[asked.measure]),
        "group_name": _(naming.DIMENSIONS[asked.group]),
        "measure_name": wording.measure_name(asked.measure, g.lang),
        "lines": [(naming.name_of(line.label, g.lang), line) for line in report.lines],
        "bars_shown": BARS_SHOWN,
        "grid_columns": [naming.name_of(label, g.lang) for label in report.grid.columns] if report.grid else [],
        "grid_rows": [naming.name_of(label, g.lang) for label in report.grid.rows] if report.grid else [],
        "period": wording.period(report),
        "chips": [
            {"label": value, "url": url_for("uptake.uptake", **{k: v for k, v in kept.items() if k != name})}
            for name, _what, value in chips
        ],
        "clear_url": url_for("uptake.uptake"),
        "csv_url": url_for("uptake.download", **kept),
        "xlsx_url": url_for("uptake.workbook", **kept),
        "ods_url": url_for("uptake.document", **kept),
        "people_url": url_for("uptake.people", **kept) if report.view.exact else None,
        "near": _near(g.lang, _courses_in_view(report.view)),
        "baselines_url": url_for("uptake.baselines"),
        "save_url": url_for("saved_views.new", report="uptake", **kept),
    }


def choices_for(seen: View) -> Mapping[str, Markup]:
    """The options of the filters, for this reader."""
    return _choices(g.lang, _places(seen), clock.today())


@kept
def _choices(language: str, places: frozenset[UUID] | None, today: date) -> Mapping[str, Markup]:
    """The options of whoever sees those places, in that language."""
    months = [(month.strftime("%Y-%m"), naming.month(month)) for month in periods.offered_months(today)]
    moments = [
        (day.isoformat(), _("Today") if day == today else str(format_date(day, "d MMMM y")))
        for day in periods.offered_moments(today)
    ]
    named = sorted((body.name.in_(language), body.code) for body in groups.within(places))
    choices = {
        "sector": [(code, name.in_(language)) for code, name in groups.sectors().items()],
        "organisation": [(code, name) for name, code in named],
        "programme": [(code, name.in_(language)) for code, name in groups.programmes().items()],
        "course": [(code, f"{title.in_(language)} ({code})") for code, _programme, title in groups.courses().values()],
        "level": [(code, name.in_(language)) for code, name in groups.levels().items()],
        "month": months,
        "moment": moments,
        "group": [(each.value, _(naming.DIMENSIONS[each])) for each in Dimension],
        "measure": [(each.value, wording.measure_name(each, language)) for each in Measure],
    }
    return {name: fragment("ui.html", "select_options", options) for name, options in choices.items()}


@kept
def _near(_language: str, courses: frozenset[str]) -> Markup | None:
    """What others have published about these courses; None: nothing."""
    found = _together(queries.baselines_about(courses))
    return fragment("reports/parts.html", "baselines", found[:MOST_NEAR]) if found else None


def _places(seen: View) -> frozenset[UUID] | None:
    return None if seen.everywhere else frozenset(body.id for body in seen.organisations)


def _courses_in_view(seen: View) -> frozenset[str]:
    """Codes of the courses that the filters leave."""
    filters = seen.filters
    return frozenset(
        code
        for id, (code, programme, _title) in seen.courses.items()
        if filters.course in (None, id) and filters.programme in (None, programme)
    )


def _together(figures: list[Baseline]) -> list[list[Baseline]]:
    """Figures of the same thing beside each other, in the order of the first of them."""
    by_code = {each.code: each for each in figures}
    seen: set[str] = set()
    groups = []
    for each in figures:
        if each.code not in seen:
            group = [each, *(by_code[code] for code in each.conflicts_with if code in by_code and code not in seen)]
            seen |= {one.code for one in group}
            groups.append(group)
    return groups
