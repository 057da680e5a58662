"""Keys that credentials are signed with: sealed at rest, one of a kind active, none ever deleted.

Expand only.
"""

from alembic import op

revision = "0064_signing_keys"
down_revision = "0063_award_webhooks"

TABLES = """
CREATE TABLE signing_key (
    id UUID NOT NULL,
    kid VARCHAR NOT NULL,
    kind VARCHAR(40) NOT NULL,
    state VARCHAR(40) NOT NULL,
    public BYTEA NOT NULL,
    sealed BYTEA,
    made_at TIMESTAMP WITH TIME ZONE NOT NULL,
    active_from TIMESTAMP WITH TIME ZONE,
    ended_at TIMESTAMP WITH TIME ZONE,
    recorded_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_signing_key PRIMARY KEY (id),
    CONSTRAINT uq_signing_key_kid UNIQUE (kid),
    CONSTRAINT ck_signing_key_keykind CHECK (kind IN ('ed25519', 'rsa')),
    CONSTRAINT ck_signing_key_keystate CHECK (state IN ('pending', 'active', 'retired', 'compromised'))
);
CREATE UNIQUE INDEX uq_signing_key_active ON signing_key (kind) WHERE state = 'active';
"""


def upgrade() -> None:
    op.execute(TABLES)


def downgrade() -> None:
    raise RuntimeError("Restore a backup: rows are never thrown away by going back")
