"""Frozen returns of reports: what was asked for, what was made, and who signed or withdrew it.

Expand: new tables. Triggers refuse UPDATE and DELETE of all but the progress.
"""

from alembic import op

revision = "0085_returns"
down_revision = "0081_headcounts"

TABLES = """
CREATE TABLE report_return (
    id UUID NOT NULL,
    number VARCHAR NOT NULL,
    organisation_id UUID NOT NULL,
    organisation_lineage UUID[] NOT NULL,
    span VARCHAR(40) NOT NULL,
    starts_on DATE NOT NULL,
    ends_on DATE NOT NULL,
    edition INTEGER NOT NULL,
    reports TEXT[] NOT NULL,
    known_at TIMESTAMP WITH TIME ZONE NOT NULL,
    previous_id UUID,
    asked_by UUID,
    recorded_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_report_return PRIMARY KEY (id),
    CONSTRAINT ck_report_return_period CHECK (ends_on > starts_on AND edition > 0),
    CONSTRAINT ck_report_return_span CHECK (span IN ('quarter', 'year')),
    CONSTRAINT uq_report_return_number UNIQUE (number),
    CONSTRAINT uq_report_return_organisation_id_span_starts_on_edition UNIQUE (organisation_id, span, starts_on, edition),
    CONSTRAINT fk_report_return_organisation_id FOREIGN KEY(organisation_id) REFERENCES organisation (id),
    CONSTRAINT fk_report_return_previous_id FOREIGN KEY(previous_id) REFERENCES report_return (id),
    CONSTRAINT fk_report_return_asked_by FOREIGN KEY(asked_by) REFERENCES person (id)
);
CREATE INDEX ix_report_return_listed ON report_return (ends_on, id);
CREATE INDEX ix_report_return_lineage ON report_return USING gin (organisation_lineage);
CREATE TABLE report_return_progress (
    return_id UUID NOT NULL,
    done INTEGER NOT NULL,
    steps INTEGER NOT NULL,
    failed_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_report_return_progress PRIMARY KEY (return_id),
    CONSTRAINT fk_report_return_progress_return_id FOREIGN KEY(return_id) REFERENCES report_return (id)
);
CREATE TABLE report_return_content (
    return_id UUID NOT NULL,
    content BYTEA NOT NULL,
    sha256 VARCHAR NOT NULL,
    made_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_report_return_content PRIMARY KEY (return_id),
    CONSTRAINT fk_report_return_content_return_id FOREIGN KEY(return_id) REFERENCES report_return (id)
);
CREATE TABLE report_return_event (
    id UUID NOT NULL,
    return_id UUID NOT NULL,
    kind VARCHAR(40) NOT NULL,
    by UUID,
    name VARCHAR NOT NULL,
    role VARCHAR NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    reason VARCHAR,
    sha256 VARCHAR,
    recorded_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_report_return_event PRIMARY KEY (id),
    CONSTRAINT uq_report_return_event_return_id_kind UNIQUE (return_id, kind),
    CONSTRAINT fk_report_return_event_return_id FOREIGN KEY(return_id) REFERENCES report_return (id),
    CONSTRAINT fk_report_return_event_by FOREIGN KEY(by) REFERENCES person (id),
    CONSTRAINT ck_report_return_event_returneventkind CHECK (kind IN ('signed', 'withdrawn'))
);
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON report_return
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON report_return_content
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON report_return_event
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
"""


def upgrade() -> None:
    op.execute(TABLES)


def downgrade() -> None:
    raise RuntimeError("Restore a backup: rows are never thrown away by going back")
