"""The numbers of a page: every way's first chunk at once, and further ones of those ways that need them.

By the session's own driver connection and in its transaction: prepared at once, and always planned the same way.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from psycopg.types.numeric import Int8

from lms.core.db import driver_connection
from lms.xapi.finding import lists
from lms.xapi.finding.ways import CROWD, Condition, Given, Way, ways
from lms.xapi.models import ECHO
from lms.xapi.rules.keys import Kind
from lms.xapi.rules.parameters import Filter
from lms.xapi.rules.scopes import Bearer

Row = tuple[Any, ...]

SLACK = 28
"""How many more than wanted are taken from a list in which only the voided do not match."""
FIRST, MOST = 192, 32_768
"""Sizes of chunks from a list in which others do not match either."""
BROAD = 16
"""How many times as many are taken if the list itself says which match: looking one up takes that much longer."""
_LOW, _HIGH = -(2**62), 2**62

_PLANNED = f"""
    SELECT set_config(name, setting, true), EXISTS (
        SELECT FROM statement_ref WHERE tenant = %(tenant)s AND kind IN ({int(Kind.CROWD)}, {Kind.CROWD | ECHO})
    ) FROM (VALUES ('enable_seqscan', 'off'), ('enable_bitmapscan', 'off'),
        ('enable_sort', 'off'), ('enable_hashjoin', 'off'), ('plan_cache_mode', 'force_generic_plan'))
        AS chosen(name, setting)
"""
"""For this transaction. Every list has its index in order, so no value of a parameter asks for another plan. And whether
there is any crowd: mostly there is none to look in."""


@dataclass
class _Reading:
    """How far one way has been read. `at`: by driver, the number that its chunk came to."""

    way: Way
    drivers: Sequence[Sequence[Condition]]
    size: int
    at: list[int] = field(default_factory=list)
    ended: bool = False

    @property
    def driver(self) -> int:
        return min(len(self.at), len(self.drivers) - 1)

    @property
    def taken(self) -> int:
        """How many numbers the next chunk takes."""
        return self.size * (BROAD if self.way.is_looked_through(self.drivers[self.driver]) else 1)


def run(sql: str, given: Given) -> list[Row]:
    return driver_connection().execute(sql, given, prepare=True).fetchall()


def numbers(bearer: Bearer, wanted: Filter, count: int) -> list[int]:
    """The first `count` numbers that match, in the order wanted. Exact, however many chunks it takes."""
    every, given = ways(bearer, wanted)
    given = {name: Int8(value) if isinstance(value, int) else value for name, value in given.items()}
    given |= {"tenant": bearer.tenant, "wanted": count}
    _, crowds = run(_PLANNED, given)[0]
    every = [each for each in every if crowds or CROWD not in each.conditions]
    found: set[int] = set()
    for echo in (False, True):  # who only refers to what matches is few, and is looked for within what is found
        readings = [_begun(each, count) for each in every if each.echo is echo]
        while readings:
            _read(readings, wanted, given, found)
            readings = [each for each in readings if not each.ended]
    return _best(found, wanted, count)


def _begun(way: Way, count: int) -> _Reading:
    drivers = way.drivers()
    for driver in drivers:
        if len(driver) == len(way.conditions):
            return _Reading(way, [driver], count + SLACK)
    useful = [each for each in drivers if not any(set(each) < set(other) for other in drivers)]
    return _Reading(way, useful, FIRST)


def _read(readings: Sequence[_Reading], wanted: Filter, given: Given, found: set[int]) -> None:
    values, parts, count = dict(given), [], given["wanted"]
    floor = _best(found, wanted, count)[-1] if len(found) >= count else None
    for number, each in enumerate(readings):
        at = each.at[each.driver] if len(each.at) > each.driver else wanted.last
        low, high = _bounds(wanted, at, floor)
        values |= {f"size_{number}": each.taken, f"low_{number}": Int8(low), f"high_{number}": Int8(high)}
        parts.append(lists.chunk(each.way, each.drivers[each.driver], number, ascending=wanted.ascending))
    rows = run(" UNION ALL ".join(parts), values)
    for number, each in enumerate(readings):
        mine = [seq for way, seq, hit in rows if way == number and hit]
        last = [seq for way, seq, hit in rows if way == number and not hit]
        found.update(mine)
        if len(set(mine)) == count or not (last or len(mine) == count):
            each.ended = True
        else:
            _advance(each, last[0] if last else mine[-1], len(mine), wanted, count)


def _advance(reading: _Reading, at: int, hits: int, wanted: Filter, count: int) -> None:
    """A chunk came as far as `at` without being enough: how to go on. Of several lists the one that got furthest with as
    many numbers is read on, being the rarest; a list that yields well is not given up."""
    reading.at[reading.driver :] = [at]
    if hits * 8 >= count:
        reading.drivers, reading.at = [reading.drivers[len(reading.at) - 1]], [at]
        reading.size = min(max(reading.size * 3 * (count - hits) // hits // 2, count), MOST)
        return
    if len(reading.at) < len(reading.drivers):
        return
    furthest = max if wanted.ascending else min
    best = reading.at.index(furthest(reading.at))
    reading.drivers, reading.at = [reading.drivers[best]], [reading.at[best]]
    reading.size = min(reading.size * 8, MOST)


def _best(found: set[int], wanted: Filter, count: int) -> list[int]:
    return sorted(found, reverse=not wanted.ascending)[:count]


def _bounds(wanted: Filter, at: int | None, floor: int | None) -> tuple[int, int]:
    """Between which the number lies, which is when it was stored: since excludes its instant, until includes it. `at` is
    where reading goes on, and beyond `floor` nothing is needed any more."""
    before, after = (at, floor) if wanted.ascending else (floor, at)
    low = [each for each in (wanted.since, before) if each is not None]
    high = [each + 1 for each in (wanted.until, wanted.through) if each is not None]
    return max(low, default=_LOW), min([*high, *([after] if after is not None else [])], default=_HIGH)
