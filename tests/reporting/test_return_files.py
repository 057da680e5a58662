"""Returns as spreadsheets: the figures that were signed, in cells that count."""

import io
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from odfdo import Document
from openpyxl import load_workbook

from lms.reporting.returns.content import read
from tests.reporting.test_returns import content_of, history, made, reader


def test_its_spreadsheets_say_what_its_content_says(app: Flask, as_token: Callable[..., Any]) -> None:
    """The same figures, in cells that count, with the hash of what was signed; and no formula."""
    history(90)
    it = made()
    content, token = read(content_of(it).content), as_token(reader())
    book = load_workbook(io.BytesIO(token.get(f"/api/v1/returns/{it.number}/figures.xlsx").data))
    opened = Document(io.BytesIO(token.get(f"/api/v1/returns/{it.number}/figures.ods").data))
    sheets = [sheet for report in content["reports"] for sheet in report["sheets"]]
    assert len(book.worksheets) - 1 == len(sheets) == len(opened.body.tables) - 1
    about = {row[0]: row[1] for row in book.worksheets[0].iter_rows(values_only=True)}
    assert (about["Return"], about["SHA-256"]) == (it.number, content_of(it).sha256)
    assert about["From"].date() == it.starts_on
    for sheet, page, table in zip(sheets, book.worksheets[1:], opened.body.tables[1:], strict=True):
        for number, row in enumerate(sheet["rows"], start=2):
            told = ["*" if value is None else value for value in row["values"]]
            units = [column["unit"] for column in sheet["columns"]]
            for place, (value, unit) in enumerate(zip(told, units, strict=True), start=3):
                wanted = value["en"] if isinstance(value, dict) else value
                if isinstance(value, int) and unit in ("percent", "pence"):
                    wanted = value / 100
                assert page.cell(number, place).value == wanted
                assert table.get_value((place - 1, number - 1)) == pytest.approx(wanted) or isinstance(wanted, str)
    assert not any(cell.data_type == "f" for sheet in book for row in sheet.iter_rows() for cell in row)
