"""Other record stores that statements are sent on to, and what they refused.

Expand only.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0014_forwarding"
down_revision = "0013_reading_statements"


def _one_of(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=40)


def upgrade() -> None:
    instant = sa.DateTime(timezone=True)
    op.create_table(
        "forwarding_destination",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("endpoint", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("secret", sa.LargeBinary(), nullable=True),
        sa.Column("version", sa.String(), nullable=False),
        sa.Column("verbs", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("activities", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("related", sa.Boolean(), nullable=False),
        sa.Column("actors", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("registrations", postgresql.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("since", instant, nullable=True),
        sa.Column("batch", sa.Integer(), nullable=False),
        sa.Column("made_by", sa.Uuid(), nullable=True),
        sa.Column("paused_at", instant, nullable=True),
        sa.Column("ended_at", instant, nullable=True),
        sa.Column("sent_through", sa.BigInteger(), nullable=False),
        sa.Column("delivered", sa.BigInteger(), nullable=False),
        sa.Column("last_success_at", instant, nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("trouble", _one_of("verdict", "delivered", "refused", "held", "closed"), nullable=True),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("answer", sa.String(), nullable=True),
        sa.Column("failed_at", instant, nullable=True),
        sa.Column("next_attempt_at", instant, nullable=True),
        sa.Column("lease", sa.Uuid(), nullable=True),
        sa.Column("leased_until", instant, nullable=True),
        sa.Column("test_asked_at", instant, nullable=True),
        sa.Column("test", postgresql.JSONB(), nullable=True),
        sa.Column("recorded_at", instant, server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["made_by"], ["person.id"], name=op.f("fk_forwarding_destination_made_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_forwarding_destination")),
    )
    op.create_table(
        "forwarding_dead_letter",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("destination_id", sa.Uuid(), nullable=False),
        sa.Column("statement_id", sa.Uuid(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("answer", sa.String(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("refused_at", instant, nullable=False),
        sa.Column("state", _one_of("letterstate", "waiting", "queued", "sent", "set_aside"), nullable=False),
        sa.Column("settled_at", instant, nullable=True),
        sa.Column("settled_by", sa.Uuid(), nullable=True),
        sa.Column("recorded_at", instant, server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["destination_id"], ["forwarding_destination.id"], name=op.f("fk_forwarding_dead_letter_destination_id")
        ),
        sa.ForeignKeyConstraint(["settled_by"], ["person.id"], name=op.f("fk_forwarding_dead_letter_settled_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_forwarding_dead_letter")),
        sa.UniqueConstraint(
            "destination_id", "statement_id", name=op.f("uq_forwarding_dead_letter_destination_id_statement_id")
        ),
    )
    op.create_index(
        "ix_forwarding_dead_letter_state", "forwarding_dead_letter", ["destination_id", "state", "refused_at", "id"]
    )


def downgrade() -> None:
    raise RuntimeError("Restore a backup: rows are never thrown away by going back")
