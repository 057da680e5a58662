"""Sums of the counters, as the reports read them, exact at every commit: what is read does not grow with the answers.

An answer adds to its counters and to their sums in one statement. Whoever is asked or not asked any more is noted by a
trigger (`models.EvaluationAsked`), for a completion must not wait for all the others of its nation; what is noted counts at
once and a job takes it into the sums. Locks are taken in one order, whoever is at work: counters by question, then sums by
their key.
"""

from typing import Any

from sqlalchemy import text

from courses.evaluation.forms import Form
from courses.evaluation.models import ALL, EvaluationInvitation
from courses.evaluation.rules import APART, Counter
from lms.core.db import db

LOCK = 8_800_101
KEY = "place, course_id, sector, item, month, form, value"
SPREAD = f"""
SELECT {KEY}, sum(n)::int AS n FROM (
    SELECT place, course AS course_id, of_sector AS sector, item, month, form, value, n FROM {{source}} AS counted
      LEFT JOIN organisation ON organisation.code = counted.body
     CROSS JOIN LATERAL unnest(array_prepend(CAST(:all AS uuid), organisation.lineage[2:])) AS at_place(place)
     CROSS JOIN LATERAL unnest(ARRAY[CAST(:all AS uuid), counted.course_id]) AS of_course(course)
     CROSS JOIN LATERAL (SELECT '' UNION SELECT counted.sector WHERE item = ANY(:apart)) AS by_sector(of_sector)
) AS spread GROUP BY {KEY} HAVING sum(n) <> 0
"""
"""Every sum that counters belong to: of all of Wales and of each place above their body, of all courses and of theirs, and,
of what is told apart by sector, of all sectors and of theirs."""
ADD = f"""
INSERT INTO evaluation_sum ({KEY}, n) {{sums}} ORDER BY {KEY}
ON CONFLICT ON CONSTRAINT pk_evaluation_sum DO UPDATE SET n = evaluation_sum.n + excluded.n
"""
COUNT = f"""
WITH added AS (
    INSERT INTO evaluation_tally (month, course_id, version, form, edition, body, sector, item, value, n)
    SELECT :month, :course, :version, :form, :edition, :body, :sector, item, value, 1
      FROM unnest(CAST(:items AS text[]), CAST(:values AS text[])) AS said(item, value) ORDER BY item, value
    ON CONFLICT ON CONSTRAINT pk_evaluation_tally DO UPDATE SET n = evaluation_tally.n + 1
    RETURNING month, course_id, form, body, sector, item, value, 1 AS n
) {ADD.format(sums=SPREAD.format(source="added"))}"""
NOTED = "month, course_id, form, body, '' AS sector, 'asked' AS item, '' AS value, n"
FOLD = f"""
WITH noted AS (DELETE FROM evaluation_asked RETURNING {NOTED})
{ADD.format(sums=SPREAD.format(source="noted"))}"""
OWED = """(
    SELECT month, course_id, form, body, sector, item, value, n FROM evaluation_tally
    UNION ALL SELECT date_trunc('month', made_on)::date, course_id, form, body, '', 'asked', '', count(*)::int
      FROM evaluation_invitation WHERE state <> 'withdrawn' GROUP BY 1, 2, 3, 4
    UNION ALL SELECT month, course_id, form, body, '', 'asked', '', -n FROM evaluation_asked
)"""
DIFFERENT = f"""
SELECT {KEY}, sum(n)::int AS n FROM (
    {SPREAD.format(source=OWED)} UNION ALL SELECT {KEY}, -n FROM evaluation_sum
) AS compared GROUP BY {KEY} HAVING sum(n) <> 0
"""
"""What is to be added to each sum so that it says what the counters and the invitations say. None, if all is well."""
_GIVEN: dict[str, Any] = {"all": ALL, "apart": sorted(APART)}


def count(it: EvaluationInvitation, form: Form, counters: list[Counter]) -> None:
    """Add an answer to its counters and to their sums."""
    items, values = zip(*sorted(counters), strict=True)
    given = {
        "month": it.made_on.replace(day=1), "course": it.course_id, "version": it.version, "form": form.which.value,
        "edition": form.edition, "body": it.body, "sector": it.sector.value, "items": list(items), "values": list(values),
    }  # fmt: skip
    db.session.execute(text(COUNT), given | _GIVEN)


def fold() -> None:
    """Take what was noted of who is asked into the sums."""
    db.session.execute(text(FOLD), _GIVEN)


def different() -> int:
    """How many sums are not what the counters and the invitations give. Nobody waits for it."""
    return db.session.scalar(text(f"SELECT count(*) FROM ({DIFFERENT}) AS found"), _GIVEN) or 0


def put_right() -> int:
    """Make every sum what the counters and the invitations give; return how many were not.

    What is wrong is added, and whoever answers meanwhile adds to counters and sums alike, so it stays what is wrong; only
    two who put it right at once would do so twice.
    """
    db.session.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
    return int(db.session.execute(text(ADD.format(sums=DIFFERENT)), _GIVEN).rowcount)  # type: ignore[attr-defined]
