"""What is in a return: every answer as plain values, and those as bytes that are always the same for the same values."""

import csv
import hashlib
import io
from collections.abc import Iterable, Mapping
from typing import Any

import orjson
from flask_babel import gettext as _

from lms.core.language import Bilingual
from lms.core.permissions import Actor
from lms.reporting import answering, asking, laying, naming, wording
from lms.reporting.exports import safe
from lms.reporting.queries import Dimension
from lms.reporting.reports import REPORTS, uptake
from lms.reporting.reports.report import Answer, Column, Row, Sheet, Value
from lms.reporting.rules.disclosure import RULE
from lms.reporting.rules.measures import DEFINITIONS, Measure
from lms.reporting.services import Asked

FORM = "llwybr-return-1"
LIVE = frozenset({"approvals", "cascade", "evaluation", "framework-gaps", "learning", "quality"})
"""Reports of how the records stand today: nobody can say what they said at an instant."""
FREEZABLE = tuple(report for report in REPORTS if report.slug not in LIVE and report.slug != "explore")
"""Exploring is many reports, none of them a return."""
EVERYONE = Bilingual("Everyone, counted once", "Pawb, wedi'u cyfrif unwaith")

Content = dict[str, Any]


def answer_of(actor: Actor, slug: str, asked: Asked) -> Answer:
    """Any report in tables, uptake too."""
    return _uptake(actor, asked) if slug == "uptake" else answering.answer(actor, slug, asked)


def of_answer(answer: Answer) -> Content:
    report = answer.report
    return {
        "slug": report.slug, "id": report.id, "version": report.version, "title": vars(report.title),
        "words": vars(report.words), "withheld": answer.withheld, "finding": vars(answer.finding),
        "definitions": [
            {"id": it.id, "version": it.version, "title": vars(it.title), "words": vars(it.words)}
            for it in report.definitions
        ],
        "sheets": [_sheet(sheet) for sheet in answer.sheets],
    }  # fmt: skip


def disclosure() -> Content:
    """The rule that everything went through."""
    return {"id": RULE.id, "version": RULE.version, "words": vars(RULE.words)}


def canonical(content: Content) -> bytes:
    """Sorted keys, UTF-8, no white space."""
    return orjson.dumps(content, option=orjson.OPT_SORT_KEYS)


def sha256(told: bytes) -> str:
    return hashlib.sha256(told).hexdigest()


def read(told: bytes) -> Content:
    found: Content = orjson.loads(told)
    return found


def sheets_of(report: Content) -> list[Sheet]:
    """The tables of one report of a content, for pages and files."""
    return [
        Sheet(
            key=sheet["key"], title=words(sheet["title"]), heading=words(sheet["heading"]),
            columns=tuple(Column(it["key"], words(it["title"]), it["unit"]) for it in sheet["columns"]),
            rows=[_row_of(row) for row in sheet["rows"]], total=_row_of(sheet["total"]) if sheet["total"] else None,
            chart=sheet["chart"], note=words(sheet["note"]) if sheet["note"] else None,
        )
        for sheet in report["sheets"]
    ]  # fmt: skip


def words(text: Mapping[str, str]) -> Bilingual:
    return Bilingual(text["en"], text["cy"])


def value_of(value: Any) -> Value:
    return words(value) if isinstance(value, dict) else value


def csv_of(content: Content, about: Iterable[list[str]], language: str) -> bytes:
    """UTF-8 with a byte order mark, ISO dates, nothing that a spreadsheet would run; what it is stands above it."""
    out = io.StringIO(newline="")
    write = csv.writer(out, lineterminator="\r\n")
    rows: list[list[Any]] = [*about]
    rule = content["disclosure"]
    rows.append([_("Disclosure rule"), words(rule["words"]).in_(language), f"{rule['id']} v{rule['version']}"])
    for report in content["reports"]:
        rows += [[], [words(report["title"]).in_(language), f"{report['id']} v{report['version']}"]]
        rows += [[words(report["finding"]).in_(language)]]
        rows += [
            [words(it["title"]).in_(language), words(it["words"]).in_(language), f"{it['id']} v{it['version']}"]
            for it in report["definitions"]
        ]
        for sheet in sheets_of(report):
            rows += [[], [sheet.title.in_(language)]]
            rows += [["code", sheet.heading.in_(language), *(column.key for column in sheet.columns)]]
            for row in [*sheet.rows, *([sheet.total] if sheet.total else [])]:
                told = [v.in_(language) if isinstance(v, Bilingual) else v for v in row.values]
                rows.append([row.code, row.name.in_(language), *told])
    for cells in rows:
        write.writerow([safe(cell) for cell in cells])
    return out.getvalue().encode("utf-8-sig")


def _sheet(sheet: Sheet) -> Content:
    return {
        "key": sheet.key, "title": vars(sheet.title), "heading": vars(sheet.heading),
        "columns": [{"key": it.key, "title": vars(it.title), "unit": it.unit} for it in sheet.columns],
        "rows": [_row(row) for row in sheet.rows], "total": _row(sheet.total) if sheet.total else None,
        "chart": sheet.chart, "note": vars(sheet.note) if sheet.note else None,
    }  # fmt: skip


def _row(row: Row) -> Content:
    values = [vars(value) if isinstance(value, Bilingual) else value for value in row.values]
    return {"code": row.code, "name": vars(row.name), "values": values}


def _row_of(row: Content) -> Row:
    return Row(row["code"], words(row["name"]), tuple(value_of(value) for value in row["values"]))


def _uptake(actor: Actor, asked: Asked) -> Answer:
    """The report of uptake in tables: by sector and by organisation."""
    sheets = []
    finding = answering.TOO_FEW
    for group in (Dimension.SECTOR, Dimension.ORGANISATION):
        told = uptake.uptake(actor, Asked(**{**vars(asked), "group": group}))
        if told.withheld:
            return Answer(
                finding=finding, sheets=(), withheld=True, **asking.made(uptake.REPORT, told.view, asked)
            )  # fmt: skip
        if group is Dimension.SECTOR:
            finding = _headline(told)
        heading = naming.in_both(naming.DIMENSIONS[group])
        title = Bilingual(
            f"People by {heading.en.lower()}", f"Pobl yn ôl {heading.cy.lower()}"
        )  # fmt: skip
        sheets.append(
            Sheet(
                key=group.value, title=title, heading=heading,
                columns=tuple(Column(each.value, DEFINITIONS[each].title) for each in Measure),
                rows=[
                    Row(laying.code_of(line.label, told.view, group), line.label.name,
                        tuple(line.people[each] for each in Measure))
                    for line in sorted(told.lines, key=lambda line: line.label.code)
                ],
                total=Row("total", EVERYONE, tuple(told.totals[each] for each in Measure)),
                chart=list(Measure).index(Measure.COMPLETED),
            )
        )  # fmt: skip
    return Answer(finding=finding, sheets=tuple(sheets), **asking.made(uptake.REPORT, told.view, asked))


def _headline(told: uptake.Uptake) -> Bilingual:
    return naming.both(lambda language: wording.headline(told, language))
