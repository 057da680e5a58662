"""Spreadsheets: the one that a body fills in, and the round as files. Text never starts a formula in them."""

import csv
import io
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from openpyxl import Workbook, load_workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from courses.needs.errors import SheetUnreadable
from courses.needs.models import Round
from courses.needs.rules.lines import MOST_HEADS, Key, Line
from courses.needs.views import AskedLine
from lms.accounts.models import Organisation
from lms.core.language import N_
from lms.core.spreadsheets import STARTS_FORMULA, harmless

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CSV = "text/csv"
MOST_ROWS = 2000
MOST_UNPACKED = 40_000_000
"""Bytes of a sheet once unpacked: an honest one of that many rows has a few hundred thousand."""
HEAD = ("Code / Cod", "Level code / Cod lefel", "Course / Cwrs", "Level / Lefel", "How many people / Faint o bobl",
        "Why / Pam", "Evidence / Tystiolaeth")  # fmt: skip
SHEET = "Need - Angen"
_WORDS = {"code": ("code", "cod"), "level": ("level code", "cod lefel"), "heads": ("how many people", "faint o bobl"),
          "reason": ("why", "pam"), "evidence": ("evidence", "tystiolaeth")}  # fmt: skip
_GREY, _BLUE = PatternFill("solid", fgColor="F0F4F5"), PatternFill("solid", fgColor="D8E6F5")

Cell = str | int | float | date | datetime | None
Rows = Sequence[Sequence[Cell]]


def template(it: Round, body: Organisation, lines: Sequence[AskedLine], before: Mapping[Key, Line]) -> bytes:
    """The round's courses, a row each, with what was entered already. One sheet to fill in, one that says how."""
    book = Workbook()
    sheet: Any = book.active
    sheet.title = SHEET
    sheet.append(HEAD)
    for line in lines:
        was = before.get(line.key)
        level = f"{line.level_title.en} / {line.level_title.cy}" if line.level_title else ""
        sheet.append([
            harmless(line.code), harmless(line.level), harmless(f"{line.title.en} / {line.title.cy}"), harmless(level),
            was.heads if was else None, harmless(was.reason) if was else None, harmless(was.evidence) if was else None,
        ])  # fmt: skip
    _dress(sheet, (14, 18, 48, 30, 16, 48, 48))
    for row in sheet.iter_rows(min_row=2):
        for cell in row:
            cell.alignment = Alignment(wrap_text=True, vertical="top")
            cell.fill = _GREY if cell.column <= 4 else PatternFill()
    whole = DataValidation(type="whole", operator="between", formula1="0", formula2=str(MOST_HEADS), allow_blank=True)
    sheet.add_data_validation(whole)
    whole.add(f"E2:E{max(sheet.max_row, 2)}")
    how = book.create_sheet("Read me - Darllenwch fi")
    for en, cy in _how(it, body):
        how.append([harmless(en), harmless(cy)])
    _dress(how, (70, 70))
    for row in how.iter_rows():
        for cell in row:
            cell.alignment = Alignment(wrap_text=True, vertical="top")
    return _saved(book)


def _how(it: Round, body: Organisation) -> list[tuple[str, str]]:
    last = it.need_by.isoformat()
    return [
        ("English", "Cymraeg"),
        (it.title.en, it.title.cy),
        (body.name.en, body.name.cy),
        (f"Fill in the sheet “{SHEET}” and upload it by {last}.", f"Llenwch y daflen “{SHEET}” a'i huwchlwytho erbyn {last}."),
        ("Write how many people need each course. Leave out what you do not need: an empty row is no need.",
         "Ysgrifennwch faint o bobl sydd angen pob cwrs. Gadewch yr hyn nad oes ei angen: nid yw rhes wag yn angen."),
        ("Where you write a number, write why. Evidence is what shows it, if there is something.",
         "Lle byddwch yn ysgrifennu rhif, ysgrifennwch pam. Y dystiolaeth yw'r hyn sy'n ei ddangos, os oes rhywbeth."),
        ("Write no names of people. Do not change the two codes at the left.",
         "Peidiwch ag ysgrifennu enwau pobl. Peidiwch â newid y ddau god ar y chwith."),
        ("Before anything is kept, you see what each row would do, and you can upload the sheet again.",
         "Cyn i ddim gael ei gadw, cewch weld beth fyddai pob rhes yn ei wneud, a gallwch uwchlwytho'r daflen eto."),
    ]  # fmt: skip


def read(data: bytes) -> list[tuple[int, Line]]:
    """The rows of an uploaded sheet, numbered as it numbers them; rows without any text are left out.

    Raises SheetUnreadable: not a spreadsheet, too much of one, or without the two columns that matter.
    """
    rows = _of_workbook(data) if data[:2] == b"PK" else _of_csv(data)
    head = next(((number, _columns(cells)) for number, cells in rows if _columns(cells)), None)
    if head is None:
        raise SheetUnreadable(
            fields={
                "file": N_("There is no row of headings with the code and how many people: use the sheet to fill in")
            }
        )
    first, at = head
    found = [(number, _line(cells, at)) for number, cells in rows if number > first and any(cells)]
    if len(found) > MOST_ROWS:
        raise SheetUnreadable(fields={"file": N_("There are too many rows in this sheet")})
    return [(number, line) for number, line in found if line.course or line.heads is not None]


def _columns(cells: Sequence[str]) -> dict[str, int]:
    """Where each column is; empty: these are not the headings."""
    found: dict[str, int] = {}
    for place, text in enumerate(cells):
        words = {part.strip().casefold() for part in text.split("/")}
        for name, known in _WORDS.items():
            if words & set(known):
                found.setdefault(name, place)
    return found if {"code", "heads"} <= found.keys() else {}


def _line(cells: Sequence[str], at: Mapping[str, int]) -> Line:
    told = {name: _plain(cells[place]) if place < len(cells) else "" for name, place in at.items()}
    return Line(
        told["code"], told.get("level", ""), _number(told["heads"]), told.get("reason", ""), told.get("evidence", "")
    )


def _plain(text: str) -> str:
    """As it was before `harmless`."""
    text = text.strip()
    return text[1:] if text[:1] == "'" and text[1:].startswith(STARTS_FORMULA) else text


def _number(text: str) -> int | None:
    """Heads; -1 stands for what is no whole number, which `lines.faults` refuses with its row."""
    if not text:
        return None
    try:
        amount = float(text.replace(",", "").replace(" ", ""))
    except ValueError:
        return -1
    return int(amount) if amount.is_integer() and abs(amount) < 10**9 else -1


def _of_workbook(data: bytes) -> list[tuple[int, list[str]]]:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            if sum(each.file_size for each in packed.infolist()) > MOST_UNPACKED:
                raise SheetUnreadable(fields={"file": N_("There are too many rows in this sheet")})
        book = load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
        sheet: Any = book[SHEET] if SHEET in book.sheetnames else book.worksheets[0]
        rows = sheet.iter_rows(max_row=MOST_ROWS + 50, max_col=20, values_only=True)
        return [(number, [_text(cell) for cell in cells]) for number, cells in enumerate(rows, start=1)]
    except SheetUnreadable:
        raise
    except Exception as fault:  # a library for files that anybody can make: whatever it stumbles over is unreadable
        raise SheetUnreadable(fields={"file": N_("This file cannot be read as a spreadsheet")}) from fault


def _of_csv(data: bytes) -> list[tuple[int, list[str]]]:
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            text = data.decode(encoding)
            break
        except UnicodeDecodeError:
            continue
    else:
        raise SheetUnreadable(fields={"file": N_("This file cannot be read as a spreadsheet")})
    first = text.splitlines()[0] if text.strip() else ""
    if "\x00" in text or not first:
        raise SheetUnreadable(fields={"file": N_("This file cannot be read as a spreadsheet")})
    separator = max(",;\t", key=first.count)
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=separator))
    except csv.Error as fault:
        raise SheetUnreadable(fields={"file": N_("This file cannot be read as a spreadsheet")}) from fault
    return [(number, [cell.strip() for cell in cells]) for number, cells in enumerate(rows, start=1)]


def _text(cell: object) -> str:
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell).strip()


def workbook(sheets: Mapping[str, tuple[Sequence[str], Rows]]) -> bytes:
    """Sheets by name: headings and rows, with real numbers and dates."""
    book = Workbook()
    book.remove(book.worksheets[0])
    for name, (head, rows) in sheets.items():
        sheet: Any = book.create_sheet(name[:31])
        sheet.append([harmless(each) for each in head])
        for row in rows:
            sheet.append([_safe(cell) for cell in row])
        _dress(sheet, [_wide(head, rows, number) for number in range(len(head))])
    return _saved(book)


def _wide(head: Sequence[str], rows: Rows, column: int) -> int:
    longest = max([len(head[column]), *(len(str(row[column] or "")) for row in rows[:50])], default=10)
    return max(10, min(longest + 2, 60))


def table_csv(head: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    """UTF-8 with a byte order mark, ISO dates, one row of headings."""
    out = io.StringIO(newline="")
    write = csv.writer(out, lineterminator="\r\n")
    write.writerow([harmless(each) for each in head])
    for row in rows:
        write.writerow([each.isoformat() if isinstance(each, date) else _safe(each) for each in row])
    return out.getvalue().encode("utf-8-sig")


def _safe(cell: Cell) -> Cell:
    if isinstance(cell, datetime):
        return cell.replace(tzinfo=None)  # a spreadsheet knows no zones; the heading says which it is
    return harmless(cell) if isinstance(cell, str) else cell


def _dress(sheet: Any, widths: Sequence[int]) -> None:
    for cell in sheet[1]:
        cell.font, cell.fill = Font(bold=True), _BLUE
        cell.alignment = Alignment(wrap_text=True, vertical="top")
    sheet.freeze_panes = "A2"
    for number, wide in enumerate(widths, start=1):
        sheet.column_dimensions[get_column_letter(number)].width = wide


def _saved(book: Workbook) -> bytes:
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
