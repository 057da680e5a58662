"""What a page said when it was sent to: a double click cuts the first answer off, and the second says it again. Expand."""

from alembic import op

revision = "0097_submission_flash"
down_revision = "0096_ledger_checks"


def upgrade() -> None:
    op.execute("ALTER TABLE submission ADD COLUMN flash VARCHAR")


def downgrade() -> None:
    raise RuntimeError("Restore a backup: rows are never thrown away by going back")
