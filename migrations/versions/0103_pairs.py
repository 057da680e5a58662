"""A related agent and an activity of one statement have a list together: who asks for both is answered by that.

Why: two long lists that seldom or never meet had to be read whole (115 ms at 3,000,000 statements, 291 at 10,000,000).
And a verb with an activity was looked for in all of the activity's statements (15 ms), for PostgreSQL did not know that its
own list is as wide. Expand and backfill, a minute for a million statements: code from before writes statements that the
new lists lack, so it must have stopped by now. Numbers are those of `keys.Kind`, `keys.MOST_PAIRS` and `models.ECHO` at this time.
"""

from alembic import op

revision = "0103_pairs"
down_revision = "0102_quality"

PAIRS = """
INSERT INTO statement_ref (tenant, kind, key, verb, seq)
SELECT tenant, CASE WHEN many THEN 9 ELSE 8 END, CASE WHEN many THEN 0 ELSE
    ('x' || encode(substr(sha256(int8send(agent) || int8send(activity)), 1, 8), 'hex'))::bit(64)::bigint END, verb, seq
FROM (
    SELECT agent.tenant, agent.verb, agent.seq, agent.key AS agent, activity.key AS activity,
        count(*) OVER (PARTITION BY agent.tenant, agent.seq) > 100 AS many
    FROM statement_ref AS agent JOIN (
        SELECT tenant, verb, seq, key FROM statement_ref WHERE kind = 4
        UNION ALL SELECT tenant, verb, seq, activity FROM statement WHERE activity IS NOT NULL
    ) AS activity USING (tenant, verb, seq)
    WHERE agent.kind = 2
) AS met
ON CONFLICT DO NOTHING
"""
ECHOES = """
INSERT INTO statement_ref (tenant, kind, key, verb, seq)
SELECT ref.tenant, ref.kind | 16, ref.key, ref.verb, link.seq
FROM statement_link AS link JOIN statement_ref AS ref ON ref.tenant = link.tenant AND ref.seq = link.target_seq
WHERE ref.kind IN (8, 9)
ON CONFLICT DO NOTHING
"""
WIDER = """
DROP INDEX ix_statement_activity_verb;
CREATE INDEX ix_statement_activity_verb ON statement (tenant, activity, verb, seq) INCLUDE (flags)
"""


def upgrade() -> None:
    op.execute(PAIRS)
    op.execute(ECHOES)
    op.execute(WIDER)


def downgrade() -> None:
    raise RuntimeError("Restore a backup: rows are never thrown away by going back")
