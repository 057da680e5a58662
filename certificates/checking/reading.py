"""A list of certificates as an employer has it: a table with codes, or with numbers, surnames and dates. Pure."""

import re
from dataclasses import dataclass
from datetime import date

from certificates import rules
from lms.core import spreadsheets
from lms.core.language import N_
from lms.core.spreadsheets import SheetUnreadable

MOST = 500
LARGEST = 500_000
COLUMNS = {
    "code": ("code", "cod"),
    "number": ("number", "certificate number", "rhif", "rhif y dystysgrif"),
    "surname": ("surname", "last name", "cyfenw"),
    "issued_on": ("issued_on", "issued on", "date of issue", "cyhoeddwyd ar"),
}


@dataclass(frozen=True)
class Line:
    """One line: `code` when it can be one; otherwise number, surname and date, when all three are there. `row` from 2."""

    row: int
    typed: str
    code: str | None
    number: str = ""
    surname: str = ""
    issued_on: date | None = None

    @property
    def askable(self) -> bool:
        return bool(self.code or (self.number and self.surname and self.issued_on))


def read(content: bytes) -> list[Line]:
    """The lines of a CSV file or an XLSX workbook. Raises SheetUnreadable."""
    (_first, head), *rows = spreadsheets.read(content, largest=LARGEST, most_rows=MOST)
    places = spreadsheets.columns(head, COLUMNS)
    if "code" not in places and not {"number", "surname", "issued_on"} <= places.keys():
        raise SheetUnreadable(N_("The first line must name the columns: code, or number, surname and issued_on."))
    if not rows:
        raise SheetUnreadable(N_("There is no certificate in this list."))
    return [_line(n, row, places) for n, row in rows]


def _line(n: int, row: list[str], places: dict[str, int]) -> Line:
    given = {column: row[place].strip()[:200] if place < len(row) else "" for column, place in places.items()}
    typed = given.get("code", "")
    if "/v/" in typed:  # the whole address; its host is not asked, the code is
        typed = re.split(r"[?#]", typed.rsplit("/v/", 1)[1])[0]
    return Line(
        n, given.get("code") or given.get("number", ""), rules.read_code(typed) if typed else None,
        rules.read_number(given.get("number", "")), given.get("surname", ""), spreadsheets.day(given.get("issued_on", "")),
    )  # fmt: skip
