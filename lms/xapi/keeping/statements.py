"""Keeping statements: judged, numbered, inserted once, told to whoever listens. All of a batch, or nothing."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from lms.core import events
from lms.core.db import db
from lms.xapi import numbering
from lms.xapi.errors import Contradiction, Excessive, Fault, Malformed
from lms.xapi.events import Recorded, StatementsRecorded
from lms.xapi.keeping import inserting, knowing, linking
from lms.xapi.models import ATTACHES, REFERS, VOIDING, Attachment, StatementId, StoredStatement
from lms.xapi.rules import equality, keys, multipart, parsing, patterns, scopes, signatures, statements
from lms.xapi.rules.scopes import Bearer, Use
from lms.xapi.rules.versions import Version

Json = dict[str, Any]

_FIRST_VERSION = {Version.ONE: "1.0.0", Version.TWO: "2.0.0"}


def judge(bearer: Bearer, version: Version, given: Any) -> list[Json]:
    """The statements of one statement or a list of them, if every one may be stored by this bearer.

    Single context activities become lists. Raises a Fault whose pointer begins, in a batch, with the index.
    """
    batch = given if isinstance(given, list) else [given]
    if len(batch) > statements.MOST_IN_BATCH:
        raise Excessive(f"A request may have {statements.MOST_IN_BATCH} statements; this one has {len(batch)}")
    for index, statement in enumerate(batch):
        try:
            statements.check(statement, version)
            statements.arrange(statement)
            scopes.check_statement(bearer.bounds, statement)
        except Fault as fault:
            if isinstance(given, list):
                raise fault.within(index) from fault
            raise
    ids = [statement["id"].lower() for statement in batch if "id" in statement]
    if len(set(ids)) != len(ids):
        raise Malformed("Two statements of the batch have the same id", "/id", "Part 3 §2.1.2")
    return batch


def keep(
    bearer: Bearer, version: Version, batch: Sequence[Json], parts: Mapping[str, multipart.Part] | None = None
) -> list[str]:
    """Store judged statements with the attachments of their `parts`; return their ids in order.

    A statement that is known already is left alone. Raises Contradiction if the known one says something else. Numbers
    that need their own digits are `parsing.Exact`.
    """
    bearer.require(Use.WRITE_STATEMENTS)
    if not batch:
        return []
    _check_attachments(batch, parts or {})
    targets = [statements.target_of(each) for each in batch]
    sequence = numbering.open_ingest(alone=any(targets))
    authority = keys.agent_key(bearer.authority)
    assert authority is not None
    closing = parsing.dump(bearer.authority)
    rows = [
        _row(statement, seq, authority, closing, version, REFERS if target else 0)
        for statement, seq, target in zip(batch, sequence.take(len(batch)), targets, strict=True)
    ]
    new = inserting.insert(bearer.tenant, rows)
    if len(new) != len(rows):
        _compare(bearer.tenant, [(row, each) for row, each in zip(rows, batch, strict=True) if row.seq not in new])
    if new:
        linking.arrive(bearer.tenant, [row for row in rows if row.seq in new])
    linking.link_all(
        bearer.tenant,
        [(row, UUID(target)) for row, target in zip(rows, targets, strict=True) if target and row.seq in new],
    )
    kept = [(row, each) for row, each in zip(rows, batch, strict=True) if row.seq in new]
    if bearer.may(Use.DEFINE) or bearer.bounds is not None:
        knowing.note_definitions(bearer.tenant, [each for _, each in kept])
    knowing.note_names(bearer.tenant, [each for _, each in kept])
    _keep_attachments(bearer.tenant, parts or {})
    if kept:
        told = tuple(_recorded(row, statement, bearer) for row, statement in kept)
        events.publish(StatementsRecorded(told, bearer.credential, bearer.about))
    return [str(row.id) for row in rows]


def _row(statement: Json, seq: int, authority: int, closing: bytes, version: Version, flags: int) -> inserting.Row:
    """The statement's row. Its payload is what was sent, in its order, with what the store sets at its end."""
    stored = patterns.written(seq)
    id_ = UUID(statement["id"]) if "id" in statement else uuid4()  # clients know of no newer kind
    found = keys.keys_of({**statement, "authority": None})
    said = {key: value for key, value in statement.items() if key not in ("stored", "authority")}
    said.setdefault("id", str(id_))
    said.setdefault("timestamp", stored)
    said.setdefault("version", _FIRST_VERSION[version])
    if statements.is_voiding(statement):
        flags |= VOIDING
    if statement.get("attachments"):
        flags |= ATTACHES
    payload = b'%b,"stored":"%b","authority":%b}' % (parsing.dump(said)[:-1], stored.encode(), closing)
    return inserting.Row(seq, id_, patterns.instant(said["timestamp"]), found, authority, flags, payload)


def _compare(tenant: int, known: Sequence[tuple[inserting.Row, Json]]) -> None:
    """Sent again: the same is welcome, anything else is refused."""
    same = (StatementId.tenant == StoredStatement.tenant) & (StatementId.seq == StoredStatement.seq)
    found = db.session.execute(
        select(StoredStatement.id, StoredStatement.payload)
        .join(StatementId, same)
        .where(StatementId.tenant == tenant, StatementId.id.in_([row.id for row, _ in known]))
    )
    kept = {id_: bytes(payload) for id_, payload in found}
    for row, sent in known:
        if not equality.same(parsing.load(kept[row.id]), sent):
            raise Contradiction(f"Another statement has the id {row.id}", "/id", "Part 3 §2.1.1")


def _check_attachments(batch: Sequence[Json], parts: Mapping[str, multipart.Part]) -> None:
    for statement in batch:
        declared = [*statement.get("attachments", ()), *statement["object"].get("attachments", ())]
        multipart.check_present(declared, parts)
        for each in declared:
            if each["usageType"] == multipart.SIGNATURE and (part := parts.get(each["sha2"].lower())):
                signatures.check(statement, each, part.body)


def _keep_attachments(tenant: int, parts: Mapping[str, multipart.Part]) -> None:
    for sha2 in sorted(parts):
        db.session.execute(
            insert(Attachment).values(tenant=tenant, sha2=sha2, body=parts[sha2].body).on_conflict_do_nothing()
        )


def _recorded(row: inserting.Row, statement: Json, bearer: Bearer) -> Recorded:
    raw = statement | {"id": str(row.id), "authority": bearer.authority, "stored": patterns.written(row.seq)}
    raw.setdefault("timestamp", raw["stored"])
    return Recorded(
        id=row.id,
        verb=statement["verb"]["id"],
        actor=statement["actor"],
        object_id=statement["object"].get("id"),
        registration=row.keys.registration,
        result=statement.get("result"),
        timestamp=row.timestamp,
        stored=patterns.moment(row.seq),
        raw=raw,
    )
