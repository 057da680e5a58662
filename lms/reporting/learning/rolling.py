"""From the ways of learners to counts by place, course and unit: what pages read. A course at a time, counted anew.

So a page costs what its rows cost, however many learners there are, and says until when everything is counted.
"""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import text

from lms.core import clock
from lms.core.db import db
from lms.reporting.facts.shares import NIL
from lms.reporting.learning.gathering import LOCK
from lms.xapi.rules import patterns

QUIET = timedelta(days=30)
"""Who has done nothing for so long, and is not finished, has stopped."""

_UNITS = """
WITH way AS (
    SELECT p.key, p.seconds, e.learner_id, e.organisation_lineage AS lineage, e.learning_completed_at IS NOT NULL AS learned,
           done.key IS NOT NULL AS finished,
           e.learning_completed_at IS NULL AND p.last_at < :quiet AND row_number() OVER (
               PARTITION BY p.registration_id ORDER BY p.last_at DESC, p.first_at DESC, p.key) = 1 AS stopped
    FROM learning_passage AS p
    JOIN content_registration AS r ON r.id = p.registration_id JOIN enrolment AS e ON e.id = r.enrolment_id
    LEFT JOIN content_satisfied AS done ON done.registration_id = p.registration_id AND done.key = p.key
    WHERE p.course_id = :course
), placed AS (
    SELECT place, way.* FROM way CROSS JOIN LATERAL (
        SELECT CAST(:nil AS uuid) AS place UNION ALL SELECT unnest(lineage[2:])) AS at_place
), person AS (
    SELECT place, key, learner_id, bool_or(finished) AS finished, bool_or(stopped) AS stopped, sum(seconds) AS seconds
    FROM placed GROUP BY place, key, learner_id
    UNION ALL
    SELECT place, CAST(:nil AS uuid), learner_id, bool_or(learned), bool_or(stopped), sum(seconds)
    FROM placed GROUP BY place, learner_id
)
INSERT INTO learning_unit_count (course_id, place, key, opened, finished, stopped, timed, seconds)
SELECT :course, place, key, count(*), count(*) FILTER (WHERE finished), count(*) FILTER (WHERE stopped), count(seconds),
       CAST(percentile_cont(0.5) WITHIN GROUP (ORDER BY seconds) AS int)
FROM person GROUP BY place, key"""
_QUESTIONS = """
INSERT INTO learning_question_count (course_id, question, answered, is_right)
SELECT :course, question, count(*), count(*) FILTER (WHERE is_right) FROM (
    SELECT DISTINCT ON (a.question, e.learner_id) a.question, a.is_right FROM learning_answer AS a
    JOIN content_registration AS r ON r.id = a.registration_id JOIN enrolment AS e ON e.id = r.enrolment_id
    WHERE a.course_id = :course ORDER BY a.question, e.learner_id, r.begun_at
) AS first GROUP BY question"""


def roll_next() -> bool:
    """Count one course anew that has changed. False: there was none, and now everything taken in is counted."""
    db.session.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
    course = db.session.scalar(
        text("DELETE FROM learning_touched WHERE course_id = (SELECT course_id FROM learning_touched ORDER BY course_id LIMIT 1)"
             " RETURNING course_id")
    )  # fmt: skip
    if course is None:
        through = db.session.execute(text("SELECT through FROM learning_mark WHERE id = 1")).scalar_one()
        at = patterns.moment(through) if through else None
        db.session.execute(text("UPDATE learning_mark SET at = :at WHERE id = 1"), {"at": at})
        return False
    roll(course)
    return True


def roll(course_id: UUID) -> None:
    """Count one course anew."""
    given = {"course": course_id, "nil": NIL, "quiet": clock.now() - QUIET}
    for table in ("learning_unit_count", "learning_question_count"):
        db.session.execute(text(f"DELETE FROM {table} WHERE course_id = :course"), given)
    db.session.execute(text("SET LOCAL work_mem = '64MB'"))  # it sorts a row for each person, unit and place
    db.session.execute(text(_UNITS), given)
    db.session.execute(text(_QUESTIONS), given)


def touch_all() -> None:
    """Every course anew: who has stopped changes with the days."""
    db.session.execute(
        text("INSERT INTO learning_touched SELECT DISTINCT course_id FROM learning_unit_count ON CONFLICT DO NOTHING")
    )


def counted_until() -> datetime | None:
    """Everything stored until then is counted; None: nothing is yet."""
    found: datetime | None = db.session.scalar(text("SELECT at FROM learning_mark WHERE id = 1"))
    return found
