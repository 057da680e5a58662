"""Reading of destinations: who is due, how each stands, what it refused. The callers authorise."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Select, select, text

from lms.core import clock
from lms.core.db import db
from lms.core.errors import NotFound
from lms.xapi.forwarding.models import DeadLetter, Destination, LetterState
from lms.xapi.forwarding.rules.standing import Standing, standing
from lms.xapi.models import TENANT, StoredStatement
from lms.xapi.numbering import consistent_through
from lms.xapi.rules import earlier, patterns
from lms.xapi.rules.versions import Version

MOST_COUNTED = 10_000
"""Waiting statements are counted up to here; more are told as more."""

_SINCE = "greatest(d.sent_through, coalesce((extract(epoch FROM d.since) * 1000000)::bigint, 0))"
_DUE = text(f"""
    SELECT d.id FROM forwarding_destination AS d
    WHERE d.ended_at IS NULL AND d.paused_at IS NULL
    AND (d.next_attempt_at IS NULL OR d.next_attempt_at <= :now)
    AND (d.lease IS NULL OR d.leased_until <= :now)
    AND (EXISTS (SELECT FROM statement AS s WHERE s.tenant = d.tenant AND s.seq > {_SINCE} AND s.seq <= :through)
         OR EXISTS (SELECT FROM forwarding_dead_letter AS l WHERE l.destination_id = d.id AND l.state = 'queued'))
    ORDER BY d.id
""")
_LAGS = text(f"""
    SELECT d.id, ahead.waiting, ahead.oldest, letters.dead, letters.queued FROM forwarding_destination AS d
    CROSS JOIN LATERAL (
        SELECT count(*) AS waiting, min(seq) AS oldest FROM (
            SELECT s.seq FROM statement AS s
            WHERE s.tenant = d.tenant AND s.seq > {_SINCE} AND s.seq <= :through ORDER BY s.seq LIMIT :most
        ) AS next
    ) AS ahead
    CROSS JOIN LATERAL (
        SELECT count(*) FILTER (WHERE l.state = 'waiting') AS dead, count(*) FILTER (WHERE l.state = 'queued') AS queued
        FROM forwarding_dead_letter AS l WHERE l.destination_id = d.id AND l.state IN ('waiting', 'queued')
    ) AS letters
    WHERE d.id = ANY(:ids)
""")


@dataclass(frozen=True)
class Lag:
    """`waiting`: statements not yet looked through, MOST_COUNTED + 1 for more. `seconds`: age of the oldest of them.

    `dead` letters wait for a person, `queued` ones to be sent again.
    """

    standing: Standing
    waiting: int
    seconds: int
    dead: int
    queued: int


def destinations() -> Select[Destination]:
    """Those that were not ended."""
    return select(Destination).where(Destination.tenant == TENANT, Destination.ended_at.is_(None))


def destination(id: UUID, *, lock: bool = False) -> Destination:
    """Raises NotFound, for one that was ended too."""
    asked = destinations().where(Destination.id == id)
    if lock:
        asked = asked.with_for_update().execution_options(populate_existing=True)
    found = db.session.scalars(asked).one_or_none()
    if found is None:
        raise NotFound()
    return found


def lags(found: Sequence[Destination]) -> dict[UUID, Lag]:
    """How each stands, in two queries for all."""
    asked = {"ids": [each.id for each in found], "through": consistent_through(), "most": MOST_COUNTED + 1}
    rows = {row.id: row for row in db.session.execute(_LAGS, asked)}
    now = patterns.microseconds(clock.now())
    return {
        each.id: Lag(
            standing(
                ended_at=each.ended_at, paused_at=each.paused_at, trouble=each.trouble, waiting=rows[each.id].waiting
            ),
            rows[each.id].waiting,
            max(0, now - rows[each.id].oldest) // 1_000_000 if rows[each.id].waiting else 0,
            rows[each.id].dead,
            rows[each.id].queued,
        )
        for each in found
    }  # fmt: skip


def due(through: int) -> list[UUID]:
    """Destinations for which there is something to do now."""
    return list(db.session.scalars(_DUE, {"now": clock.now(), "through": through}))


def letters(destination_id: UUID, state: LetterState | None = LetterState.WAITING) -> Select[DeadLetter]:
    """What a destination refused; None: in whatever state."""
    found = select(DeadLetter).where(DeadLetter.destination_id == destination_id)
    return found if state is None else found.where(DeadLetter.state == state)


def letter(destination_id: UUID, id: UUID, *, lock: bool = False) -> DeadLetter:
    """Raises NotFound, for one of another destination too."""
    asked = letters(destination_id, None).where(DeadLetter.id == id)
    if lock:
        asked = asked.with_for_update().execution_options(populate_existing=True)
    found = db.session.scalars(asked).one_or_none()
    if found is None:
        raise NotFound()
    return found


def letter_of(destination_id: UUID, statement_id: UUID) -> DeadLetter:
    """The dead letter of that statement, which is known to be there."""
    return db.session.scalars(letters(destination_id, None).where(DeadLetter.statement_id == statement_id)).one()


def first_queued(destination_id: UUID) -> DeadLetter | None:
    """The one that is tried next."""
    asked = letters(destination_id, LetterState.QUEUED).order_by(DeadLetter.seq).limit(1).with_for_update()
    return db.session.scalars(asked).one_or_none()


def statement(destination: Destination, seq: int) -> bytes | None:
    """Its JSON as it is sent there; None: it is no longer kept."""
    found = db.session.scalars(
        select(StoredStatement.payload).where(StoredStatement.tenant == TENANT, StoredStatement.seq == seq)
    ).one_or_none()
    return None if found is None else earlier.spoken(bytes(found), Version(destination.version))
