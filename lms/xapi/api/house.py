"""The house's own operations on the record store, beside those of the specification."""

from typing import Any
from uuid import UUID

from flask import Response, g, request

from lms.core.db import get_or_refuse
from lms.core.errors import Invalid, TooLarge
from lms.core.permissions import Actor, Permission
from lms.core.web import streams
from lms.core.web.api import Api
from lms.core.web.paging import Page, PageQuery, page_of
from lms.xapi import copying, erasing, exporting, importing, people, queries, reading, services
from lms.xapi.erasing import NotAPerson, NothingToErase
from lms.xapi.models import Erasure, StatementImport
from lms.xapi.people import Subject
from lms.xapi.schemas import (
    ErasureIn,
    ErasureOut,
    ErasurePage,
    ExportIn,
    ImportOut,
    ImportQuery,
    PreviewOut,
    SubjectIn,
)

api = Api("record_store", __name__, description="Statements out and in, as whole files; what is held about somebody")

Json = dict[str, Any]
ERASE = Permission.RECORD_STORE_ERASE
ERASURES = "/record_store/erasures"

TYPES = {"ndjson": "application/x-ndjson", "csv": "text/csv"}


@api.operation(
    "GET", "/record_store/statements/export", needs=Permission.RECORD_STORE_READ, query=ExportIn, returns=(200, None),
    raises=(Invalid,), media_type=tuple(TYPES.values()),
)  # fmt: skip
def export(actor: Actor, format: str, **asked: Any) -> Response:
    """Every statement that fits, oldest first: NDJSON as stored, or CSV. What comes in meanwhile is left out."""
    services.may_read(actor)
    subject = _subject(asked["person"]) if asked["person"] else None
    pieces = exporting.exported(streams.steps(), actor, asked, subject, format, g.lang)
    media_type = TYPES[format] + ("; charset=utf-8" if format == "csv" else "")
    return streams.file(pieces, f"statements.{format}", media_type)


@api.operation(
    "POST", "/record_store/statements/import", needs=Permission.RECORD_STORE_MANAGE, query=ImportQuery,
    returns=(201, ImportOut), raises=(Invalid, TooLarge), takes=importing.MEDIA_TYPE,
)  # fmt: skip
def import_(actor: Actor, dry_run: bool) -> StatementImport:
    """Bring statements in, one a line. A large file is done in the background: ask again with the id."""
    return importing.begin(actor, request.get_data(cache=False), dry_run=dry_run)


@api.operation(
    "GET", "/record_store/imports/<uuid:import_id>", needs=Permission.RECORD_STORE_MANAGE, returns=(200, ImportOut)
)
def imported(actor: Actor, import_id: UUID) -> StatementImport:
    """How far an import is, or what came of it."""
    services.may_manage(actor)
    return get_or_refuse(StatementImport, import_id)


@api.operation(
    "POST", "/record_store/copies", needs=Permission.RECORD_STORE_READ, body=SubjectIn, returns=(200, None),
    raises=(Invalid,), media_type="application/zip", remembers=False,
)  # fmt: skip
def copy(actor: Actor, person: str) -> Response:
    """Everything that the store holds about somebody, as a ZIP: the answer to a request for access. Whom it is about
    stands in the body, so that no log of addresses tells of them."""
    services.may_read(actor)
    return _copied(actor, _subject(person), own=False)


@api.operation(
    "GET",
    "/me/record_store/copy",
    needs=Permission.RECORD_STORE_READ,
    returns=(200, None),
    media_type="application/zip",
)
def my_copy(actor: Actor) -> Response:
    """Everything that the store holds about the token's holder. Others who stand in it are hidden."""
    return _copied(actor, reading.myself(actor), own=True)


@api.operation(
    "POST", f"{ERASURES}/previews", needs=ERASE, body=SubjectIn, returns=(200, PreviewOut), raises=(Invalid, NotAPerson),
    remembers=False,
)  # fmt: skip
def preview(actor: Actor, person: str) -> erasing.Preview:
    """What an erasure would change. Nothing is changed yet."""
    services.may_erase(actor)
    return erasing.preview(actor, _subject(person))


@api.operation(
    "POST", ERASURES, needs=ERASE, body=ErasureIn, returns=(201, ErasureOut),
    raises=(Invalid, NotAPerson, NothingToErase),
)  # fmt: skip
def erase(actor: Actor, person: str, reason: str) -> Json:
    """Take somebody out of every statement, for good. It is done in the background: ask again with the id."""
    services.may_erase(actor)
    return _shown(erasing.begin(actor, _subject(person), reason))


@api.operation("GET", ERASURES, needs=ERASE, query=PageQuery, returns=(200, ErasurePage))
def erasures(actor: Actor, cursor: str | None, size: int) -> Page[Json]:
    """Every erasure, the newest first."""
    services.may_erase(actor)
    page = page_of(queries.erasures(), cursor, size, key=(Erasure.recorded_at, Erasure.id), descending=True)
    return Page([_shown(each) for each in page.items], page.next)


@api.operation("GET", f"{ERASURES}/<uuid:erasure_id>", needs=ERASE, returns=(200, ErasureOut))
def erasure(actor: Actor, erasure_id: UUID) -> Json:
    """How far an erasure is, or what it has changed."""
    services.may_erase(actor)
    return _shown(get_or_refuse(Erasure, erasure_id))


def _subject(typed: str) -> Subject:
    """The one whom it means. Raises Invalid where that is nobody, or several."""
    found = reading.one_of(people.found_by(typed), typed)
    if found is None:
        raise Invalid(fields={"person": reading.NOBODY})
    return found


def _copied(actor: Actor, subject: Subject, *, own: bool) -> Response:
    pieces = copying.copied(streams.steps(), actor, subject, own=own)
    return streams.file(pieces, "record-store-copy.zip", "application/zip")


def _shown(found: Erasure) -> Json:
    plain = {name: getattr(found, name) for name in ErasureOut().fields if hasattr(found, name)}
    return plain | {"percent": erasing.percent(found)}
