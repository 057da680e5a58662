"""The numbers of a page: every way's first chunk at once, and further ones of those ways that need them."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from sqlalchemy import text

from lms.core.db import db
from lms.xapi.finding import lists
from lms.xapi.finding.ways import Condition, Given, Way, ways
from lms.xapi.rules.parameters import Filter
from lms.xapi.rules.scopes import Bearer

SLACK = 28
"""How many more than wanted are taken from a list in which only the voided do not match."""
FIRST, MOST = 512, 32_768
"""Sizes of chunks from a list in which others do not match either."""


@dataclass
class _Reading:
    """How far one way has been read. `at` None: not begun; `ended`: there is no more that matters."""

    way: Way
    drivers: Sequence[Sequence[Condition]]
    driver: int = 0
    at: list[int | None] = field(default_factory=list)
    size: int = FIRST
    ended: bool = False


def numbers(bearer: Bearer, wanted: Filter, count: int) -> list[int]:
    """The first `count` numbers that match, in the order wanted. Exact, however many chunks it takes."""
    every, given = ways(bearer, wanted)
    given |= {"tenant": bearer.tenant, "wanted": count}
    found: set[int] = set()
    for echo in (False, True):  # who only refers to what matches is few, and is looked for within what is found
        readings = [_begun(each, count) for each in every if each.echo is echo]
        if readings:
            _read(readings, wanted, given, found, count)
            while pending := [each for each in readings if not each.ended]:
                _read(pending[:1], wanted, given, found, count)
    return _best(found, wanted, count)


def _begun(way: Way, count: int) -> _Reading:
    drivers = way.drivers()
    for driver in drivers:
        if len(driver) == len(way.conditions):
            return _Reading(way, [driver], size=count + SLACK)
    return _Reading(way, [each for each in drivers if not any(set(each) < set(other) for other in drivers)])


def _read(readings: Sequence[_Reading], wanted: Filter, given: Given, found: set[int], count: int) -> None:
    floor = _floor(found, wanted, count)
    values, parts = dict(given), []
    for number, each in enumerate(readings):
        driver = each.drivers[each.driver]
        at = each.at[each.driver] if len(each.at) > each.driver else None
        bounds, bound = _bounds(wanted if at is None else replace(wanted, last=at), floor, f"_{number}")
        part = lists.chunk(number, each.way, driver, bounds, ascending=wanted.ascending)
        parts.append(part.replace(":size", f":size_{number}"))
        values |= bound | {f"size_{number}": each.size}
    rows = db.session.execute(text(" UNION ALL ".join(parts)), values).all()
    for number, each in enumerate(readings):
        mine = [row.seq for row in rows if row.way == number and row.hit is lists.HIT]
        last = [row.seq for row in rows if row.way == number and row.hit is lists.MORE]
        found.update(mine)
        at = mine[-1] if len(mine) == count else last[0] if last else None
        _advance(each, at, wanted, enough=len(set(mine)) == count)


def _advance(reading: _Reading, at: int | None, wanted: Filter, *, enough: bool) -> None:
    """`at`: everything up to there has been seen; None: the list has ended. Of several lists the one that got furthest
    with as many numbers is read on: it is the rarest."""
    if at is None or enough:
        reading.ended = True
        return
    reading.at[reading.driver:] = [at]
    if len(reading.at) < len(reading.drivers):
        reading.driver += 1
        return
    if len(reading.drivers) > 1:
        furthest = max if wanted.ascending else min
        seen = [each for each in reading.at if each is not None]
        best = seen.index(furthest(seen))
        reading.drivers, reading.driver, reading.at = [reading.drivers[best]], 0, [seen[best]]
    reading.size = min(reading.size * 4, MOST)


def _floor(found: set[int], wanted: Filter, count: int) -> int | None:
    """What lies beyond it is not needed any more."""
    return _best(found, wanted, count)[-1] if len(found) >= count else None


def _best(found: set[int], wanted: Filter, count: int) -> list[int]:
    return sorted(found, reverse=not wanted.ascending)[:count]


def _bounds(wanted: Filter, floor: int | None, suffix: str) -> tuple[str, Given]:
    """On the statement's own number, which is when it was stored: since excludes its instant, until includes it."""
    after, before = ("<", ">") if wanted.ascending else (">", "<")
    found = [
        (">", "since", wanted.since), ("<=", "until", wanted.until), ("<=", "through", wanted.through),
        (">" if wanted.ascending else "<", "last", wanted.last), (after, "floor", floor),
    ]  # fmt: skip
    given = {f"{name}{suffix}": value for _, name, value in found if value is not None}
    return "".join(f" AND {{0}} {sign} :{name}{suffix}" for sign, name, value in found if value is not None), given
