"""Tallies of stocks need no months: they are told by one row for each month in which they change. What was counted the old
way is counted anew by the next job; until then the pages say that it is waiting."""

from alembic import op

revision = "0100_tally_layout"
down_revision = "0099_award_doubts"

TABLES = """
ALTER TABLE tally_mark ADD COLUMN layout INTEGER DEFAULT 1 NOT NULL;
TRUNCATE tally;
ALTER TABLE tally DROP CONSTRAINT pk_tally,
    ADD CONSTRAINT pk_tally PRIMARY KEY (place, own, what, who, measure, month, before, seen) INCLUDE (n);
INSERT INTO fact_pending SELECT id, person_id, recorded_at FROM fact ON CONFLICT DO NOTHING;
"""


def upgrade() -> None:
    op.execute(TABLES)


def downgrade() -> None:
    raise RuntimeError("Restore a backup: rows are never thrown away by going back")
