"""The house's own operations on the record store, beside those of the specification."""

from typing import Any
from uuid import UUID

from flask import Response, g, request

from lms.core.db import get_or_refuse
from lms.core.errors import Invalid, TooLarge
from lms.core.permissions import Actor, Permission
from lms.core.web import streams
from lms.core.web.api import Api
from lms.xapi import exporting, importing, people, reading, services
from lms.xapi.models import StatementImport
from lms.xapi.schemas import ExportIn, ImportOut, ImportQuery

api = Api("record_store", __name__, description="Statements out and in, as whole files")

TYPES = {"ndjson": "application/x-ndjson", "csv": "text/csv"}


@api.operation(
    "GET", "/record_store/statements/export", needs=Permission.RECORD_STORE_READ, query=ExportIn, returns=(200, None),
    raises=(Invalid,), media_type=tuple(TYPES.values()),
)  # fmt: skip
def export(actor: Actor, format: str, **asked: Any) -> Response:
    """Every statement that fits, oldest first: NDJSON as stored, or CSV. What comes in meanwhile is left out."""
    services.may_read(actor)
    typed = asked["person"]
    subject = reading.one_of(people.found_by(typed) if typed else [], typed)
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
