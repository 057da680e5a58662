"""Tables as OpenDocument spreadsheets (ODS): the same as workbooks (`spreadsheets`), with real numbers, dates and per cents.

What is text says so, so nothing is run as a formula; it also gets the apostrophe that it has in the other formats.
"""

import io
import re
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from odfdo import Cell as OdfCell
from odfdo import Column, Document, Element, Row, Table
from openpyxl.utils import get_column_letter

from lms.core.spreadsheets import Cell, NamedTable, Rows, harmless, sheet_name, widths

ODS = "application/vnd.oasis.opendocument.spreadsheet"
CHARACTER = 0.22
"""How wide one is, in centimetres."""
STYLES = {
    "strong": ("table-cell", '<style:text-properties fo:font-weight="bold"/>'),
    "head": (
        "table-cell",
        '<style:table-cell-properties fo:background-color="#d8e6f5"/><style:text-properties fo:font-weight="bold"/>',
    ),
    "long": ("table-cell", '<style:table-cell-properties fo:wrap-option="wrap" style:vertical-align="top"/>'),
}


def told_document(title: str, about: Rows, tables: Sequence[NamedTable]) -> bytes:
    """ODS of a report: a first sheet that says what it is (`about`: rows, label first), then a sheet for each table.

    Each table is a database range, which is how formulas and filters name it there.
    """
    book = Document("spreadsheet")
    book.body.clear()
    for name, (family, inner) in STYLES.items():
        _style(book, name, family, inner)
    names = [sheet_name(title, [])]
    first = Table(names[0])
    first.extend_rows([_row(cells, ["strong", *["long"] * (len(cells) - 1)], [""] * len(cells)) for cells in about])
    _widen(book, first, (30, 80, 24))
    book.body.append(first)
    ranges = Element.from_tag("<table:database-ranges/>")
    for number, it in enumerate(tables, start=1):
        names.append(sheet_name(it.title, names))
        book.body.append(_sheet(book, it, names[-1]))
        ranges.append(_range(it, f"T{number}_{re.sub('[^A-Za-z0-9]', '_', it.key)}", names[-1]))
    book.body.append(ranges)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _sheet(book: Document, it: NamedTable, name: str) -> Table:
    made = Table(name)
    rows = [_row(list(it.head), ["head"] * len(it.head), [""] * len(it.head))]
    rows += [_row(cells, [None] * len(cells), it.formats) for cells in it.rows or [[None] * len(it.head)]]
    if it.below:
        rows += [_row([None], [None], []), *(_row(cells, ["strong"] * len(cells), it.formats) for cells in it.below)]
    made.extend_rows(rows)
    _widen(book, made, widths(it.head, it.rows))
    return made


def _row(cells: Sequence[Cell], styles: Sequence[str | None], formats: Sequence[str]) -> Row:
    made = Row()
    looks = [*formats, *[""] * len(cells)]
    made.extend_cells([_cell(cell, style, look) for cell, style, look in zip(cells, styles, looks, strict=False)])
    return made


def _cell(cell: Cell, style: str | None, look: str) -> OdfCell:
    """With its type: a number that a format shows as a share or as money is one."""
    given: dict[str, Any] = {"style": style} if style else {}
    if isinstance(cell, str):
        return OdfCell(value=harmless(cell), cell_type="string", **given)
    if isinstance(cell, int | float) and look.endswith("%"):
        return OdfCell(value=cell, cell_type="percentage", text=f"{cell:.0%}", **given)
    if isinstance(cell, int | float) and look.startswith("£"):
        return OdfCell(value=cell, cell_type="currency", currency="GBP", text=f"£{cell:,.2f}", **given)
    if isinstance(cell, datetime):
        cell = cell.replace(tzinfo=None)  # a spreadsheet knows no zones; the heading says which it is
    kind = "date" if isinstance(cell, date) else None
    return OdfCell(value=cell, cell_type=kind, **given) if kind else OdfCell(value=cell, **given)


def _range(it: NamedTable, name: str, sheet: str) -> Element:
    there = "'" + sheet.replace("'", "''") + "'"
    made: Element = Element.from_tag("<table:database-range/>")
    last = f"{get_column_letter(len(it.head))}{1 + max(1, len(it.rows))}"
    made.set_attribute("table:name", name)
    made.set_attribute("table:target-range-address", f"{there}.A1:{there}.{last}")
    made.set_attribute("table:display-filter-buttons", "true")
    return made


def _widen(book: Document, table: Table, wide: Sequence[int]) -> None:
    for place, characters in enumerate(wide):
        name = f"wide{characters}"
        if book.get_style("table-column", name) is None:
            _style(book, name, "table-column",
                   f'<style:table-column-properties style:column-width="{characters * CHARACTER:.2f}cm"/>')  # fmt: skip
        table.set_column(place, Column(style=name))


def _style(book: Document, name: str, family: str, inner: str) -> None:
    made = f'<style:style style:name="{name}" style:family="{family}">{inner}</style:style>'
    book.insert_style(made, automatic=True)
