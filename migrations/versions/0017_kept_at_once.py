"""Statements that nothing stands in the way of are kept in one round trip, which is a transaction by itself.

Why: at one statement a request, most of the time goes between the server and the database, to and fro. The function does
what `numbering.open_ingest` and `inserting` do, in the same order, each statement of it with a fresh snapshot. It answers
the microsecond at which its mark could be seen; or its negative when the numbers do not fit that; or nothing when it is
not for this function to say what should become of them. Ids that are known fail, so nothing is half kept. Expand only.
"""

from alembic import op

revision = "0017_kept_at_once"
down_revision = "0016_packages"

KEEP = """
CREATE FUNCTION keep_at_once(
    tenant_ integer, gate integer, mark bigint, edition_ uuid, first bigint, last bigint, most bigint, rows_ json
) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    seen bigint;
BEGIN
    PERFORM pg_advisory_xact_lock_shared(gate, tenant_);
    PERFORM pg_advisory_xact_lock_shared(mark);
    seen := (extract(epoch FROM clock_timestamp()) * 1000000)::bigint;
    IF first <= seen OR last > seen + most THEN
        RETURN -seen;
    END IF;
    IF edition_ <> (SELECT edition FROM credential_edition) THEN
        RETURN NULL;
    END IF;
    WITH given AS MATERIALIZED (
        SELECT * FROM json_to_recordset(rows_) AS given(
            q bigint, i uuid, t timestamptz, v bigint, a bigint, o bigint, u bigint, g uuid, f smallint, p json, r json)
    ), ids AS (
        INSERT INTO statement_id (tenant, id, seq) SELECT tenant_, i, q FROM given ORDER BY i
    ), kept AS (
        INSERT INTO statement
            (tenant, seq, id, timestamp, verb, actor, activity, authority, registration, flags, payload)
        SELECT tenant_, q, i, t, v, a, o, u, g, f, convert_to(p::text, 'UTF8') FROM given
    ), found_by AS (
        INSERT INTO statement_ref (tenant, kind, key, seq, verb)
        SELECT tenant_, (pair->>0)::smallint, (pair->>1)::bigint, q, v
        FROM given, json_array_elements(r) AS pair
    )
    SELECT CASE WHEN EXISTS (
        SELECT FROM given JOIN statement_link AS link ON link.tenant = tenant_ AND link.target = given.i
    ) THEN NULL ELSE seen END INTO seen;
    IF seen IS NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'unique_violation', MESSAGE = 'Others refer to one of them already';
    END IF;
    RETURN seen;
END $$
"""  # ORDER BY i: writers that share ids wait for one another in the same order, so they cannot deadlock


def upgrade() -> None:
    op.execute(KEEP)


def downgrade() -> None:
    raise RuntimeError("Restore a backup: rows are never thrown away by going back")
