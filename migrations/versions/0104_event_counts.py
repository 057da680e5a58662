"""Attendances, places, offers and overdue items are counted as they happen, for pages counted them from all facts. Expand: a
new table. What was counted before is counted anew by the next job; until then pages say that it is being counted.
"""

from alembic import op

revision = "0104_event_counts"
down_revision = "0103_pairs"

TABLES = """
CREATE TABLE event_count (
    place UUID NOT NULL,
    what VARCHAR NOT NULL,
    who VARCHAR NOT NULL,
    measure VARCHAR NOT NULL,
    month INTEGER NOT NULL,
    days INTEGER NOT NULL,
    n INTEGER NOT NULL,
    CONSTRAINT pk_event_count PRIMARY KEY (place, what, who, measure, month, days)
);
"""


def upgrade() -> None:
    op.execute(TABLES)


def downgrade() -> None:
    raise RuntimeError("Restore a backup: rows are never thrown away by going back")
