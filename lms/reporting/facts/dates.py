"""Facts of taught dates and of needs rounds: offers, attendances, sessions held, and names for places that got none.

As in `gathering`: one statement serves the event, the first filling and the check. Attendances are of sessions whose
register is closed; a mark that is put right cancels the fact of the one before.
"""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import text

from lms.core import clock
from lms.core.db import db

DAY = "(({}) AT TIME ZONE 'Europe/London')::date"
ONE_OF = {"booking": "b.enrolment_id = ANY(:ids)", "session": "m.series_id = ANY(:ids)", "nominee": "n.id = ANY(:ids)"}
ALL = dict.fromkeys(ONE_OF, "true")

_LEVELS = """LEFT JOIN (SELECT version_id, array_agg(framework_code || '/' || level_code ORDER BY level_code) AS levels
               FROM course_level GROUP BY version_id) AS served ON served.version_id = version.id"""
_COLUMNS = """id, kind, key, edition, on_day, amount, person_id, thing_id, course_id, programme_code, levels, funding,
    sector, organisation_id, organisation_lineage, job_role_code, staff_group, setting_code, language, cancels_id,
    recorded_at"""
_HEARD = "CASE WHEN :first THEN least(greatest({}.heard, {}.on_day), :now) ELSE :now END"

_BOOKINGS = f"""
WITH b AS (
    SELECT * FROM booking AS b WHERE {{booking}}
), mark AS (
    SELECT DISTINCT ON (a.meeting_id, a.booking_id) a.*, m.starts_at, m.closed_at
    FROM b JOIN attendance AS a ON a.booking_id = b.id JOIN series_meeting AS m ON m.id = a.meeting_id
    WHERE m.closed_at IS NOT NULL ORDER BY a.meeting_id, a.booking_id, a.id DESC
), said AS (
    SELECT 'attended' AS kind, booking_id AS thing_id, ':' || meeting_id || ':' || language AS more,
           {DAY.format("starts_at")} AS on_day, NULL::bigint AS amount, language AS spoken,
           greatest(closed_at, at) AS heard, booking_id
      FROM mark WHERE presence IN ('attended', 'partly')
    UNION ALL SELECT 'did_not_attend', booking_id, ':' || meeting_id, {DAY.format("starts_at")}, NULL, NULL,
           greatest(closed_at, at), booking_id FROM mark WHERE presence = 'did_not_attend'
    UNION ALL SELECT 'cancelled_late', b.id, '', {DAY.format("e.at")}, NULL, NULL, e.recorded_at, b.id
      FROM b JOIN booking_event AS e ON e.booking_id = b.id WHERE e.kind = 'late_cancelled'
    UNION ALL SELECT 'offered', b.enrolment_id, ':' || b.id, {DAY.format("e.at")},
           {DAY.format("e.at")} - {DAY.format("b.asked_at")}, NULL, e.recorded_at, b.id
      FROM b JOIN booking_event AS e ON e.booking_id = b.id
      WHERE e.kind IN ('offered', 'booked') AND NOT EXISTS (
          SELECT FROM booking_event AS had JOIN booking AS of ON of.id = had.booking_id
          WHERE of.enrolment_id = b.enrolment_id AND e.kind = 'booked' AND had.kind IN ('offered', 'booked')
            AND had.id < e.id)
    UNION ALL SELECT 'declined', b.id, ':' || s.id, {DAY.format("s.ended_at")}, NULL, NULL, s.ended_at, b.id
      FROM b JOIN series AS s ON s.id = b.series_id
      WHERE s.state = 'held' AND b.offered_at IS NULL AND b.booked_at IS NULL AND NOT b.any_date
        AND (b.ended_at IS NULL OR b.ended_at >= s.ended_at)
), named AS (
    SELECT DISTINCT ON (key) kind || ':' || thing_id || more || ':' || on_day AS key, said.*
    FROM said CROSS JOIN LATERAL (SELECT kind || ':' || thing_id || more || ':' || on_day AS key) AS named_as
    ORDER BY key, heard
), holds AS (
    SELECT fact.* FROM fact WHERE thing_id IN (SELECT id FROM b UNION ALL SELECT enrolment_id FROM b)
       AND kind IN ('attended', 'did_not_attend', 'cancelled_late', 'offered', 'declined') AND source = 'records'
       AND NOT EXISTS (SELECT FROM fact AS not_so WHERE not_so.cancels_id = fact.id)
), new AS (
    SELECT gen_random_uuid() AS id, named.kind, named.key,
           1 + coalesce((SELECT max(edition) FROM fact WHERE fact.key = named.key), 0) AS edition, named.on_day,
           named.amount, e.learner_id AS person_id, named.thing_id, e.course_id, course.programme_code,
           coalesce(served.levels, ARRAY[]::text[]) AS levels, version.funding, e.sector, e.organisation_id,
           e.organisation_lineage, e.job_role_code, job_role.staff_group, e.setting_code,
           coalesce(named.spoken, e.language) AS language, NULL::uuid AS cancels_id,
           {_HEARD.format("named", "named")} AS recorded_at
    FROM named JOIN b ON b.id = named.booking_id JOIN enrolment AS e ON e.id = b.enrolment_id
    JOIN course ON course.id = e.course_id JOIN course_version AS version ON version.id = e.course_version_id
    LEFT JOIN job_role ON job_role.code = e.job_role_code {_LEVELS}
    WHERE NOT EXISTS (SELECT FROM holds WHERE holds.key = named.key)
    UNION ALL
    SELECT gen_random_uuid(), 'cancelled', 'cancelled:' || h.id, 1, h.on_day, NULL, h.person_id, h.thing_id, h.course_id,
           h.programme_code, h.levels, h.funding, h.sector, h.organisation_id, h.organisation_lineage, h.job_role_code,
           h.staff_group, h.setting_code, h.language, h.id, :now
    FROM holds AS h
    WHERE h.kind IN ('attended', 'did_not_attend') AND NOT EXISTS (SELECT FROM named WHERE named.key = h.key)
)"""
"""An offer's `thing_id` is the enrolment, so that its wait is told once; a move to another date is no further offer.

Who waited for one date alone until it was held was declined for want of a place.
"""

_SESSIONS = f"""
WITH new AS (
    SELECT gen_random_uuid() AS id, 'session_held' AS kind, 'session_held:' || m.id AS key, 1 AS edition,
           {DAY.format("m.starts_at")} AS on_day, s.capacity AS amount, NULL::uuid AS person_id, m.id AS thing_id,
           s.course_id, course.programme_code, coalesce(served.levels, ARRAY[]::text[]) AS levels, version.funding,
           NULL AS sector, s.organisation_id, s.organisation_lineage, NULL AS job_role_code, NULL AS staff_group,
           NULL AS setting_code, NULL AS language, NULL::uuid AS cancels_id,
           CASE WHEN :first THEN m.closed_at ELSE :now END AS recorded_at
    FROM series_meeting AS m JOIN series AS s ON s.id = m.series_id JOIN course ON course.id = s.course_id
    JOIN course_version AS version ON version.id = s.course_version_id {_LEVELS}
    WHERE m.closed_at IS NOT NULL AND {{session}}
      AND NOT EXISTS (SELECT FROM fact WHERE fact.key = 'session_held:' || m.id)
)"""

_UNTAKEN = f"(n.taken_at IS NULL OR {DAY.format('n.taken_at')} > {DAY.format('n.named_at')})"
_NOMINEES = f"""
WITH said AS (
    SELECT n.*, 'unplaced' AS kind, {DAY.format("n.named_at")} AS on_day, n.named_at AS heard
      FROM needs_nominee AS n WHERE n.person_id IS NOT NULL AND {{nominee}}
       AND {_UNTAKEN}
    UNION ALL SELECT n.*, 'withdrawn', {DAY.format("coalesce(n.taken_at, n.withdrawn_at)")},
           coalesce(n.taken_at, n.withdrawn_at) FROM needs_nominee AS n
      WHERE n.person_id IS NOT NULL AND {_UNTAKEN} AND coalesce(n.taken_at, n.withdrawn_at) IS NOT NULL AND {{nominee}}
), new AS (
    SELECT gen_random_uuid() AS id, said.kind, said.kind || ':' || said.id AS key, 1 AS edition, said.on_day,
           NULL::bigint AS amount, said.person_id, said.id AS thing_id, course.id AS course_id, course.programme_code,
           coalesce(served.levels, ARRAY[]::text[]) AS levels, coalesce(version.funding, ARRAY[]::text[]) AS funding,
           organisation.sector, said.organisation_id, organisation.lineage AS organisation_lineage, m.job_role_code,
           job_role.staff_group, m.setting_code, said.language, NULL::uuid AS cancels_id,
           {_HEARD.format("said", "said")} AS recorded_at
    FROM said JOIN needs_course ON needs_course.id = said.round_course_id JOIN course ON course.id = needs_course.course_id
    JOIN organisation ON organisation.id = said.organisation_id
    LEFT JOIN LATERAL (SELECT * FROM course_version WHERE course_id = course.id AND published_at IS NOT NULL
                       ORDER BY number DESC LIMIT 1) AS version ON true
    LEFT JOIN LATERAL (SELECT * FROM membership WHERE membership.person_id = said.person_id
                        AND membership.organisation_id = said.organisation_id AND membership.starts_on <= said.on_day
                       ORDER BY membership.starts_on DESC, membership.id LIMIT 1) AS m ON true
    LEFT JOIN job_role ON job_role.code = m.job_role_code {_LEVELS}
    WHERE NOT EXISTS (SELECT FROM fact WHERE fact.key = said.kind || ':' || said.id)
)"""
"""A name that is not taken up the same day has no place until it is, it is taken off, or its person has one (`tallying`)."""

PARTS = (_BOOKINGS, _SESSIONS, _NOMINEES)


def of_bookings(enrolments: Sequence[UUID]) -> int:
    """Write what the bookings of these enrolments say and no fact says yet. How many facts."""
    return _write(_BOOKINGS.format(**ONE_OF), ids=list(enrolments), first=False)


def of_sessions(series: Sequence[UUID]) -> int:
    """The same of the sessions of these series whose register is closed."""
    return _write(_SESSIONS.format(**ONE_OF), ids=list(series), first=False)


def of_nominees(nominees: Sequence[UUID]) -> int:
    """The same of names for places of a needs round."""
    return _write(_NOMINEES.format(**ONE_OF), ids=list(nominees), first=False)


def of_all() -> int:
    """The same of everything, with facts as old as the records."""
    return sum(_write(each.format(**ALL), first=True) for each in PARTS)


def missing() -> int:
    """How many facts these records would still give."""
    given = {"now": clock.now(), "first": True}
    counts = [db.session.scalar(text(f"{each.format(**ALL)} SELECT count(*) FROM new"), given) for each in PARTS]
    return sum(int(number or 0) for number in counts)


def _write(statement: str, **given: Any) -> int:
    done = db.session.execute(
        text(f"{statement} INSERT INTO fact ({_COLUMNS}) SELECT {_COLUMNS} FROM new ON CONFLICT DO NOTHING"),
        {"now": clock.now(), **given},
    )
    return int(done.rowcount)  # type: ignore[attr-defined]
