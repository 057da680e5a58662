"""Nightly checks of all certificates and their ledger. Expand: a new table."""

from alembic import op

revision = "0096_ledger_checks"
down_revision = "0093_learning"

TABLES = """
CREATE TABLE ledger_check (
    id UUID NOT NULL,
    started_at TIMESTAMP WITH TIME ZONE NOT NULL,
    ended_at TIMESTAMP WITH TIME ZONE,
    after_id UUID,
    awards INTEGER NOT NULL,
    awards_done BOOLEAN NOT NULL,
    lines BIGINT NOT NULL,
    line_hash VARCHAR NOT NULL,
    found INTEGER NOT NULL,
    faults JSONB NOT NULL,
    recorded_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_ledger_check PRIMARY KEY (id)
);
CREATE INDEX ix_ledger_check_started_at ON ledger_check (started_at);
"""


def upgrade() -> None:
    op.execute(TABLES)


def downgrade() -> None:
    raise RuntimeError("Restore a backup: rows are never thrown away by going back")
