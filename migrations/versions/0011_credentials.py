"""Credentials turn over, have limits, and are remembered by the processes that verified them.

Why: a secret can be renewed while the old one still works for a while; a client that sends too much is told so; and a
verified credential need not be read again until its edition is renewed, which a trigger does in the transaction of the
change, so a revocation counts at once. Expand only: null means no former secret, and no limit.
"""

from alembic import op

revision = "0011_credentials"
down_revision = "0010_reference_edition"

COLUMNS = """
ALTER TABLE credential
    ADD COLUMN former_digest bytea,
    ADD COLUMN former_until timestamptz,
    ADD COLUMN requests_per_minute integer,
    ADD COLUMN largest_request bigint
"""
EDITION = """
CREATE TABLE credential_edition (edition uuid NOT NULL, CONSTRAINT pk_credential_edition PRIMARY KEY (edition));
INSERT INTO credential_edition VALUES (gen_random_uuid());
CREATE FUNCTION renew_credential_edition() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE credential_edition SET edition = gen_random_uuid();
    RETURN NULL;
END $$;
CREATE TRIGGER renew_credential_edition
AFTER UPDATE OF name, digest, former_digest, former_until, scopes, actor, activity, registration, until, revoked_at,
    requests_per_minute, largest_request OR DELETE ON credential
FOR EACH STATEMENT EXECUTE FUNCTION renew_credential_edition()
"""


def upgrade() -> None:
    op.execute(COLUMNS)
    op.execute(EDITION)


def downgrade() -> None:
    raise RuntimeError("Restore a backup: rows are never thrown away by going back")
