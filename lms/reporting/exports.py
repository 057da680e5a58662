"""Reports as CSV: UTF-8 with a byte order mark, ISO dates, and nothing that a spreadsheet would run."""

import csv
import io
from collections.abc import Iterable
from typing import Any

from flask import Response
from flask_babel import gettext as _

from lms.core import clock
from lms.core.language import Bilingual
from lms.core.spreadsheets import harmless
from lms.reporting import wording
from lms.reporting.laying import Label, code_of
from lms.reporting.reports.report import Answer
from lms.reporting.reports.uptake import REPORT, Uptake
from lms.reporting.rules.disclosure import RULE
from lms.reporting.rules.measures import DEFINITIONS, Measure

HIDDEN = "*"
Cell = str | int | float | None


def uptake_csv(report: Uptake, language: str) -> bytes:
    """Everything that the page says, with where it comes from above it."""
    out = io.StringIO(newline="")
    write = csv.writer(out, lineterminator="\r\n")
    for row in _about(report, language):
        write.writerow([safe(cell) for cell in row])
    for table in _tables(report):
        write.writerow([])
        for row in table:
            write.writerow([safe(cell) for cell in row])
    return out.getvalue().encode("utf-8-sig")


def csv_file(answer: Answer, language: str) -> Response:
    """Any report in tables, with where it comes from above them."""
    period, report = answer.view.filters.period, answer.report
    out = io.StringIO(newline="")
    write = csv.writer(out, lineterminator="\r\n")
    rows: list[list[Any]] = [
        [_("Report"), report.title.in_(language), f"{report.id} v{report.version}"],
        [_("As at"), period.as_at.isoformat()], [_("From"), period.starts_on.isoformat()],
        [_("To"), period.ends_on.isoformat()],
        [_("Organisation"), answer.view.filters.place.name.in_(language) if answer.view.filters.place else _("Wales")],
    ]  # fmt: skip
    rows += [
        [_("Filter"), name, value]
        for what, name, value in wording.filters_of(answer.view, language)
        if what != "organisation"
    ]
    rows += [[it.title.in_(language), it.words.in_(language), f"{it.id} v{it.version}"] for it in report.definitions]
    rule = _("Nothing is hidden: you may see names") if answer.view.exact else RULE.words.in_(language)
    rows += [[_("Disclosure rule"), rule, f"{RULE.id} v{RULE.version}"]]
    rows += [[_("Made at"), answer.made_at.isoformat(timespec="seconds")], [answer.finding.in_(language)]]
    for sheet in answer.sheets:
        rows += [
            [],
            [sheet.title.in_(language)],
            ["code", sheet.heading.in_(language), *(c.key for c in sheet.columns)],
        ]
        told = [*sheet.rows, *([sheet.total] if sheet.total else [])]
        rows += [
            [
                row.code,
                row.name.in_(language),
                *(v.in_(language) if isinstance(v, Bilingual) else v for v in row.values),
            ]
            for row in told
        ]
    for row in rows:
        write.writerow([safe(cell) for cell in row])
    sent = Response(out.getvalue().encode("utf-8-sig"), mimetype="text/csv")
    sent.headers["Content-Disposition"] = f'attachment; filename="{report.slug}-{period.as_at.isoformat()}.csv"'
    sent.headers["Cache-Control"] = "private, no-cache"
    sent.headers["Content-Language"] = language
    return sent


def safe(cell: Cell) -> Cell:
    """Text that starts like a formula gets an apostrophe before it; None is hidden."""
    if cell is None:
        return HIDDEN
    return harmless(cell) if isinstance(cell, str) else cell


def _about(report: Uptake, language: str) -> Iterable[list[Cell]]:
    period = report.view.filters.period
    yield [_("Report"), REPORT.title.in_(language), f"{REPORT.id} v{REPORT.version}"]
    yield [_("As at"), period.as_at.isoformat()]
    yield [_("From"), period.starts_on.isoformat()]
    yield [_("To"), period.ends_on.isoformat()]
    for _parameter, name, value in wording.chosen(report, language):
        yield [_("Filter"), name, value]
    for measure in Measure:
        definition = DEFINITIONS[measure]
        yield [definition.title.in_(language), definition.words.in_(language), f"{definition.id} v{definition.version}"]
    yield [_("Who counts"), REPORT.words.in_(language)]
    rule = _("Nothing is hidden: you may see names") if report.view.exact else RULE.words.in_(language)
    yield [_("Disclosure rule"), rule, f"{RULE.id} v{RULE.version}"]
    yield [_("Made at"), clock.now().isoformat(timespec="seconds")]
    if report.withheld:
        yield [_("Fewer than 10 people match, so no figures are shown.")]


def _tables(report: Uptake) -> Iterable[list[list[Cell]]]:
    if report.withheld:
        return
    group, columns = report.asked.group, report.asked.columns
    lines: list[list[Cell]] = [[group, "name_en", "name_cy", *Measure]]
    lines += [[*_named(line.label, report), *(line.people[m] for m in Measure)] for line in report.lines]
    lines.append(["total", "Total", "Cyfanswm", *(report.totals[m] for m in Measure)])
    yield lines
    if report.grid and columns:
        grid, table = report.grid, report.grid.table
        cells: list[list[Cell]] = [[f"{grid.measure}: {group}", "name_en", "name_cy"]]
        cells[0] += [code_of(label, report.view, columns) for label in grid.columns] + ["total"]
        for label, row, total in zip(grid.rows, table.cells, table.row_totals or (), strict=True):
            cells.append([*_named(label, report), *row, total])
        cells.append(["total", "Total", "Cyfanswm", *(table.column_totals or ()), table.total])
        yield cells


def _named(label: Label, report: Uptake) -> list[Cell]:
    code = code_of(label, report.view, report.asked.group)
    return [code, label.name.en or code, label.name.cy or code]
