"""How far a destination has come: claimed by one run at a time, and recorded after every answer.

A run holds a lease. Who pauses a destination or starts it again takes the lease away, so that a run which is still
waiting for an answer records nothing; what it sent is sent again.
"""

import secrets
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert

from lms.core import clock
from lms.core.db import db
from lms.core.ids import new_id
from lms.xapi import queries
from lms.xapi.forwarding import sealing
from lms.xapi.forwarding.following import Batch, Item, following, loaded
from lms.xapi.forwarding.models import DeadLetter, Destination, LetterState
from lms.xapi.forwarding.rules.delivery import Answer, Step, Verdict, offered, shortened, wait

LEASE = timedelta(minutes=4)
"""Longer than any request may take (`sending.DEADLINE`); renewed after each."""
HOLDING = (Verdict.HELD, Verdict.CLOSED)
WINDOWS = 20
"""Windows that may be looked through without a match before the run takes breath."""


@dataclass(frozen=True)
class Whereto:
    """What a request needs to know of a destination."""

    endpoint: str
    key: str
    secret: str = field(repr=False)
    version: str


@dataclass(frozen=True)
class Claim:
    """What this run is to send. `moves`: it comes from the cursor; otherwise these are dead letters sent again."""

    destination: UUID
    lease: UUID
    whereto: Whereto
    items: list[Item]
    parts: dict[str, bytes] = field(repr=False)
    moves: bool


def claim(destination_id: UUID, lease: UUID) -> Claim | None:
    """The next batch, if nobody else is at work there and it is time. None: nothing to do now."""
    found = _open(destination_id)
    now = clock.now()
    if (
        found is None
        or found.paused_at is not None
        or (found.next_attempt_at is not None and found.next_attempt_at > now)
        or (found.lease not in (None, lease) and found.leased_until is not None and found.leased_until > now)
    ):
        return None
    found.lease, found.leased_until = lease, now + LEASE
    whereto = whereto_of(found)
    if whereto is None:
        _held(found, Answer(None, "the secret cannot be read: give it again", barred=True), Verdict.CLOSED)
        return None
    most = offered(found.batch, found.failures)
    again = _queued(found, most)
    if again:
        items, parts = loaded(found.tenant, again)
        if items:
            return Claim(found.id, lease, whereto, items, parts, moves=False)
        _gone(found, again)
    if (batch := ahead(found, most)) is not None:
        return Claim(found.id, lease, whereto, batch.items, batch.parts, moves=True)
    found.lease = found.leased_until = None
    return None


def ahead(found: Destination, most: int) -> Batch | None:
    """What comes next, the cursor moved past all that does not match."""
    through = queries.consistent_through()
    for _ in range(WINDOWS):
        batch = following(found, through, most)
        if batch.items:
            return batch
        found.sent_through = max(found.sent_through, batch.through)
        if not batch.rest:
            break
    return None


def note(claimed: Claim, step: Step[Item]) -> bool:
    """Record what became of one offer. False: the lease is another's by now, so nothing was recorded and it is to stop."""
    found = _open(claimed.destination)
    if found is None or found.lease != claimed.lease:
        return False
    now = clock.now()
    found.leased_until = now + LEASE
    if step.verdict in HOLDING:
        _held(found, step.answer, step.verdict)
        return True
    if step.verdict is Verdict.DELIVERED or step.is_dead:
        found.failures, found.next_attempt_at, found.trouble = 0, None, None
        found.status = found.answer = found.failed_at = None
        if claimed.moves:
            found.sent_through = max(found.sent_through, step.part[-1].seq)
    if step.verdict is Verdict.DELIVERED:
        found.last_success_at = now
        found.delivered += len(step.part)
        _settle(found.id, [item.id for item in step.part])
    elif step.is_dead:
        bury(found.id, step.part[0].id, step.part[0].seq, step.answer)
    return True


def release(destination_id: UUID, lease: UUID) -> None:
    """Let the next run begin at once."""
    db.session.execute(
        update(Destination)
        .where(Destination.id == destination_id, Destination.lease == lease)
        .values(lease=None, leased_until=None)
    )


def bury(destination_id: UUID, statement_id: UUID, seq: int, answer: Answer) -> None:
    """Make a dead letter, or note on the one there is that it was refused once more."""
    told = {
        "status": answer.status, "answer": shortened(answer.text), "refused_at": clock.now(),
        "state": LetterState.WAITING, "settled_at": None, "settled_by": None,
    }  # fmt: skip
    db.session.execute(
        insert(DeadLetter)
        .values(id=new_id(), destination_id=destination_id, statement_id=statement_id, seq=seq, attempts=1, **told)
        .on_conflict_do_update(
            index_elements=["destination_id", "statement_id"], set_=told | {"attempts": DeadLetter.attempts + 1}
        )
    )


def whereto_of(destination: Destination) -> Whereto | None:
    """None: its secret is gone, or was sealed under another key."""
    try:
        secret = sealing.unseal(destination.secret or b"", destination.id)
    except (sealing.Unreadable, ValueError):
        return None
    return Whereto(destination.endpoint, destination.key, secret, destination.version)


def _open(destination_id: UUID) -> Destination | None:
    return db.session.scalars(
        select(Destination)
        .where(Destination.id == destination_id, Destination.ended_at.is_(None))
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one_or_none()


def _held(found: Destination, answer: Answer, verdict: Verdict) -> None:
    found.failures += 1
    found.trouble, found.status, found.answer = verdict, answer.status, shortened(answer.text)
    found.failed_at = clock.now()
    seconds = wait(found.failures, secrets.randbelow(1001) / 1000, answer.retry_after)
    found.next_attempt_at = found.failed_at + timedelta(seconds=seconds)
    found.lease = found.leased_until = None


def _queued(found: Destination, most: int) -> list[int]:
    return list(
        db.session.scalars(
            select(DeadLetter.seq)
            .where(DeadLetter.destination_id == found.id, DeadLetter.state == LetterState.QUEUED)
            .order_by(DeadLetter.seq)
            .limit(most)
        )
    )


def _gone(found: Destination, numbers: list[int]) -> None:
    """The store does not keep these statements any more, so they wait for a person again."""
    db.session.execute(
        update(DeadLetter)
        .where(DeadLetter.destination_id == found.id, DeadLetter.seq.in_(numbers))
        .values(state=LetterState.WAITING, status=None, answer="the statement is no longer kept here")
    )


def _settle(destination_id: UUID, ids: list[UUID]) -> None:
    """What was refused before has been taken now."""
    db.session.execute(
        update(DeadLetter)
        .where(
            DeadLetter.destination_id == destination_id,
            DeadLetter.statement_id.in_(ids),
            DeadLetter.state.in_([LetterState.WAITING, LetterState.QUEUED]),
        )
        .values(state=LetterState.SENT, settled_at=func.now())
    )
