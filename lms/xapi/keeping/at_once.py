"""Statements that nothing stands in the way of, kept in one round trip to the database, which is the whole transaction.

Most come alone and bring no news: their ids are new, nobody refers to them, what they define is known, and nobody listens.
For those the function `keep_at_once` (migration 0017) does what `statements.keep_all` does. The numbers are taken before the
database is asked, a little ahead of its clock, and it refuses them unless they are (`numbering.ahead`). Whatever else is
found out on the way, nothing has been stored, and the long way says what should become of them.
"""

from collections.abc import Sequence
from uuid import UUID

import psycopg
from sqlalchemy.exc import SQLAlchemyError

from lms.core import events
from lms.core.direct import Direct
from lms.xapi import numbering, verifying
from lms.xapi.events import StatementsRecorded
from lms.xapi.keeping import inserting, knowing
from lms.xapi.keeping.statements import Closing, Ready, Sending, may_define, recorded, row_of
from lms.xapi.models import ATTACHES, REFERS

TRIES = 2
_KEEP = Direct("SELECT keep_at_once($1, $2, $3, $4, $5, $6, $7, $8)")


def keep(sendings: Sequence[Sending], edition: UUID) -> bool:
    """Store what these requests to one tenant send, if their credentials are still of that edition. False: not in this
    way, and nothing is stored. Call it outside of any transaction."""
    every = [(sending, each) for sending in sendings for each in sending.batch]
    if not 0 < len(every) < inserting.COPY_FROM or not _is_plain(sendings, every):
        return False
    for _ in range(TRIES):
        seen = _try(sendings[0].bearer.tenant, every, edition)
        if seen is None or seen > 0:
            return seen is not None
    return False


def _is_plain(sendings: Sequence[Sending], every: Sequence[tuple[Sending, Ready]]) -> bool:
    tenant = sendings[0].bearer.tenant
    return (
        not any(sending.parts or sending.bearer.bounds for sending in sendings)
        and not any(each.flags & (ATTACHES | REFERS) or inserting.NUL in each.said for _, each in every)
        and not verifying.is_use_due(sending.bearer for sending in sendings)
        and knowing.knows(
            tenant,
            [each.named.activities for by, each in every if may_define(by.bearer)],
            [each.named.agents for _, each in every],
        )
    )


def _try(tenant: int, every: Sequence[tuple[Sending, Ready]], edition: UUID) -> int | None:
    """When it was seen that they are written; negative: their numbers do not fit that; None: the long way must tell."""
    ahead = numbering.ahead()
    if ahead is None:
        return None
    numbers = ahead.take(len(every))
    closings = {id(sending): Closing(sending.bearer) for sending, _ in every}
    rows = [row_of(each, seq, closings[id(by)]) for (by, each), seq in zip(every, numbers, strict=True)]
    told = tuple(recorded(row, each, by.bearer.credential) for row, (by, each) in zip(rows, every, strict=True))
    if events.is_wanted(StatementsRecorded(told)):
        return None
    seen = _asked(tenant, ahead, edition, rows)
    if seen is not None:
        ahead.heard(abs(seen), fits=seen > 0)
        if seen < 0:
            ahead.give_back(numbers)
    return seen


def _asked(tenant: int, ahead: numbering.Ahead, edition: UUID, rows: Sequence[inserting.Row]) -> int | None:
    try:
        found = _KEEP.ask(
            tenant, numbering.GATE, ahead.mark, str(edition), rows[0].seq, rows[-1].seq, numbering.FARTHEST,
            inserting.as_json(rows),
        )  # fmt: skip
    except (psycopg.Error, SQLAlchemyError):  # an id is known, or no connection: sent again, the same ids do no harm
        return None
    return None if found is None else int(found)
