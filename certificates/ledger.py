"""The ledger: every event of every award in one chain, so that none can be taken away without its being seen.

An award's own chain shows what was changed in it, but not that an award, or the end of its log, is gone. A job enters new
events here in bounded batches, one at a time in the house; `flask verify-awards` looks at all of it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import exists, func, select
from sqlalchemy.orm import selectinload

from certificates.chain import ledger_hash
from certificates.models import Award, AwardEvent, LedgerLine
from certificates.queries import is_intact
from lms.core import clock, jobs
from lms.core.db import db

BATCH = 500
LATEST = timedelta(hours=6)
"""How long a transaction that issues may take to be seen: new events are looked for as far back."""


@jobs.job("certificates.enter", retries=0, every="*/2 * * * *")
def enter() -> None:
    """Enter what has happened since, and ask for another run while there is more."""
    if enter_batch() == BATCH:
        jobs.enqueue(enter)


def enter_batch() -> int:
    """How many were entered. Runs one after the other: the last line is locked by whoever goes first."""
    db.session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended("award ledger", 0))))
    last = db.session.scalars(select(LedgerLine).order_by(LedgerLine.number.desc()).limit(1)).one_or_none()
    number, before = (last.number, last.hash) if last else (0, "")
    new = select(AwardEvent.id, AwardEvent.hash).where(~exists().where(LedgerLine.event_id == AwardEvent.id))
    if last is not None:
        since = select(AwardEvent.recorded_at - LATEST).where(AwardEvent.id == last.event_id).scalar_subquery()
        new = new.where(AwardEvent.recorded_at >= func.coalesce(since, clock.now() - LATEST))
    rows = db.session.execute(new.order_by(AwardEvent.recorded_at, AwardEvent.id).limit(BATCH)).all()
    for place, (event, hash) in enumerate(rows, start=number + 1):
        before = ledger_hash(before, place, event, hash)
        db.session.add(LedgerLine(number=place, event_id=event, hash=before))
    return len(rows)


@dataclass(frozen=True)
class Fault:
    """Something that is not as it was issued. `what` is `award` or `ledger`; `which` a number or a place."""

    what: str
    which: str


def faults() -> Iterator[Fault]:
    """Everything that does not hold, read in batches: awards first, then the ledger."""
    after = None
    while True:
        page = select(Award).options(selectinload(Award.events)).order_by(Award.id).limit(BATCH)
        found = db.session.scalars(page if after is None else page.where(Award.id > after)).all()
        for award in found:
            if not is_intact(award):
                yield Fault("award", award.number)
        if len(found) < BATCH:
            break
        after = found[-1].id
        db.session.expunge_all()
    number, before = 0, ""
    while True:
        lines = db.session.execute(
            select(LedgerLine.number, LedgerLine.event_id, LedgerLine.hash, AwardEvent.hash)
            .outerjoin(AwardEvent, AwardEvent.id == LedgerLine.event_id)
            .where(LedgerLine.number > number).order_by(LedgerLine.number).limit(BATCH)
        ).all()  # fmt: skip
        for line in lines:
            number += 1
            expected = ledger_hash(before, number, line[1], line[3] or "")
            if (line[0], line[2]) != (number, expected):
                yield Fault("ledger", str(line[0]))
            number, before = line[0], line[2]
        if len(lines) < BATCH:
            return


def count() -> tuple[int, int]:
    """Awards, and lines of the ledger."""
    return (
        db.session.scalar(select(func.count()).select_from(Award)) or 0,
        db.session.scalar(select(func.count()).select_from(LedgerLine)) or 0,
    )
