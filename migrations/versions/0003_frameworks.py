"""Curricular frameworks; a trigger keeps published versions as they are.

Expand only.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003_frameworks"
down_revision = "0002_accounts"

KEEP_PUBLISHED = """
CREATE FUNCTION refuse_change_of_published() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    key text := CASE WHEN TG_TABLE_NAME = 'framework_version' THEN 'id' ELSE 'version_id' END;
    touched uuid[] := ARRAY[(to_jsonb(OLD)->>key)::uuid, (to_jsonb(NEW)->>key)::uuid];
BEGIN
    IF NOT EXISTS (SELECT FROM framework_version WHERE id = ANY (touched) AND status <> 'draft') THEN
        RETURN coalesce(NEW, OLD);
    END IF;
    IF TG_TABLE_NAME = 'framework_version' AND TG_OP = 'UPDATE'
       AND to_jsonb(OLD) - 'status' = to_jsonb(NEW) - 'status'
       AND to_jsonb(OLD)->>'status' = 'published' AND to_jsonb(NEW)->>'status' = 'retired' THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'a published framework version is never changed' USING ERRCODE = 'restrict_violation';
END $$
"""
"""Published means fixed; the only step left is published → retired."""

KEPT = ("framework_level", "framework_domain", "framework_statement", "framework_requirement")


def upgrade() -> None:
    op.create_table(
        "framework",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_framework")),
        sa.UniqueConstraint("code", name=op.f("uq_framework_code")),
    )
    op.create_table(
        "framework_version",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("framework_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "draft", "published", "retired", name="status", native_enum=False, create_constraint=True, length=40
            ),
            nullable=False,
        ),
        sa.Column("title_en", sa.Text(), nullable=False),
        sa.Column("title_cy", sa.Text(), nullable=False),
        sa.Column("short_title_en", sa.Text(), nullable=False),
        sa.Column("short_title_cy", sa.Text(), nullable=False),
        sa.Column("owner_en", sa.Text(), nullable=False),
        sa.Column("owner_cy", sa.Text(), nullable=False),
        sa.Column("note_en", sa.Text(), nullable=False),
        sa.Column("note_cy", sa.Text(), nullable=False),
        sa.Column("adapted_from", sa.String(), nullable=True),
        sa.Column("published_on", sa.Date(), nullable=True),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=True),
        sa.Column("illustrative", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["framework_id"], ["framework.id"], name=op.f("fk_framework_version_framework_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_framework_version")),
        sa.UniqueConstraint("framework_id", "number", name=op.f("uq_framework_version_framework_id_number")),
    )
    op.create_table(
        "framework_domain",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("title_en", sa.Text(), nullable=False),
        sa.Column("title_cy", sa.Text(), nullable=False),
        sa.Column("course_codes", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("source", sa.String(), nullable=True),
        sa.Column("illustrative", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["version_id"], ["framework_version.id"], name=op.f("fk_framework_domain_version_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_framework_domain")),
        sa.UniqueConstraint("version_id", "code", name=op.f("uq_framework_domain_version_id_code")),
    )
    op.create_table(
        "framework_level",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("title_en", sa.Text(), nullable=False),
        sa.Column("title_cy", sa.Text(), nullable=False),
        sa.Column("audience_en", sa.Text(), nullable=False),
        sa.Column("audience_cy", sa.Text(), nullable=False),
        sa.Column("source", sa.String(), nullable=True),
        sa.Column("illustrative", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["version_id"], ["framework_version.id"], name=op.f("fk_framework_level_version_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_framework_level")),
        sa.UniqueConstraint("version_id", "code", name=op.f("uq_framework_level_version_id_code")),
        sa.UniqueConstraint("version_id", "rank", name=op.f("uq_framework_level_version_id_rank")),
    )
    op.create_table(
        "framework_requirement",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version_id", sa.Uuid(), nullable=False),
        sa.Column("level_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("condition", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("source", sa.String(), nullable=True),
        sa.Column("illustrative", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["level_id"], ["framework_level.id"], name=op.f("fk_framework_requirement_level_id")),
        sa.ForeignKeyConstraint(
            ["version_id"], ["framework_version.id"], name=op.f("fk_framework_requirement_version_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_framework_requirement")),
    )
    op.create_index(op.f("ix_framework_requirement_version_id"), "framework_requirement", ["version_id"], unique=False)
    op.create_table(
        "framework_statement",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version_id", sa.Uuid(), nullable=False),
        sa.Column("domain_id", sa.Uuid(), nullable=True),
        sa.Column("level_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "knowledge",
                "skill",
                "behaviour",
                name="statementkind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("wording_en", sa.Text(), nullable=False),
        sa.Column("wording_cy", sa.Text(), nullable=False),
        sa.Column("source", sa.String(), nullable=True),
        sa.Column("illustrative", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["domain_id"], ["framework_domain.id"], name=op.f("fk_framework_statement_domain_id")),
        sa.ForeignKeyConstraint(["level_id"], ["framework_level.id"], name=op.f("fk_framework_statement_level_id")),
        sa.ForeignKeyConstraint(
            ["version_id"], ["framework_version.id"], name=op.f("fk_framework_statement_version_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_framework_statement")),
        sa.UniqueConstraint("version_id", "code", name=op.f("uq_framework_statement_version_id_code")),
    )
    op.create_index(op.f("ix_framework_statement_domain_id"), "framework_statement", ["domain_id"], unique=False)
    op.create_index(op.f("ix_framework_statement_level_id"), "framework_statement", ["level_id"], unique=False)
    op.execute(KEEP_PUBLISHED)
    op.execute(
        "CREATE TRIGGER keep_published BEFORE UPDATE OR DELETE ON framework_version FOR EACH ROW"
        " EXECUTE FUNCTION refuse_change_of_published()"
    )
    for table in KEPT:  # a new version is filled as a draft, then published: nothing is added to it later
        op.execute(
            f"CREATE TRIGGER keep_published BEFORE INSERT OR UPDATE OR DELETE ON {table} FOR EACH ROW"
            " EXECUTE FUNCTION refuse_change_of_published()"
        )


def downgrade() -> None:
    raise RuntimeError("Restore a backup: rows are never thrown away by going back")
