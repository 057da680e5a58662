"""Bring into CPD records what took place before they were there: courses, agreed supervision, signed portfolios.

Backfill. What is there already is passed over, so it may be done again.
"""

from alembic import op

revision = "0046_cpd_backfill"
down_revision = "0045_cpd"

METHOD = """CASE v.format_code WHEN 'elearning' THEN 'e_learning' WHEN 'self_assessment' THEN 'e_learning'
            WHEN 'placement' THEN 'workplace' ELSE 'course' END"""
TOGETHER = "v.format_code NOT IN ('elearning', 'self_assessment')"
INTO = """
INSERT INTO cpd_entry (id, person_id, origin, origin_id, title_en, title_cy, happened_on, minutes, participatory_minutes,
                       told_minutes, method, texts, standards, links, edition, saved_at)
"""
ONCE = " ON CONFLICT (person_id, origin, origin_id) DO NOTHING"
REST = "'{}', '{}', '{}', 1, now()"

COURSES = f"""
SELECT gen_random_uuid(), e.learner_id, 'course', e.id, v.title_en, v.title_cy,
       (e.learning_completed_at AT TIME ZONE 'Europe/London')::date, v.minutes,
       CASE WHEN {TOGETHER} THEN v.minutes ELSE 0 END, v.minutes, {METHOD}, {REST}
FROM enrolment e JOIN course_version v ON v.id = e.course_version_id
WHERE e.learning_completed_at IS NOT NULL AND e.state <> 'withdrawn'
"""
KIND_EN = """CASE s.kind WHEN 'clinical' THEN 'Clinical supervision' WHEN 'managerial' THEN 'Managerial supervision'
             WHEN 'role_based' THEN 'Role-based supervision' ELSE 'Professional supervision' END"""
KIND_CY = """CASE s.kind WHEN 'clinical' THEN 'Goruchwyliaeth glinigol' WHEN 'managerial' THEN 'Goruchwyliaeth reolaethol'
             WHEN 'role_based' THEN 'Goruchwyliaeth seiliedig ar rôl' ELSE 'Goruchwyliaeth broffesiynol' END"""
SUPERVISION = f"""
SELECT gen_random_uuid(), l.learner_id, 'supervision', s.id, {KIND_EN}, {KIND_CY}, s.held_on, s.minutes, s.minutes,
       s.minutes, 'supervision', {REST}
FROM supervision_session s JOIN supervision_session_learner l ON l.session_id = s.id
WHERE l.agreed_at IS NOT NULL AND s.withdrawn_at IS NULL
"""
GIVEN = f"""
SELECT gen_random_uuid(), s.supervisor_id, 'supervision_given', s.id, {KIND_EN} || ', given', {KIND_CY} || ', a roddwyd',
       s.held_on, s.minutes, s.minutes, s.minutes, 'giving_supervision', {REST}
FROM supervision_session s
WHERE s.withdrawn_at IS NULL AND EXISTS (
    SELECT FROM supervision_session_learner l WHERE l.session_id = s.id AND l.agreed_at IS NOT NULL)
"""
SIGNED = f"""
SELECT DISTINCT ON (p.id) gen_random_uuid(), p.learner_id, 'sign_off', p.id,
       'Evidence portfolio signed off: ' || v.title_en, 'Portffolio tystiolaeth wedi''i gymeradwyo: ' || v.title_cy,
       (o.signed_at AT TIME ZONE 'Europe/London')::date, 0, 0, 0, 'portfolio', {REST}
FROM portfolio p JOIN portfolio_sign_off o ON o.portfolio_id = p.id JOIN enrolment e ON e.id = p.enrolment_id
JOIN course_version v ON v.id = e.course_version_id
WHERE NOT EXISTS (SELECT FROM portfolio_sign_off_withdrawal w WHERE w.sign_off_id = o.id)
ORDER BY p.id, o.version DESC
"""


def upgrade() -> None:
    for found in (COURSES, SUPERVISION, GIVEN, SIGNED):
        op.execute(INTO + found + ONCE)


def downgrade() -> None:
    raise RuntimeError("Restore a backup: rows are never thrown away by going back")
