"""A list of certificates as an employer has it: a CSV with codes, or with numbers, surnames and dates. Pure."""

import csv
import io
import re
from dataclasses import dataclass
from datetime import date, datetime

from certificates import rules

MOST = 500
COLUMNS = {
    "code": ("code", "cod"),
    "number": ("number", "certificate number", "rhif", "rhif y dystysgrif"),
    "surname": ("surname", "last name", "cyfenw"),
    "issued_on": ("issued_on", "issued on", "date of issue", "cyhoeddwyd ar"),
}
DATES = ("%Y-%m-%d", "%d/%m/%Y", "%d.%m.%Y", "%d-%m-%Y")


class NotAList(Exception):
    """`why`: unreadable, no_columns, empty or too_long."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


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
    """The lines. Raises NotAList."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252", "replace")
    if "\0" in text:
        raise NotAList("unreadable")
    first = text.split("\n", 1)[0]
    separator = max(",;\t", key=first.count)
    try:
        rows = list(csv.reader(io.StringIO(text), delimiter=separator))[: MOST + 2]
    except csv.Error as fault:
        raise NotAList("unreadable") from fault
    if not rows:
        raise NotAList("empty")
    places = _places(rows[0])
    if "code" not in places and not {"number", "surname", "issued_on"} <= places.keys():
        raise NotAList("no_columns")
    lines = [_line(n, row, places) for n, row in enumerate(rows[1:], start=2) if any(cell.strip() for cell in row)]
    if not lines:
        raise NotAList("empty")
    if len(lines) > MOST:
        raise NotAList("too_long")
    return lines


def _places(head: list[str]) -> dict[str, int]:
    known = {word: column for column, words in COLUMNS.items() for word in words}
    return {known[name]: n for n, cell in reversed(list(enumerate(head))) if (name := cell.strip().casefold()) in known}


def _line(n: int, row: list[str], places: dict[str, int]) -> Line:
    given = {column: row[place].strip()[:200] if place < len(row) else "" for column, place in places.items()}
    typed = given.get("code", "")
    if "/v/" in typed:  # the whole address; its host is not asked, the code is
        typed = re.split(r"[?#]", typed.rsplit("/v/", 1)[1])[0]
    return Line(
        n, given.get("code") or given.get("number", ""), rules.read_code(typed) if typed else None,
        rules.read_number(given.get("number", "")), given.get("surname", ""), _date(given.get("issued_on", "")),
    )  # fmt: skip


def _date(text: str) -> date | None:
    for form in DATES:
        try:
            return datetime.strptime(text, form).date()  # noqa: DTZ007 - a day, of no zone
        except ValueError:
            continue
    return None
