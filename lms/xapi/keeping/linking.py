"""Statements that refer to statements: voiding, and being found by what one refers to (Part 2 §2.3.2; Part 3 §2.1.3).

A statement is linked to its target, and to what that one refers to in turn; the target may arrive later. Who writes
such statements writes alone (`numbering.open_ingest`), so that links are complete.
"""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import text

from lms.core.db import db
from lms.xapi.keeping.inserting import Row
from lms.xapi.models import VOIDED, VOIDING

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
    INSERT INTO statement_link (tenant, target, seq, voids)
    SELECT :tenant, onward.target, back.seq, :voids AND back.seq = :seq AND onward.target = :target FROM onward, back
    ON CONFLICT DO NOTHING
""")
_VOID = text("""
    UPDATE statement SET flags = flags | :voided
    FROM statement_id AS known
    WHERE known.tenant = :tenant AND known.id = :target
    AND statement.tenant = :tenant AND statement.seq = known.seq AND statement.flags & :voiding = 0
""")


def link(tenant: int, row: Row, target: UUID) -> None:
    """Link a new statement onward to all it refers to, and back from all that refers to it; void its target."""
    voids = bool(row.flags & VOIDING)
    db.session.execute(_LINK, {"tenant": tenant, "target": target, "seq": row.seq, "id": row.id, "voids": voids})
    if voids:
        db.session.execute(_VOID, {"tenant": tenant, "target": target, "voided": VOIDED, "voiding": VOIDING})


def link_all(tenant: int, rows: Sequence[tuple[Row, UUID]]) -> None:
    """Link each, in the order they came."""
    for row, target in rows:
        link(tenant, row, target)
