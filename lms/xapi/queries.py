"""Reading the record store. Every page costs the same: numbers first, from narrow indexes in order; payloads after."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from sqlalchemy import LargeBinary, Select, func, literal, select, text
from sqlalchemy.dialects.postgresql import aggregate_order_by

from lms.core.db import db
from lms.xapi.models import (
    TENANT,
    VOIDED,
    ActivityDefinition,
    AgentName,
    Attachment,
    AttachmentPiece,
    Credential,
    Document,
    StoredStatement,
)
from lms.xapi.numbering import consistent_through
from lms.xapi.places import Place
from lms.xapi.rules import keys, parsing, patterns
from lms.xapi.rules.keys import Kind
from lms.xapi.rules.parameters import Filter
from lms.xapi.rules.scopes import Bearer, Use

Json = dict[str, Any]

_VISIBLE = {
    False: " AND q.flags & :is_voided <> :is_voided",
    True: " AND q.flags & :is_voided = :is_voided",
    None: "",
}
"""The planner takes `<>` for nearly all rows and `=` for nearly none, which is so; by `= 0` it is misled."""


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
    conditions, given = _within_reach(bearer, "s")
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
    sql, given = page_sql(bearer, wanted)
    rows = db.session.execute(text(sql), given).all()
    found = [Found(row.seq, row.flags, bytes(row.payload)) for row in rows[: wanted.limit]]
    rest = replace(wanted, last=found[-1].seq) if len(rows) > wanted.limit else None
    return PageFound(found, rest)


def page_sql(bearer: Bearer, wanted: Filter) -> tuple[str, Json]:
    """The query, one row more than the page holds; only the page's payloads are fetched."""
    numbers, given = numbers_sql(bearer, wanted)
    order = "ASC" if wanted.ascending else "DESC"
    return (
        f"SELECT s.seq, s.flags, s.payload FROM ({numbers}) AS chosen"
        f" JOIN statement AS s ON s.tenant = :tenant AND s.seq = chosen.seq ORDER BY s.seq {order}"
    ), given


def how_many(bearer: Bearer, wanted: Filter) -> int:
    """How many match, counted no further than one above `wanted.limit`."""
    numbers, given = numbers_sql(bearer, wanted)
    return int(db.session.scalar(text(f"SELECT count(*) FROM ({numbers}) AS counted"), given) or 0)


def numbers_sql(bearer: Bearer, wanted: Filter) -> tuple[str, Json]:
    """The numbers of a page's statements, and of one more. Each way in which a statement can match is an ordered,
    limited read of its own; their union is at most a few pages of numbers."""
    reach, given = _within_reach(bearer, "q")
    given |= {"tenant": bearer.tenant, "limit": wanted.limit + 1, "is_voided": VOIDED}
    bounds = ""
    for condition, value in _bounds(wanted):
        bounds += f" AND q.seq {condition}"
        given |= value
    order = "ASC" if wanted.ascending else "DESC"
    tail = f" ORDER BY q.seq {order} LIMIT :limit"
    visible = f"q.tenant = :tenant{_VISIBLE[wanted.voided]}{bounds}{reach}"
    branches = []
    for joins, condition, values in _ways(wanted):
        given |= values
        branches.append(f"(SELECT q.seq FROM statement AS q{joins.format(s='q')} "
                        f"WHERE {visible}{condition.format(s='q')}{tail})")  # fmt: skip
        if condition:
            branches.append(
                "(SELECT q.seq FROM statement_link AS link"
                " JOIN statement AS q ON q.tenant = link.tenant AND q.seq = link.seq"
                " JOIN statement_id AS known ON known.tenant = link.tenant AND known.id = link.target"
                " JOIN statement AS t ON t.tenant = known.tenant AND t.seq = known.seq"
                f"{joins.format(s='t')} WHERE link.tenant = :tenant AND {visible}{condition.format(s='t')}{tail})"
            )
    numbers = " UNION ".join(branches)
    return f"SELECT seq FROM ({numbers}) AS every ORDER BY seq {order} LIMIT :limit", given


def _bounds(wanted: Filter) -> list[tuple[str, Json]]:
    """On the statement's own number, which is when it was stored: since excludes its instant, until includes it."""
    found: list[tuple[str, Json]] = []
    if wanted.since is not None:
        found.append(("> :since", {"since": wanted.since}))
    if wanted.until is not None:
        found.append(("<= :until", {"until": wanted.until}))
    if wanted.through is not None:
        found.append(("<= :through", {"through": wanted.through}))
    if wanted.last is not None:
        found.append(("> :last" if wanted.ascending else "< :last", {"last": wanted.last}))
    return found


def _ways(wanted: Filter) -> list[tuple[str, str, Json]]:
    """(joins, conditions, values) of every way to match; `{s}` stands for the statement that is to match."""
    condition = ""
    given: Json = {}
    if wanted.verb is not None:
        condition, given = " AND {s}.verb = :verb", {"verb": wanted.verb}
    if wanted.registration is not None:
        condition, given = (
            condition + " AND {s}.registration = :registration",
            given | {"registration": wanted.registration},
        )
    ways: list[tuple[str, str, Json]] = [("", condition, given)]
    agents = wanted.agents if wanted.agent is None else (wanted.agent, *wanted.agents)
    if agents:
        columns = ("actor", "authority") if wanted.related_agents else ("actor",)
        kind = Kind.RELATED_AGENT if wanted.related_agents else Kind.AGENT_AS_OBJECT
        ways = [way for n, key in enumerate(agents) for way in _multiplied(ways, f"agent{n}", key, columns, kind)]
    if wanted.activity is not None:
        kinds = Kind.RELATED_ACTIVITY if wanted.related_activities else None
        ways = _multiplied(ways, "activity", wanted.activity, ("activity",), kinds)
    return ways


def _multiplied(
    ways: Sequence[tuple[str, str, Json]], name: str, key: int, columns: Sequence[str], kind: Kind | None
) -> list[tuple[str, str, Json]]:
    found = []
    for joins, condition, given in ways:
        value = given | {name: key}
        found += [(joins, f"{condition} AND {{s}}.{column} = :{name}", value) for column in columns]
        if kind is not None:
            ref = f"by_{name}"
            join = f" JOIN statement_ref AS {ref} ON {ref}.tenant = {{s}}.tenant AND {ref}.seq = {{s}}.seq"
            match = f" AND {ref}.kind = {int(kind)} AND {ref}.key = :{name}"
            if "verb" in given:  # it is in the index, so a rare verb need not be looked for in the statements
                match += f" AND {ref}.verb = :verb"
            found.append((joins + join, condition + match, value))
    return found


def _within_reach(bearer: Bearer, alias: str) -> tuple[str, Json]:
    """What this bearer may see at all: everything, its own, or one session's."""
    if bearer.bounds is not None:
        return (
            f" AND {alias}.actor = :bound_actor AND {alias}.registration = :bound_registration",
            {"bound_actor": keys.agent_key(bearer.bounds.actor), "bound_registration": bearer.bounds.registration},
        )
    if bearer.may(Use.READ_STATEMENTS):
        return "", {}
    return f" AND {alias}.authority = :mine", {"mine": keys.agent_key(bearer.authority)}


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


__all__ = [
    "Found", "PageFound", "attachment_sizes", "attachments", "consistent_through", "credentials", "definitions", "document",
    "document_names", "how_many", "names_of", "numbers_sql", "one_statement", "page", "page_sql", "statements_of",
]  # fmt: skip
