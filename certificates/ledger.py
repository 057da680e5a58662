"""The ledger: every event of every award in one chain, so that none can be taken away without its being seen.

An award's own chain shows what was changed in it, but not that an award, or the end of its log, is gone. A job enters new
events here in bounded batches, one at a time in the house; `flask verify-awards` looks at all of it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

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
    """Something that is not as it was issued. `what`: `award`, or `unlisted` where the ledger lacks something of it, with its
    number; `ledger`, with the line's."""

    what: str
    which: str


def faults_of_awards(after: UUID | None, most: int = BATCH) -> tuple[list[Fault], list[UUID]]:
    """What does not hold among the next awards, by id; and which they were. Fewer than `most`: they were the last."""
    page = select(Award).options(selectinload(Award.events)).order_by(Award.id).limit(most)
    found = db.session.scalars(page if after is None else page.where(Award.id > after)).all()
    return [Fault("award", each.number) for each in found if not is_intact(each)], [each.id for each in found]


def faults_of_lines(number: int, before: str, most: int = BATCH) -> tuple[list[Fault], int, str, int]:
    """What does not hold among the next lines of the ledger, behind `number` with the hash `before`; the last line's
    number and hash; and how many there were."""
    found = []
    lines = db.session.execute(
        select(LedgerLine.number, LedgerLine.event_id, LedgerLine.hash, AwardEvent.hash)
        .outerjoin(AwardEvent, AwardEvent.id == LedgerLine.event_id)
        .where(LedgerLine.number > number).order_by(LedgerLine.number).limit(most)
    ).all()  # fmt: skip
    for line in lines:
        expected = ledger_hash(before, number + 1, line[1], line[3] or "")
        if (line[0], line[2]) != (number + 1, expected):
            found.append(Fault("ledger", str(line[0])))
        number, before = line[0], line[2]
    return found, number, before, len(lines)


def faults_of_listing(most: int = 100) -> list[Fault]:
    """Awards with an event that was put behind the ledger's end: no run of `enter` will ever find it."""
    last = select(LedgerLine.event_id).order_by(LedgerLine.number.desc()).limit(1).scalar_subquery()
    since = select(AwardEvent.recorded_at - LATEST).where(AwardEvent.id == last).scalar_subquery()
    missed = (
        select(Award.number)
        .join(AwardEvent, AwardEvent.award_id == Award.id)
        .where(AwardEvent.recorded_at < since, ~exists().where(LedgerLine.event_id == AwardEvent.id))
        .distinct()
        .order_by(Award.number)
        .limit(most)
    )
    return [Fault("unlisted", number) for number in db.session.scalars(missed)]


def has_line(number: int, hash: str) -> bool:
    """Is that line still there as it was?"""
    return db.session.scalar(select(exists().where(LedgerLine.number == number, LedgerLine.hash == hash))) is True


def faults() -> Iterator[Fault]:
    """Everything that does not hold, read in batches: awards first, then the ledger."""
    after = None
    while True:
        found, seen = faults_of_awards(after)
        yield from found
        if len(seen) < BATCH:
            break
        after = seen[-1]
        db.session.expunge_all()  # what was looked at is forgotten, so that memory stays flat
    number, before, read = 0, "", BATCH
    while read == BATCH:
        found, number, before, read = faults_of_lines(number, before)
        yield from found
    yield from faults_of_listing()


def count() -> tuple[int, int]:
    """Awards, and lines of the ledger."""
    return (
        db.session.scalar(select(func.count()).select_from(Award)) or 0,
        db.session.scalar(select(func.count()).select_from(LedgerLine)) or 0,
    )
