"""Which chart a table becomes: bars, bars side by side, or lines by month. Only of what is shown."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from lms.core.language import Bilingual
from lms.reporting.queries import Dimension
from lms.reporting.reports.report import Sheet, Value
from lms.reporting.services import Asked

BARS, SERIES, LINES = 20, 6, 3
"""As many as can be told apart."""
Number = int | None


@dataclass(frozen=True)
class Picture:
    """`kind`: bars, grouped or trend. `points`: (name or first day of a month, numbers); None: hidden.

    `left_out`: groups of the table that the chart has no room for.
    """

    kind: str
    series: Sequence[Bilingual]
    points: Sequence[tuple[Bilingual | date, Sequence[Number]]]
    left_out: int = 0


def picture(sheet: Sheet, asked: Asked) -> Picture | None:
    """None: nothing in it is a number that is shown."""
    columns = asked.columns if asked.columns != asked.group else None
    drawn = None if sheet.chart is None else _crossed(sheet, asked, columns) if columns else _one_way(sheet, asked)
    return drawn if drawn and any(number is not None for _, numbers in drawn.points for number in numbers) else None


def _crossed(sheet: Sheet, asked: Asked, columns: Dimension) -> Picture:
    names = [column.title for column in sheet.columns[:-1]]
    if columns is Dimension.MONTH:
        chosen = list(sheet.rows[:LINES])
        points = [(_first(column.key), [_number(row.values[n]) for row in chosen])
                  for n, column in enumerate(sheet.columns[:-1])]  # fmt: skip
        return Picture("trend", [row.name for row in chosen], points, max(0, len(sheet.rows) - LINES))
    in_time = asked.group is Dimension.MONTH
    most = LINES if in_time else SERIES
    places = _largest(sheet, most)
    told = [(row, [_number(row.values[n]) for n in places]) for row in sheet.rows]
    if not in_time:
        told = [pair for pair in told if any(number is not None for number in pair[1])][:BARS]
    return Picture(
        kind="trend" if in_time else "grouped",
        series=[names[n] for n in places],
        points=[(_first(row.code) if in_time else row.name, numbers) for row, numbers in told],
        left_out=max(0, len(names) - most) + len(sheet.rows) - len(told),
    )


def _one_way(sheet: Sheet, asked: Asked) -> Picture | None:
    place = sheet.chart or 0
    in_time = asked.group is Dimension.MONTH and len(sheet.rows) > 1
    rows = [row for row in sheet.rows if row.values[place] is None or isinstance(row.values[place], int)]
    shown = rows if in_time else rows[:BARS]
    points = [(_first(row.code) if in_time else row.name, [_number(row.values[place])]) for row in shown]
    return (
        Picture("trend" if in_time else "bars", [sheet.columns[place].title], points, len(rows) - len(shown))
        if rows
        else None
    )


def _largest(sheet: Sheet, most: int) -> list[int]:
    """Places of the columns with the largest totals that are shown, in the order of the table."""
    totals = sheet.total.values if sheet.total else ()
    places = sorted(range(len(sheet.columns) - 1), key=lambda n: -(_number(totals[n]) or 0))
    return sorted(places[:most])


def _number(value: Value) -> Number:
    return value if isinstance(value, int) else None


def _first(code: str) -> date:
    return date.fromisoformat(f"{code}-01")
