"""Where everybody is beside what their work asks of a framework, kept in rows.

Expand: new tables, and triggers that say of whom the rows do not hold any more, whoever changes a rating or a membership.
They only add rows, so nobody who saves waits for whoever counts. The sums follow the rows by a trigger too. The rows themselves are made by the first run of
`flask count-reach`, or of the job, or of `prepare`.
"""

from alembic import op

revision = "0087_framework_reach"
down_revision = "0086_saved_views"

TABLES = """
CREATE TABLE framework_reach (
    framework_id UUID NOT NULL,
    membership_id UUID NOT NULL,
    person_id UUID NOT NULL,
    organisation_id UUID,
    sector VARCHAR NOT NULL,
    job_role_code VARCHAR,
    rank INTEGER NOT NULL,
    reach VARCHAR NOT NULL,
    alone BOOLEAN NOT NULL,
    CONSTRAINT pk_framework_reach PRIMARY KEY (framework_id, membership_id)
);
CREATE INDEX ix_framework_reach_person_id ON framework_reach (person_id);
CREATE INDEX ix_framework_reach_several ON framework_reach (framework_id) WHERE NOT alone;
CREATE TABLE framework_reach_sum (
    framework_id UUID NOT NULL,
    organisation_id UUID NOT NULL,
    sector VARCHAR NOT NULL,
    job_role_code VARCHAR NOT NULL,
    rank INTEGER NOT NULL,
    reach VARCHAR NOT NULL,
    n INTEGER NOT NULL,
    CONSTRAINT pk_framework_reach_sum PRIMARY KEY (framework_id, organisation_id, sector, job_role_code, rank, reach)
);
CREATE TABLE framework_reach_stale (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    person_id UUID NOT NULL,
    since TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_framework_reach_stale PRIMARY KEY (id)
);
CREATE TABLE framework_reach_mark (
    framework_id UUID NOT NULL,
    number INTEGER NOT NULL,
    basis VARCHAR NOT NULL,
    day DATE NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_framework_reach_mark PRIMARY KEY (framework_id)
);
CREATE TABLE framework_reach_check (
    id UUID NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    rows INTEGER NOT NULL,
    different INTEGER NOT NULL,
    milliseconds INTEGER NOT NULL,
    recorded_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_framework_reach_check PRIMARY KEY (id)
);
CREATE FUNCTION note_stale_reach() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO framework_reach_stale (person_id, since) SELECT DISTINCT person_id, now() FROM changed;
    RETURN NULL;
END $$;
CREATE FUNCTION note_stale_reach_of_row() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO framework_reach_stale (person_id, since) VALUES (NEW.person_id, now());
    IF NEW.person_id <> OLD.person_id THEN
        INSERT INTO framework_reach_stale (person_id, since) VALUES (OLD.person_id, now());
    END IF;
    RETURN NULL;
END $$;
"""
SUMS = """
CREATE FUNCTION sum_reach() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO framework_reach_sum AS kept (framework_id, organisation_id, sector, job_role_code, rank, reach, n)
    SELECT framework_id, coalesce(organisation_id, '00000000-0000-0000-0000-000000000000'), sector,
           coalesce(job_role_code, ''), rank, reach, CASE TG_OP WHEN 'INSERT' THEN count(*) ELSE -count(*) END
    FROM changed WHERE alone GROUP BY 1, 2, 3, 4, 5, 6
    ON CONFLICT (framework_id, organisation_id, sector, job_role_code, rank, reach) DO UPDATE SET n = kept.n + excluded.n;
    RETURN NULL;
END $$;
CREATE TRIGGER sum_new AFTER INSERT ON framework_reach REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION sum_reach();
CREATE TRIGGER sum_gone AFTER DELETE ON framework_reach REFERENCING OLD TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION sum_reach();
CREATE TRIGGER append_or_delete BEFORE UPDATE ON framework_reach FOR EACH ROW EXECUTE FUNCTION refuse_change();
"""
AT_ONCE = """
CREATE TRIGGER stale_reach_new AFTER INSERT ON {table} REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION note_stale_reach();
CREATE TRIGGER stale_reach_gone AFTER DELETE ON {table} REFERENCING OLD TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION note_stale_reach();
CREATE TRIGGER stale_reach AFTER UPDATE ON {table} FOR EACH ROW WHEN (({old}) IS DISTINCT FROM ({new}))
    EXECUTE FUNCTION note_stale_reach_of_row();
"""
COUNTED = {
    "assessment_standing": ("person_id", "statement_id", "framework_id", "met", "lapses_on"),
    "membership": (
        "person_id", "organisation_id", "sector", "job_role_code", "setting_code", "starts_on", "ends_on",
    ),
}  # fmt: skip
"""The columns that decide where somebody is: a change of any other leaves the rows as they are."""


def upgrade() -> None:
    op.execute(TABLES)
    op.execute(SUMS)
    for table, columns in COUNTED.items():
        old, new = (", ".join(f"{row}.{name}" for name in columns) for row in ("OLD", "NEW"))
        op.execute(AT_ONCE.format(table=table, old=old, new=new))


def downgrade() -> None:
    raise RuntimeError("Restore a backup: rows are never thrown away by going back")
