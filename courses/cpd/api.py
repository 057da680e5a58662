"""One's own CPD record over JSON. Nobody else's is reached from here, whatever one's role."""

from datetime import date
from typing import Any
from uuid import UUID

from flask import Response

from courses.cpd import errors, exporting, queries, rules, views
from courses.cpd.models import CpdCopy, CpdEntry
from courses.cpd.schemas import (
    CpdAskedQuery,
    CpdCopyOut,
    CpdCopyQuery,
    CpdEntryChangeIn,
    CpdEntryIn,
    CpdEntryOut,
    CpdEntryPage,
    CpdExportQuery,
    CpdLeftOutIn,
    CpdListQuery,
    CpdSummaryOut,
)
from courses.cpd.services import own
from courses.portfolios.downloads import download
from lms.core.errors import Forbidden, NotFound, StaleEdit
from lms.core.permissions import Actor, Permission
from lms.core.web.api import Api
from lms.core.web.paging import Page, page_of

api = Api("cpd", __name__, description="One's own CPD record, in the shape of one's registers")

READ, EDIT = Permission.CPD_READ, Permission.CPD_EDIT
ENTRY = "/cpd/entries/<uuid:entry_id>"


@api.operation("GET", "/cpd/entries", needs=READ, query=CpdListQuery, returns=(200, CpdEntryPage))
def entries(actor: Actor, cursor: str | None, size: int, left_out: bool) -> Page[dict[str, Any]]:
    """The entries, newest first; those that were withdrawn are among them and say so."""
    found = queries.entries_of(_me(actor), left_out=left_out)
    page = page_of(found, cursor, size, key=(CpdEntry.happened_on, CpdEntry.id), descending=True)
    return Page([_shown(each) for each in page.items], page.next)


@api.operation("POST", "/cpd/entries", needs=EDIT, body=CpdEntryIn, returns=(201, CpdEntryOut))
def add(actor: Actor, **given: Any) -> dict[str, Any]:
    """Write down something that was learnt elsewhere."""
    return _shown(own.add(actor, **given))


@api.operation("GET", ENTRY, needs=READ, returns=(200, CpdEntryOut))
def entry(actor: Actor, entry_id: UUID) -> dict[str, Any]:
    """One entry."""
    return _shown(own.entry(actor, entry_id))


@api.operation(
    "PUT", ENTRY, needs=EDIT, body=CpdEntryChangeIn, returns=(200, CpdEntryOut), raises=(StaleEdit,)
)  # fmt: skip
def change(actor: Actor, entry_id: UUID, edition: int, **given: Any) -> dict[str, Any]:
    """Say more of an entry, or correct it; `edition` is the one that was seen."""
    return _shown(own.save(actor, entry_id, edition, **given))


@api.operation("DELETE", ENTRY, needs=EDIT, returns=(204, None), raises=(errors.CameByItself,))
def delete(actor: Actor, entry_id: UUID) -> None:
    """Delete what one wrote down oneself."""
    own.delete(actor, entry_id)


@api.operation("PUT", f"{ENTRY}/left-out", needs=EDIT, body=CpdLeftOutIn, returns=(200, CpdEntryOut))
def leave_out(actor: Actor, entry_id: UUID, left_out: bool) -> dict[str, Any]:
    """Leave an entry out of the record, or take it in again."""
    return _shown(own.leave_out(actor, entry_id, left_out=left_out))


@api.operation("GET", "/cpd/summary", needs=READ, query=CpdAskedQuery, returns=(200, CpdSummaryOut))
def summary(actor: Actor, **asked: Any) -> dict[str, Any]:
    """What counts in a period, and how far it is towards what the register asks for."""
    it = _asked(actor, **asked)
    counted, left_out, withdrawn = queries.counted(_me(actor), it.period)
    return {
        "register": it.registered.code, "rule": it.rule.edition, "illustrative": it.rule.illustrative,
        "starts_on": it.period.starts_on, "ends_on": it.period.ends_on, **vars(counted), "left_out": left_out,
        "withdrawn": withdrawn,
        "targets": [
            {
                "title": vars(each.target.title), "asked_hours": each.target.hours,
                "participatory": each.target.participatory, "minutes": each.minutes,
            }
            for each in rules.reached(it.rule, counted)
        ],
    }  # fmt: skip


@api.operation(
    "GET", "/cpd/export", needs=READ, query=CpdExportQuery, returns=(200, None), media_type=("application/json", "text/csv")
)  # fmt: skip
def export(actor: Actor, kind: str, language: str, **asked: Any) -> Response:
    """The record in the register's shape, with the edition of its rule and what was left out."""
    data, media_type, name = exporting.as_file(exporting.content_of(actor, _asked(actor, **asked)), kind, language)
    answer = Response(data, mimetype=media_type)
    answer.headers.set("Content-Disposition", "attachment", filename=name)
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


@api.operation("POST", "/cpd/copies", needs=READ, body=CpdCopyQuery, returns=(201, CpdCopyOut))
def ask(actor: Actor, language: str, **asked: Any) -> dict[str, Any]:
    """Ask for the record as a tagged PDF."""
    return _copy(exporting.ask(actor, _asked(actor, **asked), language))


@api.operation("GET", "/cpd/copies/<uuid:copy_id>", needs=READ, returns=(200, CpdCopyOut))
def copy(actor: Actor, copy_id: UUID) -> dict[str, Any]:
    """Whether a PDF is ready."""
    return _copy(exporting.copy_of(actor, copy_id))


@api.operation(
    "GET", "/cpd/copies/<uuid:copy_id>/file", needs=READ, returns=(200, None), media_type="application/pdf"
)  # fmt: skip
def copy_file(actor: Actor, copy_id: UUID) -> Response:
    """The PDF itself."""
    found = exporting.copy_of(actor, copy_id)
    if found.file is None:
        raise NotFound()
    return download(found.file, f"cpd-{found.asked['register'].lower()}-{found.asked['to']}.pdf")


def _me(actor: Actor) -> UUID:
    if actor.person is None:
        raise Forbidden()
    return actor.person


def _asked(actor: Actor, register: str | None, period: str | None, from_: date | None, to: date | None) -> views.Asked:
    return views.asked(_me(actor), register, period or (views.DATES if from_ or to else None), from_, to)


def _shown(entry: CpdEntry) -> dict[str, Any]:
    names = CpdEntryOut().fields
    return {name: getattr(entry, name) for name in names if name != "title"} | {"title": vars(entry.title)}


def _copy(found: CpdCopy) -> dict[str, Any]:
    return {
        "id": found.id, "language": found.language, "asked_at": found.asked_at, "ready": found.ended_at is not None,
    }  # fmt: skip
