"""Addresses of those who rely on certificates, what they watch, and what they were told.

Expand only.
"""

from alembic import op

revision = "0063_award_webhooks"
down_revision = "0062_cohorts_and_reminders"

TABLES = """
CREATE TABLE award_webhook (
    id UUID NOT NULL,
    owner_id UUID NOT NULL,
    name VARCHAR NOT NULL,
    endpoint VARCHAR NOT NULL,
    secret BYTEA NOT NULL,
    made_at TIMESTAMP WITH TIME ZONE NOT NULL,
    ended_at TIMESTAMP WITH TIME ZONE,
    recorded_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_award_webhook PRIMARY KEY (id),
    CONSTRAINT fk_award_webhook_owner_id FOREIGN KEY(owner_id) REFERENCES person (id)
);
CREATE INDEX ix_award_webhook_owner_id ON award_webhook (owner_id);
CREATE TABLE award_watch (
    id UUID NOT NULL,
    webhook_id UUID NOT NULL,
    award_id UUID NOT NULL,
    recorded_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_award_watch PRIMARY KEY (id),
    CONSTRAINT uq_award_watch_webhook_id_award_id UNIQUE (webhook_id, award_id),
    CONSTRAINT fk_award_watch_webhook_id FOREIGN KEY(webhook_id) REFERENCES award_webhook (id),
    CONSTRAINT fk_award_watch_award_id FOREIGN KEY(award_id) REFERENCES award (id)
);
CREATE INDEX ix_award_watch_award_id ON award_watch (award_id);
CREATE TABLE award_delivery (
    id UUID NOT NULL,
    webhook_id UUID NOT NULL,
    award_id UUID NOT NULL,
    body JSONB NOT NULL,
    state VARCHAR(40) NOT NULL,
    attempts INTEGER NOT NULL,
    due_at TIMESTAMP WITH TIME ZONE NOT NULL,
    status INTEGER,
    answer VARCHAR,
    ended_at TIMESTAMP WITH TIME ZONE,
    recorded_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_award_delivery PRIMARY KEY (id),
    CONSTRAINT fk_award_delivery_webhook_id FOREIGN KEY(webhook_id) REFERENCES award_webhook (id),
    CONSTRAINT fk_award_delivery_award_id FOREIGN KEY(award_id) REFERENCES award (id),
    CONSTRAINT ck_award_delivery_deliverystate CHECK (state IN ('waiting', 'delivered', 'dead'))
);
CREATE INDEX ix_award_delivery_award_id ON award_delivery (award_id);
CREATE INDEX ix_award_delivery_webhook_id ON award_delivery (webhook_id, recorded_at);
CREATE INDEX ix_award_delivery_due ON award_delivery (due_at) WHERE state = 'waiting';
"""


def upgrade() -> None:
    op.execute(TABLES)


def downgrade() -> None:
    raise RuntimeError("Restore a backup: rows are never thrown away by going back")
