"""CPD records: entries, copies that people asked for, renewal dates of registrations, and which formats are participatory.

Expand only: a registration's number may be missing from now on, and old code shows what it finds. The formats' marks come
with the reference data.
"""

from alembic import op

revision = "0045_cpd"
down_revision = "0041_cascade"

TABLES = """
ALTER TABLE professional_registration
    ALTER number DROP NOT NULL,
    ADD renews_on DATE;
ALTER TABLE course_format ADD participatory BOOLEAN DEFAULT 'false' NOT NULL;
CREATE TABLE cpd_entry (
    id UUID NOT NULL,
    person_id UUID NOT NULL,
    origin VARCHAR,
    origin_id UUID,
    title_en TEXT NOT NULL,
    title_cy TEXT NOT NULL,
    happened_on DATE NOT NULL,
    minutes INTEGER,
    participatory_minutes INTEGER,
    told_minutes INTEGER,
    method VARCHAR,
    texts JSONB NOT NULL,
    standards TEXT[] NOT NULL,
    links TEXT[] NOT NULL,
    file_id UUID,
    file_name VARCHAR,
    edition INTEGER NOT NULL,
    saved_at TIMESTAMP WITH TIME ZONE NOT NULL,
    left_out_at TIMESTAMP WITH TIME ZONE,
    withdrawn_at TIMESTAMP WITH TIME ZONE,
    recorded_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_cpd_entry PRIMARY KEY (id),
    CONSTRAINT uq_cpd_entry_person_id_origin_origin_id UNIQUE (person_id, origin, origin_id),
    CONSTRAINT fk_cpd_entry_person_id FOREIGN KEY(person_id) REFERENCES person (id),
    CONSTRAINT fk_cpd_entry_file_id FOREIGN KEY(file_id) REFERENCES stored_file (id),
    CONSTRAINT ck_cpd_entry_origin CHECK ((origin IS NULL) = (origin_id IS NULL)),
    CONSTRAINT ck_cpd_entry_minutes CHECK (minutes >= 0),
    CONSTRAINT ck_cpd_entry_participatory CHECK (
        participatory_minutes IS NULL OR participatory_minutes BETWEEN 0 AND minutes
    )
);
CREATE INDEX ix_cpd_entry_person ON cpd_entry (person_id, happened_on, id);
CREATE INDEX ix_cpd_entry_origin ON cpd_entry (origin, origin_id);
CREATE INDEX ix_cpd_entry_file_id ON cpd_entry (file_id);
CREATE TABLE cpd_copy (
    id UUID NOT NULL,
    person_id UUID NOT NULL,
    language VARCHAR NOT NULL,
    asked JSONB NOT NULL,
    asked_at TIMESTAMP WITH TIME ZONE NOT NULL,
    ended_at TIMESTAMP WITH TIME ZONE,
    file_id UUID,
    recorded_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_cpd_copy PRIMARY KEY (id),
    CONSTRAINT fk_cpd_copy_person_id FOREIGN KEY(person_id) REFERENCES person (id),
    CONSTRAINT fk_cpd_copy_file_id FOREIGN KEY(file_id) REFERENCES stored_file (id)
);
CREATE INDEX ix_cpd_copy_person_id ON cpd_copy (person_id);
"""


def upgrade() -> None:
    op.execute(TABLES)


def downgrade() -> None:
    raise RuntimeError("Restore a backup: rows are never thrown away by going back")
