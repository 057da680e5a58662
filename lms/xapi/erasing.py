"""Taking somebody out of the store (UK GDPR Article 17) while what happened stays countable.

Wherever they stand in a statement, one pseudonym stands instead: an account that is made from a secret which is thrown
away at the end, so that nothing leads back. What they wrote and attached as the actor goes, and the registration, which
leads to an enrolment, becomes another one. Ids, verbs, activities, results and times stay as they are. State, profile
documents, names and launch credentials are deleted. A signature is of a text with their name in it: it is deleted too.

In bounded batches, one job each: a statement that is done is found no more, so a job that runs twice changes nothing.
What cannot be reached: identifiers inside the address of an activity (they are counted), and texts of statements in
which they stand nowhere as an agent.
"""

import hmac
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import CursorResult, Delete, delete, func, select, text, update

from lms.core import audit, clock
from lms.core.db import db, get_or_refuse, record
from lms.core.errors import Conflict, Invalid
from lms.core.jobs import enqueue, job
from lms.core.language import N_
from lms.core.permissions import Actor
from lms.xapi import identity, services
from lms.xapi.keeping import knowing
from lms.xapi.models import (
    ATTACHES,
    ECHO,
    TENANT,
    AgentName,
    Attachment,
    AttachmentPiece,
    Credential,
    Document,
    Erasure,
    StoredStatement,
)
from lms.xapi.people import Subject
from lms.xapi.rules import keys, parsing, replacing
from lms.xapi.rules.attached import declared_in
from lms.xapi.rules.keys import Kind
from lms.xapi.rules.naming import named_in

Json = dict[str, Any]

BATCH = 200
_AGENTS = (int(Kind.AGENT), int(Kind.RELATED_AGENT))
_ECHOES = tuple(kind | ECHO for kind in _AGENTS)

_WHERE_THEY_STAND = """
    (SELECT seq FROM statement WHERE tenant = :tenant AND actor = ANY(:keys){limit})
    UNION (SELECT seq FROM statement WHERE tenant = :tenant AND authority = ANY(:keys){limit})
    UNION (SELECT seq FROM statement_ref WHERE tenant = :tenant AND kind = ANY(:kinds) AND key = ANY(:keys){limit})
"""
_COUNT = text(f"""
    SELECT count(*) AS statements, count(*) FILTER (WHERE s.actor = ANY(:keys)) AS acting,
        count(*) FILTER (WHERE s.flags & {ATTACHES} <> 0) AS attaching
    FROM ({_WHERE_THEY_STAND.format(limit="")}) AS theirs
    JOIN statement AS s ON s.tenant = :tenant AND s.seq = theirs.seq
""")
_NEXT = text(f"""
    SELECT s.seq, s.id, s.actor, s.authority, s.flags, s.payload FROM statement AS s
    WHERE s.tenant = :tenant AND s.seq IN (
        SELECT seq FROM ({_WHERE_THEY_STAND.format(limit=" LIMIT :batch")}) AS theirs ORDER BY seq LIMIT :batch
    )
    ORDER BY s.seq FOR UPDATE
""")
_FOUND_BY_NO_MORE = text("""
    DELETE FROM statement_ref
    WHERE tenant = :tenant AND kind = ANY(:kinds) AND key = ANY(:keys) AND seq = ANY(:seqs)
""")
_PAIRED_NO_MORE = text(f"""
    DELETE FROM statement_ref AS ref USING (
        SELECT CAST(:seq AS bigint) AS seq, :kind AS kind
        UNION ALL SELECT seq, :kind | {ECHO} FROM statement_link WHERE tenant = :tenant AND target = :id
    ) AS found
    WHERE ref.tenant = :tenant AND ref.kind = found.kind AND ref.key = :key AND ref.verb = :verb AND ref.seq = found.seq
""")
_FOUND_BY = text("""
    INSERT INTO statement_ref (tenant, kind, key, seq, verb) VALUES (:tenant, :kind, :key, :seq, :verb)
    ON CONFLICT DO NOTHING
""")
_LINKED = text("""
    UPDATE statement_link AS link SET actor = t.actor, authority = t.authority, registration = t.registration
    FROM statement AS t
    WHERE link.tenant = :tenant AND link.target = ANY(CAST(:ids AS uuid[])) AND t.tenant = :tenant AND t.seq = link.target_seq
""")
_ECHOED = text(f"""
    INSERT INTO statement_ref (tenant, kind, key, verb, seq)
    SELECT ref.tenant, ref.kind | {ECHO}, ref.key, ref.verb, link.seq
    FROM statement_link AS link JOIN statement_ref AS ref
        ON ref.tenant = :tenant AND ref.kind = ANY(:kinds) AND ref.key = ANY(:keys) AND ref.seq = link.target_seq
    WHERE link.tenant = :tenant AND link.target = ANY(CAST(:ids AS uuid[]))
    ON CONFLICT DO NOTHING
""")
"""Those who refer to a statement are found by what it is found by (`keeping/linking.py`)."""
_ECHOED_NO_MORE = text("DELETE FROM statement_ref WHERE tenant = :tenant AND kind = ANY(:kinds) AND key = ANY(:keys)")
_NOBODY_ELSES = text(f"""
    SELECT sha2 FROM unnest(CAST(:files AS text[])) AS given(sha2) WHERE NOT EXISTS (
        SELECT FROM statement AS s WHERE s.tenant = :tenant AND (s.flags & {ATTACHES}) <> 0
        AND (s.actor IS NULL OR s.actor <> ALL(:keys))
        AND position(given.sha2 IN lower(convert_from(s.payload, 'UTF8'))) > 0
    )
""")


@dataclass(frozen=True)
class Preview:
    """What an erasure would change. `acting`: statements whose actor they are; `attaching`: those with attachments."""

    statements: int
    acting: int
    attaching: int
    documents: int
    names: int


class NothingToErase(Conflict):
    """The store knows nothing of them."""

    slug, title = "nothing-to-erase", N_("The store holds nothing about this person")


class NotAPerson(Invalid):
    """The service itself, or a client, speaks in statements as an agent too."""

    slug, title = "not-a-person", N_("This is the service itself or a client, and not a person")


def preview(actor: Actor, subject: Subject) -> Preview:
    """Counts, before anything is changed. Raises Forbidden, NotAPerson."""
    services.may_erase(actor)
    _check_is_a_person(subject)
    counted = db.session.execute(_COUNT, _given(subject.keys)).one()
    return Preview(
        counted.statements, counted.acting, counted.attaching, _number_of(Document.agent, subject.keys),
        _number_of(AgentName.agent, subject.keys),
    )  # fmt: skip


def begin(actor: Actor, subject: Subject, reason: str) -> Erasure:
    """Ask for it. Raises Forbidden, NotAPerson, NothingToErase, or Invalid when the reason says whom it is about."""
    found = preview(actor, subject)
    if not (found.statements or found.documents or found.names):
        raise NothingToErase()
    if replacing.mentions(reason, [*subject.identifiers, subject.name]):
        raise Invalid(fields={"reason": N_("Give the reason without the name or address: it is kept for good")})
    made = record(
        Erasure(
            asked_by=actor.person, reason=reason, keys=list(subject.keys), identifiers=list(subject.identifiers),
            secret=secrets.token_bytes(32), expected=found.statements,
            credentials=_delete(delete(Credential).where(Credential.about_id == subject.person)) if subject.person else 0,
        )
    )  # fmt: skip
    _forget(made, subject.keys)
    audit.record(actor, "erasure.begun", thing=made, reason=reason, expected=found.statements)
    enqueue(erase, erasure=str(made.id))
    return made


@job("xapi.erase", retries=10)
def erase(erasure: str) -> None:
    """One batch, and the next one after it; or the end."""
    found = get_or_refuse(Erasure, UUID(erasure), lock=True)
    if found.ended_at is not None or found.keys is None or found.secret is None:
        return
    rows = db.session.execute(_NEXT, _given(found.keys) | {"batch": BATCH}).all()
    if rows:
        _rewrite(found, rows)
        enqueue(erase, erasure=erasure)  # whoever runs twice waits at the row
        return
    _forget(found, found.keys)
    db.session.execute(_ECHOED_NO_MORE, {"tenant": TENANT, "kinds": list(_ECHOES), "keys": found.keys})
    found.keys = found.identifiers = found.secret = None
    found.ended_at = clock.now()
    audit.record(Actor.system(), "erasure.done", thing=found, statements=found.statements, documents=found.documents)


def percent(found: Erasure) -> int:
    """How much of it is done."""
    return 100 if found.ended_at else round(100 * found.statements / max(found.expected, found.statements, 1))


def pseudonym_of(secret: bytes) -> Json:
    """One account for all of an erasure."""
    return identity.account(identity.ERASED + hmac.digest(secret, b"agent", "sha256").hex()[:32])


def _rewrite(erasure: Erasure, rows: Collection[Any]) -> None:
    assert erasure.keys is not None
    assert erasure.secret is not None
    own, secret = set(erasure.keys), erasure.secret
    pseudonym = pseudonym_of(secret)
    key = keys.agent_key(pseudonym)

    def registration(given: str) -> str:
        return str(UUID(bytes=hmac.digest(secret, given.encode(), "sha256")[:16], version=4))

    changed, references, unpaired = [], [], []
    files: set[str] = set()
    signatures: set[str] = set()
    for row in rows:
        payload = bytes(row.payload)
        before = parsing.load_exactly(payload)
        files |= replacing.files_of(before, own)
        signatures |= replacing.signatures_in(before)
        after = replacing.erased(before, own, pseudonym, erasure.identifiers or (), registration)
        written = parsing.dump(after)
        erasure.in_addresses += replacing.mentions(written.decode(), erasure.identifiers or ())
        found = keys.keys_of(after, named_in(after))
        changed.append(
            {
                "seq": row.seq, "payload": written, "registration": found.registration,
                "actor": key if row.actor in own else row.actor, "authority": key if row.authority in own else row.authority,
                "flags": row.flags if declared_in(after) else row.flags & ~ATTACHES,
            }
        )  # fmt: skip
        known = keys.keys_of(before, named_in(before)).references
        at = {"tenant": TENANT, "seq": row.seq, "verb": found.verb}
        references += [at | {"kind": kind, "key": each} for kind, each in found.references - known]
        unpaired += [
            at | {"kind": kind, "key": each, "id": row.id}
            for kind, each in known - found.references if kind not in _AGENTS
        ]  # fmt: skip
    table = StoredStatement.__table__
    for values in changed:
        where = (table.c.tenant == TENANT) & (table.c.seq == values.pop("seq"))
        db.session.execute(update(table).where(where).values(**values))
    seqs = [row.seq for row in rows]
    db.session.execute(_FOUND_BY_NO_MORE, _given(own) | {"seqs": seqs})
    if unpaired:
        db.session.execute(_PAIRED_NO_MORE, unpaired)
    given = {"tenant": TENANT, "ids": "{" + ",".join(str(row.id) for row in rows) + "}"}
    db.session.execute(_LINKED, given)
    if references:
        db.session.execute(_FOUND_BY, references)
        kinds, new = ({each[name] for each in references} for name in ("kind", "key"))
        db.session.execute(_ECHOED, given | {"kinds": list(kinds), "keys": list(new)})
    erasure.statements += len(rows)
    erasure.signatures += _drop(signatures)
    theirs = [*own, *([key] if key is not None else [])]
    unshared = (
        db.session.scalars(_NOBODY_ELSES, {"tenant": TENANT, "files": sorted(files), "keys": theirs}) if files else ()
    )
    erasure.attachments += _drop(set(unshared))


def _forget(erasure: Erasure, own: Collection[int]) -> None:
    """What is kept under their keys beside statements."""
    erasure.documents += _delete(delete(Document).where(Document.tenant == TENANT, Document.agent.in_(own)))
    erasure.names += _delete(delete(AgentName).where(AgentName.tenant == TENANT, AgentName.agent.in_(own)))
    knowing.forget()  # this process need not remember the names either


def _drop(sha2s: Collection[str]) -> int:
    if not sha2s:
        return 0
    for kept in (AttachmentPiece, Attachment):
        dropped = _delete(delete(kept).where(kept.tenant == TENANT, kept.sha2.in_(sha2s)))
    return dropped


def _delete(statement: Delete) -> int:
    done = db.session.execute(statement, execution_options={"synchronize_session": False})
    assert isinstance(done, CursorResult)
    return done.rowcount


def _number_of(column: Any, own: Collection[int]) -> int:
    return int(db.session.scalar(select(func.count()).where(column.in_(own), column.class_.tenant == TENANT)) or 0)


def _given(own: Collection[int]) -> Json:
    return {"tenant": TENANT, "keys": list(own), "kinds": list(_AGENTS)}


def _check_is_a_person(subject: Subject) -> None:
    if keys.agent_key(identity.house()) in subject.keys:
        raise NotAPerson()
    names = [each["account"]["name"] for each in subject.agents if "account" in each]
    clients = select(Credential.id).where(Credential.key.in_(names), Credential.about_id.is_(None)).limit(1)
    if db.session.scalars(clients).first() is not None or any(identity.is_pseudonym(each) for each in subject.agents):
        raise NotAPerson()
