"""Files of frameworks between their dry run and the word that brings them in. Expands only."""

from alembic import op

revision = "0051_framework_imports"
down_revision = "0050_framework_editing"

TABLES = """
CREATE TABLE framework_import (
    id UUID NOT NULL,
    person_id UUID NOT NULL,
    kind VARCHAR(40) NOT NULL,
    name VARCHAR NOT NULL,
    body BYTEA NOT NULL,
    version_id UUID,
    edition INTEGER,
    removes_missing BOOLEAN NOT NULL,
    code VARCHAR,
    organisation_id UUID,
    sent_at TIMESTAMP WITH TIME ZONE NOT NULL,
    recorded_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_framework_import PRIMARY KEY (id),
    CONSTRAINT fk_framework_import_person_id FOREIGN KEY(person_id) REFERENCES person (id),
    CONSTRAINT ck_framework_import_importkind CHECK (kind IN ('sheet', 'case')),
    CONSTRAINT fk_framework_import_version_id FOREIGN KEY(version_id) REFERENCES framework_version (id),
    CONSTRAINT fk_framework_import_organisation_id FOREIGN KEY(organisation_id) REFERENCES organisation (id)
);
CREATE INDEX ix_framework_import_person_id ON framework_import (person_id);
"""


def upgrade() -> None:
    op.execute(TABLES)


def downgrade() -> None:
    raise RuntimeError("Restore a backup: rows are never thrown away by going back")
