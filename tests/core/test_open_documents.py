"""Reports as OpenDocument: types that a spreadsheet counts with, ranges with names, and nothing that it would run."""

import io
import zipfile
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from odfdo import Document

from lms.core.open_documents import told_document
from lms.core.spreadsheets import NamedTable
from tests.factories.office import converted

TABLE = NamedTable(
    "by-sector", "Pobl: ŵ/ŷ?", ["Code", "=1+1", "People", "Share", "Cost"],
    [["nhs", "+1", 15, 0.25, 12.5], ["x", "*", "*", "dim", None]], ["", "", "#,##0", "0%", "£#,##0.00"],
    [["total", "All", 35, 0.5, 1]],
)  # fmt: skip
ABOUT = [
    ["Report", "=cmd|x"], ["As at", date(2026, 3, 31)], ["Made", datetime(2026, 3, 31, 9, 30, tzinfo=UTC)],
]  # fmt: skip


def test_numbers_dates_and_shares_are_read_back_as_such() -> None:
    book = Document(io.BytesIO(told_document("Crynodeb", ABOUT, [TABLE, TABLE])))
    first, one, two = book.body.tables
    assert [first.name, one.name, two.name] == ["Crynodeb", "Pobl  ŵ ŷ", "Pobl  ŵ ŷ 3"]
    assert first.get_value("B1") == "'=cmd|x"
    assert first.get_value("B2").isoformat() == "2026-03-31"
    assert first.get_value("B3").isoformat() == "2026-03-31T09:30:00"
    assert [one.get_value(f"{letter}2") for letter in "ABCDE"] == ["nhs", "'+1", 15, pytest.approx(0.25), 12.5]
    assert [one.get_cell(f"{letter}2").type for letter in "CDE"] == ["float", "percentage", "currency"]
    assert [one.get_cell(f"{letter}3").type for letter in "CD"] == ["string", "string"]
    assert one.get_value("A5") == "total"
    assert one.get_cell("B1").get_attribute("table:formula") is None


def test_no_cell_is_a_formula_and_every_table_has_a_range() -> None:
    with zipfile.ZipFile(io.BytesIO(told_document("Summary", ABOUT, [TABLE, TABLE]))) as packed:
        assert packed.infolist()[0].filename == "mimetype"
        assert packed.read("mimetype") == b"application/vnd.oasis.opendocument.spreadsheet"
        content = packed.read("content.xml").decode()
    assert "table:formula" not in content
    assert [f"T{n}_by_sector" in content for n in (1, 2)] == [True, True]
    assert "'Pobl  ŵ ŷ'.A1:'Pobl  ŵ ŷ'.E3" in content


def test_libreoffice_opens_it(tmp_path: Path) -> None:
    (tmp_path / "it.ods").write_bytes(told_document("Summary", ABOUT, [TABLE]))
    from openpyxl import load_workbook

    first, one = load_workbook(converted(tmp_path / "it.ods", "xlsx")).worksheets
    assert first["B2"].value.isoformat() == "2026-03-31T00:00:00"
    assert [one[f"{letter}2"].value for letter in "CDE"] == [15, 0.25, 12.5]
