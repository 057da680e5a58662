"""Rows in CSV and XLSX files. What came from somebody else's hands is read within bounds."""

import csv
import io
import zipfile
from collections.abc import Iterable, Sequence

from openpyxl import Workbook, load_workbook
from openpyxl.styles import Font
from openpyxl.utils.exceptions import InvalidFileException

from frameworks.exchange.errors import NoSheet
from frameworks.exchange.rules import COLUMNS, MOST_ROWS, Row
from lms.core.language import N_
from lms.core.spreadsheets import STARTS_FORMULA, harmless

LARGEST = 5_000_000
LARGEST_UNPACKED = 60_000_000
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
LONGEST_CELL = 10_000


def as_csv(rows: Iterable[Row]) -> bytes:
    """UTF-8 with a BOM, so that spreadsheets read ŵ and ŷ; nothing starts like a formula."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    writer.writerows([harmless(row[name]) for name in COLUMNS] for row in rows)
    return text.getvalue().encode("utf-8-sig")


def as_xlsx(rows: Iterable[Row]) -> bytes:
    """One sheet of the same rows; every cell is text, so nothing is a formula."""
    book = Workbook()
    sheet = book.active
    sheet.title = "Framework"
    sheet.append(list(COLUMNS))
    for cell in sheet[1]:
        cell.font = Font(bold=True)
    for number, row in enumerate(rows, start=2):
        for place, name in enumerate(COLUMNS, start=1):
            cell = sheet.cell(number, place, harmless(row[name]) or None)
            cell.data_type = "s" if row[name] else "n"
    sheet.freeze_panes = "C2"
    for letter, width in (("B", 18), ("G", 60), ("H", 60), ("I", 40), ("J", 40)):
        sheet.column_dimensions[letter].width = width
    held = io.BytesIO()
    book.save(held)
    return held.getvalue()


def read(body: bytes) -> list[tuple[int, Row]]:
    """(line, row) of each row that says something. CSV or XLSX, as its first bytes tell. Raises NoSheet."""
    if len(body) > LARGEST:
        raise NoSheet(N_("This file is larger than any framework. Send one of at most 5 MB."))
    lines = _of_xlsx(body) if body.startswith(b"PK") else _of_csv(body)
    if not lines:
        raise NoSheet(N_("There is nothing in this file."))
    head = [name.strip().lower() for name in lines[0]]
    if lacking := [name for name in ("kind", "code", "english", "welsh") if name not in head]:
        raise NoSheet(N_("The first row has no column %(name)s."), params={"name": lacking[0]})
    if len(lines) > MOST_ROWS + 1:
        raise NoSheet(N_("There are too many rows in this file."))
    found = []
    for number, cells in enumerate(lines[1:], start=2):
        said = {name: _plain(cell) for name, cell in zip(head, cells, strict=False) if name in COLUMNS}
        if any(said.values()):
            found.append((number, _tidied(dict.fromkeys(COLUMNS, "") | said)))
    return found


def _tidied(row: dict[str, str]) -> Row:
    """Names of kinds and answers in small letters: people write them as they come."""
    return row | {name: row[name].lower() for name in ("kind", "type", "clinical", "enhanced_role")}


def _plain(text: str) -> str:
    """A cell as it was before we made it harmless."""
    text = text.strip()[:LONGEST_CELL]
    return text[1:] if text.startswith("'") and text[1:].startswith(STARTS_FORMULA) else text


def _of_csv(body: bytes) -> list[Sequence[str]]:
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError as fault:
        raise NoSheet(N_("Save the file as CSV with UTF-8, or as XLSX: its letters cannot be read.")) from fault
    try:
        first = text.partition("\n")[0]
        separator = ";" if first.count(";") > first.count(",") else ","
        return list(csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True))
    except csv.Error as fault:
        raise NoSheet(N_("This file cannot be read as CSV.")) from fault


def _of_xlsx(body: bytes) -> list[Sequence[str]]:
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as packed:
            if sum(entry.file_size for entry in packed.infolist()) > LARGEST_UNPACKED:
                raise NoSheet(N_("This file is larger than any framework. Send one of at most 5 MB."))
        book = load_workbook(io.BytesIO(body), read_only=True, data_only=True, keep_links=False)
        sheet = book.worksheets[0]
        rows = sheet.iter_rows(max_row=MOST_ROWS + 2, max_col=60, values_only=True)
        return [[_cell(value) for value in row] for row in rows]
    except (zipfile.BadZipFile, InvalidFileException, KeyError, ValueError, IndexError, OSError, SyntaxError) as fault:
        raise NoSheet(N_("This file cannot be read as XLSX.")) from fault


def _cell(value: object) -> str:
    if value is None:
        return ""
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
