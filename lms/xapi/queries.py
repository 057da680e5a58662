"""Reading the record store. Numbers first, from narrow lists in order (`finding`); the page's payloads after."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from operator import attrgetter
from typing import Any
from uuid import UUID

from psycopg.types.numeric import Int8
from sqlalchemy import LargeBinary, Select, func, literal, select, text
from sqlalchemy.dialects.postgresql import aggregate_order_by

from lms.core.db import db
from lms.xapi.finding.numbers import numbers, run
from lms.xapi.finding.ways import within_reach
from lms.xapi.models import (
    TENANT,
    VOIDED,
    ActivityDefinition,
    AgentName,
    Attachment,
    AttachmentPiece,
    Credential,
    Document,
    Erasure,
    StoredStatement,
)
from lms.xapi.numbering import consistent_through
from lms.xapi.places import Place
from lms.xapi.rules import keys, parsing, patterns
from lms.xapi.rules.parameters import Filter
from lms.xapi.rules.scopes import Bearer

Json = dict[str, Any]


@dataclass(frozen=True)
class Found:
    """A stored statement: its number, its flags, and its JSON as served."""

    seq: int
    flags: int
    payload: bytes


@dataclass(frozen=True)
class PageFound:
    """`rest` asks for what follows; None: this was the last page."""

    statements: list[Found]
    rest: Filter | None


def one_statement(bearer: Bearer, id: UUID, *, voided: bool) -> Found | None:
    """The statement, if the bearer may see it and it is voided, or not, as asked."""
    reach, given = within_reach(bearer)
    conditions = "".join(f" AND s.{each.column} = :{each.parameter}" for each in reach)
    row = db.session.execute(
        text(
            "SELECT s.seq, s.flags, s.payload FROM statement_id AS known "
            "JOIN statement AS s ON s.tenant = known.tenant AND s.seq = known.seq "
            "WHERE known.tenant = :tenant AND known.id = :id AND (s.flags & :is_voided <> 0) = :voided" + conditions
        ),
        given | {"tenant": bearer.tenant, "id": id, "is_voided": VOIDED, "voided": voided},
    ).one_or_none()
    return None if row is None else Found(row.seq, row.flags, bytes(row.payload))


def page(bearer: Bearer, wanted: Filter, through: int) -> PageFound:
    """One page. Ascending it ends at `through`: nothing comes in before that, so a reader who goes on misses none."""
    if wanted.ascending and wanted.through is None:
        wanted = replace(wanted, through=through)
    chosen = numbers(bearer, wanted, wanted.limit + 1)
    if not chosen:
        return PageFound([], None)
    shown = chosen[: wanted.limit]
    rows = run(
        "SELECT seq, flags, payload FROM statement WHERE tenant = %(tenant)s AND seq BETWEEN %(least)s AND %(most)s"
        " AND seq = ANY(CAST(%(shown)s AS bigint[]))",
        {"tenant": bearer.tenant, "least": Int8(min(shown)), "most": Int8(max(shown)), "shown": _array(shown)},
    )
    found = sorted((Found(*row) for row in rows), key=attrgetter("seq"), reverse=not wanted.ascending)
    return PageFound(found, replace(wanted, last=shown[-1]) if len(chosen) > wanted.limit else None)


def how_many(bearer: Bearer, wanted: Filter) -> int:
    """How many match, counted no further than one above `wanted.limit`."""
    return len(numbers(bearer, wanted, wanted.limit + 1))


def _array(numbers_: list[int]) -> str:
    """As PostgreSQL writes it: the driver takes ten times as long for a list."""
    return "{" + ",".join(map(str, numbers_)) + "}"


def attachment_sizes(tenant: int, sha2s: Sequence[str]) -> dict[str, int]:
    """Of these the store holds the bytes, so many; read them by `keeping.attachments.pieces`."""
    found = db.session.execute(
        select(Attachment.sha2, Attachment.size).where(Attachment.tenant == tenant, Attachment.sha2.in_(sha2s))
    )
    return {row.sha2: row.size for row in found}


def attachments(tenant: int, sha2s: Sequence[str]) -> dict[str, bytes]:
    """The bytes that the store holds of these, whole: for the few that a person asks for, or that are sent on."""
    whole = func.string_agg(AttachmentPiece.body, aggregate_order_by(literal(b"", LargeBinary), AttachmentPiece.number))
    found = db.session.execute(
        select(AttachmentPiece.sha2, whole)
        .where(AttachmentPiece.tenant == tenant, AttachmentPiece.sha2.in_(sha2s))
        .group_by(AttachmentPiece.sha2)
    )
    return {sha2: bytes(body) for sha2, body in found}


def definitions(tenant: int, iris: Sequence[str]) -> dict[str, Json]:
    """What is known of these activities."""
    found = db.session.execute(
        select(ActivityDefinition.iri, ActivityDefinition.definition).where(
            ActivityDefinition.tenant == tenant, ActivityDefinition.key.in_([keys.key_of(iri) for iri in iris])
        )
    )
    return {iri: parsing.load(bytes(definition)) for iri, definition in found}


def names_of(tenant: int, agent: Json) -> list[str]:
    """Every name that statements have given this agent."""
    return list(
        db.session.scalars(
            select(AgentName.name)
            .where(AgentName.tenant == tenant, AgentName.agent == keys.agent_key(agent))
            .order_by(AgentName.name)
            .limit(100)
        )
    )


def document(place: Place) -> Document | None:
    return db.session.scalars(select(Document).where(*place.conditions())).one_or_none()


def document_names(place: Place, since: int | None) -> list[str]:
    """The ids of the documents that lie there, changed after `since` (microseconds) if given."""
    found = select(Document.name).where(*place.conditions()).distinct().order_by(Document.name)
    if since is not None:
        found = found.where(Document.updated_at > patterns.moment(since))
    return list(db.session.scalars(found))


def statements_of(registration: UUID, limit: int = 50) -> list[Json]:
    """The newest statements of a registration, for pages that show what was received. The caller authorises."""
    found = db.session.scalars(
        select(StoredStatement.payload)
        .where(
            StoredStatement.tenant == TENANT,
            StoredStatement.registration == registration,
            StoredStatement.flags.op("&")(VOIDED) == 0,
        )
        .order_by(StoredStatement.seq.desc())
        .limit(limit)
    )
    return [parsing.load(bytes(payload)) for payload in found]


def credentials() -> Select[Credential]:
    """Credentials of clients, those of launched content left out. The caller has asked `services.may_manage`."""
    return select(Credential).where(Credential.tenant == TENANT, Credential.about_id.is_(None))


def erasures() -> Select[Erasure]:
    """Who was taken out, whose names these no longer tell. The caller has asked `services.may_erase`."""
    return select(Erasure)


__all__ = [
    "Found", "PageFound", "attachment_sizes", "attachments", "consistent_through", "credentials", "definitions", "document",
    "document_names", "erasures", "how_many", "names_of", "one_statement", "page", "statements_of",
]  # fmt: skip
