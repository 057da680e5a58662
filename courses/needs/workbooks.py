"""The spreadsheet that a body fills in."""

from collections.abc import Mapping, Sequence
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Alignment, PatternFill
from openpyxl.worksheet.datavalidation import DataValidation

from courses.needs.models import Round
from courses.needs.rules.lines import MOST_HEADS, Key, Line
from courses.needs.views import AskedLine
from lms.accounts.models import Organisation
from lms.core import spreadsheets
from lms.core.language import N_
from lms.core.spreadsheets import SheetUnreadable, harmless

MOST_ROWS = 2000
LARGEST = 2_000_000
HEAD = ("Code / Cod", "Level code / Cod lefel", "Course / Cwrs", "Level / Lefel", "How many people / Faint o bobl",
        "Why / Pam", "Evidence / Tystiolaeth")  # fmt: skip
SHEET = "Need - Angen"
_WORDS = {"code": ("code", "cod"), "level": ("level code", "cod lefel"), "heads": ("how many people", "faint o bobl"),
          "reason": ("why", "pam"), "evidence": ("evidence", "tystiolaeth")}  # fmt: skip
_GREY = PatternFill("solid", fgColor="F0F4F5")


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
    spreadsheets.dress(sheet, (14, 18, 48, 30, 16, 48, 48))
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
    spreadsheets.dress(how, (70, 70))
    for row in how.iter_rows():
        for cell in row:
            cell.alignment = Alignment(wrap_text=True, vertical="top")
    return spreadsheets.saved(book)


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
    """The rows of an uploaded sheet, numbered as it numbers them; rows without a course and a number are left out.

    Raises SheetUnreadable: not a spreadsheet, too much of one, or without the two columns that matter.
    """
    rows = spreadsheets.read(data, largest=LARGEST, most_rows=MOST_ROWS, sheet=SHEET)
    for place, (_number, cells) in enumerate(rows):
        at = spreadsheets.columns(cells, _WORDS)
        if {"code", "heads"} <= at.keys():
            found = [(number, _line(cells, at)) for number, cells in rows[place + 1 :]]
            return [(number, line) for number, line in found if line.course or line.heads is not None]
    raise SheetUnreadable(N_("There is no row of headings with the code and how many people: use the sheet to fill in"))


def _line(cells: Sequence[str], at: Mapping[str, int]) -> Line:
    told = {name: cells[place] if place < len(cells) else "" for name, place in at.items()}
    return Line(
        told["code"], told.get("level", ""), _number(told["heads"]), told.get("reason", ""), told.get("evidence", "")
    )


def _number(text: str) -> int | None:
    """Heads; -1 stands for what is no whole number, which `lines.faults` refuses with its row."""
    if not text:
        return None
    try:
        amount = float(text.replace(",", "").replace(" ", ""))
    except ValueError:
        return -1
    return int(amount) if amount.is_integer() and abs(amount) < 10**9 else -1
