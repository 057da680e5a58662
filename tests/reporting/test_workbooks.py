"""Reports as workbooks: what they say of themselves, real numbers and dates, named tables, and no formula."""

import io
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from openpyxl import load_workbook

from lms.core.open_documents import ODS
from lms.core.permissions import Role
from lms.core.spreadsheets import XLSX, NamedTable, told_workbook
from lms.reporting.reports import REPORTS
from lms.reporting.rules.definitions import BY_ID
from lms.reporting.rules.disclosure import RULE
from lms.reporting.workbooks import cell
from tests.factories.office import converted
from tests.reporting.test_reports import history, reader

SLUGS = [report.slug for report in REPORTS]


def opened(content: bytes) -> Any:
    return load_workbook(io.BytesIO(content))


@pytest.mark.parametrize("language", ["en", "cy"])
def test_every_report_is_a_workbook_that_says_what_it_is(app: Flask, signed_in: Any, language: str) -> None:
    history()
    browser = signed_in(reader(Role.COMMISSIONER))
    for report in REPORTS:
        at = "uptake" if report.slug == "uptake" else f"reports/{report.slug}"
        told = browser.get(f"/{language}/{at}/figures.xlsx?organisation=WALES")
        assert (told.status_code, told.mimetype) == (200, XLSX), report.slug
        book = opened(told.data)
        first, *sheets = book.worksheets
        about = {row[0]: row[1:] for row in first.iter_rows(values_only=True)}
        assert about["Report" if language == "en" else "Adroddiad"][1] == f"{report.id} v{report.version}"
        assert about["Disclosure rule" if language == "en" else "Rheol ddatgelu"][1] == f"SDC-1 v{RULE.version}"
        assert isinstance(about["As at" if language == "en" else "Fel ar"][0], datetime)
        chosen = [BY_ID["UPTAKE-ENROLLED"]] if report.slug == "explore" else report.definitions
        for it in chosen:
            assert about[it.title.in_(language)][:2] == (it.words.in_(language), f"{it.id} v{it.version}")
        assert browser.get(f"/{language}/{at}/figures.ods?organisation=WALES").mimetype == ODS, report.slug
        names = [name for sheet in sheets for name in sheet.tables]
        assert len(names) == len(set(names)) == len(sheets)
        assert not any(c.data_type == "f" for sheet in book for row in sheet.iter_rows() for c in row)


def test_numbers_are_numbers_and_what_is_hidden_is_a_star(app: Flask, as_token: Any) -> None:
    history(80)
    token = as_token(reader(Role.COMMISSIONER))
    sheet = opened(token.get("/api/v1/reports/parity/figures.xlsx").data).worksheets[1]
    told = token.get("/api/v1/reports/parity").json["sheets"][0]
    for row in told["rows"]:
        shown = next(cells for cells in sheet.iter_rows(values_only=True) if cells[0] == row["code"])
        assert shown[2] == ("*" if row["values"][0] is None else row["values"][0])
    people = [c.value for c in sheet["C"][1:]]
    assert any(isinstance(value, int) and value for value in people)
    last = next(iter(sheet.tables.values())).ref.split(":")[1]
    assert sheet[f"A{int(last.lstrip('ABCDEFGHIJ')) + 2}"].value == "total"  # beside the table, not in it
    grid = opened(token.get("/api/v1/reports/uptake/figures.xlsx?group=sector&columns=month").data)
    assert len(grid.worksheets) == 3
    assert (cell(45, "percent", "en"), cell(None, "people", "en"), cell(1250, "pence", "en")) == (0.45, "*", 12.5)


def test_nobody_else_gets_it(app: Flask, as_token: Any, signed_in: Any) -> None:
    lead = as_token(reader(Role.COMMISSIONER, "MIND"))
    assert lead.get("/api/v1/reports/parity/figures.xlsx?organisation=BCU").status_code == 404
    assert lead.get("/api/v1/reports/nothing/figures.xlsx").status_code == 404
    assert signed_in(reader(Role.COMMISSIONER)).get("/en/reports/parity/figures.xlsx?from=x").status_code == 422


def test_no_text_becomes_a_formula_and_names_are_fit(app: Flask, tmp_path: Path) -> None:
    table = NamedTable("a-b", "Sum/total: [1]*?", ["=1+1", "n", "n"], [["=HYPERLINK(1)", 1, -2.5]], ["", "0", "0.0"])
    content = told_workbook("Summary", [["=cmd|x", datetime(2026, 3, 31, tzinfo=UTC)]], [table, table])
    book = opened(content)
    first, one, two = book.worksheets
    assert first["A1"].value == "'=cmd|x"
    assert [c.value for c in one[1]] == ["'=1+1", "n", "n (3)"]
    assert [c.value for c in one[2]] == ["'=HYPERLINK(1)", 1, -2.5]
    assert (one.title != two.title, list(one.tables), list(two.tables)) == (True, ["T1_a_b"], ["T2_a_b"])


def test_libreoffice_opens_it_and_nothing_runs(app: Flask, tmp_path: Path) -> None:
    table = NamedTable("a-b", "Sum", ["=1+1", "n"], [["=HYPERLINK(1)", 15]], ["", "0"])
    day = datetime(2026, 3, 31, tzinfo=UTC)
    (tmp_path / "it.xlsx").write_bytes(told_workbook("Summary", [["=cmd|x", day]], [table]))
    first, one = load_workbook(converted(tmp_path / "it.xlsx", "xlsx")).worksheets
    assert [first["A1"].value, first["B1"].value] == ["'=cmd|x", day.replace(tzinfo=None)]
    assert [cell.value for row in one.iter_rows() for cell in row] == ["'=1+1", "n", "'=HYPERLINK(1)", 15]
