"""Months of statements. A month that has its partition can be detached when its time to be kept is over.

What lies outside every month goes to the ranges before and after them. There is no default partition: ranges PostgreSQL
reads one after the other, the newest first, and stops when it has enough; a default one it would have to read with all.
"""

import re
from collections.abc import Sequence
from datetime import UTC, datetime

from lms.xapi.rules.patterns import microseconds, moment

AHEAD = 3
BEFORE, AFTER, _MOVING = "statement_pbefore", "statement_pafter", "statement_pmoving"

Month = tuple[str, int, int]


def months(now: datetime, ahead: int = AHEAD) -> list[Month]:
    """(name of the partition, first sequence number, first one after it), this month and the next ones."""
    found = []
    year, month = now.year, now.month
    for _ in range(ahead + 1):
        after = (year + month // 12, month % 12 + 1)
        bounds = [microseconds(datetime(*start, 1, tzinfo=UTC)) for start in ((year, month), after)]
        found.append((f"statement_p{year}_{month:02}", bounds[0], bounds[1]))
        year, month = after
    return found


def missing(end: int, now: datetime) -> list[Month]:
    """The months from `end`, where the last one ends, until AHEAD months from now."""
    start = moment(end)
    wanted = (now.year - start.year) * 12 + now.month - start.month + AHEAD
    return months(start, wanted) if wanted >= 0 else []


def sql(name: str, first: int | str, after: int | str) -> str:
    return f"CREATE TABLE IF NOT EXISTS {name} PARTITION OF statement FOR VALUES FROM ({first}) TO ({after})"


def growing(new: Sequence[Month]) -> list[str]:
    """Make these months, which follow the last one. What waits in the range after it moves into them."""
    return [
        f"ALTER TABLE statement DETACH PARTITION {AFTER}",
        f"ALTER TABLE {AFTER} RENAME TO {_MOVING}",
        *(sql(*each) for each in new),
        sql(AFTER, new[-1][2], "MAXVALUE"),
        f"INSERT INTO statement SELECT * FROM {_MOVING}",
        f"DROP TABLE {_MOVING}",
    ]


def bounds_in(expression: str) -> list[int]:
    """The numbers in a partition's bounds as the catalogue writes them: FOR VALUES FROM ('1') TO (MAXVALUE)."""
    return [int(each) for each in re.findall(r"'(-?\d+)'", expression)]


BOUNDS = """
    SELECT c.relname, pg_get_expr(c.relpartbound, c.oid)
    FROM pg_inherits AS i JOIN pg_class AS c ON c.oid = i.inhrelid WHERE i.inhparent = 'statement'::regclass
"""
