"""Saved views of reports, and monthly letters about them. Expand: new tables."""

from alembic import op

revision = "0086_saved_views"
down_revision = "0085_returns"

TABLES = """
CREATE TABLE saved_view (
    id UUID NOT NULL,
    person_id UUID NOT NULL,
    name VARCHAR NOT NULL,
    report VARCHAR NOT NULL,
    query JSONB NOT NULL,
    deleted_at TIMESTAMP WITH TIME ZONE,
    recorded_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_saved_view PRIMARY KEY (id),
    CONSTRAINT fk_saved_view_person_id FOREIGN KEY(person_id) REFERENCES person (id)
);
CREATE INDEX ix_saved_view_person ON saved_view (person_id, name);
CREATE TABLE view_subscription (
    id UUID NOT NULL,
    view_id UUID NOT NULL,
    person_id UUID NOT NULL,
    ended_at TIMESTAMP WITH TIME ZONE,
    recorded_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_view_subscription PRIMARY KEY (id),
    CONSTRAINT fk_view_subscription_view_id FOREIGN KEY(view_id) REFERENCES saved_view (id),
    CONSTRAINT fk_view_subscription_person_id FOREIGN KEY(person_id) REFERENCES person (id)
);
CREATE INDEX ix_view_subscription_person_id ON view_subscription (person_id);
CREATE UNIQUE INDEX uq_view_subscription_live ON view_subscription (view_id, person_id) WHERE ended_at IS NULL;
CREATE TABLE view_letter (
    id UUID NOT NULL,
    subscription_id UUID NOT NULL,
    month DATE NOT NULL,
    recorded_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_view_letter PRIMARY KEY (id),
    CONSTRAINT uq_view_letter_subscription_id_month UNIQUE (subscription_id, month),
    CONSTRAINT fk_view_letter_subscription_id FOREIGN KEY(subscription_id) REFERENCES view_subscription (id)
);
"""


def upgrade() -> None:
    op.execute(TABLES)


def downgrade() -> None:
    raise RuntimeError("Restore a backup: rows are never thrown away by going back")
