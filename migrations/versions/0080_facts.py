"""Facts of what happened, and tallies of distinct people kept from them.

Expand, and backfill: the facts that the records give so far are written by `flask gather-facts` from the same statement
that events use, which this migration runs. A trigger notes every new fact as not yet tallied, whoever writes it.
"""

from alembic import op

revision = "0080_facts"
down_revision = "0075_development_plans"

KINDS = (
    "'waitlisted', 'enrolled', 'accessed', 'active', 'learned', 'completed', 'withdrawn', 'certified', 'award_ended', "
    "'portfolio_opened', 'portfolio_submitted', 'portfolio_signed_off', 'sign_off_withdrawn', 'item_submitted', "
    "'item_left', 'supervisor_licensed', 'supervisor_ended', 'offered', 'declined', 'unplaced', 'attended', "
    "'did_not_attend', 'cancelled_late', 'session_held', 'spent', 'bought', 'cancelled'"
)
SECTORS = (
    "'nhs', 'social_care', 'third_sector', 'independent', 'education', 'police_emergency', 'wider_public', "
    "'lived_experience', 'unpaid_carers', 'public'"
)
TABLES = f"""
CREATE TABLE fact (
    id UUID NOT NULL,
    kind VARCHAR(40) NOT NULL,
    key VARCHAR NOT NULL,
    edition INTEGER DEFAULT '1' NOT NULL,
    on_day DATE NOT NULL,
    until DATE,
    amount BIGINT,
    person_id UUID,
    thing_id UUID,
    course_id UUID,
    programme_code VARCHAR,
    levels TEXT[] DEFAULT '{{}}' NOT NULL,
    funding TEXT[] DEFAULT '{{}}' NOT NULL,
    sector VARCHAR(40),
    organisation_id UUID,
    organisation_lineage UUID[] DEFAULT '{{}}' NOT NULL,
    job_role_code VARCHAR,
    staff_group VARCHAR,
    setting_code VARCHAR,
    language VARCHAR,
    source VARCHAR DEFAULT 'records' NOT NULL,
    cancels_id UUID,
    recorded_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_fact PRIMARY KEY (id),
    CONSTRAINT uq_fact_key_edition UNIQUE (key, edition),
    CONSTRAINT fk_fact_person_id FOREIGN KEY(person_id) REFERENCES person (id),
    CONSTRAINT fk_fact_course_id FOREIGN KEY(course_id) REFERENCES course (id),
    CONSTRAINT fk_fact_organisation_id FOREIGN KEY(organisation_id) REFERENCES organisation (id),
    CONSTRAINT fk_fact_cancels_id FOREIGN KEY(cancels_id) REFERENCES fact (id),
    CONSTRAINT ck_fact_factkind CHECK (kind IN ({KINDS})),
    CONSTRAINT ck_fact_sector CHECK (sector IN ({SECTORS})),
    CONSTRAINT ck_fact_cancels CHECK ((kind = 'cancelled') = (cancels_id IS NOT NULL))
);
CREATE INDEX ix_fact_person ON fact (person_id, kind);
CREATE INDEX ix_fact_kind ON fact (kind, on_day);
CREATE INDEX ix_fact_thing ON fact (thing_id);
CREATE UNIQUE INDEX uq_fact_cancels_id ON fact (cancels_id) WHERE cancels_id IS NOT NULL;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON fact FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TABLE fact_pending (
    fact_id UUID NOT NULL,
    person_id UUID,
    recorded_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_fact_pending PRIMARY KEY (fact_id)
);
CREATE INDEX ix_fact_pending_person_id ON fact_pending (person_id);
CREATE FUNCTION note_pending_facts() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO fact_pending SELECT id, person_id, recorded_at FROM written;
    RETURN NULL;
END $$;
CREATE TRIGGER pending AFTER INSERT ON fact REFERENCING NEW TABLE AS written
    FOR EACH STATEMENT EXECUTE FUNCTION note_pending_facts();
CREATE TABLE tally (
    place UUID NOT NULL,
    own BOOLEAN NOT NULL,
    what VARCHAR NOT NULL,
    who VARCHAR NOT NULL,
    measure VARCHAR NOT NULL,
    seen DATE NOT NULL,
    month DATE NOT NULL,
    before DATE NOT NULL,
    n INTEGER NOT NULL,
    CONSTRAINT pk_tally PRIMARY KEY (place, own, what, who, measure, seen, month, before) INCLUDE (n)
);
CREATE TABLE tally_mark (
    id INTEGER NOT NULL,
    day DATE NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_tally_mark PRIMARY KEY (id)
);
CREATE TABLE tally_check (
    id UUID NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    cells INTEGER NOT NULL,
    different INTEGER NOT NULL,
    missing INTEGER NOT NULL,
    milliseconds INTEGER NOT NULL,
    recorded_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_tally_check PRIMARY KEY (id)
);
"""
"""The backfill itself is `gather-facts`: in the image of a release it runs after `migrate`, in the same `prepare`."""


def upgrade() -> None:
    op.execute(TABLES)


def downgrade() -> None:
    raise RuntimeError("Restore a backup: rows are never thrown away by going back")
