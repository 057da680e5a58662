"""JSON and CSV routes of reports."""

from collections.abc import Sequence
from typing import Any

from flask import Response, g

from lms.core.errors import Invalid
from lms.core.open_documents import ODS
from lms.core.permissions import Actor, Permission
from lms.core.spreadsheets import XLSX
from lms.core.web.api import Api
from lms.reporting import answering, dashboard, exports, headcounts, services, shapes, spending, workbooks
from lms.reporting.errors import NoSuchPeriod, NotAMoment, NotInTheGrid
from lms.reporting.given_rows import Outcome
from lms.reporting.reports import REPORTS
from lms.reporting.reports.uptake import Uptake, uptake
from lms.reporting.schemas import (
    AnswerOut,
    BaselinesOut,
    DashboardOut,
    DashboardQuery,
    HeadcountsIn,
    HeadcountsOut,
    ReportQuery,
    ReportsOut,
    SpendingIn,
    UptakeOut,
    UptakeQuery,
)
from lms.reporting.services import Asked

api = Api("reports", __name__, description="Reports: people, never names, and no small counts")


@api.operation("GET", "/reports", needs=Permission.UPTAKE_READ, returns=(200, ReportsOut))
def reports(actor: Actor) -> dict[str, Any]:
    """The reports that there are, and the definitions of their figures."""
    return {"items": REPORTS, "next": None}


@api.operation(
    "GET", "/reports/uptake", needs=Permission.UPTAKE_READ, query=UptakeQuery, returns=(200, UptakeOut),
    raises=(NoSuchPeriod, NotAMoment),
)  # fmt: skip
def uptake_report(actor: Actor, **asked: Any) -> dict[str, Any]:
    """People enrolled, active, completed and certified, as at a date, within your reach."""
    return shapes.of_uptake(uptake(actor, Asked(**asked)))


@api.operation(
    "GET", "/reports/uptake.csv", needs=Permission.UPTAKE_READ, query=UptakeQuery, returns=(200, None),
    raises=(NoSuchPeriod, NotAMoment), media_type="text/csv",
)  # fmt: skip
def uptake_csv(actor: Actor, **asked: Any) -> Response:
    """The same as CSV, with its filters, definitions and disclosure rule above the table."""
    return csv_answer(uptake(actor, Asked(**asked)))


@api.operation(
    "GET", "/reports/uptake/figures.xlsx", needs=Permission.UPTAKE_READ, query=UptakeQuery, returns=(200, None),
    raises=(NoSuchPeriod, NotAMoment), media_type=XLSX,
)  # fmt: skip
def uptake_xlsx(actor: Actor, **asked: Any) -> Response:
    """The same as a workbook: a summary, then a sheet for each table."""
    return workbooks.uptake_file(uptake(actor, Asked(**asked)), g.lang)


@api.operation(
    "GET", "/reports/uptake/figures.ods", needs=Permission.UPTAKE_READ, query=UptakeQuery, returns=(200, None),
    raises=(NoSuchPeriod, NotAMoment), media_type=ODS,
)  # fmt: skip
def uptake_ods(actor: Actor, **asked: Any) -> Response:
    """The same as an OpenDocument spreadsheet."""
    return workbooks.uptake_file(uptake(actor, Asked(**asked)), g.lang, "ods")


@api.operation(
    "GET", "/reports/<slug>/figures.ods", needs=Permission.UPTAKE_READ, query=ReportQuery, returns=(200, None),
    raises=(NoSuchPeriod, NotAMoment, NotInTheGrid), media_type=ODS,
)  # fmt: skip
def report_ods(actor: Actor, slug: str, **asked: Any) -> Response:
    """Any report that answers in tables, as an OpenDocument spreadsheet."""
    return workbooks.answer_file(answering.answer(actor, slug, Asked(**asked)), g.lang, "ods")


@api.operation(
    "GET", "/reports/<slug>/figures.xlsx", needs=Permission.UPTAKE_READ, query=ReportQuery, returns=(200, None),
    raises=(NoSuchPeriod, NotAMoment, NotInTheGrid), media_type=XLSX,
)  # fmt: skip
def report_xlsx(actor: Actor, slug: str, **asked: Any) -> Response:
    """Any report that answers in tables, as a workbook."""
    return workbooks.answer_file(answering.answer(actor, slug, Asked(**asked)), g.lang)


@api.operation(
    "GET", "/reports/<slug>", needs=Permission.UPTAKE_READ, query=ReportQuery, returns=(200, AnswerOut),
    raises=(NoSuchPeriod, NotAMoment, NotInTheGrid),
)  # fmt: skip
def report(actor: Actor, slug: str, **asked: Any) -> dict[str, Any]:
    """Any report that answers in tables: coverage, parity, waiting and so on, as `/reports` lists them."""
    return shapes.of_answer(answering.answer(actor, slug, Asked(**asked)))


@api.operation(
    "POST", "/headcounts", needs=Permission.HEADCOUNT_RECORD, body=HeadcountsIn, returns=(200, HeadcountsOut),
    raises=(Invalid,),
)  # fmt: skip
def give_headcounts(actor: Actor, rows: str, dry_run: bool) -> dict[str, Any]:
    """Rows of headcounts as CSV, with a header. `dry_run`: say what would become of each, and write nothing."""
    outcomes = (headcounts.judge if dry_run else headcounts.keep)(actor, rows.encode())
    return {"recorded": 0 if dry_run else len(outcomes), "items": _outcomes(outcomes)}


@api.operation(
    "POST", "/spending", needs=Permission.SPENDING_RECORD, body=SpendingIn, returns=(200, HeadcountsOut),
    raises=(Invalid,),
)  # fmt: skip
def give_spending(actor: Actor, rows: str, dry_run: bool) -> dict[str, Any]:
    """Rows of spending and bought places as CSV, with a header. `dry_run`: say what would become of each."""
    outcomes = spending.judge(actor, rows.encode())
    return {"recorded": 0 if dry_run else spending.keep(actor, outcomes), "items": _outcomes(outcomes)}


@api.operation(
    "GET", "/dashboard", needs=Permission.UPTAKE_READ, query=DashboardQuery, returns=(200, DashboardOut),
    raises=(Invalid,),
)  # fmt: skip
def dashboard_figures(
    actor: Actor, organisation: str | None, programme: str | None, term: str | None
) -> dict[str, Any]:
    """The four figures that matter against the period and the year before, their trend, and the bodies below."""
    return shapes.of_dashboard(dashboard.dashboard(actor, organisation, term, programme))


@api.operation("GET", "/baselines", needs=Permission.UPTAKE_READ, returns=(200, BaselinesOut))
def baselines(actor: Actor) -> dict[str, Any]:
    """Figures that others have published, with their sources; conflicting ones side by side."""
    return {"items": services.baselines(actor), "next": None}


def csv_answer(report: Uptake) -> Response:
    """The report as a file that is named by its date."""
    name = f"uptake-{report.view.filters.period.as_at.isoformat()}.csv"
    answer = Response(exports.uptake_csv(report, g.lang), mimetype="text/csv")
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    answer.headers["Cache-Control"] = "private, no-cache"
    answer.headers["Content-Language"] = g.lang
    return answer


def _outcomes(outcomes: Sequence[Outcome[Any]]) -> list[dict[str, Any]]:
    return [{"row": each.number, "fault": each.fault or None, "given": dict(each.given)} for each in outcomes]
