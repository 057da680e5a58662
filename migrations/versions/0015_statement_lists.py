"""Every filter of the record store, and every pair, from a list that is in order: new lists, and no default partition.

- A verb within an activity, and within a key of statement_ref, is a list of its own.
- statement_link has the keys of a known target, and statement_ref those of `kind | 16`, so that who refers to a match
  is found as who matches.
- The members of a group that is actor or object are found by `agent` (Part 3 §2.1.3).
- A voiding statement that arrived after one that would void it was taken for voided; it is not (Part 2 §2.3.2).
- Range partitions before and after all months instead of a default one: PostgreSQL then reads months in order and stops.

Expand, and backfill in the same step: old code keeps working, but what it links meanwhile is not found by its targets;
run it without old writers.
"""

from datetime import UTC, datetime

from alembic import op
from sqlalchemy import text

from lms.xapi import partitions
from lms.xapi.rules import keys, naming, parsing, patterns

revision = "0015_statement_lists"
down_revision = "0014_forwarding"

LISTS = """
CREATE INDEX ix_statement_activity_verb ON statement (tenant, activity, verb, seq);
ALTER TABLE statement_ref DROP CONSTRAINT pk_statement_ref;
ALTER TABLE statement_ref ADD CONSTRAINT pk_statement_ref PRIMARY KEY (tenant, kind, key, verb, seq);
ALTER TABLE statement_link
    ADD COLUMN target_seq bigint,
    ADD COLUMN verb bigint,
    ADD COLUMN actor bigint,
    ADD COLUMN activity bigint,
    ADD COLUMN authority bigint,
    ADD COLUMN registration uuid;
CREATE INDEX ix_statement_link_verb ON statement_link (tenant, verb, seq) WHERE verb IS NOT NULL;
CREATE INDEX ix_statement_link_actor ON statement_link (tenant, actor, seq) WHERE actor IS NOT NULL;
CREATE INDEX ix_statement_link_activity ON statement_link (tenant, activity, seq) WHERE activity IS NOT NULL;
CREATE INDEX ix_statement_link_authority ON statement_link (tenant, authority, seq) WHERE authority IS NOT NULL;
CREATE INDEX ix_statement_link_registration ON statement_link (tenant, registration, seq)
    WHERE registration IS NOT NULL;
"""
TARGETS = """
UPDATE statement_link AS link SET target_seq = t.seq, verb = t.verb, actor = t.actor, activity = t.activity,
    authority = t.authority, registration = t.registration
FROM statement_id AS known JOIN statement AS t ON t.tenant = known.tenant AND t.seq = known.seq
WHERE known.tenant = link.tenant AND known.id = link.target;
UPDATE statement SET flags = flags & ~1 WHERE flags & 3 = 3;
INSERT INTO statement_ref (tenant, kind, key, verb, seq)
SELECT ref.tenant, ref.kind | 16, ref.key, ref.verb, link.seq
FROM statement_link AS link JOIN statement_ref AS ref ON ref.tenant = link.tenant AND ref.seq = link.target_seq
WHERE ref.kind < 16
ON CONFLICT DO NOTHING;
"""


GROUPS = """
SELECT tenant, seq, verb, payload FROM statement
WHERE position(convert_to('"member"', 'UTF8') IN payload) > 0
"""
MEMBER = "INSERT INTO statement_ref (tenant, kind, key, verb, seq) VALUES (:tenant, :kind, :key, :verb, :seq)"


def upgrade() -> None:
    op.execute(LISTS)
    _find_members()
    op.execute(TARGETS)
    op.execute("ALTER TABLE statement DETACH PARTITION statement_default")
    bounds = [each for _, said in op.get_bind().execute(text(partitions.BOUNDS)) for each in partitions.bounds_in(said)]
    first = patterns.moment(min(bounds)) if bounds else datetime.now(UTC)
    last = max(bounds) if bounds else 0
    op.execute(partitions.sql(partitions.BEFORE, "MINVALUE", patterns.microseconds(first)))
    held = [partitions.months(first, 0)[0]]
    while held[-1][2] < last:
        held += partitions.months(patterns.moment(held[-1][2]), 0)
    for each in held:  # a month between them that nobody made
        op.execute(partitions.sql(*each))
    op.execute(partitions.sql(partitions.AFTER, held[-1][2], "MAXVALUE"))
    op.execute("INSERT INTO statement SELECT * FROM statement_default")
    op.execute("DROP TABLE statement_default")


def _find_members() -> None:
    """Once, for what was stored before: keys are hashes that only Python makes."""
    connection = op.get_bind()
    for row in connection.execute(text(GROUPS), execution_options={"yield_per": 1000}):
        statement = parsing.load(bytes(row.payload))
        said = keys.keys_of(statement, naming.named_in(statement))
        found = [
            {"tenant": row.tenant, "kind": kind, "key": key, "verb": row.verb, "seq": row.seq}
            for kind, key in said.references
            if kind == keys.Kind.AGENT
        ]
        if found:
            connection.execute(text(f"{MEMBER} ON CONFLICT DO NOTHING"), found)


def downgrade() -> None:
    raise RuntimeError("Restore a backup: rows are never thrown away by going back")
