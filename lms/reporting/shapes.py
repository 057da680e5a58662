"""Answers as the API tells them (`schemas`)."""

from typing import Any

from lms.core.language import Bilingual
from lms.reporting.dashboard import Dashboard
from lms.reporting.laying import Label, code_of
from lms.reporting.reports.report import Answer, Row, Value
from lms.reporting.reports.uptake import REPORT, Uptake
from lms.reporting.rules.definitions import BY_ID
from lms.reporting.rules.disclosure import RULE
from lms.reporting.rules.measures import Measure
from lms.reporting.services import View

DEFINED = {"completed": "UPTAKE-COMPLETED", "coverage": "COVERAGE", "unmet": "UNMET", "certified": "HOLDERS"}


def of_uptake(report: Uptake) -> dict[str, Any]:
    """The report as UptakeOut tells it."""
    filters, asked = report.view.filters, report.asked
    return {
        "report": REPORT,
        "period": filters.period,
        "filters": {
            "sector": filters.sector, "programme": filters.programme, "course": asked.course,
            "level": filters.level,
            "organisation": filters.organisation.code if filters.organisation else None,
        },
        "group": asked.group,
        "disclosure": _disclosure(report.view),
        "withheld": report.withheld,
        "figures": report.figures,
        "groups": [_label(line.label, report, asked.group) | dict(line.people) for line in report.lines],
        "grid": _grid(report),
    }  # fmt: skip


def of_answer(answer: Answer) -> dict[str, Any]:
    """An answer as AnswerOut tells it."""
    filters = answer.view.filters
    sheets = [
        vars(sheet) | {"rows": [_row(row) for row in sheet.rows], "total": _row(sheet.total) if sheet.total else None}
        for sheet in answer.sheets
    ]
    return {
        "report": answer.report, "period": filters.period, "programme": filters.programme, "level": filters.level,
        "organisation": filters.place.code if filters.place else None,
        "disclosure": _disclosure(answer.view),
        "made_at": answer.made_at, "known_at": answer.known_at, "withheld": answer.withheld,
        "finding": answer.finding, "sheets": sheets,
    }  # fmt: skip


def _row(row: Row) -> dict[str, Any]:
    return {"code": row.code, "name": row.name, "values": [_value(value) for value in row.values]}


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


def of_dashboard(it: Dashboard) -> dict[str, Any]:
    """The dashboard as DashboardOut tells it."""
    place = it.view.filters.place
    return {
        "organisation": place.code if place else None, "programme": it.view.filters.programme,
        "term": it.term.code, "period": it.view.filters.period,
        "terms": [term.code for term in it.terms], "disclosure": _disclosure(it.view), "withheld": it.withheld,
        "figures": [
            {"key": each.key, "definition": BY_ID[DEFINED[each.key]], "now": _value(each.now),
             "before": _value(each.before), "year_before": _value(each.year_before)}
            for each in it.figures
        ],
        "trend": [
            {"month": line.label.code, "completed": line.people[Measure.COMPLETED]}
            for line in (it.trend.lines if it.trend else ())
        ],
        "bodies": [
            {"code": body.code, "name": body.name, "completed": numbers[0], "unmet": numbers[1], "certified": numbers[2]}
            for body, numbers in it.rows
        ],
    }  # fmt: skip


def _disclosure(seen: View) -> dict[str, Any]:
    return {"id": RULE.id, "version": RULE.version, "words": RULE.words, "applied": not seen.exact}


def _value(value: Value) -> Any:
    return {"en": value.en, "cy": value.cy} if isinstance(value, Bilingual) else value
