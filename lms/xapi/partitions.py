"""Months of statements. A month that has its partition can be detached when its time to be kept is over."""

from datetime import UTC, datetime

from lms.xapi.rules.patterns import microseconds

AHEAD = 3


def months(now: datetime, ahead: int = AHEAD) -> list[tuple[str, int, int]]:
    """(name of the partition, first sequence number, first one after it), this month and the next ones."""
    found = []
    year, month = now.year, now.month
    for _ in range(ahead + 1):
        after = (year + month // 12, month % 12 + 1)
        bounds = [microseconds(datetime(*start, 1, tzinfo=UTC)) for start in ((year, month), after)]
        found.append((f"statement_p{year}_{month:02}", bounds[0], bounds[1]))
        year, month = after
    return found


def sql(name: str, first: int, after: int) -> str:
    return f"CREATE TABLE IF NOT EXISTS {name} PARTITION OF statement FOR VALUES FROM ({first}) TO ({after})"
