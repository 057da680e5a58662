"""Baselines: figures that others have published.

Expand only.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0009_reporting"
down_revision = "0008_certificates"


def upgrade() -> None:
    op.create_table(
        "baseline",
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("value", sa.Numeric(), nullable=True),
        sa.Column("value_to", sa.Numeric(), nullable=True),
        sa.Column("unit_en", sa.Text(), nullable=False),
        sa.Column("unit_cy", sa.Text(), nullable=False),
        sa.Column("note_en", sa.Text(), nullable=False),
        sa.Column("note_cy", sa.Text(), nullable=False),
        sa.Column(
            "use",
            sa.Enum(
                "baseline",
                "reproduce",
                "target",
                "context",
                name="baselineuse",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("as_of", sa.String(), nullable=True),
        sa.Column("applies_to", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("conflicts_with", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("document_en", sa.Text(), nullable=False),
        sa.Column("document_cy", sa.Text(), nullable=False),
        sa.Column("document_dated", sa.String(), nullable=True),
        sa.Column("source", sa.String(), nullable=True),
        sa.Column("illustrative", sa.Boolean(), server_default="false", nullable=False),
        sa.CheckConstraint(r"as_of ~ '^\d{4}(-\d{2}(-\d{2})?)?$'", name=op.f("ck_baseline_as_of")),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_baseline")),
    )


def downgrade() -> None:
    raise RuntimeError("Restore a backup: rows are never thrown away by going back")
