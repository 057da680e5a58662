"""Documents of state and of profiles. Who writes one waits for whoever else writes it, so no change is lost unseen."""

from dataclasses import dataclass

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert

from lms.core import clock
from lms.core.db import db
from lms.xapi.errors import Excessive
from lms.xapi.models import ANY_REGISTRATION, Document
from lms.xapi.places import Place
from lms.xapi.rules import documents
from lms.xapi.rules.versions import Version


@dataclass(frozen=True)
class Seen:
    """What the request says that it saw."""

    if_match: str | None
    if_none_match: str | None
    version: Version


def put(place: Place, body: bytes, content_type: str, seen: Seen) -> None:
    """Create or replace. Raises Overtaken, Contradiction, Malformed, Excessive."""
    current = _locked(place)
    etag = current.etag if current else None
    documents.check_seen(seen.if_match, seen.if_none_match, etag)
    said = seen.if_match is not None or seen.if_none_match is not None
    documents.check_replacing(place.kind, seen.version, said=said, current=etag)
    _write(place, body, content_type)


def post(place: Place, body: bytes, content_type: str, seen: Seen) -> None:
    """Merge into what is there, or create. Raises Overtaken, Malformed, Excessive."""
    current = _locked(place)
    documents.check_seen(seen.if_match, seen.if_none_match, current.etag if current else None)
    if current is None:
        if content_type.partition(";")[0].strip().lower() == "application/json":
            documents.merge(b"{}", "application/json", body, content_type)  # only to be refused if it is no object
        _write(place, body, content_type)
    else:
        _write(place, documents.merge(current.body, current.content_type, body, content_type), content_type)


def remove(place: Place, seen: Seen) -> None:
    """Delete one document, or all that lie there. Raises Overtaken."""
    if place.name is not None:
        current = _locked(place)
        documents.check_seen(seen.if_match, seen.if_none_match, current.etag if current else None)
    db.session.execute(delete(Document).where(*place.conditions()))


def _locked(place: Place) -> Document | None:
    db.session.execute(select(func.pg_advisory_xact_lock(place.lock)))
    return db.session.scalars(
        select(Document).where(*place.conditions()).execution_options(populate_existing=True)
    ).one_or_none()


def _write(place: Place, body: bytes, content_type: str) -> None:
    if len(body) > documents.LARGEST:
        raise Excessive(f"A document may have {documents.LARGEST} bytes; this one has {len(body)}")
    values = {
        "content_type": content_type, "etag": documents.etag(body), "body": body, "updated_at": clock.now(),
    }  # fmt: skip
    where = {
        "tenant": place.tenant, "kind": int(place.kind), "activity": place.activity_key, "agent": place.agent_key,
        "registration": place.registration or ANY_REGISTRATION, "name": place.name,
    }  # fmt: skip
    db.session.execute(
        insert(Document).values(**where, **values).on_conflict_do_update(index_elements=list(where), set_=values)
    )
