"""One way's SQL: take some numbers from the list that drives, in order, and keep those that match.

Lists are narrow indexes whose last column is the number, so a list is read in order and stops where it is enough. What
else must hold is fenced off (OFFSET 0) and looked up number by number: the planner knows nothing of a single key and
would now and then join two large lists, or read one whole to sort it.
"""

from collections.abc import Sequence

from lms.xapi.finding.ways import Column, Condition, Reference, Way
from lms.xapi.models import ECHO, VOIDED

HIT, MORE = True, False


def chunk(number: int, way: Way, driver: Sequence[Condition], bounds: str, *, ascending: bool) -> str:
    """Rows (`number`, seq, HIT) of at most :wanted that match, and one (`number`, seq, MORE) with the last number that was
    looked at, when the :size of the chunk ended before the list did and fewer than :wanted were found."""
    order = "ASC" if ascending else "DESC"
    taken, fits = (_taken_by_echo if way.echo else _taken)(way, driver, bounds, order)
    return (
        f"(WITH taken AS MATERIALIZED ({taken} ORDER BY seq {order} LIMIT :size),"
        f" fit AS MATERIALIZED (SELECT taken.seq FROM taken{fits} ORDER BY taken.seq {order} LIMIT :wanted)"
        f" SELECT {number} AS way, seq, true AS hit FROM fit UNION ALL"
        f" SELECT {number}, seq, false FROM (SELECT seq FROM taken ORDER BY seq {order} OFFSET :size - 1) AS last"
        " WHERE (SELECT count(*) FROM fit) < :wanted)"
    )


def _taken(way: Way, driver: Sequence[Condition], bounds: str, order: str) -> tuple[str, str]:
    rest = [each for each in way.columns if each not in driver]
    others = [each for each in way.references if each not in driver]
    visible = " AND ".join([f"q.flags & {VOIDED} = 0", *(_is("q", each) for each in rest)])
    if not any(isinstance(each, Reference) for each in driver):
        listed = "".join(f" AND {_is('q', each)}" for each in driver)
        return (
            f"SELECT q.seq, q.verb, {visible} AS fits FROM statement AS q"
            f" WHERE q.tenant = :tenant{listed}{bounds.format('q.seq')}"
        ), " WHERE fits" + _also(others, "taken.verb", "taken.seq")
    return _referred(driver, 0, bounds, order), (
        f" CROSS JOIN LATERAL (SELECT q.verb, {visible} AS fits FROM statement AS q"
        " WHERE q.tenant = :tenant AND q.seq = taken.seq OFFSET 0) AS own WHERE own.fits"
        + _also(others, "own.verb", "taken.seq")
    )


def _taken_by_echo(way: Way, driver: Sequence[Condition], bounds: str, order: str) -> tuple[str, str]:
    """The conditions hold of the target, whose keys `statement_link` has; the number is that of who refers to it."""
    visible = " AND ".join([f"q.flags & {VOIDED} = 0", *(_is("q", each) for each in way.reach)])
    own = (
        f" EXISTS (SELECT FROM statement AS q WHERE q.tenant = :tenant AND q.seq = taken.seq AND {visible} OFFSET 0)"
    )
    if isinstance(driver[0], Column):
        rest = [_is("e", each) for each in way.columns if each not in driver]
        return (
            f"SELECT e.seq, e.verb, e.target_seq, {' AND '.join(rest) or 'true'} AS fits FROM statement_link AS e"
            f" WHERE e.tenant = :tenant AND {_is('e', driver[0])}{bounds.format('e.seq')}"
        ), f" WHERE fits AND{own}" + _also(way.references, "taken.verb", "taken.target_seq")
    all_ = "".join(f" AND {_is('e', each)}" for each in way.columns)
    return _referred(driver, ECHO, bounds, order), (
        " WHERE EXISTS (SELECT FROM statement_link AS e WHERE e.tenant = :tenant AND e.seq = taken.seq"
        f"{all_}{_also(way.references, 'e.verb', 'e.target_seq')} OFFSET 0) AND{own}"
    )


def _referred(driver: Sequence[Condition], echo: int, bounds: str, order: str) -> str:
    """The list of a key in `statement_ref`; without a verb, those of all its verbs merged."""
    listed, *verb = driver
    assert isinstance(listed, Reference)
    of = f"r.tenant = :tenant AND r.kind = {listed.kind | echo} AND r.key = :{listed.parameter}"
    if verb:
        return f"SELECT r.seq FROM statement_ref AS r WHERE {of} AND r.verb = :verb{bounds.format('r.seq')}"
    return (
        f"SELECT part.seq FROM (WITH RECURSIVE known(verb) AS ("
        f"(SELECT r.verb FROM statement_ref AS r WHERE {of} ORDER BY r.verb LIMIT 1) UNION ALL"
        f" SELECT (SELECT r.verb FROM statement_ref AS r WHERE {of} AND r.verb > known.verb ORDER BY r.verb LIMIT 1)"
        " FROM known WHERE known.verb IS NOT NULL) SELECT verb FROM known WHERE verb IS NOT NULL) AS known"
        f" CROSS JOIN LATERAL (SELECT r.seq FROM statement_ref AS r WHERE {of} AND r.verb = known.verb"
        f"{bounds.format('r.seq')} ORDER BY r.seq {order} LIMIT :size) AS part"
    )


def _is(alias: str, each: Condition) -> str:
    assert isinstance(each, Column)
    return f"{alias}.{each.column} = :{each.parameter}"


def _also(references: Sequence[Reference], verb: str, seq: str) -> str:
    return "".join(
        f" AND EXISTS (SELECT FROM statement_ref AS r WHERE r.tenant = :tenant AND r.kind = {int(each.kind)}"
        f" AND r.key = :{each.parameter} AND r.verb = {verb} AND r.seq = {seq} OFFSET 0)"
        for each in references
    )
