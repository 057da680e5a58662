"""The training catalogue, with full-text search in both languages.

Expand only.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004_catalogue"
down_revision = "0003_frameworks"

SEARCHABLE_EN = """(((setweight(to_tsvector('english'::regconfig, fold(title_en)), 'A'::"char")
 || setweight(to_tsvector('simple'::regconfig, fold(title_en)), 'A'::"char"))
 || setweight(to_tsvector('english'::regconfig, fold(summary_en)), 'D'::"char"))
 || setweight(to_tsvector('simple'::regconfig, fold(summary_en)), 'D'::"char"))"""
SEARCHABLE_CY = """(setweight(to_tsvector('simple'::regconfig, fold(title_cy)), 'A'::"char")
 || setweight(to_tsvector('simple'::regconfig, fold(summary_cy)), 'D'::"char"))"""

KEEP_PUBLISHED = """
CREATE FUNCTION refuse_change_of_published_course() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    may_move text[] := ARRAY['status', 'search_en', 'search_cy'];
BEGIN
    IF OLD.status IN ('draft', 'in_review') THEN
        RETURN coalesce(NEW, OLD);
    END IF;
    IF TG_OP = 'UPDATE' AND OLD.status = 'published' AND NEW.status = 'retired'
       AND to_jsonb(OLD) - may_move = to_jsonb(NEW) - may_move THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'a published course version is never changed' USING ERRCODE = 'restrict_violation';
END $$
"""
"""Published means fixed; the only step left is published → retired. Search columns are made after this trigger runs."""

KEEP_PARTS = """
CREATE FUNCTION refuse_change_of_published_parts() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM course_version
        WHERE id IN ((to_jsonb(OLD)->>'version_id')::uuid, (to_jsonb(NEW)->>'version_id')::uuid)
          AND status IN ('published', 'retired') AND xmin <> pg_current_xact_id()::xid
    ) THEN
        RAISE EXCEPTION 'a published course version is never changed' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN coalesce(NEW, OLD);
END $$
"""
"""Levels and statements are as fixed as their version, once the transaction that published it has ended."""


def upgrade() -> None:
    op.create_table(
        "course_format",
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("title_en", sa.Text(), nullable=False),
        sa.Column("title_cy", sa.Text(), nullable=False),
        sa.Column("booking", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(), nullable=True),
        sa.Column("illustrative", sa.Boolean(), server_default="false", nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_course_format")),
    )
    op.create_table(
        "funding",
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("title_en", sa.Text(), nullable=False),
        sa.Column("title_cy", sa.Text(), nullable=False),
        sa.Column("source", sa.String(), nullable=True),
        sa.Column("illustrative", sa.Boolean(), server_default="false", nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_funding")),
    )
    op.create_table(
        "programme",
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("title_en", sa.Text(), nullable=False),
        sa.Column("title_cy", sa.Text(), nullable=False),
        sa.Column("summary_en", sa.Text(), nullable=False),
        sa.Column("summary_cy", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(), nullable=True),
        sa.Column("illustrative", sa.Boolean(), server_default="false", nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_programme")),
    )
    op.create_table(
        "topic",
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("title_en", sa.Text(), nullable=False),
        sa.Column("title_cy", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(), nullable=True),
        sa.Column("illustrative", sa.Boolean(), server_default="false", nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_topic")),
    )
    op.create_table(
        "course",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("programme_code", sa.String(), nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("published_version_id", sa.Uuid(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["programme_code"], ["programme.code"], name=op.f("fk_course_programme_code")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_course")),
        sa.UniqueConstraint("code", name=op.f("uq_course_code")),
    )
    op.create_index(op.f("ix_course_programme_code"), "course", ["programme_code"], unique=False)
    op.create_table(
        "course_version",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("course_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "draft",
                "in_review",
                "published",
                "retired",
                name="coursestatus",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("edition", sa.Integer(), nullable=False),
        sa.Column("title_en", sa.Text(), nullable=False),
        sa.Column("title_cy", sa.Text(), nullable=False),
        sa.Column("summary_en", sa.Text(), nullable=False),
        sa.Column("summary_cy", sa.Text(), nullable=False),
        sa.Column("format_code", sa.String(), nullable=False),
        sa.Column("topic_code", sa.String(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("languages", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("sectors", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("funding", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column(
            "capacity_rule",
            sa.Enum(
                "open",
                "session",
                "cohort",
                "allocation",
                name="capacityrule",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("seats", sa.Integer(), nullable=True),
        sa.Column("eligibility", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("prerequisites", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column(
            "certificate_kind",
            sa.Enum(
                "none",
                "completion",
                "completion_with_portfolio",
                "attendance",
                "award",
                "supervisor_licence",
                "champion",
                "approval_evidence",
                name="certificatekind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("validity_months", sa.Integer(), nullable=True),
        sa.Column("portfolio_template_code", sa.String(), nullable=True),
        sa.Column("plan_actions", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("note_en", sa.Text(), server_default="", nullable=False),
        sa.Column("note_cy", sa.Text(), server_default="", nullable=False),
        sa.Column("source", sa.String(), nullable=True),
        sa.Column("illustrative_fields", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("digest", sa.String(), nullable=True),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("author_id", sa.Uuid(), nullable=True),
        sa.Column("search_en", postgresql.TSVECTOR(), sa.Computed(SEARCHABLE_EN, persisted=True), nullable=False),
        sa.Column("search_cy", postgresql.TSVECTOR(), sa.Computed(SEARCHABLE_CY, persisted=True), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("seats IS NULL OR seats >= 0", name=op.f("ck_course_version_seats")),
        sa.ForeignKeyConstraint(["author_id"], ["person.id"], name=op.f("fk_course_version_author_id")),
        sa.ForeignKeyConstraint(["course_id"], ["course.id"], name=op.f("fk_course_version_course_id")),
        sa.ForeignKeyConstraint(["format_code"], ["course_format.code"], name=op.f("fk_course_version_format_code")),
        sa.ForeignKeyConstraint(["topic_code"], ["topic.code"], name=op.f("fk_course_version_topic_code")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_course_version")),
        sa.UniqueConstraint("course_id", "number", name=op.f("uq_course_version_course_id_number")),
    )
    op.create_foreign_key(
        op.f("fk_course_published_version_id"),
        "course",
        "course_version",
        ["published_version_id"],
        ["id"],
        initially="DEFERRED",
        deferrable=True,
    )
    op.create_index(op.f("ix_course_version_course_id"), "course_version", ["course_id"], unique=False)
    op.create_index(
        "ix_course_version_search_cy", "course_version", ["search_cy"], unique=False, postgresql_using="gin"
    )
    op.create_index(
        "ix_course_version_search_en", "course_version", ["search_en"], unique=False, postgresql_using="gin"
    )
    op.create_table(
        "course_level",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version_id", sa.Uuid(), nullable=False),
        sa.Column("framework_code", sa.String(), nullable=False),
        sa.Column("level_code", sa.String(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["version_id"], ["course_version.id"], name=op.f("fk_course_level_version_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_course_level")),
        sa.UniqueConstraint(
            "version_id",
            "framework_code",
            "level_code",
            name=op.f("uq_course_level_version_id_framework_code_level_code"),
        ),
    )
    op.create_index(op.f("ix_course_level_level_code"), "course_level", ["level_code"], unique=False)
    op.create_table(
        "course_statement",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version_id", sa.Uuid(), nullable=False),
        sa.Column("framework_code", sa.String(), nullable=False),
        sa.Column("statement_code", sa.String(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["version_id"], ["course_version.id"], name=op.f("fk_course_statement_version_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_course_statement")),
        sa.UniqueConstraint(
            "version_id",
            "framework_code",
            "statement_code",
            name=op.f("uq_course_statement_version_id_framework_code_statement_code"),
        ),
    )
    op.execute(KEEP_PUBLISHED)
    op.execute(
        "CREATE TRIGGER keep_published BEFORE UPDATE OR DELETE ON course_version FOR EACH ROW"
        " EXECUTE FUNCTION refuse_change_of_published_course()"
    )
    op.execute(KEEP_PARTS)
    for table in ("course_level", "course_statement"):
        op.execute(
            f"CREATE TRIGGER keep_published BEFORE INSERT OR UPDATE OR DELETE ON {table} FOR EACH ROW"
            " EXECUTE FUNCTION refuse_change_of_published_parts()"
        )


def downgrade() -> None:
    raise RuntimeError("Restore a backup: rows are never thrown away by going back")
