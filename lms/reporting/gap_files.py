"""Gaps beside a framework as files: what the page says, with where it comes from, and nothing more."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence

from flask import Response
from flask_babel import gettext as _

from lms.core.spreadsheets import XLSX, Cell, NamedTable, told_workbook
from lms.core.web.streams import file
from lms.reporting.exports import HIDDEN, safe
from lms.reporting.reach.counting import Where
from lms.reporting.reports.framework_gaps import GAPS, NO_DENOMINATOR, FrameworkGaps
from lms.reporting.rules.disclosure import RULE
from lms.reporting.workbooks import WHOLE


def made(report: FrameworkGaps, form: str, name: str, group: str, heads: list[str], language: str) -> Response:
    """CSV (UTF-8 with a byte order mark) or XLSX. `group` and `heads`: what the columns are called on the page."""
    about: list[list[Cell]] = [
        [_("Framework"), report.framework.in_(language), _("version %(number)s", number=report.version)],
        [GAPS.title.in_(language), GAPS.words.in_(language), f"{GAPS.id} v{GAPS.version}"],
        [_("Denominator"), NO_DENOMINATOR.in_(language)],
        [_("Disclosure rule"), RULE.words.in_(language), f"{RULE.id} v{RULE.version}"],
    ]  # fmt: skip
    if report.known_at:
        about.append([_("Everything counted until (UTC)"), report.known_at.replace(microsecond=0)])
    head = [_("Code"), group, *heads, _("Together")]
    tables = [
        NamedTable(
            report.group.value, group, head,
            [_cells(line.code, line.name.in_(language), line.people, line.total) for line in report.lines],
            ["", "", *[WHOLE] * 4], [_cells("total", _("Together"), report.totals, report.total)],
        )
    ]  # fmt: skip
    if report.withheld:
        about, tables = [*about, [_("Fewer than 10 people match, so no figures are shown.")]], []
    if form == "xlsx":
        content, kind = told_workbook(_("Summary"), about, tables), XLSX
    else:
        rows = [row for table in tables for row in ([], table.head, *table.rows, *table.below)]
        content, kind = _csv([*about, *rows]), "text/csv"
    answer = file([content], f"{name}.{form}", kind)
    answer.headers["Content-Language"] = language
    return answer


def _cells(code: str, name: str, people: Mapping[Where, int | None], total: int | None) -> list[Cell]:
    return [code, name, *(HIDDEN if each is None else each for each in (*(people[where] for where in Where), total))]


def _csv(rows: Iterable[Sequence[Cell]]) -> bytes:
    out = io.StringIO(newline="")
    write = csv.writer(out, lineterminator="\r\n")
    for row in rows:
        write.writerow([safe(cell) if isinstance(cell, str | int | float) else cell for cell in row])
    return out.getvalue().encode("utf-8-sig")
