"""Imports and erasures of the record store, and what reading it by person needs: words of names, documents by agent, and
statements that have attachments.

Expand only: new tables and new indexes. Contract: none. The indexes are made in the transaction of the migration; on a
large store make them beforehand, CONCURRENTLY and under these names.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0013_reading_statements"
down_revision = "0012_attachment_pieces"

STATES = "state IN ('waiting', 'judging', 'keeping', 'done', 'refused')"


def upgrade() -> None:
    op.create_table(
        "statement_import",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("dry_run", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("asked_by", sa.Uuid(), nullable=True),
        sa.Column("file_id", sa.Uuid(), nullable=True),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("place", sa.BigInteger(), nullable=False),
        sa.Column("lines", sa.BigInteger(), nullable=False),
        sa.Column("new", sa.BigInteger(), nullable=False),
        sa.Column("known", sa.BigInteger(), nullable=False),
        sa.Column("contradicting", sa.BigInteger(), nullable=False),
        sa.Column("malformed", sa.BigInteger(), nullable=False),
        sa.Column("faults", postgresql.JSONB(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
        sa.CheckConstraint(STATES, name=op.f("ck_statement_import_importstate")),
        sa.ForeignKeyConstraint(["asked_by"], ["person.id"], name=op.f("fk_statement_import_asked_by")),
        sa.ForeignKeyConstraint(["file_id"], ["stored_file.id"], name=op.f("fk_statement_import_file_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_statement_import")),
    )
    op.create_table(
        "erasure",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("asked_by", sa.Uuid(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("keys", postgresql.ARRAY(sa.BigInteger()), nullable=True),
        sa.Column("identifiers", postgresql.ARRAY(sa.Text()), nullable=True),
        sa.Column("secret", sa.LargeBinary(), nullable=True),
        sa.Column("expected", sa.BigInteger(), nullable=False),
        sa.Column("statements", sa.BigInteger(), nullable=False),
        sa.Column("documents", sa.BigInteger(), nullable=False),
        sa.Column("names", sa.BigInteger(), nullable=False),
        sa.Column("attachments", sa.BigInteger(), nullable=False),
        sa.Column("signatures", sa.BigInteger(), nullable=False),
        sa.Column("credentials", sa.BigInteger(), nullable=False),
        sa.Column("in_addresses", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
        sa.ForeignKeyConstraint(["asked_by"], ["person.id"], name=op.f("fk_erasure_asked_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_erasure")),
    )
    op.create_index("ix_document_agent", "document", ["tenant", "agent"], postgresql_where=sa.text("agent <> 0"))
    op.create_index(
        "ix_statement_attaches", "statement", ["tenant", "seq"], postgresql_where=sa.text("(flags & 8) <> 0")
    )
    op.execute(
        "CREATE INDEX ix_agent_name_words ON agent_name USING gin (to_tsvector('simple'::regconfig, fold(name)))"
    )


def downgrade() -> None:
    raise RuntimeError("Restore a backup: rows are never thrown away by going back")
