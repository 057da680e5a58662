"""What is missing in what is known of people is kept as it was last counted: looking at everybody takes seconds at national
size, too long for a page. Expand: a new table, empty until the job has run."""

from alembic import op

revision = "0102_quality"
down_revision = "0101_evaluation_sums"

TABLES = """
CREATE TABLE quality_count (
    place UUID NOT NULL,
    line VARCHAR NOT NULL,
    people INTEGER NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_quality_count PRIMARY KEY (place, line)
);
"""


def upgrade() -> None:
    op.execute(TABLES)


def downgrade() -> None:
    raise RuntimeError("Restore a backup: rows are never thrown away by going back")
