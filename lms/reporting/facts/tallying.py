"""Tallies of distinct people, kept from the facts: a person's share of them before and after, and the difference added.
So are the counts of what happened (`events.py`), which are no people.

What a person adds to the tallies follows from that person's facts alone, so bringing the tallies up to date costs as
much as the people about whom something is new, however many there are in all. A fact waits in `fact_pending` from the
transaction that wrote it until the tallies hold it: a job does that every minute, and pages say since when.

Distinct people over any run of months come from sums, for each row knows in which months those people were last in the
same cell: whoever was there before within the run is not counted again (`models.Tally`).
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text

from lms.core import clock
from lms.core.db import db
from lms.reporting.facts import events
from lms.reporting.facts.models import FactKind
from lms.reporting.facts.shares import (
    ACTIVE_FOR,
    AFFECTED,
    MEASURES,
    NIL,
    PACKED,
    ROW,
    SPARSE,
    UNPACKED,
    packed,
    shares,
    tallies,
)

LOCK = 8_800_088
_KNOWN = "{0}.recorded_at <= :at"
_FOLDED = "NOT EXISTS (SELECT FROM fact_pending WHERE fact_id = {0}.id)"
MOVED = "tally_moved"
LAYOUT = 3
"""Another number when what the rows that are kept mean changes."""


@dataclass(frozen=True)
class Kept:
    """A table that follows the facts. `row`: the columns that tell its rows apart; `sums`: the others."""

    table: str
    row: str
    sums: str

    @property
    def then(self) -> str:
        """What was counted anew for it, or must be added to it: a table of one transaction's own."""
        return f"{self.table}_then"

    @property
    def change(self) -> str:
        return f"{self.table}_change"

    def of(self, name: str, *others: str) -> str:
        """Its key, of the table of that name."""
        return ", ".join(f"{name}.{column}" for column in (*self.row.split(", "), *others))


PEOPLE, EVENTS = Kept("tally", ROW, "n, again"), Kept("event_count", events.ROW, "n")
KEPT = (PEOPLE, EVENTS)


@dataclass(frozen=True)
class Freshness:
    """`at`: when the tallies were last brought up to date; `since`: the oldest fact that they do not hold, if any."""

    at: datetime | None
    waiting: int
    since: datetime | None


def freshness() -> Freshness:
    row = db.session.execute(
        text("SELECT (SELECT at FROM tally_mark WHERE layout = :layout), count(*), min(recorded_at) FROM fact_pending"),
        {"layout": LAYOUT},
    ).one()
    return Freshness(*row)


def counted_for() -> date | None:
    """The day for which all that is kept holds; None: nothing has been counted yet, or as an earlier release did."""
    day: date | None = db.session.scalar(text("SELECT day FROM tally_mark WHERE layout = :layout"), {"layout": LAYOUT})
    return day


def bring_up_to_date(people: int = 500) -> int:
    """Take in what is new, of so many people at most, and what the day has changed. How many facts were taken in.

    One at a time. Again changes nothing. What an earlier release laid out otherwise is counted anew, all at once.
    """
    db.session.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
    today, day = clock.today(), counted_for()
    if day is None:
        waiting = freshness().waiting
        rebuild()
        return waiting
    pending = db.session.execute(
        text(
            "SELECT fact_id, p.person_id, kind, cancels_id FROM fact_pending AS p JOIN fact ON fact.id = fact_id"
            " WHERE p.person_id IS NULL OR p.person_id IN"
            " (SELECT person_id FROM fact_pending GROUP BY person_id ORDER BY min(recorded_at) LIMIT :people)"
        ),
        {"people": people},
    ).all()
    every = [*pending, *_what_the_day_changes(day, today)]
    if every:
        _take_in([fact for fact, *_ in pending], Whose.of(every), _affected(every), day, today)
    _mark(today)
    return len(pending)


def _affected(facts: Iterable[Any]) -> list[str]:
    """Which measures they can change."""
    return sorted({measure for _, _, kind, _ in facts for measure in AFFECTED.get(FactKind(kind), ())})


@dataclass(frozen=True)
class Whose:
    """Facts of these people, and these facts that are about nobody."""

    people: Sequence[UUID]
    alone: Sequence[UUID] = ()

    @staticmethod
    def of(facts: Iterable[Any]) -> "Whose":
        """Those of whom something changes with these facts: (id, person, kind, what it cancels)."""
        people, alone = set(), set()
        for id, person, _kind, cancelled in facts:
            if person is None:
                alone |= {id, cancelled} - {None}
            else:
                people.add(person)
        return Whose(sorted(people), sorted(alone))

    def parts(self, people: int) -> "Iterator[Whose]":
        """So many people at a time."""
        yield Whose(self.people[:people], self.alone)
        yield from (Whose(self.people[start : start + people]) for start in range(people, len(self.people), people))


def _what_the_day_changes(day: date, today: date) -> list[Any]:
    """Facts that began to hold or ran out since: a certificate, activity, a fortnight for a review, what was dated ahead."""
    if day >= today:
        return []
    ends = "kind = '{0}' AND on_day > CAST(:day AS date) - {1} AND on_day <= CAST(:today AS date) - {1}"
    changed = (
        "on_day > :day AND on_day <= :today",
        "kind = 'certified' AND until >= :day AND until < :today",
        ends.format("active", ACTIVE_FOR),
        ends.format("item_submitted", events.OVERDUE_AFTER + 1),
    )
    asked = " UNION ".join(f"SELECT id, person_id, kind, cancels_id FROM fact WHERE {each}" for each in changed)
    return list(db.session.execute(text(asked), {"day": day, "today": today}))


@contextmanager
def _planned(memory: str) -> Iterator[None]:
    """The planner knows nothing of how many rows the steps of SHARES have: it would compare each with each, remember what is
    asked once, and group in memory what does not fit there, where one sort serves the steps that follow as well.
    `memory`: for each step, beyond which it writes to the disk."""
    off = ("enable_nestloop", "enable_memoize", "enable_hashagg")
    _set(work_mem=memory, **dict.fromkeys(off, "off"))
    yield
    _set(**dict.fromkeys(off, "on"))


def _set(**settings: str) -> None:
    """Until the transaction ends."""
    asked = ", ".join(f"set_config('{name}', '{value}', true)" for name, value in settings.items())
    db.session.execute(text(f"SELECT {asked}"))


def _take_in(facts: Sequence[UUID], whose: Whose, measures: Sequence[str], day: date, today: date) -> None:
    """What they add to these measures and to the counts, without these facts and with them: where that differs, the rows are
    packed anew."""
    _new_changes()
    _add_change(-1, whose, measures, _FOLDED, {"today": day})
    db.session.execute(text("DELETE FROM fact_pending WHERE fact_id = ANY(:facts)"), {"facts": facts})
    _add_change(1, whose, measures, _FOLDED, {"today": today})
    touched = f"(SELECT DISTINCT {ROW} FROM {MOVED})"
    for each in (
        f"INSERT INTO {MOVED} {_net(PEOPLE.change)}",
        f"ANALYZE {MOVED}",
        f"INSERT INTO {MOVED} {UNPACKED.format(f'tally JOIN {touched} AS touched USING ({ROW})')}",
        f"DELETE FROM tally USING {touched} AS it WHERE ({PEOPLE.of('tally')}) = ({PEOPLE.of('it')})",
        f"INSERT INTO tally ({PACKED}) {packed(_net(MOVED))}",
        f"INSERT INTO event_count {_net_of_events()}"
        f" ON CONFLICT ({events.ROW}) DO UPDATE SET n = event_count.n + excluded.n",
        f"DELETE FROM event_count USING {EVENTS.change} AS it"
        f" WHERE event_count.n = 0 AND ({EVENTS.of('event_count')}) = ({EVENTS.of('it')})",
    ):
        db.session.execute(text(each))


def _net(table: str) -> str:
    """What the rows of a sparse table come to."""
    return f"SELECT {ROW}, before, sum(n)::int AS n FROM {table} GROUP BY {ROW}, before HAVING sum(n) <> 0"


def _net_of_events() -> str:
    return f"SELECT {events.ROW}, sum(n)::int AS n FROM {EVENTS.change} GROUP BY {events.ROW} HAVING sum(n) <> 0"


def _new_changes() -> None:
    """Tables of what is added and taken away, this transaction's own."""
    sparse = "place uuid, own boolean, what text, who text, measure text, month int, seen int, before int, n int"
    for name, columns in ((PEOPLE.change, sparse), (MOVED, sparse), (EVENTS.change, "LIKE event_count")):
        db.session.execute(text(f"DROP TABLE IF EXISTS pg_temp.{name}"))
        db.session.execute(text(f"CREATE TEMPORARY TABLE {name} ({columns}) ON COMMIT DROP"))


def _add_change(sign: int, whose: Whose, measures: Sequence[str], known: str, given: dict[str, Any]) -> None:
    """What they add, or with -1 take away, into the changes."""
    asked = given | {"people": whose.people, "alone": whose.alone, "nil": NIL, "measures": list(measures)}
    share = f"SELECT {ROW}, before, {sign} * n FROM ({shares(known)}) AS share"
    with _planned("64MB"):
        db.session.execute(text(f"INSERT INTO {PEOPLE.change} ({SPARSE}) {share}"), asked)
    counts = events.counts("(person_id = ANY(:people) OR id = ANY(:alone))", known)
    share = f"SELECT {events.ROW}, {sign} * n FROM ({counts}) AS share"
    db.session.execute(text(f"INSERT INTO {EVENTS.change} {share}"), asked)


def _mark(today: date) -> None:
    db.session.execute(
        text(
            "INSERT INTO tally_mark (id, day, at, layout) VALUES (1, :day, :at, :layout)"
            " ON CONFLICT (id) DO UPDATE SET day = :day, at = :at, layout = :layout"
        ),
        {"day": today, "at": clock.now(), "layout": LAYOUT},
    )


def rebuild() -> int:
    """Count everything anew and put right what differs; who reads meanwhile finds what was there. How many rows there are."""
    db.session.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
    db.session.execute(text("DELETE FROM fact_pending"))
    _mark(clock.today())
    anew()
    return sum(_put_right(each) for each in KEPT)


def _put_right(kept: Kept) -> int:
    table, then = kept.table, kept.then
    sums = kept.sums.split(", ")
    same = f"SELECT FROM {then} AS it WHERE ({kept.of('it', *sums)}) = ({kept.of(table, *sums)})"
    db.session.execute(text(f"DELETE FROM {table} WHERE NOT EXISTS ({same})"))
    db.session.execute(text(f"INSERT INTO {table} SELECT * FROM {then} ORDER BY {kept.row} ON CONFLICT DO NOTHING"))
    rows = int(db.session.scalar(text(f"SELECT count(*) FROM {then}")) or 0)
    db.session.execute(text(f"DROP TABLE {then}"))
    return rows


def changes_to(at: datetime, people: int = 500) -> None:
    """What must be added to all that is kept to have it as it would have been at that instant, into tables of this
    transaction's own (`Kept.then`). `at` decides both what was known and what the day was.

    It costs as much as the people of whom something else is kept, so many at a time. Nothing is taken in while the
    transaction lasts. Only where `counted_for` gives a day.
    """
    db.session.execute(text("SELECT pg_advisory_xact_lock_shared(:lock)"), {"lock": LOCK})
    day, then = counted_for() or clock.today(), clock.on_the_day(at)
    changed = (
        "SELECT fact.id, fact.person_id, kind, cancels_id FROM fact_pending JOIN fact ON fact.id = fact_id"
        " UNION SELECT id, person_id, kind, cancels_id FROM fact WHERE recorded_at > :at"
    )
    every = [*db.session.execute(text(changed), {"at": at}), *_what_the_day_changes(min(day, then), max(day, then))]
    _new_changes()
    for some in Whose.of(every).parts(people):
        _add_change(-1, some, _affected(every), _FOLDED, {"today": day})
        _add_change(1, some, _affected(every), _KNOWN, {"today": then, "at": at})
    _keep_apart(PEOPLE, packed(_net(PEOPLE.change)), [{}])
    _keep_apart(EVENTS, _net_of_events(), [{}])


def anew() -> None:
    """What the facts give, for the day for which that which is kept holds, into tables of this transaction's own
    (`Kept.then`). Nothing is taken in while the transaction lasts."""
    db.session.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
    _count_all(_FOLDED, {"today": counted_for() or clock.today()})


def as_known(at: datetime) -> None:
    """The same as it would have been at that instant, counted anew from the facts."""
    _count_all(_KNOWN, {"at": at, "today": clock.on_the_day(at)})


def _count_all(known: str, given: dict[str, Any]) -> None:
    """A few measures at a time, for what does not fit into memory takes some gigabytes of the disk at national size."""
    each = [given | {"nil": NIL, "measures": list(MEASURES[start : start + 3])} for start in range(0, len(MEASURES), 3)]
    with _planned("128MB"):
        _keep_apart(PEOPLE, tallies(known), each)
        _keep_apart(EVENTS, events.counts("true", known), [given | {"nil": NIL}])


def _keep_apart(kept: Kept, rows: str, times: Sequence[dict[str, Any]]) -> None:
    """These rows in a table like the one that is kept. `times`: what the statement is given, one time after the other."""
    db.session.execute(text(f"CREATE TEMPORARY TABLE {kept.then} (LIKE {kept.table}) ON COMMIT DROP"))
    for given in times:
        db.session.execute(text(f"INSERT INTO {kept.then} ({kept.row}, {kept.sums}) {rows}"), given)
    db.session.execute(text(f"CREATE UNIQUE INDEX ON {kept.then} ({kept.row})"))
