"""Whom somebody is the line manager of is found by an index: their team is a page, and it is looked for among all."""

from alembic import op

revision = "0088_line_managers"
down_revision = "0087_framework_reach"


def upgrade() -> None:
    op.execute(
        "CREATE INDEX ix_membership_line_manager_id ON membership (line_manager_id) WHERE line_manager_id IS NOT NULL"
    )


def downgrade() -> None:
    raise RuntimeError("Restore a backup: rows are never thrown away by going back")
