"""Statements on their way out: NDJSON as stored, or CSV for a spreadsheet. Page by page, so memory stays flat.

What came in after the start is left out: the first page's `through` bounds all of them.
"""

import csv
import io
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from typing import Any, TypeVar

from lms.core.permissions import Actor
from lms.core.spreadsheets import harmless
from lms.xapi import numbering, people, queries, reading, replicated, services
from lms.xapi.people import Subject
from lms.xapi.queries import Found, PageFound
from lms.xapi.rules import parsing, patterns
from lms.xapi.rules.formats import one_language
from lms.xapi.rules.parameters import Filter

Json = dict[str, Any]
T = TypeVar("T")
Step = Callable[[Callable[[], Any]], Any]

SIZE = 500
COLUMNS = (
    "id", "stored", "timestamp", "actor_name", "actor", "verb", "object_name", "object", "success", "completion",
    "score_scaled", "score_raw", "score_min", "score_max", "duration", "registration", "authority",
)  # fmt: skip


def exported(
    step: Step, actor: Actor, asked: Json, subject: Subject | None, form: str, language: str
) -> Iterator[bytes]:
    """The whole answer in pieces. Each page is read in a `step` of its own; the last one notes in the audit trail how
    many statements went out, and whether that was all: a reader may hang up before."""
    found = replace(reading.wanted(asked, subject, SIZE), ascending=True)
    count, whole = 0, False
    try:
        if form == "csv":
            yield _csv([list(COLUMNS)], mark=True)
        for page in pages_of(step, found):
            count += len(page.statements)
            yield csv_of(page.statements, language) if form == "csv" else ndjson_of(page.statements)
        whole = True
    finally:
        step(
            lambda: reading.looked(actor, "statements.exported", asked, subject, count=count, whole=whole, format=form)
        )


def pages_of(step: Step, found: Filter) -> Iterator[PageFound]:
    """Every page in order, the store's bound of the first one kept for all."""
    rest: Filter | None = found
    while rest is not None:
        page: PageFound = step(partial(_page, rest))
        yield page
        rest = page.rest


def ndjson_of(statements: list[Found]) -> bytes:
    """One statement a line, byte for byte as stored."""
    return b"".join(each.payload + b"\n" for each in statements)


def csv_of(statements: list[Found], language: str) -> bytes:
    """One statement a line; instants in ISO 8601, and nothing that a spreadsheet would run."""
    return _csv([_row(parsing.load(each.payload), language) for each in statements])


def _page(asked: Filter) -> PageFound:
    """The primary says what there is when it begins; the replica is read as soon as it has that, too."""
    through = asked.through if asked.through is not None else max(queries.consistent_through(), numbering.newest())
    bounded = replace(asked, through=through)
    return replicated.read(lambda _: queries.page(services.house(), bounded, through), least=through)


def _row(raw: Json, language: str) -> list[Any]:
    result, thing = raw.get("result") or {}, raw["object"]
    score = result.get("score") or {}
    return [
        raw["id"], raw["stored"], patterns.instant(raw["timestamp"]).isoformat().replace("+00:00", "Z"),
        raw["actor"].get("name", ""), _identifier(raw["actor"]), raw["verb"]["id"], _name(thing, language),
        thing.get("id") or (_identifier(thing) if thing["objectType"] in ("Agent", "Group") else thing["objectType"]),
        _flag(result.get("success")), _flag(result.get("completion")),
        *(score.get(each, "") for each in ("scaled", "raw", "min", "max")),
        result.get("duration", ""), raw.get("context", {}).get("registration", ""), people.name_in(raw["authority"]),
    ]  # fmt: skip


def _identifier(agent: Json) -> str:
    if account := agent.get("account"):
        return f"{account['homePage']} {account['name']}"
    return str(agent.get("mbox") or agent.get("openid") or agent.get("mbox_sha1sum") or "")


def _name(thing: Json, language: str) -> str:
    names = (thing.get("definition") or {}).get("name") or {}
    return next(iter(one_language(names, (language,)).values()), "") or str(thing.get("name", ""))


def _flag(value: bool | None) -> str:
    return "" if value is None else "true" if value else "false"


def _csv(rows: list[list[Any]], *, mark: bool = False) -> bytes:
    out = io.StringIO(newline="")
    csv.writer(out, lineterminator="\r\n").writerows(
        [harmless(cell) if isinstance(cell, str) else cell for cell in row] for row in rows
    )
    return out.getvalue().encode("utf-8-sig" if mark else "utf-8")
