"""A framework as rows in CSV and XLSX files."""

from collections.abc import Iterable
from typing import Any

from openpyxl import Workbook

from frameworks.exchange.rules import COLUMNS, MOST_ROWS, Row
from lms.core import spreadsheets
from lms.core.language import N_
from lms.core.spreadsheets import SheetUnreadable, harmless

LARGEST = 5_000_000
WIDTHS = {"code": 18, "english": 60, "welsh": 60}


def as_csv(rows: Iterable[Row]) -> bytes:
    """The columns in their order, as `spreadsheets.table_csv` writes them."""
    return spreadsheets.table_csv(COLUMNS, ([row[name] for name in COLUMNS] for row in rows))


def as_xlsx(rows: Iterable[Row]) -> bytes:
    """One sheet of the same rows; every cell is text, so nothing is a formula."""
    book = Workbook()
    sheet: Any = book.active
    sheet.title = "Framework"
    sheet.append(list(COLUMNS))
    for number, row in enumerate(rows, start=2):
        for place, name in enumerate(COLUMNS, start=1):
            cell = sheet.cell(number, place, harmless(row[name]) or None)
            cell.data_type = "s" if row[name] else "n"
    spreadsheets.dress(sheet, [WIDTHS.get(name, 14) for name in COLUMNS])
    sheet.freeze_panes = "C2"
    return spreadsheets.saved(book)


def read(body: bytes) -> list[tuple[int, Row]]:
    """(line, row) of each row that says something. Raises SheetUnreadable."""
    (_first, heading), *lines = spreadsheets.read(body, largest=LARGEST, most_rows=MOST_ROWS)
    head = [name.lower() for name in heading]
    if lacking := [name for name in ("kind", "code", "english", "welsh") if name not in head]:
        raise SheetUnreadable(N_("The first row has no column %(name)s."), params={"name": lacking[0]})
    found = []
    for number, cells in lines:
        said = {name: cell for name, cell in zip(head, cells, strict=False) if name in COLUMNS}
        if any(said.values()):
            found.append((number, _tidied(dict.fromkeys(COLUMNS, "") | said)))
    return found


def _tidied(row: dict[str, str]) -> Row:
    """Names of kinds and answers in small letters: people write them as they come."""
    return row | {name: row[name].lower() for name in ("kind", "type", "clinical", "enhanced_role")}
