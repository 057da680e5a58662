"""Statements that refer to statements: voiding, and being found by what one refers to (Part 2 §2.3.2; Part 3 §2.1.3).

A statement is linked to its target, and to what that one refers to in turn; the target may arrive later. Who writes
such statements writes alone (`numbering.open_ingest`), so that links are complete. A known target's keys are copied to
the link, and into `statement_ref` for the statement that refers to it, so that both are found the same way.
"""

from collections.abc import Iterable, Sequence
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.dialects.postgresql import insert

from lms.core.db import db
from lms.xapi.keeping.inserting import Row
from lms.xapi.models import ECHO, VOIDED, VOIDING, StatementRef, StoredStatement
from lms.xapi.rules import keys, parsing
from lms.xapi.rules.keys import Keys
from lms.xapi.rules.naming import named_in

_LINK = text("""
    WITH RECURSIVE onward(target) AS (
        SELECT CAST(:target AS uuid)
        UNION
        SELECT link.target FROM onward
        JOIN statement_id AS known ON known.tenant = :tenant AND known.id = onward.target
        JOIN statement_link AS link ON link.tenant = :tenant AND link.seq = known.seq
    ), back(seq) AS (
        SELECT CAST(:seq AS bigint)
        UNION
        SELECT link.seq FROM statement_link AS link WHERE link.tenant = :tenant AND link.target = :id
    )
    INSERT INTO statement_link
        (tenant, target, seq, voids, target_seq, verb, actor, activity, authority, registration)
    SELECT :tenant, onward.target, back.seq, :voids AND back.seq = :seq AND onward.target = :target,
        t.seq, t.verb, t.actor, t.activity, t.authority, t.registration
    FROM onward CROSS JOIN back
    LEFT JOIN statement_id AS known ON known.tenant = :tenant AND known.id = onward.target
    LEFT JOIN statement AS t ON t.tenant = :tenant AND t.seq = known.seq
    ON CONFLICT DO NOTHING
    RETURNING seq, target_seq
""")
_VOID = text("""
    UPDATE statement SET flags = flags | :voided
    FROM statement_id AS known
    WHERE known.tenant = :tenant AND known.id = :target
    AND statement.tenant = :tenant AND statement.seq = known.seq AND statement.flags & :voiding = 0
""")
_ARRIVE = text("""
    UPDATE statement_link AS link SET target_seq = t.seq, verb = t.verb, actor = t.actor, activity = t.activity,
        authority = t.authority, registration = t.registration
    FROM statement_id AS known JOIN statement AS t ON t.tenant = known.tenant AND t.seq = known.seq
    WHERE link.tenant = :tenant AND link.target = ANY(CAST(:ids AS uuid[])) AND link.target_seq IS NULL
    AND known.tenant = :tenant AND known.id = link.target
    RETURNING link.seq, link.target_seq
""")


def arrive(tenant: int, rows: Sequence[Row]) -> None:
    """New statements, to which others may have referred before they came: those are found by their keys from now on."""
    ids = "{" + ",".join(str(row.id) for row in rows) + "}"
    found = db.session.execute(_ARRIVE, {"tenant": tenant, "ids": ids}).all()
    known = {row.seq: row.keys for row in rows}
    _echo(tenant, [(seq, known[target]) for seq, target in found])


def link(tenant: int, row: Row, target: UUID) -> None:
    """Link a new statement onward to all it refers to, and back from all that refers to it; void its target."""
    voids = bool(row.flags & VOIDING)
    new = db.session.execute(
        _LINK, {"tenant": tenant, "target": target, "seq": row.seq, "id": row.id, "voids": voids}
    ).all()
    known = _keys_of(tenant, {each.target_seq for each in new if each.target_seq is not None})
    _echo(tenant, [(each.seq, known[each.target_seq]) for each in new if each.target_seq is not None])
    if voids:
        db.session.execute(_VOID, {"tenant": tenant, "target": target, "voided": VOIDED, "voiding": VOIDING})


def link_all(tenant: int, rows: Sequence[tuple[Row, UUID]]) -> None:
    """Link each, in the order they came."""
    for row, target in rows:
        link(tenant, row, target)


def _echo(tenant: int, pairs: Iterable[tuple[int, Keys]]) -> None:
    """What these targets are found by, whoever refers to them (by number) is found by as well."""
    found = [
        {"tenant": tenant, "kind": kind | ECHO, "key": key, "verb": target.verb, "seq": seq}
        for seq, target in pairs
        for kind, key in sorted(target.references)
    ]
    if found:
        db.session.execute(insert(StatementRef).on_conflict_do_nothing(), found)


def _keys_of(tenant: int, numbers: set[int]) -> dict[int, Keys]:
    """By number, read from the statements themselves: `statement_ref` cannot be asked by number."""
    if not numbers:
        return {}
    found = db.session.execute(
        select(StoredStatement.seq, StoredStatement.payload).where(
            StoredStatement.tenant == tenant, StoredStatement.seq.in_(numbers)
        )
    )
    known = {seq: parsing.load(bytes(payload)) for seq, payload in found}
    return {seq: keys.keys_of(each, named_in(each)) for seq, each in known.items()}
