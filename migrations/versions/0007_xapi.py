"""The learning record store: statements by month, what they are found by, documents, attachments and credentials.

Why by hand: partitions, covering keys and storage options are not in what Alembic writes. Expand only: new tables.
"""

from datetime import UTC, datetime

from alembic import op

from lms.xapi import partitions

revision = "0007_xapi"
down_revision = "0006_portfolios"

STATEMENTS = """
CREATE TABLE statement (
    tenant integer NOT NULL,
    seq bigint NOT NULL,
    id uuid NOT NULL,
    timestamp timestamptz NOT NULL,
    verb bigint NOT NULL,
    actor bigint,
    activity bigint,
    authority bigint NOT NULL,
    registration uuid,
    flags smallint NOT NULL,
    payload bytea NOT NULL,
    CONSTRAINT pk_statement PRIMARY KEY (tenant, seq)
) PARTITION BY RANGE (seq);
CREATE TABLE statement_default PARTITION OF statement DEFAULT;
CREATE INDEX ix_statement_verb ON statement (tenant, verb, seq);
CREATE INDEX ix_statement_actor ON statement (tenant, actor, seq);
CREATE INDEX ix_statement_activity ON statement (tenant, activity, seq);
CREATE INDEX ix_statement_authority ON statement (tenant, authority, seq);
CREATE INDEX ix_statement_registration ON statement (tenant, registration, seq) WHERE registration IS NOT NULL;

CREATE TABLE statement_id (
    tenant integer NOT NULL,
    id uuid NOT NULL,
    seq bigint NOT NULL,
    CONSTRAINT pk_statement_id PRIMARY KEY (tenant, id)
);
CREATE TABLE statement_ref (
    tenant integer NOT NULL,
    kind smallint NOT NULL,
    key bigint NOT NULL,
    seq bigint NOT NULL,
    verb bigint NOT NULL,
    CONSTRAINT pk_statement_ref PRIMARY KEY (tenant, kind, key, seq) INCLUDE (verb)
);
CREATE TABLE statement_link (
    tenant integer NOT NULL,
    target uuid NOT NULL,
    seq bigint NOT NULL,
    voids boolean NOT NULL,
    CONSTRAINT pk_statement_link PRIMARY KEY (tenant, target, seq)
);
CREATE INDEX ix_statement_link_seq ON statement_link (tenant, seq);
"""

THE_REST = """
CREATE TABLE activity_definition (
    tenant integer NOT NULL,
    key bigint NOT NULL,
    iri text NOT NULL,
    definition bytea NOT NULL,
    CONSTRAINT pk_activity_definition PRIMARY KEY (tenant, key)
);
CREATE TABLE agent_name (
    tenant integer NOT NULL,
    agent bigint NOT NULL,
    name text NOT NULL,
    CONSTRAINT pk_agent_name PRIMARY KEY (tenant, agent, name)
);
CREATE TABLE document (
    tenant integer NOT NULL,
    kind smallint NOT NULL,
    activity bigint NOT NULL,
    agent bigint NOT NULL,
    registration uuid NOT NULL,
    name text NOT NULL,
    content_type text NOT NULL,
    etag text NOT NULL,
    body bytea NOT NULL,
    updated_at timestamptz NOT NULL,
    CONSTRAINT pk_document PRIMARY KEY (tenant, kind, activity, agent, registration, name)
);
CREATE TABLE attachment (
    tenant integer NOT NULL,
    sha2 text NOT NULL,
    body bytea NOT NULL,
    CONSTRAINT pk_attachment PRIMARY KEY (tenant, sha2)
);
ALTER TABLE attachment ALTER COLUMN body SET STORAGE EXTERNAL;
CREATE TABLE writer_lease (
    writer smallint NOT NULL,
    process text NOT NULL,
    until timestamptz NOT NULL,
    CONSTRAINT pk_writer_lease PRIMARY KEY (writer)
);
INSERT INTO writer_lease SELECT writer, '', '-infinity' FROM generate_series(0, 63) AS writer;
CREATE TABLE credential (
    id uuid NOT NULL,
    tenant integer NOT NULL,
    name varchar NOT NULL,
    key varchar NOT NULL,
    digest bytea NOT NULL,
    scopes text[] NOT NULL,
    issued_by uuid,
    about_id uuid,
    actor jsonb,
    activity varchar,
    registration uuid,
    until timestamptz,
    revoked_at timestamptz,
    last_used_at timestamptz,
    recorded_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT pk_credential PRIMARY KEY (id),
    CONSTRAINT uq_credential_key UNIQUE (key),
    CONSTRAINT fk_credential_issued_by FOREIGN KEY (issued_by) REFERENCES person (id),
    CONSTRAINT fk_credential_about_id FOREIGN KEY (about_id) REFERENCES person (id)
);
CREATE INDEX ix_credential_about_id ON credential (about_id);
"""


def upgrade() -> None:
    op.execute(STATEMENTS)
    for each in partitions.months(datetime.now(UTC)):
        op.execute(partitions.sql(*each))
    op.execute(THE_REST)
