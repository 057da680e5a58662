"""A hot standby of the database (LLWYBR_REPLICA_URL), for reads that say of themselves that they may be a moment old.

They run in a session that knows only the standby; whoever writes there by mistake is refused by PostgreSQL itself, and
loudly. Everything else, and every write, goes to the primary.
"""

import time
from collections.abc import Callable
from typing import TypeVar

import psycopg
from sqlalchemy.exc import DBAPIError, OperationalError

from lms.core.db import REPLICA, db

T = TypeVar("T")

IMPATIENT = {"connect_timeout": 2, "tcp_user_timeout": 5_000}
"""Seconds for a connection, milliseconds for an answer on the wire: the primary stands ready to answer instead."""
REST = 5.0
"""Seconds for which a standby that did not answer is left alone: not every reader should have to find out."""

_away_until = 0.0


class ReplicaAway(Exception):
    """The standby does not answer, or broke off what it was asked (it does so when replaying needs the way free)."""


def is_set() -> bool:
    return REPLICA in db.engines


def read(work: Callable[[], T]) -> T:
    """What `work` reads from the standby: in it, `db.session` is one of the standby's own. Raises ReplicaAway.

    It returns plain values: no record outlives that session.
    """
    global _away_until
    if time.monotonic() < _away_until:
        raise ReplicaAway()
    outer, inner = db.session(), db.session.session_factory(replica=True)
    db.session.registry.set(inner)
    try:
        return work()
    except (OperationalError, psycopg.OperationalError) as fault:
        inner.invalidate()
        if not _was_broken_off(fault):
            _away_until = time.monotonic() + REST
        raise ReplicaAway() from fault
    finally:
        inner.close()
        db.session.registry.set(outer)


def forget() -> None:
    """The standby is another one now."""
    global _away_until
    _away_until = 0.0


def _was_broken_off(fault: Exception) -> bool:
    """It is there, but this read stood in the way of replaying."""
    cause = fault.orig if isinstance(fault, DBAPIError) else fault
    return isinstance(cause, psycopg.errors.SerializationFailure | psycopg.errors.QueryCanceled)
