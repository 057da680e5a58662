"""Tallies of distinct people, kept from the facts: a person's share of them before and after, and the difference added.

What a person adds to the tallies follows from that person's facts alone, so bringing the tallies up to date costs as
much as the people about whom something is new, however many there are in all. A fact waits in `fact_pending` from the
transaction that wrote it until the tallies hold it: a job does that every minute, and pages say since when.

Distinct people over any run of months come from sums, for each row knows the month in which those people were last in
the same cell: whoever was there before within the run is not counted again (`models.Tally`).
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

NIL = UUID(int=0)
NEVER = date(1, 1, 1)
LOCK = 8_800_088
ACTIVE_FOR, CONVERTED_WITHIN = 91, 180

COUNTED = (
    FactKind.WAITLISTED, FactKind.ENROLLED, FactKind.ACCESSED, FactKind.ACTIVE, FactKind.LEARNED, FactKind.COMPLETED,
    FactKind.WITHDRAWN, FactKind.CERTIFIED, FactKind.AWARD_ENDED, FactKind.DECLINED, FactKind.UNPLACED,
    FactKind.PORTFOLIO_OPENED, FactKind.PORTFOLIO_SIGNED_OFF, FactKind.SIGN_OFF_WITHDRAWN, FactKind.ATTENDED,
)  # fmt: skip

OCCURRED = f"""
live AS MATERIALIZED (
    SELECT * FROM fact WHERE kind IN ({", ".join(f"'{kind}'" for kind in COUNTED)}) AND {{whose}} AND {{known}}
       AND on_day <= :today AND NOT EXISTS (SELECT FROM fact AS not_so WHERE not_so.cancels_id = fact.id
                                             AND {{known_not_so}})
), ends AS MATERIALIZED (
    SELECT thing_id, min(on_day) FILTER (WHERE kind = 'enrolled') AS enrolled,
           min(on_day) FILTER (WHERE kind = 'accessed') AS accessed,
           min(on_day) FILTER (WHERE kind = 'completed') AS completed,
           min(on_day) FILTER (WHERE kind = 'withdrawn') AS withdrawn,
           min(on_day) FILTER (WHERE kind = 'award_ended') AS award_ended,
           max(on_day) FILTER (WHERE kind = 'portfolio_signed_off') AS signed_off,
           max(on_day) FILTER (WHERE kind = 'sign_off_withdrawn') AS unsigned
    FROM live WHERE kind NOT IN ('active', 'certified', 'attended') GROUP BY thing_id
), placed_since AS MATERIALIZED (
    SELECT asked.id, min(got.on_day) AS on_day FROM live AS asked
      JOIN live AS got ON got.person_id = asked.person_id AND got.course_id = asked.course_id
     WHERE asked.kind IN ('declined', 'unplaced') AND got.kind = 'enrolled' AND got.on_day >= asked.on_day
     GROUP BY asked.id
), occurred AS (
    SELECT person_id, course_id, programme_code, levels, sector, organisation_id, organisation_lineage, staff_group,
           setting_code, language, measure, stock, live.on_day, from_day, until_day
    FROM live LEFT JOIN ends USING (thing_id) LEFT JOIN placed_since ON placed_since.id = live.id CROSS JOIN LATERAL (
        SELECT 'accessed' AS measure, false AS stock, live.on_day AS from_day, NULL::date AS until_day
         WHERE kind = 'accessed'
        UNION ALL SELECT 'enrolled', false, live.on_day, CASE WHEN ends.accessed <= withdrawn THEN NULL ELSE withdrawn END
         WHERE kind = 'enrolled'
        UNION ALL SELECT 'active', true, live.on_day, least(live.on_day + {ACTIVE_FOR}, ends.completed, withdrawn)
         WHERE kind = 'active'
        UNION ALL SELECT 'learned', false, live.on_day, NULL WHERE kind = 'learned'
        UNION ALL SELECT 'completed', false, live.on_day, NULL WHERE kind = 'completed'
        UNION ALL SELECT 'converted', false, ends.completed, NULL WHERE kind = 'enrolled'
             AND ends.completed <= live.on_day + {CONVERTED_WITHIN}
        UNION ALL SELECT 'certified', stock, live.on_day, least(live.until + 1, award_ended)
          FROM (VALUES (false), (true)) AS both_ways(stock) WHERE kind = 'certified'
        UNION ALL SELECT 'unmet', true, live.on_day, least(ends.enrolled, withdrawn, placed_since.on_day)
         WHERE kind IN ('waitlisted', 'declined', 'unplaced')
        UNION ALL SELECT 'portfolio', true, live.on_day, CASE WHEN unsigned >= signed_off THEN NULL ELSE signed_off END
         WHERE kind = 'portfolio_opened'
        UNION ALL SELECT 'attended', false, live.on_day, NULL WHERE kind = 'attended'
    ) AS it
), months AS (
    SELECT occurred.*, date_trunc('month', on_day)::date AS month, date_trunc('month', from_day)::date AS from_month,
           CASE WHEN until_day <= :today THEN date_trunc('month', until_day)::date END AS until_month
    FROM occurred WHERE from_day <= :today AND (until_day IS NULL OR from_day < until_day)
), timed AS MATERIALIZED (
    SELECT *, dense_rank() OVER (ORDER BY organisation_id, organisation_lineage, sector, staff_group, setting_code,
                                 language) AS kin, dense_rank() OVER (ORDER BY programme_code, levels, course_id) AS topic
    FROM months WHERE until_month IS NULL OR from_month < until_month
)"""
"""What counts for each measure: of whom, in which month, seen from which month on and until when (None: still).

`stock`: it is asked of whom that is so in a month, and not to whom it happened in some months. `kin`: who then was the
same in everything by which people are told apart; `topic`: the same for what is about the same.
"""

CELLS = """
circle AS MATERIALIZED (
    SELECT kin, place, own, who, but, dense_rank() OVER (ORDER BY place, own, who) AS circle
    FROM (SELECT DISTINCT ON (kin) * FROM timed ORDER BY kin) AS kind_of_person
    CROSS JOIN LATERAL (
        SELECT CAST(:nil AS uuid) AS place, false AS own
        UNION ALL SELECT unnest(organisation_lineage[2:]), false
        UNION ALL SELECT coalesce(organisation_id, CAST(:nil AS uuid)), true WHERE organisation_id IS NULL
            OR EXISTS (SELECT FROM organisation AS child WHERE child.parent_id = kind_of_person.organisation_id)
    ) AS at_place
    CROSS JOIN LATERAL (
        SELECT '' AS who, '' AS but
        UNION ALL SELECT 's:' || sector, '' WHERE sector IS NOT NULL
        UNION ALL SELECT 'r:' || coalesce(staff_group, 'none'), 'c' WHERE NOT own
        UNION ALL SELECT 't:' || coalesce(setting_code, 'none'), 'c' WHERE NOT own
        UNION ALL SELECT 'w:' || language, 'l' WHERE language IS NOT NULL AND NOT own
    ) AS of_whom
), subject AS MATERIALIZED (
    SELECT topic, what FROM (SELECT DISTINCT ON (topic) * FROM timed ORDER BY topic) AS taught CROSS JOIN LATERAL (
        SELECT '' AS what
        UNION ALL SELECT 'p:' || programme_code WHERE programme_code IS NOT NULL
        UNION ALL SELECT 'l:' || unnest(levels)
        UNION ALL SELECT 'c:' || course_id WHERE course_id IS NOT NULL
    ) AS of_what
)"""
"""The grid: the circles of people that somebody is of, and the subjects that something is about. Whatever is not in it is
not asked. `but`: about which kind of subject that circle is not asked.
"""

ASKED = "(but = '' OR left(what, 1) <> but)"
SHARES = f"""
WITH {OCCURRED}, {CELLS}, settled AS MATERIALIZED (
    SELECT person_id, measure, min(kin) AS kin FROM timed GROUP BY person_id, measure HAVING min(kin) = max(kin)
), counted AS MATERIALIZED (
    SELECT person_id, measure, stock, timed.kin AS whom, what, month, from_month, until_month
    FROM timed JOIN settled USING (person_id, measure) JOIN subject USING (topic)
    UNION ALL SELECT person_id, measure, stock, -circle, what, month, from_month, until_month
    FROM timed LEFT JOIN settled USING (person_id, measure) JOIN circle ON circle.kin = timed.kin JOIN subject USING (topic)
    WHERE settled.kin IS NULL AND {ASKED}
), placed AS MATERIALIZED (
    SELECT person_id, measure, whom, what, month, from_month,
           CASE WHEN bool_or(until_month IS NULL) THEN NULL ELSE max(until_month) END AS until_month,
           bool_and(bool_and(until_month IS NULL) AND from_month = month)
               OVER (PARTITION BY person_id, measure, whom, what) AS lasts
    FROM counted WHERE NOT stock GROUP BY person_id, measure, whom, what, month, from_month
), lasting AS (
    SELECT whom, what, measure, month AS point, month,
           lag(month, 1, DATE '0001-01-01') OVER (PARTITION BY person_id, measure, whom, what ORDER BY month) AS before,
           1 AS sign
    FROM placed WHERE lasts
), passing AS MATERIALIZED (
    SELECT measure, whom, what, dense_rank() OVER (ORDER BY person_id, measure, whom, what) AS cell, month, from_month,
           until_month
    FROM placed WHERE NOT lasts
), points AS MATERIALIZED (
    SELECT cell, point, lead(point) OVER (PARTITION BY cell ORDER BY point) AS next FROM (
        SELECT cell, from_month AS point FROM passing
        UNION SELECT cell, until_month FROM passing WHERE until_month IS NOT NULL
    ) AS every
), held AS (
    SELECT DISTINCT whom, what, measure, cell, point, next, month FROM points JOIN passing USING (cell)
    WHERE from_month <= point AND (until_month IS NULL OR point < until_month)
), linked AS MATERIALIZED (
    SELECT *, lag(month, 1, DATE '0001-01-01') OVER (PARTITION BY cell, point ORDER BY month) AS before FROM held
), steps AS (
    SELECT person_id, whom, what, measure, point,
           sum(sum(step)) OVER (PARTITION BY person_id, measure, whom, what ORDER BY point) AS holds, sum(step) AS step
    FROM (SELECT *, from_month AS point, 1 AS step FROM counted WHERE stock
          UNION ALL SELECT *, until_month, -1 FROM counted WHERE stock AND until_month IS NOT NULL) AS comes_and_goes
    GROUP BY person_id, measure, whom, what, point
), grouped AS MATERIALIZED (
    SELECT whom, what, measure, point, month, before, sum(sign)::int AS n FROM (
        SELECT * FROM lasting
        UNION ALL SELECT whom, what, measure, point, month, before, 1 FROM linked
        UNION ALL SELECT whom, what, measure, next, month, before, -1 FROM linked WHERE next IS NOT NULL
        UNION ALL SELECT whom, what, measure, point, DATE '0001-01-01', DATE '0001-01-01',
                         (holds > 0)::int - (holds - step > 0)::int FROM steps
    ) AS changes GROUP BY whom, what, measure, point, month, before HAVING sum(sign) <> 0
), summed AS (
    SELECT circle, what, measure, month, before, point AS seen, sum(n)::int AS n FROM grouped JOIN (
        SELECT kin AS whom, circle, but FROM circle UNION ALL SELECT DISTINCT -circle, circle, '' FROM circle
    ) AS every USING (whom) WHERE {ASKED} GROUP BY circle, what, measure, month, before, point HAVING sum(n) <> 0
)
SELECT place, own, what, who, measure, month, before, seen, n
FROM summed JOIN (SELECT DISTINCT circle, place, own, who FROM circle) AS named USING (circle)"""
"""What these people add to the tallies: at each month in which anything changes, what then holds, less what held.

Who was always of one kin has the same history in all its circles: it is told once, summed with that of others of the kin,
and then laid out; somebody who changed has one history in each circle. Most of what happened lasts, and is told by one
pass; only what passes needs its months compared.
"""

_KNOWN = "{0}.recorded_at <= :at"
_FOLDED = "NOT EXISTS (SELECT FROM fact_pending WHERE fact_id = {0}.id)"
CELL = "place, own, what, who, measure, month, before, seen"
COLUMNS = f"{CELL}, n"
CHANGE = "tally_change"
LAYOUT = 2
"""Another number when what the rows of tallies mean changes."""


def shares(*, known: str = "true", everybody: bool = False) -> str:
    """The statement of what `:people` add. `known`: which facts, as a condition with `{0}` for their table."""
    whose = "person_id IS NOT NULL" if everybody else "person_id = ANY(:people)"
    return SHARES.format(whose=whose, known=known.format("fact"), known_not_so=known.format("not_so"))


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
            "SELECT fact_id, person_id FROM fact_pending WHERE person_id IS NULL OR person_id IN"
            " (SELECT person_id FROM fact_pending GROUP BY person_id ORDER BY min(recorded_at) LIMIT :people)"
        ),
        {"people": people},
    ).all()
    whom = {person for _, person in pending if person is not None} | _whom_the_day_changes(day, today)
    if pending or whom:
        _take_in([fact for fact, _ in pending], sorted(whom), day, today)
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
    """The planner knows nothing of how many rows the steps of SHARES have: it would compare each with each, and remember
    what is asked once. `memory`: for each step, beyond which it writes to the disk."""
    _set(enable_nestloop="off", enable_memoize="off", work_mem=memory)
    yield
    _set(enable_nestloop="on", enable_memoize="on")


def _set(**settings: str) -> None:
    """Until the transaction ends."""
    asked = ", ".join(f"set_config('{name}', '{value}', true)" for name, value in settings.items())
    db.session.execute(text(f"SELECT {asked}"))


def _take_in(facts: Sequence[UUID], people: list[UUID], day: date, today: date) -> None:
    _new_changes()
    _add_change(-1, people, _FOLDED, {"today": day})
    db.session.execute(text("DELETE FROM fact_pending WHERE fact_id = ANY(:facts)"), {"facts": facts})
    _add_change(1, people, _FOLDED, {"today": today})
    db.session.execute(
        text(
            f"INSERT INTO tally ({COLUMNS}) SELECT {CELL}, sum(n) FROM {CHANGE} GROUP BY {CELL} HAVING sum(n) <> 0"
            f" ON CONFLICT ({CELL}) DO UPDATE SET n = tally.n + excluded.n"
        )
    )
    db.session.execute(
        text(
            f"DELETE FROM tally USING {CHANGE} AS it WHERE tally.n = 0 AND (tally.place, tally.own, tally.what,"
            " tally.who, tally.measure, tally.month, tally.before, tally.seen)"
            " = (it.place, it.own, it.what, it.who, it.measure, it.month, it.before, it.seen)"
        )
    )


def _new_changes() -> None:
    db.session.execute(text(f"DROP TABLE IF EXISTS {CHANGE}"))
    db.session.execute(text(f"CREATE TEMPORARY TABLE {CHANGE} (LIKE tally) ON COMMIT DROP"))


def _add_change(sign: int, people: Sequence[UUID], known: str, given: dict[str, Any]) -> None:
    """What these people add, or with -1 take away, into the changes."""
    share = f"SELECT {CELL}, {sign} * n FROM ({shares(known=known)}) AS share"
    with _planned("64MB"):
        db.session.execute(text(f"INSERT INTO {CHANGE} ({COLUMNS}) {share}"), given | {"people": people, "nil": NIL})


def _mark(today: date) -> None:
    db.session.execute(
        text(
            "INSERT INTO tally_mark (id, day, at, layout) VALUES (1, :day, :at, :layout)"
            " ON CONFLICT (id) DO UPDATE SET day = :day, at = :at, layout = :layout"
        ),
        {"day": today, "at": clock.now(), "layout": LAYOUT},
    )


def rebuild() -> int:
    """Count everything anew. How many rows the tallies then have."""
    db.session.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
    db.session.execute(text("TRUNCATE tally"))
    db.session.execute(text("DELETE FROM fact_pending"))
    rows = _count_all("tally", "true", {"today": clock.today()})
    _mark(clock.today())
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
    _new_changes()
    if day is not None:
        some = sorted(whom | _whom_the_day_changes(min(day, then), max(day, then)))
        for start in range(0, len(some), people):
            _add_change(-1, some[start : start + people], _FOLDED, {"today": day})
            _add_change(1, some[start : start + people], _KNOWN, {"today": then, "at": at})
    db.session.execute(text(f"CREATE INDEX ON {CHANGE} ({CELL})"))
    return CHANGE


def as_known(at: datetime) -> str:
    """The tallies as they would have been at that instant, counted anew from the facts, in a table of this transaction's
    own; its name."""
    name = "tally_then"
    db.session.execute(text(f"CREATE TEMPORARY TABLE {name} (LIKE tally) ON COMMIT DROP"))
    _count_all(name, _KNOWN, {"at": at, "today": clock.on_the_day(at)})
    db.session.execute(text(f"CREATE UNIQUE INDEX ON {name} ({CELL}) INCLUDE (n)"))
    return name


def _count_all(table: str, known: str, given: dict[str, Any]) -> int:
    """What all the facts give, into an empty table, in the order of its key. How many rows."""
    found = text(f"INSERT INTO {table} ({COLUMNS}) {shares(known=known, everybody=True)} ORDER BY {CELL}")
    with _planned("256MB"):
        rows = db.session.execute(found, given | {"nil": NIL}).rowcount  # type: ignore[attr-defined]
    return int(rows)
