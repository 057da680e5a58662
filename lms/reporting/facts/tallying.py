"""Tallies of distinct people, kept from the facts: a person's share of them before and after, and the difference added.

What a person adds to the tallies follows from that person's facts alone, so bringing the tallies up to date costs as
much as the people about whom something is new, however many there are in all. A fact waits in `fact_pending` from the
transaction that wrote it until the tallies hold it: a job does that every minute, and pages say since when.

Distinct people over any run of months come from sums, for each row knows in which months those people were last in the
same cell: whoever was there before within the run is not counted again (`models.Tally`).
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text

from lms.core import clock
from lms.core.db import db
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
CHANGE, MOVED = "tally_change", "tally_moved"
LAYOUT = 2
"""Another number when what the rows of tallies mean changes."""


@dataclass(frozen=True)
class Freshness:
    """`at`: when the tallies were last brought up to date; `since`: the oldest fact that they do not hold, if any."""

    at: datetime | None
    waiting: int
    since: datetime | None


def freshness() -> Freshness:
    row = db.session.execute(
        text("SELECT (SELECT at FROM tally_mark), count(*), min(recorded_at) FROM fact_pending")
    ).one()  # fmt: skip
    return Freshness(*row)


def bring_up_to_date(people: int = 500) -> int:
    """Take in what is new, of so many people at most, and what the day has changed. How many facts were taken in.

    One at a time. Again changes nothing. What an earlier release laid out otherwise is counted anew, all at once.
    """
    db.session.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
    today = clock.today()
    day = db.session.scalar(text("SELECT day FROM tally_mark WHERE layout = :layout"), {"layout": LAYOUT})
    if day is None:
        waiting = freshness().waiting
        rebuild()
        return waiting
    pending = db.session.execute(
        text(
            "SELECT fact_id, p.person_id, kind FROM fact_pending AS p JOIN fact ON fact.id = fact_id"
            " WHERE p.person_id IS NULL OR p.person_id IN"
            " (SELECT person_id FROM fact_pending GROUP BY person_id ORDER BY min(recorded_at) LIMIT :people)"
        ),
        {"people": people},
    ).all()
    whom = {person for _, person, _ in pending if person is not None} | (others := _whom_the_day_changes(day, today))
    affected = {measure for _, _, kind in pending for measure in AFFECTED.get(FactKind(kind), ())}
    if pending or whom:
        _take_in([fact for fact, *_ in pending], sorted(whom), MEASURES if others else sorted(affected), day, today)
    _mark(today)
    return len(pending)


def _whom_the_day_changes(day: date, today: date) -> set[UUID]:
    """Of whom something began or ran out since: a certificate, activity, what was dated ahead."""
    if day >= today:
        return set()
    asked = (
        "SELECT person_id FROM fact WHERE person_id IS NOT NULL AND on_day > :day AND on_day <= :today"
        " UNION SELECT person_id FROM fact WHERE kind = 'certified' AND until >= :day AND until < :today"
        f" UNION SELECT person_id FROM fact WHERE kind = 'active' AND on_day > CAST(:day AS date) - {ACTIVE_FOR}"
        f" AND on_day <= CAST(:today AS date) - {ACTIVE_FOR}"
    )
    return {person for person in db.session.scalars(text(asked), {"day": day, "today": today}) if person is not None}


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


def _take_in(facts: Sequence[UUID], people: Sequence[UUID], measures: Sequence[str], day: date, today: date) -> None:
    """What these people add to these measures, without these facts and with them: where that differs, the rows are packed
    anew."""
    _new_table(CHANGE)
    _add_change(-1, people, measures, _FOLDED, {"today": day})
    db.session.execute(text("DELETE FROM fact_pending WHERE fact_id = ANY(:facts)"), {"facts": facts})
    _add_change(1, people, measures, _FOLDED, {"today": today})
    _new_table(MOVED)
    touched = f"(SELECT DISTINCT {ROW} FROM {MOVED})"
    for each in (
        f"INSERT INTO {MOVED} {_net(CHANGE)}",
        f"ANALYZE {MOVED}",
        f"INSERT INTO {MOVED} {UNPACKED.format(f'tally JOIN {touched} AS touched USING ({ROW})')}",
        f"DELETE FROM tally USING {touched} AS it WHERE ({_of('tally')}) = ({_of('it')})",
        f"INSERT INTO tally ({PACKED}) {packed(_net(MOVED))}",
    ):
        db.session.execute(text(each))


def _net(table: str) -> str:
    """What the rows of a sparse table come to."""
    return f"SELECT {ROW}, before, sum(n)::int AS n FROM {table} GROUP BY {ROW}, before HAVING sum(n) <> 0"


def _of(table: str) -> str:
    return ", ".join(f"{table}.{column}" for column in ROW.split(", "))


def _new_table(name: str) -> None:
    """Of sparse rows, this transaction's own."""
    db.session.execute(text(f"DROP TABLE IF EXISTS pg_temp.{name}"))
    columns = "place uuid, own boolean, what text, who text, measure text, month int, seen int, before int, n int"
    db.session.execute(text(f"CREATE TEMPORARY TABLE {name} ({columns}) ON COMMIT DROP"))


def _add_change(sign: int, people: Sequence[UUID], measures: Sequence[str], known: str, given: dict[str, Any]) -> None:
    """What these people add, or with -1 take away, into the changes."""
    share = f"SELECT {ROW}, before, {sign} * n FROM ({shares(known)}) AS share"
    with _planned("64MB"):
        db.session.execute(
            text(f"INSERT INTO {CHANGE} ({SPARSE}) {share}"),
            given | {"people": people, "nil": NIL, "measures": list(measures)},
        )


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
    name = anew()
    same = f"SELECT FROM {name} AS it WHERE ({_of('it')}, it.n, it.again) = ({_of('tally')}, tally.n, tally.again)"
    db.session.execute(text(f"DELETE FROM tally WHERE NOT EXISTS ({same})"))
    db.session.execute(text(f"INSERT INTO tally SELECT * FROM {name} ORDER BY {ROW} ON CONFLICT DO NOTHING"))
    rows = int(db.session.scalar(text(f"SELECT count(*) FROM {name}")) or 0)
    db.session.execute(text(f"DROP TABLE {name}"))
    return rows


def changes_to(at: datetime, people: int = 500) -> str:
    """What must be added to the tallies to have them as they would have been at that instant, in a table of this
    transaction's own; its name. `at` decides both what was known and what the day was.

    It costs as much as the people of whom the tallies hold something else, so many at a time. Nothing is taken in while
    the transaction lasts.
    """
    db.session.execute(text("SELECT pg_advisory_xact_lock_shared(:lock)"), {"lock": LOCK})
    day, then = db.session.scalar(text("SELECT day FROM tally_mark")), clock.on_the_day(at)
    changed = "SELECT person_id FROM fact_pending UNION SELECT person_id FROM fact WHERE recorded_at > :at"
    whom = {each for each in db.session.scalars(text(changed), {"at": at}) if each is not None}
    _new_table(CHANGE)
    if day is not None:
        some = sorted(whom | _whom_the_day_changes(min(day, then), max(day, then)))
        for start in range(0, len(some), people):
            _add_change(-1, some[start : start + people], MEASURES, _FOLDED, {"today": day})
            _add_change(1, some[start : start + people], MEASURES, _KNOWN, {"today": then, "at": at})
    return _kept_apart(packed(_net(CHANGE)), [{}])


def anew() -> str:
    """What the facts give that the tallies hold, for the day for which they hold, in a table of this transaction's own; its
    name. Nothing is taken in while the transaction lasts."""
    db.session.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
    day = db.session.scalar(text("SELECT day FROM tally_mark"))
    return _count_all(_FOLDED, {"today": day or clock.today()})


def as_known(at: datetime) -> str:
    """The tallies as they would have been at that instant, counted anew from the facts, in a table of this transaction's
    own; its name."""
    return _count_all(_KNOWN, {"at": at, "today": clock.on_the_day(at)})


def _count_all(known: str, given: dict[str, Any]) -> str:
    """A few measures at a time, for what does not fit into memory takes some gigabytes of the disk at national size."""
    each = [given | {"nil": NIL, "measures": list(MEASURES[start : start + 3])} for start in range(0, len(MEASURES), 3)]
    with _planned("128MB"):
        return _kept_apart(tallies(known), each)


def _kept_apart(rows: str, times: Sequence[dict[str, Any]]) -> str:
    """These rows in a table like the tallies; its name. `times`: what the statement is given, one time after the other."""
    name = "tally_then"
    db.session.execute(text(f"CREATE TEMPORARY TABLE {name} (LIKE tally) ON COMMIT DROP"))
    for given in times:
        db.session.execute(text(f"INSERT INTO {name} ({PACKED}) {rows}"), given)
    db.session.execute(text(f"CREATE UNIQUE INDEX ON {name} ({ROW})"))
    return name
