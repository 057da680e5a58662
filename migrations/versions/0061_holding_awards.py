"""What holders do with certificates: links that end, copies of all of them, and the change of a name.

Expand only.
"""

from alembic import op

revision = "0061_holding_awards"
down_revision = "0060_award_log"

TABLES = """
CREATE TABLE award_share (
    id UUID NOT NULL,
    award_id UUID NOT NULL,
    token_digest BYTEA NOT NULL,
    made_at TIMESTAMP WITH TIME ZONE NOT NULL,
    expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
    ended_at TIMESTAMP WITH TIME ZONE,
    told VARCHAR NOT NULL,
    recorded_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_award_share PRIMARY KEY (id),
    CONSTRAINT uq_award_share_token_digest UNIQUE (token_digest),
    CONSTRAINT fk_award_share_award_id FOREIGN KEY(award_id) REFERENCES award (id)
);
CREATE INDEX ix_award_share_award_id ON award_share (award_id);
CREATE TABLE award_export (
    id UUID NOT NULL,
    asked_by UUID NOT NULL,
    asked_at TIMESTAMP WITH TIME ZONE NOT NULL,
    edition VARCHAR NOT NULL,
    award_ids UUID[] NOT NULL,
    done INTEGER NOT NULL,
    ended_at TIMESTAMP WITH TIME ZONE,
    file_id UUID,
    recorded_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_award_export PRIMARY KEY (id),
    CONSTRAINT fk_award_export_asked_by FOREIGN KEY(asked_by) REFERENCES person (id),
    CONSTRAINT fk_award_export_file_id FOREIGN KEY(file_id) REFERENCES stored_file (id)
);
CREATE INDEX ix_award_export_asked_by ON award_export (asked_by);
CREATE TABLE award_name_change (
    id UUID NOT NULL,
    learner_id UUID NOT NULL,
    old_name VARCHAR NOT NULL,
    new_name VARCHAR NOT NULL,
    reason VARCHAR NOT NULL,
    asked_at TIMESTAMP WITH TIME ZONE NOT NULL,
    state VARCHAR(40) NOT NULL,
    decided_by UUID,
    decided_at TIMESTAMP WITH TIME ZONE,
    note VARCHAR,
    recorded_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_award_name_change PRIMARY KEY (id),
    CONSTRAINT fk_award_name_change_learner_id FOREIGN KEY(learner_id) REFERENCES person (id),
    CONSTRAINT fk_award_name_change_decided_by FOREIGN KEY(decided_by) REFERENCES person (id),
    CONSTRAINT ck_award_name_change_namechangestate CHECK (state IN ('asked', 'approved', 'declined', 'withdrawn')),
    CONSTRAINT ck_award_name_change_decided_by_another CHECK (decided_by IS NULL OR decided_by <> learner_id)
);
CREATE UNIQUE INDEX uq_award_name_change_open ON award_name_change (learner_id) WHERE state = 'asked';
CREATE INDEX ix_award_name_change_learner ON award_name_change (learner_id, asked_at);
"""


def upgrade() -> None:
    op.execute(TABLES)


def downgrade() -> None:
    raise RuntimeError("Restore a backup: rows are never thrown away by going back")
