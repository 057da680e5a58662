"""One way's SQL: take some numbers from the list that drives, in order, and keep those that match.

Lists are narrow indexes whose last column is the number, so a list is read in order and stops where it is enough. What
else must hold is fenced off (OFFSET 0) and looked up number by number: the planner knows nothing of a single key and
would now and then join two large lists, or read one whole to sort it.
"""

from collections.abc import Sequence

from lms.xapi.finding.ways import Column, Condition, Reference, Way
from lms.xapi.models import ECHO, VOIDED


def chunk(way: Way, driver: Sequence[Condition], number: int, *, ascending: bool) -> str:
    """Rows (`number`, seq, true) of at most `wanted` that match, and one (`number`, seq, false) with the last number that
    was looked at, when the chunk ended before the list did and fewer than `wanted` were found.

    Parameters: those of the conditions, tenant, wanted, and numbered ones: size, low and high (numbers lie between them).
    """
    order = "ASC" if ascending else "DESC"
    taken, fits = (_taken_by_echo if way.echo else _taken)(way, driver, order)
    part = (
        f"(WITH taken AS MATERIALIZED ({taken} ORDER BY seq {order} LIMIT %(size)s),"
        f" fit AS MATERIALIZED (SELECT taken.seq FROM taken{fits} ORDER BY taken.seq {order} LIMIT %(wanted)s)"
        f" SELECT {number} AS way, seq, true AS hit FROM fit UNION ALL"
        f" SELECT {number}, seq, false FROM (SELECT seq FROM taken ORDER BY seq {order} OFFSET %(size)s - 1) AS last"
        " WHERE (SELECT count(*) FROM fit) < %(wanted)s)"
    )
    for name in ("size", "low", "high"):
        part = part.replace(f"%({name})s", f"%({name}_{number})s")
    return part


def _taken(way: Way, driver: Sequence[Condition], order: str) -> tuple[str, str]:
    others = [each for each in way.conditions if each not in driver]
    if any(isinstance(each, Reference) for each in driver):
        return _referred(driver, 0, order), f" WHERE {_own(way, others, 'taken.verb', 'taken.seq')}"
    listed = "".join(f" AND {_is('q', each)}" for each in driver)
    visible = _visible("q", way, others)
    verb = "q.verb, " if any(isinstance(each, Reference) for each in others) else ""  # not every list has it
    return (
        f"SELECT q.seq, {verb}{visible} AS fits FROM statement AS q"
        f" WHERE q.tenant = %(tenant)s{listed}{_within('q.seq')}"
    ), f" WHERE fits{_also(others, 'taken.verb', 'taken.seq')}"


def _taken_by_echo(way: Way, driver: Sequence[Condition], order: str) -> tuple[str, str]:
    """The conditions hold of the target, whose keys `statement_link` has; the number is that of who refers to it."""
    seen = _own(way, way.reach, "", "taken.seq")
    if isinstance(driver[0], Column):
        listed = "".join(f" AND {_is('e', each)}" for each in driver)
        rest = [_is("e", each) for each in way.columns if each not in driver]
        return (
            f"SELECT e.seq, e.verb, e.target_seq, {' AND '.join(rest) or 'true'} AS fits FROM statement_link AS e"
            f" WHERE e.tenant = %(tenant)s{listed}{_within('e.seq')}"
        ), f" WHERE fits{_also(way.references, 'taken.verb', 'taken.target_seq')} AND {seen}"
    columns = "".join(f" AND {_is('e', each)}" for each in way.columns)
    return _referred(driver, ECHO, order), (
        " WHERE EXISTS (SELECT FROM statement_link AS e WHERE e.tenant = %(tenant)s AND e.seq = taken.seq"
        f"{columns}{_also(way.references, 'e.verb', 'e.target_seq')} OFFSET 0) AND {seen}"
    )


def _referred(driver: Sequence[Condition], echo: int, order: str) -> str:
    """The list of a key in `statement_ref`; without a verb, those of all its verbs merged."""
    listed, *verb = driver
    assert isinstance(listed, Reference)
    of = f"r.tenant = %(tenant)s AND r.kind = {listed.kind | echo} AND r.key = {_of(listed)}"
    if verb:
        return f"SELECT r.seq, r.verb FROM statement_ref AS r WHERE {of} AND r.verb = {_of(verb[0])}{_within('r.seq')}"
    return (
        f"SELECT part.seq, part.verb FROM (WITH RECURSIVE known(verb) AS ("
        f"(SELECT r.verb FROM statement_ref AS r WHERE {of} ORDER BY r.verb LIMIT 1) UNION ALL"
        f" SELECT (SELECT r.verb FROM statement_ref AS r WHERE {of} AND r.verb > known.verb ORDER BY r.verb LIMIT 1)"
        " FROM known WHERE known.verb IS NOT NULL) SELECT verb FROM known WHERE verb IS NOT NULL) AS known"
        f" CROSS JOIN LATERAL (SELECT r.seq, r.verb FROM statement_ref AS r WHERE {of} AND r.verb = known.verb"
        f"{_within('r.seq')} ORDER BY r.seq {order} LIMIT %(size)s) AS part"
    )


def _own(way: Way, conditions: Sequence[Condition], verb: str, seq: str) -> str:
    """The statement of that number can be seen and meets the conditions; what is cheap to look up is first.

    The timestamp, which no list has, keeps the planner from looking for a number in a list of all actors, one after the
    other: in an empty month that seems to cost the same.
    """
    return (
        f"true{_also(conditions, verb, seq)} AND EXISTS (SELECT FROM statement AS q WHERE q.tenant = %(tenant)s"
        f" AND q.seq = {seq} AND {_visible('q', way, conditions)} AND q.timestamp > '-infinity' OFFSET 0)"
    )


def _visible(alias: str, way: Way, conditions: Sequence[Condition]) -> str:
    columns = [_is(alias, each) for each in conditions if isinstance(each, Column)]
    voided = [] if way.voided is None else [f"{alias}.flags & {VOIDED} {'=' if way.voided else '<>'} {VOIDED}"]
    return " AND ".join([*voided, *columns]) or "true"


def _also(conditions: Sequence[Condition], verb: str, seq: str) -> str:
    return "".join(
        f" AND EXISTS (SELECT FROM statement_ref AS r WHERE r.tenant = %(tenant)s AND r.kind = {int(each.kind)}"
        f" AND r.key = {_of(each)} AND r.verb = {verb} AND r.seq = {seq} OFFSET 0)"
        for each in conditions
        if isinstance(each, Reference)
    )


def _within(seq: str) -> str:
    return f" AND {seq} > %(low)s AND {seq} < %(high)s"


def _is(alias: str, each: Condition) -> str:
    assert isinstance(each, Column)
    return f"{alias}.{each.column} = {_of(each)}"


def _of(each: Condition) -> str:
    return f"%({each.parameter})s"
