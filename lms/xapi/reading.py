"""Looking into the store, for people: which statements somebody asks for, and what is beside one of them.

Every look at others' statements is put into the audit trail; whom it was about is told by a key, never by an identifier,
so that the trail does not keep what an erasure takes away.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select, text

from lms.core import audit
from lms.core.db import db
from lms.core.errors import Invalid, NotFound
from lms.core.language import N_
from lms.core.permissions import Actor, Permission
from lms.xapi import people, queries, replicated, services
from lms.xapi.models import TENANT, Attachment
from lms.xapi.people import Subject
from lms.xapi.queries import Found, PageFound
from lms.xapi.rules import keys, parsing, patterns
from lms.xapi.rules.attached import declared_in, hashes_of
from lms.xapi.rules.parameters import Filter

Json = dict[str, Any]

MOST_NEWER = 100
MOST_BESIDE = 25
VOIDED = {"no": False, "only": True, "both": None}

_VERBS = text("""
    WITH RECURSIVE seen(verb) AS (
        (SELECT verb FROM statement WHERE tenant = :tenant ORDER BY verb LIMIT 1)
        UNION ALL
        SELECT (SELECT s.verb FROM statement AS s WHERE s.tenant = :tenant AND s.verb > seen.verb ORDER BY s.verb LIMIT 1)
        FROM seen WHERE seen.verb IS NOT NULL
    )
    SELECT newest.payload FROM (SELECT verb FROM seen WHERE verb IS NOT NULL LIMIT :most) AS used
    CROSS JOIN LATERAL (
        SELECT payload FROM statement WHERE tenant = :tenant AND verb = used.verb ORDER BY seq DESC LIMIT 1
    ) AS newest
""")
"""Every verb once, by jumping along the index from one to the next, with the newest statement that has it."""
_REFERRING = text("""
    SELECT s.seq, s.flags, s.payload, link.voids FROM statement_link AS link
    JOIN statement AS s ON s.tenant = link.tenant AND s.seq = link.seq
    WHERE link.tenant = :tenant AND link.target = :target ORDER BY link.seq DESC LIMIT :most
""")


@dataclass(frozen=True)
class Beside:
    """A statement with what stands around it. `attachments` are (declaration, whether the store holds its bytes)."""

    found: Found
    raw: Json
    target: Found | None
    referring: list[Found]
    voiding: list[Found]
    attachments: list[tuple[Json, bool]]


def wanted(asked: Json, subject: Subject | None, limit: int) -> Filter:
    """The store's own filter for what FilterIn has loaded."""
    verb = asked.get("other_verb") or asked.get("verb")
    return Filter(
        agents=subject.keys if subject else (),
        verb=keys.key_of(verb) if verb else None,
        activity=keys.key_of(asked["activity"]) if asked.get("activity") else None,
        registration=asked.get("registration"),
        related_agents=asked.get("related", False),
        related_activities=asked.get("related", False),
        since=_number(asked.get("since")),
        until=_number(asked.get("until")),
        limit=limit,
        voided=VOIDED[asked.get("voided", "no")],
    )


def page(actor: Actor, found: Filter, *, last: int | None = None, after: int | None = None) -> tuple[PageFound, int]:
    """Newest first: those before `last`, or those that came after `after`. With the number up to which nothing can
    still come in, from where a reader can follow without missing any. The caller has asked `services.may_read`."""
    actor.require(Permission.RECORD_STORE_USE)

    def read(through: int) -> tuple[PageFound, int]:
        if after is None:
            got = queries.page(services.house(), replace(found, last=last, through=through), through)
            return got, through
        got = queries.page(services.house(), replace(found, last=after, ascending=True, through=through), through)
        reached = got.statements[-1].seq if got.rest else through
        return PageFound(got.statements[::-1], None), reached

    return replicated.read(read, least=max(last or 0, after or 0))


def newer(found: Filter, after: int) -> int:
    """How many came after that number, counted to MOST_NEWER and one more."""

    def read(through: int) -> int:
        asked = replace(found, last=after, ascending=True, through=through, limit=MOST_NEWER)
        return queries.how_many(services.house(), asked)

    return replicated.read(read, least=after)


def one_of(found: list[Subject], typed: str | None) -> Subject | None:
    """The one whom the search means. Raises Invalid where it means several or nobody."""
    if not typed:
        return None
    if len(found) != 1:
        message = N_("Several people are called so. Use an e-mail address or an id.") if found else NOBODY
        raise Invalid(fields={"person": message})
    return found[0]


NOBODY = N_("Nobody is called so here or in a statement")


def looked(actor: Actor, action: str, asked: Json, subject: Subject | None, **more: Any) -> None:
    """Put a look into the audit trail."""
    shown = {
        name: _plain(value) for name, value in asked.items() if name != "person" and value not in (None, False, "no")
    }
    if subject is not None:
        shown["agents"] = [str(key) for key in subject.keys]
    audit.record(actor, action, about=subject.person if subject else None, filters=shown, **more)


def about_one(actor: Actor, id: UUID) -> Beside:
    """Everything about a statement, whether voided or not. Raises NotFound. The caller has asked who may."""
    actor.require(Permission.RECORD_STORE_USE)
    found = _by_id(id)
    if found is None:
        raise NotFound()
    raw = parsing.load(found.payload)
    thing = raw["object"]
    target = _by_id(UUID(thing["id"])) if thing.get("objectType") == "StatementRef" else None
    rows = db.session.execute(_REFERRING, {"tenant": TENANT, "target": id, "most": MOST_BESIDE}).all()
    referring = [(Found(row.seq, row.flags, bytes(row.payload)), row.voids) for row in rows]
    declared = declared_in(raw)
    held = set(
        db.session.scalars(
            select(Attachment.sha2).where(Attachment.tenant == TENANT, Attachment.sha2.in_(hashes_of(declared)))
        )
        if declared
        else ()
    )
    return Beside(
        found, raw, target,
        [each for each, voids in referring if not voids], [each for each, voids in referring if voids],
        [(each, each["sha2"].lower() in held) for each in declared],
    )  # fmt: skip


def is_of(raw: Json, subject: Subject) -> bool:
    """Do they act in it alone, or is it said of them alone? Then all of it is theirs to read."""
    kind = raw["object"].get("objectType")
    return keys.agent_key(raw["actor"]) in subject.keys or (
        kind == "Agent" and keys.agent_key(raw["object"]) in subject.keys and raw["actor"].get("objectType") != "Group"
    )


def names_them(raw: Json, subject: Subject) -> bool:
    """Is this a statement by or about them, as the `agent` filter means it?"""
    named = [raw["actor"]]
    if raw["object"].get("objectType") in ("Agent", "Group"):
        named.append(raw["object"])
    return any(keys.agent_key(agent) in subject.keys for each in named for agent in (each, *each.get("member", ())))


def attachment(raw: Json, sha2: str) -> tuple[Json, bytes]:
    """A declared attachment and its bytes. Raises NotFound when the statement does not declare it, or they are gone."""
    declared = next((each for each in declared_in(raw) if each["sha2"].lower() == sha2), None)
    body = queries.attachments(TENANT, [sha2]).get(sha2) if declared else None
    if declared is None or body is None:
        raise NotFound()
    return declared, body


def verbs() -> list[Json]:
    """The verbs that statements have used, each as it was used last."""
    rows = db.session.scalars(_VERBS, {"tenant": TENANT, "most": 200})
    return [parsing.load(bytes(payload))["verb"] for payload in rows]


def myself(actor: Actor) -> Subject:
    """The actor's own record."""
    actor.require(Permission.RECORD_STORE_READ, about=actor.person)
    assert actor.person is not None
    return people.of_person(actor.person)


def _by_id(id: UUID) -> Found | None:
    row = db.session.execute(
        text(
            "SELECT s.seq, s.flags, s.payload FROM statement_id AS known "
            "JOIN statement AS s ON s.tenant = known.tenant AND s.seq = known.seq "
            "WHERE known.tenant = :tenant AND known.id = :id"
        ),
        {"tenant": TENANT, "id": id},
    ).one_or_none()
    return None if row is None else Found(row.seq, row.flags, bytes(row.payload))


def _number(moment: datetime | None) -> int | None:
    return None if moment is None else patterns.microseconds(moment)


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    return str(value) if isinstance(value, UUID) else value
