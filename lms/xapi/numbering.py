"""Numbers for new statements: this process's lease of a writer's place, and what is still being written.

The numbers themselves are pure (`rules/sequence.py`). The clock is the database's, so that all writers share it.
"""

import os
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import Connection, text

from lms.core.db import db, driver_connection
from lms.xapi.models import TENANT
from lms.xapi.rules.sequence import Sequence

LEASE_SECONDS = 120
SLACK = 20_000
"""Microseconds by which the clocks of two machines may drift apart between two renewals."""
LATELY = 0.5
EACH, MARGIN, FARTHEST = 60, 200, 100_000
"""Microseconds that it takes to write out each statement until the database hears of numbers that are taken unasked; by which
they are meant to be ahead of its clock then; and the most by which they may be."""
FADES = 0.05
"""Of what it took at worst until the database heard, what each time that it took less takes away."""
GATE = 0x78415049
"""First key of the advisory lock that those who refer to other statements hold alone, and all other writers share."""

_CLAIM = text("""
    UPDATE writer_lease SET process = :process, until = clock_timestamp() + make_interval(secs => :seconds)
    WHERE writer = (
        SELECT writer FROM writer_lease ORDER BY (writer = :mine AND process = :process) DESC, until
        LIMIT 1 FOR UPDATE SKIP LOCKED
    )
    RETURNING writer, (extract(epoch FROM clock_timestamp()) * 1000000)::bigint AS now,
        coalesce((SELECT max(seq) FROM statement WHERE tenant = :tenant), 0) AS newest
""")
_OPENED = """
    pg_advisory_xact_lock_shared(%(mark)s), (extract(epoch FROM clock_timestamp()) * 1000000)::bigint,
    (SELECT edition FROM credential_edition)
"""  # the clock is read when the mark can be seen: who saw no mark has read an earlier time
_OPEN = f"SELECT pg_advisory_xact_lock_shared(%(gate)s, %(tenant)s), {_OPENED}"
_OPEN_ALONE = f"SELECT pg_advisory_xact_lock(%(gate)s, %(tenant)s), {_OPENED}"
_OLDEST_OPEN = text("""
    SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint AS now, (
        SELECT -max(mark) FROM (
            SELECT classid::bigint << 32 | objid::bigint AS mark FROM pg_locks
            WHERE locktype = 'advisory' AND objsubid = 1 AND classid::bigint >= 2147483648
            AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
        ) AS marks
        WHERE -mark BETWEEN (extract(epoch FROM clock_timestamp()) - 86400) * 1000000
                        AND (extract(epoch FROM clock_timestamp()) + 60) * 1000000
    ) AS oldest
""")
_LOG = text("""
    SELECT pg_wal_lsn_diff(CASE current_setting('synchronous_commit')
        WHEN 'off' THEN pg_current_wal_insert_lsn() ELSE pg_current_wal_flush_lsn() END, '0/0')::bigint
""")  # what is committed has been flushed, unless commits do not wait for it


@dataclass(frozen=True)
class _Lease:
    process: str
    writer: int
    sequence: Sequence
    clock: Callable[[], int]
    """Microseconds, by the database's clock when the lease was taken or renewed: behind it, never ahead."""
    renew_at: float


@dataclass
class Opened:
    """The numbers to write with, from the database's `now` on, and the edition of all credentials."""

    _sequence: Sequence
    _now: int
    edition: UUID
    _last: int = 0

    def take(self, count: int) -> range:
        taken = self._sequence.take(count, self._now)
        self._last = taken[-1]
        return taken

    def ended(self) -> None:
        """It is committed. Waits until the clock has passed the numbers: they run ahead of it where many were taken at once,
        or some were and came to nothing."""
        _wait_for(self._last)


class _Clocks(NamedTuple):
    """The database's clock less `_ticks`, in microseconds: between these two, as far as answers have told."""

    least: int
    most: int


class Ahead:
    """Numbers to write with unasked, from where the database's clock will be when it hears of them. It must be asked."""

    def __init__(self, lease: _Lease, clocks: _Clocks) -> None:
        self._sequence, self.mark, self._sent = lease.sequence, -lease.clock(), _ticks()
        self._clocks = clocks
        self._expected = self._last = 0

    def take(self, count: int) -> range:
        self._expected = self._sent + self._clocks.most + count * EACH
        taken = self._sequence.take(count, self._expected + int(_delay) + MARGIN)
        self._last = taken[-1]
        return taken

    def give_back(self, numbers: range) -> None:
        self._sequence.give_back(numbers)

    def heard(self, seen: int, *, fits: bool) -> None:
        """What the database's clock said meanwhile, and whether the numbers were ahead of it as they should. Waits until it
        has passed them, as a rule not at all."""
        global _delay
        late = min(seen - self._expected, FARTHEST // 2)
        _delay = late if late > _delay else max(_delay + (late - _delay) * FADES, 0)
        clocks = _compare_clocks(self._sent, seen, anew=not fits)
        if fits:
            _wait_for(self._last, clocks)


_lease: _Lease | None = None
_clocks: _Clocks | None = None
_delay = 1_500.0
"""Microseconds: so much later than reckoned the database heard of numbers, at worst lately. Short waits hold up those who write
next, and numbers that came too late are written twice."""
_lately = (0.0, 0)
"""Until when by the monotonic clock, and what was told."""
_claiming = threading.Lock()


def ahead() -> Ahead | None:
    """None: this process has not heard the database's clock yet."""
    return None if _clocks is None else Ahead(_held(), _clocks)


def open_ingest(tenant: int, *, alone: bool) -> Opened:
    """Say, until the transaction ends, that something is being written for the tenant; return what to write it with.

    `alone`: it refers to other statements (voids them), so nobody else may write meanwhile: a target that arrives at
    the same moment would neither see nor be seen.
    """
    lease = _held()
    connection, sent = driver_connection(), _ticks()
    answer = connection.execute(
        _OPEN_ALONE if alone else _OPEN, {"gate": GATE, "tenant": tenant, "mark": -lease.clock()}
    )  # the mark is older than every number taken after it: `clock` is never ahead of the database's
    row = answer.fetchone()
    assert row is not None
    _compare_clocks(sent, row[2])
    return Opened(lease.sequence, row[2], row[3])


def consistent_through() -> int:
    """Everything stored up to this microsecond can be read by now: nothing older is still being written."""
    return _consistent_through(db.session.connection())


def _consistent_through(asked: Connection) -> int:
    row = asked.execute(_OLDEST_OPEN).one()
    return int(row.now if row.oldest is None else min(row.now, row.oldest - 1))


def written_through() -> tuple[int, int]:
    """(place in the primary's log, number): who has replayed the log up to there has everything up to that number. The
    log is asked after the locks: what has ended by then is in it."""
    through = consistent_through()
    return int(db.session.execute(_LOG).scalar_one()), through


def newest() -> int:
    """The number of the newest statement that can be seen, for who reads once what is there and does not come back: the
    numbers of a large batch run some hundredths of a second ahead of the clock, and so of `consistent_through`."""
    asked = text("SELECT coalesce(max(seq), 0) FROM statement WHERE tenant = :tenant")
    return int(db.session.execute(asked, {"tenant": TENANT}).scalar_one())


def consistent_lately() -> int:
    """The same, at most LATELY seconds old: for answers that show no statements. Call it outside of any transaction."""
    global _lately
    now = time.monotonic()
    if now >= _lately[0]:
        with db.engine.connect() as connection:
            _lately = now + LATELY, _consistent_through(connection)
    return _lately[1]


def _wait_for(number: int, clocks: _Clocks | None = None) -> None:
    """Who is answered finds what was stored in all that is consistent: the database's clock must have passed its number."""
    known = clocks or _clocks
    if known is not None and (left := number + 1 - known.least - _ticks()) > 0:
        time.sleep(left / 1e6)


def _ticks() -> int:
    """Microseconds of a clock that nobody sets."""
    return time.monotonic_ns() // 1000


def _compare_clocks(sent: int, seen: int, *, anew: bool = False) -> _Clocks:
    """The database's clock was `seen` between then and now. `anew`: what was heard before may hold no more."""
    global _clocks
    found, known = _Clocks(seen - _ticks(), seen - sent), None if anew else _clocks
    if known is not None and max(known.least, found.least) <= min(known.most, found.most):
        found = _Clocks(max(known.least, found.least), min(known.most, found.most))
    _clocks = found
    return found


def _held() -> _Lease:
    """This process's lease, renewed in time. A forked child takes its own."""
    global _lease
    process = f"{socket.gethostname()}:{os.getpid()}"
    found = _lease
    if found is None or found.process != process or time.monotonic() > found.renew_at:
        with _claiming:
            if _lease is found:
                _lease = _claimed(process, found)
            found = _lease
    assert found is not None
    return found


def _claimed(process: str, before: _Lease | None) -> _Lease:
    """The place whose lease ran out first, or our own again. Two processes that take the same one by accident (one
    slept through its lease) are told apart by the primary key: one of them fails and its client sends again."""
    asked = {
        "process": process, "seconds": LEASE_SECONDS, "tenant": TENANT, "mine": before.writer if before else -1,
    }  # fmt: skip
    with db.engine.begin() as connection:  # its own: a rolled back request must not hand the place back
        row = connection.execute(_CLAIM, asked).one()
    offset = int(row.now) - time.time_ns() // 1000 - SLACK

    def clock() -> int:
        return time.time_ns() // 1000 + offset

    same = before is not None and before.process == process and before.writer == row.writer
    sequence = before.sequence if before is not None and same else Sequence(row.writer, row.newest)
    return _Lease(process, row.writer, sequence, clock, time.monotonic() + LEASE_SECONDS / 2)
