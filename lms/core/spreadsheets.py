"""Tables that people have: CSV and XLSX, read within bounds, and written so that no text is taken for a formula."""

import csv
import io
import re
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from openpyxl import Workbook, load_workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.table import Table as ExcelTable
from openpyxl.worksheet.table import TableStyleInfo

from lms.core.errors import Invalid
from lms.core.language import N_

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CSV = "text/csv"
STARTS_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""What a spreadsheet takes for a formula, full-width forms included (OWASP, CSV injection)."""
UNPACKED = 12
"""An honest workbook unpacks to about so many times the largest file that is taken; a bomb to thousands."""
WIDEST = 60
LONGEST_CELL = 10_000
DAYS = ("%Y-%m-%d", "%d/%m/%Y", "%d.%m.%Y", "%d-%m-%Y")
HEAD = PatternFill("solid", fgColor="D8E6F5")

Cell = str | int | float | date | datetime | None
Rows = Sequence[Sequence[Cell]]


class SheetUnreadable(Invalid):
    """The file is not a spreadsheet that we can read."""

    slug, title = "sheet-unreadable", N_("This file cannot be read as a spreadsheet")
    way_out = N_("Save it as .xlsx or .csv and choose it again.")

    def __init__(self, why: str = "", **more: Any) -> None:
        super().__init__(why, fields={"file": why or self.title}, **more)


def harmless(text: str) -> str:
    """Text that starts like a formula gets an apostrophe before it."""
    return f"'{text}" if text.startswith(STARTS_FORMULA) else text


def plain(text: str) -> str:
    """A cell's text as it was before `harmless`."""
    text = text.strip()[:LONGEST_CELL]
    return text[1:] if text.startswith("'") and text[1:].startswith(STARTS_FORMULA) else text


def read(content: bytes, *, largest: int, most_rows: int, sheet: str = "") -> list[tuple[int, list[str]]]:
    """(number, cells) of each row that says something, numbered as the file numbers them, headings included.

    CSV or XLSX, as its first bytes tell; of a workbook the sheet of that name, or else the first. Every cell is text: dates
    as ISO dates, whole numbers without a point. `largest` is in bytes. Raises SheetUnreadable, also when there are more
    than `most_rows` rows beside the headings.
    """
    if len(content) > largest:
        raise SheetUnreadable(N_("This file is too large to be such a list"))
    rows = _of_xlsx(content, largest, most_rows, sheet) if content[:2] == b"PK" else _of_csv(content, most_rows)
    found = [(number, cells) for number, cells in rows if any(cells)]
    if not found:
        raise SheetUnreadable(N_("There is nothing in this file"))
    if len(found) > most_rows + 1:
        raise SheetUnreadable(N_("There are too many rows in this sheet"))
    return found


def day(text: str) -> date | None:
    """The day that a cell names, as ISO or as people here write it, day first. None: it names none."""
    for form in DAYS:
        try:
            return datetime.strptime(text.strip(), form).date()  # noqa: DTZ007 - a day, of no zone
        except ValueError:
            continue
    return None


def columns(cells: Sequence[str], known: Mapping[str, Sequence[str]]) -> dict[str, int]:
    """{name: place} of the headings among `cells` that `known` has words for, small letters; of two the first.

    A heading may say it in several languages, with a slash between.
    """
    found: dict[str, int] = {}
    for place, text in enumerate(cells):
        words = {part.strip().casefold() for part in (*text.split("/"), text)}
        for name, said in known.items():
            if words & set(said):
                found.setdefault(name, place)
    return found


def _of_csv(content: bytes, most_rows: int) -> Iterable[tuple[int, list[str]]]:
    """UTF-8, or what Excel for Windows writes; comma, semicolon or tab, whichever the first line has most of."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252", "replace")
    if "\0" in text:
        raise SheetUnreadable()
    separator = max(",;\t", key=text.lstrip().partition("\n")[0].count)
    found = []
    try:
        for number, cells in enumerate(csv.reader(io.StringIO(text, newline=""), delimiter=separator), start=1):
            found.append((number, [plain(cell) for cell in cells[:WIDEST]]))
            if number > 2 * most_rows + 100:  # with empty rows between
                raise SheetUnreadable(N_("There are too many rows in this sheet"))
    except csv.Error as fault:
        raise SheetUnreadable() from fault
    return found


def _of_xlsx(content: bytes, largest: int, most_rows: int, name: str) -> Iterable[tuple[int, list[str]]]:
    """What it unpacks to is asked before it is unpacked."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            unpacked = sum(each.file_size for each in packed.infolist())
        if unpacked <= largest * UNPACKED:
            book = load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
            sheet = book[name] if name in book.sheetnames else book.worksheets[0]
            rows = sheet.iter_rows(max_row=2 * most_rows + 100, max_col=WIDEST, values_only=True)
            return [(number, [plain(_text(cell)) for cell in cells]) for number, cells in enumerate(rows, start=1)]
    except Exception as fault:  # a library for files that anybody can make: whatever it stumbles over is unreadable
        raise SheetUnreadable() from fault
    raise SheetUnreadable(N_("This file is too large to be such a list"))


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(" ", "minutes")
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return value.isoformat() if isinstance(value, date) else str(value)


def workbook(sheets: Mapping[str, tuple[Sequence[str], Rows]]) -> bytes:
    """XLSX with sheets by name: headings and rows, with real numbers and dates, and no formula."""
    book = Workbook()
    book.remove(book.worksheets[0])
    for name, (head, rows) in sheets.items():
        sheet: Any = book.create_sheet(name[:31])
        sheet.append([harmless(each) for each in head])
        for row in rows:
            sheet.append([_safe(cell) for cell in row])
        dress(sheet, widths(head, rows))
    return saved(book)


@dataclass(frozen=True)
class NamedTable:
    """A sheet with a table that formulas can name. `key`: letters, figures and hyphens. `formats`: Excel's, a column each.

    `below`: rows under the table that are no part of it, as totals, so that nothing is added up twice.
    """

    key: str
    title: str
    head: Sequence[str]
    rows: Rows
    formats: Sequence[str] = ()
    below: Rows = ()


def told_workbook(title: str, about: Rows, tables: Sequence[NamedTable]) -> bytes:
    """XLSX of a report: a first sheet that says what it is (`about`: rows, label first), then a sheet for each table."""
    book = Workbook()
    first: Any = book.worksheets[0]
    first.title = sheet_name(title, [])
    for row in about:
        first.append([_safe(cell) for cell in row])
    for cells in first.iter_rows():
        cells[0].font = Font(bold=True)
        for cell in cells:
            cell.alignment = Alignment(wrap_text=True, vertical="top")
    for letter, wide in zip("ABC", (30, 80, 24), strict=True):
        first.column_dimensions[letter].width = wide
    for number, it in enumerate(tables, start=1):
        _add_named(book, it, f"T{number}_{re.sub('[^A-Za-z0-9]', '_', it.key)}")
    return saved(book)


def _add_named(book: Workbook, it: NamedTable, name: str) -> None:
    sheet: Any = book.create_sheet(sheet_name(it.title, book.sheetnames))
    head: list[str] = []
    for text in it.head:  # a table's headings differ from each other
        head.append(harmless(text) if text not in head else f"{harmless(text)} ({len(head) + 1})")
    sheet.append(head)
    for row in it.rows or [[None] * len(head)]:
        sheet.append([_safe(cell) for cell in row])
    last = sheet.max_row
    table = ExcelTable(displayName=name, ref=f"A1:{get_column_letter(len(head))}{last}")
    table.tableStyleInfo = TableStyleInfo(name="TableStyleLight9", showRowStripes=True)
    sheet.add_table(table)
    for number, row in enumerate(it.below, start=last + 2):
        for place, cell in enumerate(row, start=1):
            sheet.cell(number, place, _safe(cell)).font = Font(bold=True)
    for cells in sheet.iter_rows(min_row=2):
        for cell, look in zip(cells, it.formats, strict=False):
            if look and not isinstance(cell.value, str):
                cell.number_format = look
    dress(sheet, widths(head, it.rows))


def sheet_name(text: str, taken: Sequence[str]) -> str:
    """What a sheet may be called: 31 letters, without these signs, unlike the others."""
    name = re.sub(r"[\[\]:*?/\\]", " ", text).strip("' ")[:31] or "-"
    return name if name not in taken else f"{name[:27]} {len(taken) + 1}"


def table_csv(head: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    """UTF-8 with a byte order mark, so that spreadsheets read ŵ and ŷ; ISO dates, one row of headings."""
    out = io.StringIO(newline="")
    write = csv.writer(out, lineterminator="\r\n")
    write.writerow([harmless(each) for each in head])
    for row in rows:
        write.writerow([each.isoformat() if isinstance(each, date) else _safe(each) for each in row])
    return out.getvalue().encode("utf-8-sig")


def dress(sheet: Any, widths: Sequence[int]) -> None:
    """Headings that stand out and stay, columns as wide as told (in characters)."""
    for cell in sheet[1]:
        cell.font, cell.fill = Font(bold=True), HEAD
        cell.alignment = Alignment(wrap_text=True, vertical="top")
    sheet.freeze_panes = "A2"
    for number, wide in enumerate(widths, start=1):
        sheet.column_dimensions[get_column_letter(number)].width = wide


def saved(book: Workbook) -> bytes:
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def widths(head: Sequence[str], rows: Rows) -> list[int]:
    """How many characters wide columns are to be."""
    return [_wide(head, rows, place) for place in range(len(head))]


def _wide(head: Sequence[str], rows: Rows, column: int) -> int:
    longest = max([len(head[column]), *(len(str(row[column] or "")) for row in rows[:50])], default=10)
    return max(10, min(longest + 2, 60))


def _safe(cell: Cell) -> Cell:
    if isinstance(cell, datetime):
        return cell.replace(tzinfo=None)  # a spreadsheet knows no zones; the heading says which it is
    return harmless(cell) if isinstance(cell, str) else cell
