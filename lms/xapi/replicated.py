"""Reading statements from the replica, and saying truly up to when everything can be read there.

The primary is asked up to when everything is stored, and then how long its log is. A standby that has replayed that much
of the log has all that; so what it may be said to have is what the newest such mark of the last seconds says. (It cannot
say so itself: who is still writing is known by locks, and locks are not replicated.)
"""

import threading
import time
from collections import deque
from collections.abc import Callable
from typing import NamedTuple, TypeVar

from sqlalchemy import text

from lms.core import replica
from lms.core.db import db, transaction
from lms.core.replica import ReplicaAway
from lms.xapi import numbering

T = TypeVar("T")

MOST_BEHIND = 10_000_000
"""Microseconds by which what the standby is known to have may lie behind the primary. A reader who follows the store asks
every few seconds; for longer than that they should not seem to be told that nothing is new."""
PATIENCE = 0.005
"""Seconds that a standby is given to come up to a fresh mark, where the newest one that it has reached is not from just
now. It is usually there within two milliseconds."""
APART = 20_000
"""Microseconds between two marks that are kept."""

_REPLAYED = text("""
    SELECT pg_is_in_recovery() AS follows, pg_wal_lsn_diff(pg_last_wal_replay_lsn(), '0/0')::bigint AS place
""")


class Mark(NamedTuple):
    """Who has replayed the log up to `place` has everything that was stored up to `through`."""

    place: int
    through: int


class _Behind:
    """The standby has not come far enough."""


_BEHIND = _Behind()
_marks: deque[Mark] = deque()
_marking = threading.Lock()
_lately = (0.0, 0)
"""Until when by the monotonic clock, and what was told."""


def read(work: Callable[[int], T], *, least: int = 0) -> T:
    """What `work` reads, given the number up to which everything can be read where it reads.

    That is the replica, unless there is none, it does not answer, or it is not known to have everything up to `least`
    (a page that goes on from another one must not be of a standby that is not as far). What is None there is asked for
    again on the primary: it may have come just now. `work` returns plain values, and may run twice.
    """
    if not replica.is_set():
        return work(numbering.consistent_through())
    mark = _noted()
    try:
        found = replica.read(lambda: _there(work, mark, least))
    except ReplicaAway:
        found = _BEHIND
    return work(mark.through) if found is None or isinstance(found, _Behind) else found


def consistent_lately() -> int:
    """Up to when everything can be read, wherever a read is sent: at most `numbering.LATELY` seconds old. For answers
    that show no statements; call it outside of any transaction."""
    global _lately
    if not replica.is_set():
        return numbering.consistent_lately()
    now = time.monotonic()
    if now >= _lately[0]:
        with transaction():
            _lately = now + numbering.LATELY, read(lambda through: through)
    return _lately[1]


def forget() -> None:
    """The database is another one now."""
    global _lately
    replica.forget()
    _marks.clear()
    _lately = (0.0, 0)


def _noted() -> Mark:
    """A new mark, in the caller's transaction on the primary."""
    mark = Mark(*numbering.written_through())
    with _marking:
        while _marks and _marks[0].through < mark.through - MOST_BEHIND:
            _marks.popleft()
        if not _marks or mark.through - _marks[-1].through >= APART:
            _marks.append(mark)
    return mark


def _there(work: Callable[[int], T], mark: Mark, least: int) -> T | _Behind:
    until = time.monotonic() + PATIENCE
    while True:
        row = db.session.execute(_REPLAYED).one()
        if not row.follows:
            return _BEHIND  # it was made a primary of its own: nothing comes from ours any more
        through = _reached(row.place, mark)
        if through >= mark.through - numbering.LATELY * 1_000_000 or time.monotonic() > until:
            break
        time.sleep(0.001)
    if through < max(least, mark.through - MOST_BEHIND):
        return _BEHIND
    return work(through)


def _reached(place: int, newest: Mark) -> int:
    with _marking:
        return max((each.through for each in (*_marks, newest) if each.place <= place), default=0)
