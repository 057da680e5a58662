"""Facts from the records: what the records of enrolments, awards, portfolios and licences say, and no fact says yet.

The same statement serves an event about one enrolment, the first filling of the table, and the check that none is
missing. Run again, it writes nothing. What a record no longer says is cancelled by a further fact, never rewritten.
"""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import text

from lms.core import clock
from lms.core.db import db
from lms.reporting.facts import dates

DAY = "(({}) AT TIME ZONE 'Europe/London')::date"
SECOND = "floor(extract(epoch FROM {}))::bigint"

_OF_ENROLMENTS = f"""
    SELECT 'waitlisted' AS kind, enrolment_id AS thing_id, '' AS more, {DAY.format("min(at)")} AS on_day,
           NULL::date AS until, NULL::bigint AS amount, enrolment_id, min(recorded_at) AS heard
      FROM enrolment_event WHERE kind = 'waitlisted' AND {{event}} GROUP BY enrolment_id
    UNION ALL SELECT 'waitlisted', id, '', enrolled_on, NULL, NULL, id, recorded_at FROM enrolment
      WHERE state IN ('waitlisted', 'offered') AND {{enrolment}}
        AND NOT EXISTS (SELECT FROM enrolment_event AS e WHERE e.enrolment_id = enrolment.id AND e.kind = 'waitlisted')
    UNION ALL SELECT 'enrolled', id, '', enrolled_on, NULL, NULL, id, recorded_at FROM enrolment
      WHERE state NOT IN ('waitlisted', 'offered') AND {{enrolment}} AND NOT (state = 'withdrawn'
        AND EXISTS (SELECT FROM enrolment_event AS e WHERE e.enrolment_id = enrolment.id AND e.kind = 'waitlisted')
        AND NOT EXISTS (SELECT FROM enrolment_event AS e WHERE e.enrolment_id = enrolment.id AND e.kind = 'enrolled'))
    UNION ALL SELECT 'accessed', id, '', {DAY.format("started_at")}, NULL, NULL, id, recorded_at FROM enrolment
      WHERE started_at IS NOT NULL AND {{enrolment}}
    UNION ALL SELECT 'learned', id, '', {DAY.format("learning_completed_at")}, NULL, NULL, id, recorded_at
      FROM enrolment WHERE learning_completed_at IS NOT NULL AND {{enrolment}}
    UNION ALL SELECT 'completed', id, '', completed_on, NULL, NULL, id, recorded_at FROM enrolment
      WHERE completed_on IS NOT NULL AND {{enrolment}}
    UNION ALL SELECT 'withdrawn', id, '', ended_on, NULL, NULL, id, recorded_at FROM enrolment
      WHERE state = 'withdrawn' AND ended_on IS NOT NULL AND {{enrolment}}
    UNION ALL SELECT 'active', enrolment_id, '', {DAY.format("at")}, NULL, NULL, enrolment_id, min(recorded_at)
      FROM enrolment_event WHERE kind IN ('started', 'progressed', 'learning_completed') AND {{event}} GROUP BY enrolment_id,
           {DAY.format("at")}
    UNION ALL SELECT 'active', id, '', {DAY.format("last_active_at")}, NULL, NULL, id, recorded_at FROM enrolment
      WHERE last_active_at IS NOT NULL AND {{enrolment}}
    UNION ALL SELECT 'certified', award.id, '', issued_on, valid_until, NULL, enrolment_id, recorded_at
      FROM award WHERE {{event}}
    UNION ALL SELECT 'award_ended', award_id, '', {DAY.format("min(award_event.at)")}, NULL, NULL, enrolment_id,
           min(award_event.recorded_at)
      FROM award_event JOIN award ON award.id = award_id
      WHERE award_event.kind IN ('revoked', 'superseded') AND {{event}} GROUP BY award_id, enrolment_id
    UNION ALL SELECT 'portfolio_opened', id, '', {DAY.format("recorded_at")}, NULL, NULL, enrolment_id, recorded_at
      FROM portfolio WHERE {{event}}
    UNION ALL SELECT 'portfolio_submitted', id, ':' || version, {DAY.format("submitted_at")}, NULL, NULL, enrolment_id,
           submitted_at FROM portfolio WHERE submitted_at IS NOT NULL AND {{event}}
    UNION ALL SELECT 'portfolio_signed_off', portfolio_id, ':' || s.version, {DAY.format("signed_at")}, NULL, NULL,
           enrolment_id, s.recorded_at
      FROM portfolio_sign_off AS s JOIN portfolio ON portfolio.id = portfolio_id WHERE {{event}}
    UNION ALL SELECT 'sign_off_withdrawn', portfolio_id, ':' || s.version, {DAY.format("w.at")}, NULL, NULL,
           enrolment_id, w.recorded_at
      FROM portfolio_sign_off_withdrawal AS w JOIN portfolio_sign_off AS s ON s.id = w.sign_off_id
      JOIN portfolio ON portfolio.id = portfolio_id WHERE {{event}}
    UNION ALL SELECT 'item_submitted', i.id, ':' || {SECOND.format("i.submitted_at")}, {DAY.format("i.submitted_at")},
           NULL, {SECOND.format("i.submitted_at")}, enrolment_id, i.submitted_at
      FROM evidence_item AS i JOIN portfolio ON portfolio.id = portfolio_id
      WHERE i.submitted_at IS NOT NULL AND {{event}}
    UNION ALL SELECT 'item_left', d.item_id, ':' || d.id, {DAY.format("d.at")}, NULL,
           {SECOND.format("d.at")}, enrolment_id, d.recorded_at
      FROM evidence_decision AS d JOIN evidence_item AS i ON i.id = d.item_id
      JOIN portfolio ON portfolio.id = portfolio_id WHERE {{event}}
    UNION ALL SELECT 'item_left', i.id, ':back:' || max(f.amount), :today, NULL, {SECOND.format("CAST(:now AS timestamptz)")},
           enrolment_id, :now
      FROM fact AS f JOIN evidence_item AS i ON i.id = f.thing_id AND f.kind = 'item_submitted'
      JOIN portfolio ON portfolio.id = portfolio_id
      WHERE i.submitted_at IS NULL AND {{event}} GROUP BY i.id, enrolment_id
      HAVING max(f.amount) > greatest(
          (SELECT max({SECOND.format("d.at")}) FROM evidence_decision AS d WHERE d.item_id = i.id),
          (SELECT max(l.amount) FROM fact AS l WHERE l.thing_id = i.id AND l.kind = 'item_left'), 0)
"""
"""What records of enrolments say: kind, whose, what tells it from others of its kind, when."""

_GATHER = (
    "WITH said AS ("
    + _OF_ENROLMENTS
    + """), named AS (
    SELECT DISTINCT ON (key) kind || ':' || thing_id || more || ':' || on_day AS key, said.*
    FROM said CROSS JOIN LATERAL (SELECT kind || ':' || thing_id || more || ':' || on_day AS key) AS named_as
    ORDER BY key, heard
), holds AS (
    SELECT fact.* FROM fact WHERE {fact} AND source = 'records' AND cancels_id IS NULL
       AND NOT EXISTS (SELECT FROM fact AS not_so WHERE not_so.cancels_id = fact.id)
), new AS (
    SELECT gen_random_uuid() AS id, named.kind, named.key,
           1 + coalesce((SELECT max(edition) FROM fact WHERE fact.key = named.key), 0) AS edition,
           named.on_day, named.until, named.amount, e.learner_id AS person_id, named.thing_id, e.course_id,
           course.programme_code, coalesce(served.levels, ARRAY[]::text[]) AS levels, version.funding, e.sector,
           e.organisation_id, e.organisation_lineage, e.job_role_code, job_role.staff_group, e.setting_code, e.language,
           NULL::uuid AS cancels_id, CASE WHEN :first THEN least(greatest(named.heard, named.on_day), :now)
                ELSE :now END AS recorded_at
    FROM named JOIN enrolment AS e ON e.id = named.enrolment_id
    JOIN course ON course.id = e.course_id JOIN course_version AS version ON version.id = e.course_version_id
    LEFT JOIN job_role ON job_role.code = e.job_role_code
    LEFT JOIN (SELECT version_id, array_agg(framework_code || '/' || level_code ORDER BY level_code) AS levels
               FROM course_level GROUP BY version_id) AS served ON served.version_id = version.id
    WHERE NOT EXISTS (SELECT FROM holds WHERE holds.key = named.key)
    UNION ALL
    SELECT gen_random_uuid(), 'cancelled', 'cancelled:' || h.id, 1, h.on_day, NULL, NULL, h.person_id, h.thing_id,
           h.course_id, h.programme_code, h.levels, h.funding, h.sector, h.organisation_id, h.organisation_lineage,
           h.job_role_code, h.staff_group, h.setting_code, h.language, h.id, :now
    FROM holds AS h
    WHERE h.kind IN ('enrolled', 'accessed', 'learned', 'completed', 'withdrawn')
      AND EXISTS (SELECT FROM enrolment WHERE enrolment.id = h.thing_id)
      AND NOT EXISTS (SELECT FROM named WHERE named.key = h.key)
)
"""
)
_WRITE = """INSERT INTO fact (id, kind, key, edition, on_day, until, amount, person_id, thing_id, course_id,
    programme_code, levels, funding, sector, organisation_id, organisation_lineage, job_role_code, staff_group,
    setting_code, language, cancels_id, recorded_at)
SELECT * FROM new ON CONFLICT DO NOTHING"""

_LICENCES = """
WITH said AS (
    SELECT licence.*, 'supervisor_licensed' AS kind, starts_on AS on_day FROM supervisor_licence AS licence
    UNION ALL SELECT licence.*, 'supervisor_ended', withdrawn_on FROM supervisor_licence AS licence
     WHERE withdrawn_on IS NOT NULL
)
INSERT INTO fact (id, kind, key, on_day, until, amount, person_id, thing_id, programme_code, sector, organisation_id,
                  organisation_lineage, job_role_code, staff_group, setting_code, recorded_at)
SELECT gen_random_uuid(), said.kind, said.kind || ':' || said.id, on_day, said.ends_on, capacity, said.person_id, said.id,
       programme_code, m.sector, m.organisation_id, coalesce(organisation.lineage, ARRAY[]::uuid[]), m.job_role_code,
       job_role.staff_group, m.setting_code, CASE WHEN :first THEN said.recorded_at ELSE :now END
FROM said
LEFT JOIN LATERAL (SELECT * FROM membership WHERE membership.person_id = said.person_id AND membership.starts_on <= on_day
                    AND (membership.ends_on IS NULL OR membership.ends_on >= on_day)
                   ORDER BY membership.starts_on, membership.id LIMIT 1) AS m ON true
LEFT JOIN organisation ON organisation.id = m.organisation_id
LEFT JOIN job_role ON job_role.code = m.job_role_code
WHERE (CAST(:licence AS uuid) IS NULL OR said.id = CAST(:licence AS uuid))
ON CONFLICT DO NOTHING"""

ONE = {"event": "enrolment_id = ANY(:ids)", "enrolment": "enrolment.id = ANY(:ids)"}
ALL = {"event": "true", "enrolment": "true"}
OWN_FACTS = """thing_id IN (SELECT unnest(:ids) UNION ALL SELECT id FROM award WHERE enrolment_id = ANY(:ids)
    UNION ALL SELECT id FROM portfolio WHERE enrolment_id = ANY(:ids)
    UNION ALL SELECT i.id FROM evidence_item AS i JOIN portfolio AS p ON p.id = i.portfolio_id
     WHERE p.enrolment_id = ANY(:ids))"""


def of_enrolments(ids: Sequence[UUID]) -> int:
    """Write what the records of these enrolments say and no fact says yet. How many facts."""
    return _run(_GATHER.format(fact=OWN_FACTS, **ONE) + _WRITE, ids=list(ids), first=False)


def of_licences(licence_id: UUID | None = None, *, first: bool = False) -> int:
    """The same of one supervisor's licence, or of all."""
    return _run(_LICENCES, licence=licence_id, first=first)


def of_everything() -> int:
    """The same of all records: to fill the table. Facts are then as old as the records they are from."""
    return _run(_GATHER.format(fact="true", **ALL) + _WRITE, first=True) + of_licences(first=True) + dates.of_all()


def missing() -> int:
    """How many facts the records would still give: none, when every event was heard."""
    asked = text(_GATHER.format(fact="true", **ALL) + " SELECT count(*) FROM new")
    return int(db.session.scalar(asked, _given(first=True)) or 0) + dates.missing()


def _run(statement: str, **given: Any) -> int:
    done = db.session.execute(text(statement), _given(**given))
    return int(done.rowcount)  # type: ignore[attr-defined]


def _given(**given: Any) -> dict[str, Any]:
    today: date = clock.today()
    return {"today": today, "now": clock.now(), **given}
