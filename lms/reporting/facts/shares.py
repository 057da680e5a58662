"""What people add to the tallies, as SQL: it follows from the facts about each of them alone.

In steps: which facts hold, what they count for and when, in which circles of people and about which subjects, and what that
person's months are then.
"""

from uuid import UUID

from lms.reporting.facts.models import FactKind

NIL = UUID(int=0)
"""The place of everybody, and of those who are in none."""
ACTIVE_FOR, CONVERTED_WITHIN = 91, 180

MEASURES = (
    "accessed", "enrolled", "active", "learned", "completed", "converted", "certified", "unmet", "portfolio", "attended",
    "expected", "late", "booked",
)  # fmt: skip

MONTH = "(extract(year FROM {0}) * 12 + extract(month FROM {0}) - 1)::int"
"""Months are counted from year 0 (`rules.periods.month_number`); 0 is never."""

AFFECTED: dict[FactKind, tuple[str, ...]] = {
    FactKind.WAITLISTED: ("unmet",),
    FactKind.ENROLLED: ("enrolled", "converted", "unmet"),
    FactKind.ACCESSED: ("accessed", "enrolled"),
    FactKind.ACTIVE: ("active",),
    FactKind.LEARNED: ("learned",),
    FactKind.COMPLETED: ("completed", "converted", "active"),
    FactKind.WITHDRAWN: ("enrolled", "active", "unmet"),
    FactKind.CERTIFIED: ("certified",),
    FactKind.AWARD_ENDED: ("certified",),
    FactKind.DECLINED: ("unmet",),
    FactKind.UNPLACED: ("unmet",),
    FactKind.PORTFOLIO_OPENED: ("portfolio",),
    FactKind.PORTFOLIO_SIGNED_OFF: ("portfolio",),
    FactKind.SIGN_OFF_WITHDRAWN: ("portfolio",),
    FactKind.ATTENDED: ("attended", "expected", "booked"),
    FactKind.DID_NOT_ATTEND: ("expected", "booked"),
    FactKind.CANCELLED_LATE: ("late", "booked"),
    FactKind.CANCELLED: MEASURES,
}
"""Which measures a fact of that kind can change. Others count for none."""
COUNTED = tuple(kind for kind in AFFECTED if kind is not FactKind.CANCELLED)

OCCURRED = f"""
live AS MATERIALIZED (
    SELECT id, kind, person_id, thing_id, on_day, until, course_id, programme_code, levels, sector, organisation_id,
           organisation_lineage, staff_group, setting_code, language
    FROM fact WHERE kind IN ({", ".join(f"'{kind}'" for kind in COUNTED)}) AND {{whose}} AND {{holds}}
), ends AS MATERIALIZED (
    SELECT thing_id, min(on_day) FILTER (WHERE kind = 'enrolled') AS enrolled,
           min(on_day) FILTER (WHERE kind = 'accessed') AS accessed,
           min(on_day) FILTER (WHERE kind = 'completed') AS completed,
           min(on_day) FILTER (WHERE kind = 'withdrawn') AS withdrawn,
           min(on_day) FILTER (WHERE kind = 'award_ended') AS award_ended,
           max(on_day) FILTER (WHERE kind = 'portfolio_signed_off') AS signed_off,
           max(on_day) FILTER (WHERE kind = 'sign_off_withdrawn') AS unsigned
    FROM live WHERE kind NOT IN ('active', 'certified', 'attended', 'did_not_attend', 'cancelled_late') GROUP BY thing_id
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
        UNION ALL SELECT 'expected', false, live.on_day, NULL WHERE kind IN ('attended', 'did_not_attend')
        UNION ALL SELECT 'late', false, live.on_day, NULL WHERE kind = 'cancelled_late'
        UNION ALL SELECT 'booked', false, live.on_day, NULL WHERE kind IN ('attended', 'did_not_attend', 'cancelled_late')
    ) AS it
), months AS (
    SELECT occurred.*, {MONTH.format("on_day")} AS month, {MONTH.format("from_day")} AS from_month,
           CASE WHEN until_day <= :today THEN {MONTH.format("until_day")} END AS until_month
    FROM occurred WHERE measure = ANY(:measures) AND from_day <= :today AND (until_day IS NULL OR from_day < until_day)
), timed AS MATERIALIZED (
    SELECT *, dense_rank() OVER (ORDER BY organisation_id, organisation_lineage, sector, staff_group, setting_code,
                                 language) AS kin, dense_rank() OVER (ORDER BY programme_code, levels, course_id) AS topic
    FROM months WHERE until_month IS NULL OR from_month < until_month
)"""
"""What counts for each measure: of whom, in which month, seen from which month on and until when (None: still).

`stock`: it is asked of whom that is so in a month, and not to whom it happened in some months. `kin`: who then was the
same in everything by which people are told apart; `topic`: the same for what is about the same.
"""

SUBJECTS = """
        SELECT '' AS what
        UNION ALL SELECT 'p:' || programme_code WHERE programme_code IS NOT NULL
        UNION ALL SELECT 'l:' || unnest(levels)
        UNION ALL SELECT 'c:' || course_id WHERE course_id IS NOT NULL"""
"""What something is about, of a row that has these columns."""
CELLS = f"""
circle AS MATERIALIZED (
    SELECT kin, place, own, who, but, dense_rank() OVER (ORDER BY place, own, who) AS circle
    FROM (
        SELECT DISTINCT kin, organisation_id, organisation_lineage, sector, staff_group, setting_code, language FROM timed
    ) AS kind_of_person
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
    SELECT topic, what, dense_rank() OVER (ORDER BY what) AS theme
    FROM (SELECT DISTINCT topic, programme_code, levels, course_id FROM timed) AS taught CROSS JOIN LATERAL ({SUBJECTS}
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
    SELECT person_id, measure, stock, timed.kin AS whom, theme, month, from_month, until_month
    FROM timed JOIN settled USING (person_id, measure) JOIN subject USING (topic)
    UNION ALL SELECT person_id, measure, stock, -circle, theme, month, from_month, until_month
    FROM timed LEFT JOIN settled USING (person_id, measure) JOIN circle ON circle.kin = timed.kin JOIN subject USING (topic)
    WHERE settled.kin IS NULL AND {ASKED}
), placed AS MATERIALIZED (
    SELECT person_id, measure, whom, theme, month, from_month,
           CASE WHEN bool_or(until_month IS NULL) THEN NULL ELSE max(until_month) END AS until_month,
           bool_and(bool_and(until_month IS NULL) AND from_month = month)
               OVER (PARTITION BY person_id, measure, whom, theme) AS lasts
    FROM counted WHERE NOT stock GROUP BY person_id, measure, whom, theme, month, from_month
), lasting AS (
    SELECT whom, theme, measure, month AS point, month,
           lag(month, 1, 0) OVER (PARTITION BY person_id, measure, whom, theme ORDER BY month) AS before,
           1 AS sign
    FROM placed WHERE lasts
), passing AS MATERIALIZED (
    SELECT measure, whom, theme, dense_rank() OVER (ORDER BY person_id, measure, whom, theme) AS cell, month, from_month,
           until_month
    FROM placed WHERE NOT lasts
), points AS MATERIALIZED (
    SELECT cell, point, lead(point) OVER (PARTITION BY cell ORDER BY point) AS next FROM (
        SELECT cell, from_month AS point FROM passing
        UNION SELECT cell, until_month FROM passing WHERE until_month IS NOT NULL
    ) AS every
), held AS (
    SELECT DISTINCT whom, theme, measure, cell, point, next, month FROM points JOIN passing USING (cell)
    WHERE from_month <= point AND (until_month IS NULL OR point < until_month)
), linked AS MATERIALIZED (
    SELECT *, lag(month, 1, 0) OVER (PARTITION BY cell, point ORDER BY month) AS before FROM held
), steps AS (
    SELECT person_id, whom, theme, measure, point,
           sum(sum(step)) OVER (PARTITION BY person_id, measure, whom, theme ORDER BY point) AS holds, sum(step) AS step
    FROM (SELECT *, from_month AS point, 1 AS step FROM counted WHERE stock
          UNION ALL SELECT *, until_month, -1 FROM counted WHERE stock AND until_month IS NOT NULL) AS comes_and_goes
    GROUP BY person_id, measure, whom, theme, point
), grouped AS MATERIALIZED (
    SELECT whom, theme, measure, point, month, before, sum(sign)::int AS n FROM (
        SELECT * FROM lasting
        UNION ALL SELECT whom, theme, measure, point, month, before, 1 FROM linked
        UNION ALL SELECT whom, theme, measure, next, month, before, -1 FROM linked WHERE next IS NOT NULL
        UNION ALL SELECT whom, theme, measure, point, 0, 0,
                         (holds > 0)::int - (holds - step > 0)::int FROM steps
    ) AS changes GROUP BY whom, theme, measure, point, month, before HAVING sum(sign) <> 0
), summed AS (
    SELECT circle, theme, measure, month, point AS seen, before, sum(n)::int AS n FROM grouped JOIN (
        SELECT kin AS whom, circle, but FROM circle UNION ALL SELECT DISTINCT -circle, circle, '' FROM circle
    ) AS every USING (whom) JOIN (SELECT DISTINCT theme, what FROM subject) AS every_theme USING (theme)
    WHERE {ASKED} GROUP BY circle, theme, measure, month, point, before HAVING sum(n) <> 0
)"""
"""What these people add to the tallies: (cell, month, before, seen, n). Of how many more people of the cell it is so that
they have something in `month` and, before it, last in `before`, as it is seen from the end of `seen` on.

Who was always of one kin has the same history in all its circles: it is told once, summed with that of others of the kin,
and then laid out; somebody who changed has one history in each circle. Most of what happened lasts, and is told by one
pass; only what passes needs its months compared. A stock has no months: `month` and `before` are 0.
"""

NAMED = """
JOIN (SELECT DISTINCT circle, place, own, who FROM circle) AS named USING (circle)
JOIN (SELECT DISTINCT theme, what FROM subject) AS themed USING (theme)"""
"""Circles and themes are numbers until all is counted."""

CELL = "place, own, what, who, measure"
ROW = f"{CELL}, month, seen"
SPARSE = f"{ROW}, before, n"
PACKED = f"{ROW}, n, again"


def holds(known: str, fact: str = "fact") -> str:
    """The condition that a fact has come to be so and that nothing says it is not. `known`: of which facts, as a condition
    with `{0}` for their table."""
    return (
        f"{known.format(fact)} AND {fact}.on_day <= :today AND NOT EXISTS"
        f" (SELECT FROM fact AS not_so WHERE not_so.cancels_id = {fact}.id AND {known.format('not_so')})"
    )


def shares(known: str) -> str:
    """The statement of what `:people` add to the `:measures`, as SPARSE. `known` as for `holds`."""
    return f"{_filled('person_id = ANY(:people)', known)} SELECT {SPARSE} FROM summed {NAMED}"


def tallies(known: str) -> str:
    """The statement of what everybody adds to them, as PACKED, in the order of the table's key."""
    rows = packed("SELECT * FROM summed", "circle, theme, measure, month, seen")
    return f"{_filled('person_id IS NOT NULL', known)} SELECT {PACKED} FROM ({rows}) AS row_of {NAMED} ORDER BY {ROW}"


def _filled(whose: str, known: str) -> str:
    return SHARES.format(whose=whose, holds=holds(known))


def packed(sparse: str, row: str = ROW) -> str:
    """The statement of rows as the table has them (`models.Tally`) of a statement of sparse ones. `row`: what tells them
    apart."""
    return f"""
SELECT {row}, coalesce(sum(n) FILTER (WHERE before = 0), 0)::int AS n,
       coalesce(array_agg(since ORDER BY before DESC) FILTER (WHERE before > 0), '{{}}') AS again
FROM (
    SELECT *, sum(n) FILTER (WHERE before > 0) OVER (PARTITION BY {row} ORDER BY before)::int AS since,
           CASE before WHEN 0 THEN 1 ELSE lead(before, 1, month) OVER (PARTITION BY {row} ORDER BY before) - before END
               AS months
    FROM ({sparse}) AS sparse
) AS runs CROSS JOIN LATERAL generate_series(1, months)
GROUP BY {row}"""


UNPACKED = f"""
SELECT {ROW}, 0 AS before, n FROM {{0}} WHERE n <> 0
UNION ALL
SELECT {ROW}, before, n FROM (
    SELECT {ROW}, month - back AS before, again[back] - coalesce(again[back + 1], 0) AS n
    FROM {{0}} CROSS JOIN LATERAL generate_subscripts(again, 1) AS back
) AS had WHERE n <> 0"""
"""The statement of SPARSE of rows as the table has them."""
