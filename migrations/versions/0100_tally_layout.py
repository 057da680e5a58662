"""Tallies take one row for a month of a cell where there was one for each month before it. What was counted the old way is
counted anew by the next job; until then the pages say that it is waiting. Contract: earlier code does not find its columns.
What was recorded since an instant is found by an index as small as a page or two, for facts are only appended.
"""

from alembic import op

revision = "0100_tally_layout"
down_revision = "0099_award_doubts"

TABLES = """
ALTER TABLE tally_mark ADD COLUMN layout INTEGER DEFAULT 1 NOT NULL;
DROP TABLE tally;
CREATE TABLE tally (
    place UUID NOT NULL,
    own BOOLEAN NOT NULL,
    what VARCHAR NOT NULL,
    who VARCHAR NOT NULL,
    measure VARCHAR NOT NULL,
    month INTEGER NOT NULL,
    seen INTEGER NOT NULL,
    n INTEGER NOT NULL,
    again INTEGER[] NOT NULL,
    CONSTRAINT pk_tally PRIMARY KEY (place, own, what, who, measure, month, seen)
);
CREATE INDEX ix_fact_recorded_at ON fact USING brin (recorded_at) WITH (autosummarize = on);
INSERT INTO fact_pending SELECT id, person_id, recorded_at FROM fact ON CONFLICT DO NOTHING;
"""


def upgrade() -> None:
    op.execute(TABLES)


def downgrade() -> None:
    raise RuntimeError("Restore a backup: rows are never thrown away by going back")
