"""Frameworks that are written, reviewed and signed here; identifiers that last; crosswalks.

Expands, and backfills the identifiers of what was loaded (from its codes, so that every machine gives the same ones).
The trigger of 0003 lets a draft or a version in consultation be changed, and nothing else: what is in review stands still.
"""

from uuid import UUID, uuid5

import sqlalchemy as sa
from alembic import op

revision = "0050_framework_editing"
down_revision = "0046_cpd_backfill"

NAMESPACE = UUID("6f0b6a52-2c1b-5d0e-9a3e-8f6f2f0d7c11")

COLUMNS = """
ALTER TABLE framework ADD COLUMN organisation_id UUID;
ALTER TABLE framework ADD CONSTRAINT fk_framework_organisation_id
    FOREIGN KEY(organisation_id) REFERENCES organisation (id);
UPDATE framework SET organisation_id = (SELECT id FROM organisation WHERE code = 'WALES');
ALTER TABLE framework_version ADD COLUMN identifier UUID;
ALTER TABLE framework_version ADD COLUMN edition INTEGER DEFAULT 1 NOT NULL;
ALTER TABLE framework_version ADD COLUMN author_id UUID;
ALTER TABLE framework_version ADD COLUMN based_on_id UUID;
ALTER TABLE framework_version ADD COLUMN changed_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL;
ALTER TABLE framework_version ADD COLUMN case_extra JSONB;
ALTER TABLE framework_version ADD CONSTRAINT fk_framework_version_author_id
    FOREIGN KEY(author_id) REFERENCES person (id);
ALTER TABLE framework_version ADD CONSTRAINT fk_framework_version_based_on_id
    FOREIGN KEY(based_on_id) REFERENCES framework_version (id);
ALTER TABLE framework_version DROP CONSTRAINT ck_framework_version_status;
ALTER TABLE framework_version ADD CONSTRAINT ck_framework_version_status
    CHECK (status IN ('draft', 'consultation', 'in_review', 'published', 'retired'));
CREATE UNIQUE INDEX uq_framework_version_in_the_making ON framework_version (framework_id)
    WHERE status IN ('draft', 'consultation', 'in_review');
CREATE UNIQUE INDEX uq_framework_version_published ON framework_version (framework_id) WHERE status = 'published';
ALTER TABLE framework_statement ALTER COLUMN level_id DROP NOT NULL;
ALTER TABLE framework_statement ADD COLUMN came_from_id UUID;
ALTER TABLE framework_statement ADD CONSTRAINT fk_framework_statement_came_from_id
    FOREIGN KEY(came_from_id) REFERENCES framework_statement (id);
CREATE INDEX ix_framework_statement_came_from_id ON framework_statement (came_from_id);
ALTER TABLE framework_domain ADD COLUMN case_extra JSONB;
ALTER TABLE framework_statement ADD COLUMN case_extra JSONB;
ALTER TABLE framework_requirement ADD COLUMN domain_id UUID;
ALTER TABLE framework_requirement ADD COLUMN edition INTEGER DEFAULT 1 NOT NULL;
ALTER TABLE framework_requirement ADD CONSTRAINT fk_framework_requirement_domain_id
    FOREIGN KEY(domain_id) REFERENCES framework_domain (id);
ALTER TABLE role_grant DROP CONSTRAINT ck_role_grant_role;
ALTER TABLE role_grant ADD CONSTRAINT ck_role_grant_role
    CHECK (role IN ('administrator', 'organiser', 'author', 'publisher', 'commissioner', 'lead_supervisor', 'framework_editor'));
"""
OF_PARTS = """
ALTER TABLE {table} ADD COLUMN identifier UUID;
ALTER TABLE {table} ADD COLUMN edition INTEGER DEFAULT 1 NOT NULL;
ALTER TABLE {table} ADD COLUMN changed_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL;
CREATE INDEX ix_{table}_identifier ON {table} (identifier);
"""
PARTS = ("framework_level", "framework_domain", "framework_statement")

TABLES = """
CREATE TABLE framework_statement_mapping (
    id UUID NOT NULL,
    version_id UUID NOT NULL,
    from_id UUID NOT NULL,
    to_id UUID,
    kind VARCHAR(40) NOT NULL,
    decided_by UUID,
    recorded_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_framework_statement_mapping PRIMARY KEY (id),
    CONSTRAINT uq_framework_statement_mapping_version_id_from_id_to_id UNIQUE NULLS NOT DISTINCT (version_id, from_id, to_id),
    CONSTRAINT fk_framework_statement_mapping_version_id FOREIGN KEY(version_id) REFERENCES framework_version (id),
    CONSTRAINT fk_framework_statement_mapping_from_id FOREIGN KEY(from_id) REFERENCES framework_statement (id),
    CONSTRAINT fk_framework_statement_mapping_to_id FOREIGN KEY(to_id) REFERENCES framework_statement (id),
    CONSTRAINT ck_framework_statement_mapping_mappingkind CHECK (kind IN ('same', 'equivalent', 'needs_rerating', 'no_successor')),
    CONSTRAINT fk_framework_statement_mapping_decided_by FOREIGN KEY(decided_by) REFERENCES person (id)
);
CREATE INDEX ix_framework_statement_mapping_from_id ON framework_statement_mapping (from_id);
CREATE INDEX ix_framework_statement_mapping_to_id ON framework_statement_mapping (to_id);
CREATE TABLE framework_crosswalk (
    id UUID NOT NULL,
    framework_id UUID NOT NULL,
    other_id UUID NOT NULL,
    identifier UUID NOT NULL,
    from_identifier UUID NOT NULL,
    to_identifier UUID NOT NULL,
    kind VARCHAR(40) NOT NULL,
    confidence VARCHAR(40) NOT NULL,
    note_en TEXT NOT NULL,
    note_cy TEXT NOT NULL,
    made_by UUID,
    made_at TIMESTAMP WITH TIME ZONE NOT NULL,
    ended_at TIMESTAMP WITH TIME ZONE,
    recorded_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_framework_crosswalk PRIMARY KEY (id),
    CONSTRAINT fk_framework_crosswalk_framework_id FOREIGN KEY(framework_id) REFERENCES framework (id),
    CONSTRAINT fk_framework_crosswalk_other_id FOREIGN KEY(other_id) REFERENCES framework (id),
    CONSTRAINT uq_framework_crosswalk_identifier UNIQUE (identifier),
    CONSTRAINT ck_framework_crosswalk_crosswalkkind CHECK (kind IN ('same', 'part_of', 'related', 'comes_before')),
    CONSTRAINT ck_framework_crosswalk_confidence CHECK (confidence IN ('high', 'medium', 'low')),
    CONSTRAINT fk_framework_crosswalk_made_by FOREIGN KEY(made_by) REFERENCES person (id)
);
CREATE INDEX ix_framework_crosswalk_framework_id ON framework_crosswalk (framework_id);
CREATE INDEX ix_framework_crosswalk_other_id ON framework_crosswalk (other_id);
CREATE TABLE framework_participant (
    id UUID NOT NULL,
    version_id UUID NOT NULL,
    person_id UUID NOT NULL,
    part VARCHAR(40) NOT NULL,
    asked_by UUID,
    asked_at TIMESTAMP WITH TIME ZONE NOT NULL,
    ended_at TIMESTAMP WITH TIME ZONE,
    recorded_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_framework_participant PRIMARY KEY (id),
    CONSTRAINT fk_framework_participant_version_id FOREIGN KEY(version_id) REFERENCES framework_version (id),
    CONSTRAINT fk_framework_participant_person_id FOREIGN KEY(person_id) REFERENCES person (id),
    CONSTRAINT ck_framework_participant_part CHECK (part IN ('comment', 'edit', 'review', 'sign')),
    CONSTRAINT fk_framework_participant_asked_by FOREIGN KEY(asked_by) REFERENCES person (id)
);
CREATE INDEX ix_framework_participant_person_id ON framework_participant (person_id);
CREATE UNIQUE INDEX uq_framework_participant_open ON framework_participant (version_id, person_id) WHERE ended_at IS NULL;
CREATE TABLE framework_sign_off (
    id UUID NOT NULL,
    version_id UUID NOT NULL,
    person_id UUID NOT NULL,
    digest VARCHAR NOT NULL,
    agreed BOOLEAN NOT NULL,
    comment TEXT NOT NULL,
    signed_at TIMESTAMP WITH TIME ZONE NOT NULL,
    recorded_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_framework_sign_off PRIMARY KEY (id),
    CONSTRAINT fk_framework_sign_off_version_id FOREIGN KEY(version_id) REFERENCES framework_version (id),
    CONSTRAINT fk_framework_sign_off_person_id FOREIGN KEY(person_id) REFERENCES person (id)
);
CREATE INDEX ix_framework_sign_off_person_id ON framework_sign_off (person_id);
CREATE INDEX ix_framework_sign_off_version_id ON framework_sign_off (version_id);
CREATE TABLE framework_comment (
    id UUID NOT NULL,
    version_id UUID NOT NULL,
    thread_id UUID,
    statement_id UUID,
    domain_id UUID,
    about VARCHAR NOT NULL,
    author_id UUID NOT NULL,
    body TEXT NOT NULL,
    made_at TIMESTAMP WITH TIME ZONE NOT NULL,
    resolved_at TIMESTAMP WITH TIME ZONE,
    resolved_by UUID,
    recorded_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_framework_comment PRIMARY KEY (id),
    CONSTRAINT fk_framework_comment_version_id FOREIGN KEY(version_id) REFERENCES framework_version (id),
    CONSTRAINT fk_framework_comment_thread_id FOREIGN KEY(thread_id) REFERENCES framework_comment (id),
    CONSTRAINT fk_framework_comment_statement_id FOREIGN KEY(statement_id) REFERENCES framework_statement (id) ON DELETE SET NULL,
    CONSTRAINT fk_framework_comment_domain_id FOREIGN KEY(domain_id) REFERENCES framework_domain (id) ON DELETE SET NULL,
    CONSTRAINT fk_framework_comment_author_id FOREIGN KEY(author_id) REFERENCES person (id),
    CONSTRAINT fk_framework_comment_resolved_by FOREIGN KEY(resolved_by) REFERENCES person (id)
);
CREATE INDEX ix_framework_comment_domain_id ON framework_comment (domain_id);
CREATE INDEX ix_framework_comment_statement_id ON framework_comment (statement_id);
CREATE INDEX ix_framework_comment_thread_id ON framework_comment (thread_id);
CREATE INDEX ix_framework_comment_version_id ON framework_comment (version_id);
"""

KEEP_PUBLISHED = """
CREATE OR REPLACE FUNCTION refuse_change_of_published() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    was jsonb := to_jsonb(OLD);
    becomes jsonb := to_jsonb(NEW);
BEGIN
    IF TG_TABLE_NAME = 'framework_version' THEN
        IF was->>'status' IN ('draft', 'consultation', 'in_review')
           AND (TG_OP = 'UPDATE' OR was->>'status' = 'draft') THEN
            RETURN coalesce(NEW, OLD);
        END IF;
        IF TG_OP = 'UPDATE' AND was - 'status' = becomes - 'status'
           AND was->>'status' = 'published' AND becomes->>'status' = 'retired' THEN
            RETURN NEW;
        END IF;
    ELSIF NOT EXISTS (
        SELECT FROM framework_version
        WHERE id IN ((was->>'version_id')::uuid, (becomes->>'version_id')::uuid)
          AND status NOT IN ('draft', 'consultation')
    ) THEN
        RETURN coalesce(NEW, OLD);
    END IF;
    RAISE EXCEPTION 'a published framework version is never changed, nor one in review' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER keep_published BEFORE INSERT OR UPDATE OR DELETE ON framework_statement_mapping FOR EACH ROW
    EXECUTE FUNCTION refuse_change_of_published();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON framework_sign_off FOR EACH ROW EXECUTE FUNCTION refuse_change();
"""


def upgrade() -> None:
    op.execute(COLUMNS)
    for table in PARTS:
        op.execute(OF_PARTS.format(table=table))
    _identify()
    op.execute("ALTER TABLE framework_version ALTER COLUMN identifier SET NOT NULL")
    op.execute("ALTER TABLE framework_version ADD CONSTRAINT uq_framework_version_identifier UNIQUE (identifier)")
    for table in PARTS:
        op.execute(f"ALTER TABLE {table} ALTER COLUMN identifier SET NOT NULL")
    op.execute(TABLES)
    op.execute(KEEP_PUBLISHED)


def _identify() -> None:
    """As `frameworks.rules.identity.known_by` does: framework code, kind, and own code or number."""
    bind = op.get_bind()
    for table in ("framework_version", *PARTS):
        op.execute(f"ALTER TABLE {table} DISABLE TRIGGER keep_published")
        joined = "" if table == "framework_version" else "JOIN framework_version v ON v.id = t.version_id"
        of = "t" if table == "framework_version" else "v"
        name = "t.number::text" if table == "framework_version" else "t.code"
        rows = bind.execute(
            sa.text(f"SELECT t.id, f.code, {name} FROM {table} t {joined} JOIN framework f ON f.id = {of}.framework_id")
        ).all()
        for row, framework, code in rows:
            found = uuid5(NAMESPACE, f"{framework}/{table.removeprefix('framework_')}/{code}")
            bind.execute(
                sa.text(f"UPDATE {table} SET identifier = :found WHERE id = :row"), {"found": found, "row": row}
            )
        op.execute(f"ALTER TABLE {table} ENABLE TRIGGER keep_published")


def downgrade() -> None:
    raise RuntimeError("Restore a backup: rows are never thrown away by going back")
