"""Statements on their way in, one a line (NDJSON).

Every line is judged by the store's own rules. If one is no statement, nothing is kept: all or nothing. Then they are
kept in batches of BATCH, each whole or not at all; by its id a statement that is known already is left alone, and one
that contradicts what is known is reported and left out, so that an import can be run again. A dry run only judges.

Of what another store has set, `timestamp` stays, and where it is missing that store's `stored` becomes it. `stored` is
ours, for it is the order in which this store can be followed; `authority` is the house's, for it vouches from here on.
Bytes of attachments are not in the lines: a file that is neither held here nor to be had from its fileUrl is a fault.
"""

import io
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from typing import Any, BinaryIO
from uuid import UUID

from sqlalchemy import select

from lms.core import audit, clock, files
from lms.core.db import db, get_or_refuse, record
from lms.core.errors import Conflict, Invalid
from lms.core.jobs import enqueue, job
from lms.core.language import N_
from lms.core.permissions import Actor
from lms.xapi import queries, services
from lms.xapi.errors import Contradiction, Fault, Malformed
from lms.xapi.keeping import statements as keeping
from lms.xapi.models import TENANT, ImportState, StatementId, StatementImport, StoredStatement
from lms.xapi.rules import equality, multipart, parsing, statements
from lms.xapi.rules.attached import declared_in, hashes_of
from lms.xapi.rules.versions import Version

Json = dict[str, Any]

BATCH = 250
AT_ONCE = 1_000_000
"""Bytes up to which a file is done while its sender waits."""
MOST_FAULTS = 100
LONGEST = parsing.LARGEST_BODY
MEDIA_TYPE = "application/x-ndjson"


@dataclass(frozen=True)
class Line:
    """A line of the file that holds a statement; `number` counts all lines from 1."""

    number: int
    statement: Json
    version: Version


def begin(actor: Actor, content: bytes, *, dry_run: bool) -> StatementImport:
    """Take a file in: at once if it is small, else in the background. Raises Forbidden, Invalid when it is empty."""
    services.may_manage(actor)
    if not content.strip():
        raise Invalid(fields={"file": N_("The file is empty")})
    made = record(StatementImport(dry_run=dry_run, asked_by=actor.person, size=len(content), faults=[]))
    audit.record(actor, "import.begun", thing=made, size=len(content), dry_run=dry_run)
    if len(content) <= AT_ONCE:
        run(made, io.BytesIO(content))
    else:
        made.file_id = files.store(content, MEDIA_TYPE).id
        enqueue(go_on, done=str(made.id))
    return made


def run(made: StatementImport, source: BinaryIO) -> None:
    """All of it in the caller's transaction."""
    made.state = ImportState.JUDGING
    while some := list(batch_of(source)):
        judge_some(made, some)
    if after_judging(made):
        source.seek(0)
        while some := list(batch_of(source)):
            keep_some(made, some)
        end(made, ImportState.DONE)


@job("xapi.import", retries=10)
def go_on(done: str) -> None:
    """One batch of judging or of keeping, and the next one after it."""
    made = get_or_refuse(StatementImport, UUID(done), lock=True)
    if made.ended_at is not None or made.file_id is None:
        return
    with files.opened(made.file_id) as source:
        source.seek(made.place)
        some = list(batch_of(source))
        made.place = source.tell()
    if made.state == ImportState.KEEPING:
        keep_some(made, some)
        if not some:
            end(made, ImportState.DONE)
    else:
        made.state = ImportState.JUDGING
        judge_some(made, some)
        if not some:
            after_judging(made)
            made.place = 0
    if made.ended_at is None:
        enqueue(go_on, done=done)


def batch_of(source: BinaryIO) -> Iterator[bytes]:
    """The next lines, as many as are kept together. A line that is too long comes cut, and is refused as such."""
    for _ in range(BATCH):
        if not (line := source.readline(LONGEST + 2)):
            return
        yield line


def judge_some(made: StatementImport, lines: list[bytes]) -> None:
    """Judge, count and compare; nothing is kept."""
    read = _read(made, made.lines, lines)
    made.lines += len(lines)
    if made.dry_run:
        fresh, known = _compared(made, read)
        made.new += len(fresh)
        made.known += known


def after_judging(made: StatementImport) -> bool:
    """May it be kept? Ends it if not, or if it was a dry run."""
    if made.malformed or made.dry_run:
        end(made, ImportState.REFUSED if made.malformed else ImportState.DONE)
        return False
    made.state, made.lines = ImportState.KEEPING, 0
    return True


def keep_some(made: StatementImport, lines: list[bytes]) -> None:
    """Keep those of a batch that are new."""
    read = _read(made, made.lines, lines)
    made.lines += len(lines)
    fresh, known = _compared(made, read)
    made.new += len(fresh)
    made.known += known
    bearer = services.house()
    for version in Version:
        batch = [each.statement for each in fresh if each.version is version]
        try:
            keeping.keep(bearer, version, batch, _held([part for each in batch for part in declared_in(each)]))
        except Contradiction as fault:  # somebody kept it a moment ago: asked again, it is told line by line
            raise Conflict(N_("Another client sent the same statements at the same moment. Try again.")) from fault


def end(made: StatementImport, state: ImportState) -> None:
    """The file goes: it holds what an erasure must be able to reach."""
    made.state, made.ended_at = state, clock.now()
    if made.file_id is not None:
        gone, made.file_id = made.file_id, None
        db.session.flush()  # the row must not refer to the file any more when that is dropped
        files.drop(gone)
    audit.record(
        Actor.system(), "import.ended", about=None, thing=made, state=state.value, new=made.new, known=made.known,
        contradicting=made.contradicting, malformed=made.malformed, dry_run=made.dry_run,
    )  # fmt: skip


def percent(made: StatementImport) -> int:
    """How much of it is done: judging is the first half, or all of a dry run."""
    part = made.place / made.size if made.size else 0
    if made.dry_run:
        return round(100 * part)
    return round(50 * part) + (50 if made.state == ImportState.KEEPING else 0)


def _read(made: StatementImport, before: int, lines: list[bytes]) -> list[Line]:
    """The statements of these lines; a line that is none is noted. Empty lines are none and no fault."""
    found = []
    for number, line in enumerate(lines, before + 1):
        if not line.strip():
            continue
        try:
            found.append(_judged(number, line.strip()))
        except Fault as fault:
            made.malformed += 1
            _note(made, number, fault)
    return found


def _judged(number: int, line: bytes) -> Line:
    parsed = parsing.parse(line)
    given = parsed.value
    if not isinstance(given, dict):
        raise Malformed("A line is one statement, a JSON object")
    version = Version.ONE if str(given.get("version", "2")).startswith("1") else Version.TWO
    keeping.judge(services.house(), version, given)
    if "id" not in given:
        raise Malformed("A statement that is imported has an id, so that it is known when it comes again", "/id")
    exact = parsing.exactly(line, parsed)
    if exact is not given:
        statements.arrange(exact)
    if "timestamp" not in exact and "stored" in exact:
        exact["timestamp"] = exact["stored"]
    if declared := declared_in(exact):
        keeping.check_attachments([exact], _held(declared))
    return Line(number, exact, version)


def _compared(made: StatementImport, read: list[Line]) -> tuple[list[Line], int]:
    """Those that are new, and how many were known; those that contradict are noted."""
    ids = [UUID(each.statement["id"]) for each in read]
    same = (StatementId.tenant == StoredStatement.tenant) & (StatementId.seq == StoredStatement.seq)
    rows = db.session.execute(
        select(StoredStatement.id, StoredStatement.payload).join(StatementId, same)
        .where(StatementId.tenant == TENANT, StatementId.id.in_(ids))
    )  # fmt: skip
    there = {id_: parsing.load(bytes(payload)) for id_, payload in rows}
    fresh, known = [], 0
    for id_, each in zip(ids, read, strict=True):
        if id_ not in there:
            there[id_] = {"timestamp": None} | each.statement
            fresh.append(each)
        elif _is_same(there[id_], each.statement):
            known += 1
        else:
            made.contradicting += 1
            _note(made, each.number, Malformed(f"Another statement has the id {id_}", "/id", "Part 3 §2.1.1"))
    return fresh, known


def _is_same(kept: Json, sent: Json) -> bool:
    if kept.get("timestamp") is None:
        sent = {key: value for key, value in sent.items() if key != "timestamp"}
    return equality.same(kept, sent)


def _held(declared: list[Json]) -> dict[str, multipart.Part]:
    """Attachments of which the store has the bytes."""
    wanted = hashes_of(declared)
    held = queries.attachments(TENANT, wanted) if wanted else {}
    return {
        sha2: multipart.Part({"x-experience-api-hash": sha2}, BytesIO(body), len(body)) for sha2, body in held.items()
    }


def _note(made: StatementImport, number: int, fault: Fault) -> None:
    if len(made.faults) < MOST_FAULTS:
        noted = {"line": number, "pointer": fault.pointer, "rule": fault.rule, "detail": fault.message}
        made.faults = [*made.faults, noted]
