"""Reports as XLSX or ODS: first what the figures are and how they were made, then a sheet for each table, with real numbers."""

from collections.abc import Sequence
from datetime import datetime

from flask import Response
from flask_babel import gettext as _

from lms.core import clock
from lms.core.language import Bilingual
from lms.core.open_documents import ODS, told_document
from lms.core.spreadsheets import XLSX, Cell, NamedTable, Rows, told_workbook
from lms.core.web.streams import file
from lms.reporting import naming, wording
from lms.reporting.exports import HIDDEN
from lms.reporting.laying import Label, code_of
from lms.reporting.reports.report import Answer, Column, Row, Sheet, Value
from lms.reporting.reports.uptake import REPORT, Uptake
from lms.reporting.rules.definitions import Definition
from lms.reporting.rules.disclosure import RULE
from lms.reporting.rules.measures import DEFINITIONS, Measure
from lms.reporting.services import View

WHOLE, POUNDS = "#,##0", "£#,##0.00"
FORMATS = {"people": WHOLE, "number": WHOLE, "items": WHOLE, "days": WHOLE, "points": WHOLE, "percent": "0%",
           "pence": POUNDS, "ratio": "0.00"}  # fmt: skip
WRITERS = {"xlsx": (told_workbook, XLSX), "ods": (told_document, ODS)}
"""By how the file's name ends: what writes it, and its media type."""


def answer_file(answer: Answer, language: str, kind: str = "xlsx") -> Response:
    """Any report in tables."""
    about = answer.report
    rows: list[list[Cell]] = [
        [_("Report"), about.title.in_(language), f"{about.id} v{about.version}"],
        [_("Finding"), answer.finding.in_(language)], *_narrowed(answer.view, language),
        [_("Who counts"), about.words.in_(language)], *_meant(about.definitions, language),
        *_made(answer.view, answer.made_at, answer.known_at, language),
    ]  # fmt: skip
    rows += [[sheet.title.in_(language), sheet.note.in_(language)] for sheet in answer.sheets if sheet.note]
    tables = [table_of(sheet, language) for sheet in answer.sheets]
    return _sent(about.slug, answer.view, rows, tables, language, kind)


def uptake_file(report: Uptake, language: str, kind: str = "xlsx") -> Response:
    """The uptake report, with its grid if there is one."""
    finding = _("Fewer than 10 people match, so no figures are shown.")
    rows: list[list[Cell]] = [
        [_("Report"), REPORT.title.in_(language), f"{REPORT.id} v{REPORT.version}"],
        [_("Finding"), finding if report.withheld else wording.headline(report, language)],
        *_narrowed(report.view, language), [_("Who counts"), REPORT.words.in_(language)],
        *_meant(list(DEFINITIONS.values()), language), *_made(report.view, clock.now(), None, language),
    ]  # fmt: skip
    return _sent("uptake", report.view, rows, _uptake_tables(report, language), language, kind)


def _narrowed(seen: View, language: str) -> list[list[Cell]]:
    """The filters in force, and the period with real dates."""
    filters = seen.filters
    place = filters.place.name.in_(language) if filters.place else _("Wales")
    chosen: list[list[Cell]] = [
        [name, value] for what, name, value in wording.filters_of(seen, language) if what != "organisation"
    ]
    return [
        [_("Organisation"), place], *chosen, [_("From"), filters.period.starts_on], [_("To"), filters.period.ends_on],
        [_("As at"), filters.period.as_at],
    ]  # fmt: skip


def _meant(definitions: Sequence[Definition], language: str) -> list[list[Cell]]:
    return [[it.title.in_(language), it.words.in_(language), f"{it.id} v{it.version}"] for it in definitions]


def _made(seen: View, made_at: datetime, known_at: datetime | None, language: str) -> list[list[Cell]]:
    words = _("Nothing is hidden: you may see names") if seen.exact else RULE.words.in_(language)
    rows: list[list[Cell]] = [[_("Disclosure rule"), words, f"{RULE.id} v{RULE.version}"]]
    rows.append([_("Made at (UTC)"), made_at.replace(microsecond=0)])
    return rows + ([[_("Everything counted until (UTC)"), known_at.replace(microsecond=0)]] if known_at else [])


def table_of(sheet: Sheet, language: str) -> NamedTable:
    """A report's table as a spreadsheet has it."""
    head = [_("Code"), sheet.heading.in_(language), *(column.title.in_(language) for column in sheet.columns)]
    return NamedTable(
        key=sheet.key, title=sheet.title.in_(language), head=head,
        rows=[_cells(row, sheet.columns, language) for row in sheet.rows],
        formats=["", "", *(FORMATS.get(column.unit, "") for column in sheet.columns)],
        below=[_cells(sheet.total, sheet.columns, language)] if sheet.total else [],
    )  # fmt: skip


def _cells(row: Row, columns: Sequence[Column], language: str) -> list[Cell]:
    values = [cell(value, column.unit, language) for value, column in zip(row.values, columns, strict=True)]
    return [row.code, row.name.in_(language), *values]


def cell(value: Value, unit: str, language: str) -> Cell:
    """A number as a spreadsheet counts it: pounds, and shares of one. What is hidden is a star; words stay words."""
    if value is None:
        return HIDDEN
    if isinstance(value, Bilingual):
        return value.in_(language)
    if isinstance(value, int | float) and unit in ("percent", "pence"):
        return value / 100
    return value


def _uptake_tables(report: Uptake, language: str) -> list[NamedTable]:
    if report.withheld:
        return []
    group, columns = report.asked.group, report.asked.columns
    names = [wording.measure_name(measure, language) for measure in Measure]
    formats = ["", "", *[WHOLE] * (len(names) + 40)]
    rows = [[*_named(line.label, report, language), *map(_number, line.people.values())] for line in report.lines]
    total = ["total", _("Everyone, counted once"), *(_number(report.totals[m]) for m in Measure)]
    head = [_("Code"), str(_(naming.DIMENSIONS[group]))]
    tables = [NamedTable(group.value, _("People by group"), [*head, *names], rows, formats, [total])]
    if report.grid and columns:
        grid, table = report.grid, report.grid.table
        across = [naming.name_of(label, language) for label in grid.columns]
        cells = [
            [*_named(label, report, language), *map(_number, row), _number(whole)]
            for label, row, whole in zip(grid.rows, table.cells, table.row_totals or (), strict=True)
        ]
        below = ["total", _("Everyone, counted once"), *map(_number, (*(table.column_totals or ()), table.total))]
        title = wording.measure_name(grid.measure, language)
        tables.append(
            NamedTable(
                f"{group.value}-{columns.value}", title, [*head, *across, _("Total")], cells, formats, [below]
            )
        )  # fmt: skip
    return tables


def _named(label: Label, report: Uptake, language: str) -> list[Cell]:
    return [code_of(label, report.view, report.asked.group), naming.name_of(label, language)]


def _number(people: int | None) -> Cell:
    return HIDDEN if people is None else people


def _sent(
    slug: str, seen: View, about: Rows, tables: Sequence[NamedTable], language: str, kind: str
) -> Response:  # fmt: skip
    return sent(f"{slug}-{seen.filters.period.as_at.isoformat()}", about, tables, language, kind)


def sent(name: str, about: Rows, tables: Sequence[NamedTable], language: str, kind: str) -> Response:
    """The file of that kind, as a download."""
    write, media_type = WRITERS[kind]
    answer = file([write(_("Summary"), about, tables)], f"{name}.{kind}", media_type)
    answer.headers["Content-Language"] = language
    return answer
