"""A return as a file for a spreadsheet: who signed it and what it is, then a sheet for each table of each report."""

from collections.abc import Iterable

from flask import Response
from flask_babel import gettext as _

from lms.core.spreadsheets import Cell, NamedTable
from lms.reporting import workbooks
from lms.reporting.returns import content as contents
from lms.reporting.returns import wording
from lms.reporting.returns.content import Content
from lms.reporting.returns.services import Seen


def about(seen: Seen, sha256: str, language: str) -> Iterable[list[Cell]]:
    """What it is, with real dates."""
    it = seen.listed.it
    yield [_("Return"), it.number]
    yield [_("Organisation"), it.organisation.name.in_(language), it.organisation.code]
    yield [_("Period"), wording.term_of(it)]
    yield [_("From"), it.starts_on]
    yield [_("To"), it.ends_on]
    yield [_("Known until"), it.known_at]
    yield [_("Standing"), _(wording.STANDINGS[seen.listed.standing][0])]
    for event in seen.listed.events.values():
        label = _("Signed by") if event.kind == "signed" else _("Withdrawn by")
        yield [label, event.name, event.role or event.reason or "", event.at]
    yield ["SHA-256", sha256]


def spreadsheet(seen: Seen, content: Content, sha256: str, language: str, kind: str) -> Response:
    """The same figures as the canonical content, which alone is what was signed. `kind`: xlsx or ods."""
    rows = [*about(seen, sha256, language), *_meant(content, language)]
    tables = [
        _table(report, number, language) for report in content["reports"] for number in range(len(report["sheets"]))
    ]
    return workbooks.sent(seen.listed.it.number, rows, tables, language, kind)


def _meant(content: Content, language: str) -> Iterable[list[Cell]]:
    rule = content["disclosure"]
    yield [_("Disclosure rule"), rule["words"][language], f"{rule['id']} v{rule['version']}"]
    for report in content["reports"]:
        yield [report["title"][language], report["finding"][language], f"{report['id']} v{report['version']}"]
        for it in report["definitions"]:
            yield [it["title"][language], it["words"][language], f"{it['id']} v{it['version']}"]


def _table(report: Content, number: int, language: str) -> NamedTable:
    """Tables of several reports have the same names, so the report's goes before."""
    found = workbooks.table_of(contents.sheets_of(report)[number], language)
    key = f"{report['slug']}-{found.key}"
    return NamedTable(
        key, f"{report['slug']} {number + 1} {found.title}", found.head, found.rows, found.formats, found.below
    )
