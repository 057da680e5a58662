"""A statement's actor and an activity have a list together: its own activity in `statement`, related ones in `statement_ref`.

Why: an agent and an activity that are each common and seldom or never meet were looked for in all statements of either (34 ms
at 10,000,000). The lists of each alone do not say any more what the lists of two say in order: PostgreSQL, which knows nothing of
a key when it plans, would take either, whichever was made first. Expand and backfill, a minute and a half for a million
statements, for which everybody waits; code from before writes statements that the new lists lack, so it must have stopped
by now. Numbers are those of `keys.Kind` and `models.ECHO` at this time.
"""

from alembic import op

revision = "0105_actor_pairs"
down_revision = "0104_event_counts"

LISTS = """
DROP INDEX ix_statement_actor;
CREATE INDEX ix_statement_actor ON statement (tenant, actor, seq) INCLUDE (verb, flags);
DROP INDEX ix_statement_activity;
CREATE INDEX ix_statement_activity ON statement (tenant, activity, seq) INCLUDE (flags);
CREATE INDEX ix_statement_actor_activity ON statement (tenant, actor, activity, seq) INCLUDE (verb, flags)
    WHERE activity IS NOT NULL;
DROP INDEX ix_statement_activity_verb;
CREATE INDEX ix_statement_activity_verb ON statement (tenant, activity, verb, seq) INCLUDE (flags)
"""
"""In this order: of two that promise the same, as in a month that is empty yet, the one made last is taken."""
PAIRS = """
INSERT INTO statement_ref (tenant, kind, key, verb, seq)
SELECT tenant, 10,
    ('x' || encode(substr(sha256(int8send(actor) || int8send(ref.key)), 1, 8), 'hex'))::bit(64)::bigint, ref.verb, seq
FROM statement_ref AS ref JOIN statement AS s USING (tenant, seq)
WHERE ref.kind = 4 AND actor IS NOT NULL
ON CONFLICT DO NOTHING
"""
ECHOES = """
INSERT INTO statement_ref (tenant, kind, key, verb, seq)
SELECT ref.tenant, ref.kind | 16, ref.key, ref.verb, link.seq
FROM statement_link AS link JOIN statement_ref AS ref ON ref.tenant = link.tenant AND ref.seq = link.target_seq
WHERE ref.kind = 10
ON CONFLICT DO NOTHING
"""


def upgrade() -> None:
    op.execute(LISTS)
    op.execute(PAIRS)
    op.execute(ECHOES)


def downgrade() -> None:
    raise RuntimeError("Restore a backup: rows are never thrown away by going back")
