"""Keeping statements: judged, numbered, inserted once, told to whoever listens. All of a batch, or nothing."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID, uuid4

from sqlalchemy import select

from lms.core import events
from lms.core.db import db
from lms.xapi import numbering
from lms.xapi.errors import Contradiction, Excessive, Fault, Malformed
from lms.xapi.events import Arrived, Recorded, StatementsArriving, StatementsRecorded
from lms.xapi.keeping import attachments, inserting, knowing, linking
from lms.xapi.models import ATTACHES, REFERS, VOIDING, StatementId, StoredStatement
from lms.xapi.numbering import Opened
from lms.xapi.rules import equality, multipart, parsing, patterns, scopes, signatures, statements
from lms.xapi.rules.attached import declared_in
from lms.xapi.rules.keys import Keys, agent_key, keys_of
from lms.xapi.rules.naming import Named, named_in
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


class Ready(NamedTuple):
    """A judged statement with all that can be made of it before it has its number, outside of any transaction.

    `timestamp` None: it says none. `said`: its JSON as it will be served, without what the store sets at its end.
    """

    id: UUID
    statement: Json
    named: Named
    keys: Keys
    flags: int
    target: UUID | None
    timestamp: datetime | None
    said: bytes
    has_id: bool


@dataclass(frozen=True)
class Sending:
    """What one request stores, with the attachments of its `parts`. `listed`: its statements came as a list."""

    bearer: Bearer
    batch: Sequence[Ready]
    parts: Mapping[str, multipart.Part] = field(default_factory=dict)
    listed: bool = False


def ready(version: Version, statement: Json) -> Ready:
    """A judged statement, made ready. Numbers that need their own digits are `parsing.Exact`."""
    has_id = "id" in statement
    if has_id:
        id_ = UUID(statement["id"])
    else:
        id_ = uuid4()  # clients know of no newer kind
        statement["id"] = str(id_)
    statement.setdefault("version", _FIRST_VERSION[version])
    said = statement
    if "stored" in statement or "authority" in statement:  # the store's own to say
        said = {key: value for key, value in statement.items() if key not in ("stored", "authority")}
    target = statements.target_of(statement)
    flags = REFERS if target else 0
    if statements.is_voiding(statement):
        flags |= VOIDING
    if declared_in(statement):
        flags |= ATTACHES
    named = named_in(statement)
    timestamp = patterns.instant(statement["timestamp"]) if "timestamp" in statement else None
    return Ready(
        id_, statement, named, keys_of(statement, named), flags, UUID(target) if target else None, timestamp,
        parsing.dump(said)[:-1], has_id,
    )  # fmt: skip


def keep(
    bearer: Bearer, version: Version, batch: Iterable[Json], parts: Mapping[str, multipart.Part] | None = None
) -> list[str]:
    """Store judged statements with the attachments of their `parts`; return their ids in order.

    A statement that is known already is left alone. Raises Contradiction if the known one says something else.
    """
    sending = Sending(bearer, [ready(version, each) for each in batch], parts or {})
    return keep_all([sending], open_for([sending]))[0]


def open_for(sendings: Sequence[Sending]) -> Opened:
    """What these requests to one tenant are written with, until the transaction ends."""
    alone = any(each.target for sending in sendings for each in sending.batch)
    return numbering.open_ingest(sendings[0].bearer.tenant, alone=alone)


def keep_all(sendings: Sequence[Sending], opened: Opened) -> list[list[str]]:
    """Store what several requests to one tenant send, in one transaction: all, or nothing. Their ids, in order."""
    for sending in sendings:
        sending.bearer.require(Use.WRITE_STATEMENTS)
        check_attachments((each.statement for each in sending.batch), sending.parts)
    _announce(sendings)
    every = [(sending, each) for sending in sendings for each in sending.batch]
    if every:
        _keep(sendings[0].bearer.tenant, every, opened)
    for sending in sendings:
        _keep_attachments(sending)
    return [ids_of(sending) for sending in sendings]


def ids_of(sending: Sending) -> list[str]:
    return [str(each.id) for each in sending.batch]


def _announce(sendings: Sequence[Sending]) -> None:
    """Let those who launched it judge what a session's content sends."""
    arriving: dict[UUID, list[Arrived]] = {}
    bounds: dict[UUID, scopes.Bounds] = {}
    for sending in sendings:
        if sending.bearer.bounds is not None and sending.bearer.credential is not None:
            bounds[sending.bearer.credential] = sending.bearer.bounds
            arriving.setdefault(sending.bearer.credential, []).extend(
                Arrived(each.statement, each.has_id, each.timestamp is not None, index if sending.listed else None)
                for index, each in enumerate(sending.batch)
            )
    if not arriving:
        return
    told = StatementsArriving(arriving)
    events.publish(told)
    for credential in arriving.keys() - told.judged:
        for each in arriving[credential]:
            try:
                scopes.check_subject(bounds[credential], each.said)
            except Fault as fault:
                raise each.at(fault) from fault


def _keep(tenant: int, every: Sequence[tuple[Sending, Ready]], opened: Opened) -> None:
    closings = {id(sending): Closing(sending.bearer) for sending, _ in every}
    rows = [
        row_of(each, seq, closings[id(sending)])
        for (sending, each), seq in zip(every, opened.take(len(every)), strict=True)
    ]
    new, awaited = inserting.insert(tenant, rows)
    kept = list(zip(rows, every, strict=True))
    if len(new) != len(rows):
        _compare(tenant, [(row, each.statement) for row, (_, each) in kept if row.seq not in new])
        kept = [(row, each) for row, each in kept if row.seq in new]
    if awaited:
        linking.arrive(tenant, [row for row in rows if row.seq in awaited])
    linking.link_all(tenant, [(row, each.target) for row, (_, each) in kept if each.target])
    defining = {id(sending) for sending, _ in every if may_define(sending.bearer)}
    defined = [_definable(by.bearer, each.named.activities) for _, (by, each) in kept if id(by) in defining]
    knowing.note_definitions(tenant, defined)
    knowing.note_names(tenant, [each.named.agents for _, (_, each) in kept])
    if kept:
        told = tuple(recorded(row, each, sending.bearer.credential) for row, (sending, each) in kept)
        launched = frozenset(by.bearer.credential for _, (by, _) in kept if by.bearer.bounds and by.bearer.credential)
        events.publish(StatementsRecorded(told, launched))


class Closing:
    """What the store sets at the end of whatever a bearer sends."""

    def __init__(self, bearer: Bearer) -> None:
        self.authority = agent_key(bearer.authority) or 0
        self.json = b'","authority":' + parsing.dump(bearer.authority) + b"}"


def may_define(bearer: Bearer) -> bool:
    return bearer.may(Use.DEFINE) or bearer.bounds is not None


def _definable(bearer: Bearer, activities: list[Json]) -> list[Json]:
    """Launched content defines its own activity and what lies below it, and no other content's."""
    bounds = bearer.bounds
    return activities if bounds is None else [each for each in activities if bounds.holds_activity(each["id"])]


def row_of(it: Ready, seq: int, closing: Closing) -> inserting.Row:
    """The statement's row. Its payload is what was sent, in its order, with what the store sets at its end."""
    stored = patterns.written(seq).encode()
    timestamp, between = it.timestamp, b',"stored":"'
    if timestamp is None:
        timestamp, between = patterns.moment(seq), b',"timestamp":"' + stored + b'","stored":"'
    payload = b"".join((it.said, between, stored, closing.json))
    return inserting.Row(seq, it.id, timestamp, it.keys, closing.authority, it.flags, payload)


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


def check_attachments(batch: Iterable[Json], parts: Mapping[str, multipart.Part]) -> None:
    """Raises Malformed unless every attachment is there, and every signature is of its statement."""
    for statement in batch:
        if declared := declared_in(statement):
            multipart.check_present(declared, parts)
            for each in declared:
                if each["usageType"] == multipart.SIGNATURE and (part := parts.get(each["sha2"].lower())):
                    signatures.check(statement, each, part.body)


def _keep_attachments(sending: Sending) -> None:
    for sha2 in sorted(sending.parts):  # in one order, so that writers who share some wait and do not deadlock
        attachments.keep(sending.bearer.tenant, sending.parts[sha2])


def recorded(row: inserting.Row, it: Ready, credential: UUID | None) -> Recorded:
    said = it.statement
    return Recorded(
        id=row.id,
        verb=said["verb"]["id"],
        actor=said["actor"],
        object_id=said["object"].get("id"),
        registration=row.keys.registration,
        result=said.get("result"),
        timestamp=row.timestamp,
        seq=row.seq,
        credential=credential,
        said=said,
    )
