"""JSON and CSV routes of reports."""

from typing import Any

from flask import Response, g

from lms.core.permissions import Actor, Permission
from lms.core.web.api import Api
from lms.reporting import exports, services
from lms.reporting.errors import NoSuchPeriod, NotAMoment
from lms.reporting.reports import REPORTS, cascade
from lms.reporting.reports.approvals import SPANS, approvals
from lms.reporting.reports.attendance import attendance
from lms.reporting.reports.cascade import CascadeDimension
from lms.reporting.reports.uptake import REPORT, Label, Uptake, code_of, uptake
from lms.reporting.rules.disclosure import RULE
from lms.reporting.schemas import (
    ApprovalsReportOut,
    ApprovalsReportQuery,
    AttendanceQuery,
    AttendanceReportOut,
    BaselinesOut,
    CascadeQuery,
    CascadeReportOut,
    ReportsOut,
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
    return shape(uptake(actor, Asked(**asked)))


@api.operation(
    "GET", "/reports/uptake.csv", needs=Permission.UPTAKE_READ, query=UptakeQuery, returns=(200, None),
    raises=(NoSuchPeriod, NotAMoment), media_type="text/csv",
)  # fmt: skip
def uptake_csv(actor: Actor, **asked: Any) -> Response:
    """The same as CSV, with its filters, definitions and disclosure rule above the table."""
    return csv_answer(uptake(actor, Asked(**asked)))


@api.operation(
    "GET", "/reports/cascade", needs=Permission.UPTAKE_READ, query=CascadeQuery, returns=(200, CascadeReportOut),
    raises=(NoSuchPeriod,),
)  # fmt: skip
def cascade_report(actor: Actor, group: CascadeDimension, **asked: Any) -> dict[str, Any]:
    """People whom champions' sessions reached, the sessions and the champions; apart from completions."""
    return cascade_shape(cascade.cascade(actor, group, **asked))


@api.operation(
    "GET", "/reports/cascade.csv", needs=Permission.UPTAKE_READ, query=CascadeQuery, returns=(200, None),
    raises=(NoSuchPeriod,), media_type="text/csv",
)  # fmt: skip
def cascade_csv(actor: Actor, group: CascadeDimension, **asked: Any) -> Response:
    """The same as CSV, with its definitions and disclosure rule above the table."""
    return cascade_file(cascade.cascade(actor, group, **asked))


@api.operation(
    "GET", "/reports/attendance", needs=Permission.UPTAKE_READ, query=AttendanceQuery, returns=(200, AttendanceReportOut),
    raises=(NoSuchPeriod, NotAMoment),
)  # fmt: skip
def attendance_report(actor: Actor, **asked: Any) -> dict[str, Any]:
    """People who attended, did not, or cancelled late, by sector; fill, wait and language. Nothing narrows it but time."""
    found = attendance(actor, Asked(**asked))
    shown = {name: getattr(found, name) for name in ("totals", "dna_rate", "fill", "wait_days", "welsh", "withheld")}
    return shown | {
        "period": found.view.filters.period, "groups": [{"sector": each.sector} | each.people for each in found.lines]
    }  # fmt: skip


@api.operation(
    "GET", "/reports/approvals", needs=Permission.UPTAKE_READ, query=ApprovalsReportQuery, returns=(200, ApprovalsReportOut),
    raises=(NotAMoment,),
)  # fmt: skip
def approvals_report(actor: Actor, **asked: Any) -> dict[str, Any]:
    """Statutory approvals in force by function, and when they end. Nothing narrows it but the day."""
    found = approvals(actor, Asked(**asked))
    lines = [
        {"function": each.function.code, "total": each.total,
         "ending": [{"within": span[1] if span else None, "count": n} for span, n in zip(SPANS, each.ending, strict=True)]}
        for each in found.lines
    ]  # fmt: skip
    return {"as_at": found.view.filters.period.as_at, "withheld": found.withheld, "functions": lines}


@api.operation("GET", "/baselines", needs=Permission.UPTAKE_READ, returns=(200, BaselinesOut))
def baselines(actor: Actor) -> dict[str, Any]:
    """Figures that others have published, with their sources; conflicting ones side by side."""
    return {"items": services.baselines(actor), "next": None}


def csv_answer(report: Uptake) -> Response:
    """The report as a file that is named by its date."""
    return _file(f"uptake-{report.view.filters.period.as_at.isoformat()}.csv", exports.uptake_csv(report, g.lang))


def cascade_file(report: cascade.Cascade) -> Response:
    return _file(f"cascade-{report.view.filters.period.as_at.isoformat()}.csv", exports.cascade_csv(report, g.lang))


def _file(name: str, content: bytes) -> Response:
    answer = Response(content, mimetype="text/csv")
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    answer.headers["Cache-Control"] = "private, no-cache"
    answer.headers["Content-Language"] = g.lang
    return answer


def cascade_shape(report: cascade.Cascade) -> dict[str, Any]:
    """The report as CascadeReportOut tells it."""
    filters, exact = report.view.filters, report.view.exact
    groups = []
    for line in report.lines:
        code, name = cascade.code_of(line.label, report), line.label.name
        groups.append(
            {
                "code": code, "name": {"en": name.en or code, "cy": name.cy or code}, "people": line.people,
                "sessions": line.sessions, "champions": line.champions,
            }
        )  # fmt: skip
    return {
        "report": cascade.REPORT, "period": filters.period, "group": report.group, "withheld": report.withheld,
        "organisation": filters.organisation.code if filters.organisation else None,
        "disclosure": {"id": RULE.id, "version": RULE.version, "words": RULE.words, "applied": not exact},
        "people": report.people, "sessions": report.sessions, "champions": report.champions, "groups": groups,
    }  # fmt: skip


def shape(report: Uptake) -> dict[str, Any]:
    """The report as UptakeOut tells it."""
    filters, asked = report.view.filters, report.asked
    return {
        "report": REPORT,
        "period": filters.period,
        "filters": {
            "sector": filters.sector, "programme": filters.programme, "course": asked.course,
            "organisation": filters.organisation.code if filters.organisation else None,
        },
        "group": asked.group,
        "disclosure": {"id": RULE.id, "version": RULE.version, "words": RULE.words, "applied": not report.view.exact},
        "withheld": report.withheld,
        "figures": report.figures,
        "groups": [_label(line.label, report, asked.group) | dict(line.people) for line in report.lines],
        "grid": _grid(report),
    }  # fmt: skip


def _grid(report: Uptake) -> dict[str, Any] | None:
    if report.grid is None or report.asked.columns is None:
        return None
    grid, table = report.grid, report.grid.table
    return {
        "measure": grid.measure,
        "rows": [_label(label, report, report.asked.group) for label in grid.rows],
        "columns": [_label(label, report, report.asked.columns) for label in grid.columns],
        "cells": table.cells,
        "row_totals": table.row_totals,
        "column_totals": table.column_totals,
        "total": table.total,
    }


def _label(label: Label, report: Uptake, dimension: Any) -> dict[str, Any]:
    code = code_of(label, report.view, dimension)
    return {"code": code, "name": {"en": label.name.en or code, "cy": label.name.cy or code}}
