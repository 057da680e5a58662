"""Rows that people give: a spreadsheet, or cells that were copied out of one. Each is judged before anything is written."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from lms.core import spreadsheets
from lms.core.errors import Invalid
from lms.core.language import N_

T = TypeVar("T")
MOST_ROWS, LARGEST = 2000, 2_000_000


@dataclass(frozen=True)
class Outcome(Generic[T]):
    """What would become of a row: `fault` empty, `made` would be recorded. `given`: its cells; `field`: the one at fault."""

    number: int
    given: Mapping[str, str]
    fault: str
    made: T | None
    field: str = "rows"


def rows_of(
    content: bytes, headings: Mapping[str, Sequence[str]], needed: Sequence[str]
) -> list[tuple[int, dict[str, str]]]:
    """(number, cells by name) of each row of CSV or XLSX with its headings in the first line, in either language.

    Raises SheetUnreadable; Invalid where a needed column is missing.
    """
    (_, head), *rows = spreadsheets.read(content, largest=LARGEST, most_rows=MOST_ROWS)
    places = spreadsheets.columns(head, headings)
    if missing := [name for name in needed if name not in places]:
        raise Invalid(
            N_("These columns are missing: %(columns)s"), params={"columns": ", ".join(missing)},
            fields={"file": N_("The first line must name the columns")},
        )  # fmt: skip
    return [
        (number, {name: cells[place] if place < len(cells) else "" for name, place in places.items()})
        for number, cells in rows
    ]


def as_text(outcomes: Sequence[Outcome[T]], columns: Sequence[str]) -> str:
    """The rows as text that can be given again: what was read from a file stays on the page until it is recorded."""
    told = spreadsheets.table_csv(columns, [[each.given.get(name, "") for name in columns] for each in outcomes])
    return told.decode("utf-8-sig").replace("\r\n", "\n")


def all_or_nothing(outcomes: Sequence[Outcome[T]]) -> list[T]:
    """What is to be recorded. Raises Invalid when a row has a fault, or there is none."""
    made = [each.made for each in outcomes if each.made is not None and not each.fault]
    if not made or len(made) < len(outcomes):
        raise Invalid(fields={"rows": N_("Mend the rows with a fault first. Nothing was recorded.")})
    return made
