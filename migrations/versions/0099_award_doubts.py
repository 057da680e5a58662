"""A corrected register and the certificate that says otherwise; a date that too few have booked; a file in a letter. Expand:
new columns are empty, so old code keeps working."""

from alembic import op

revision = "0099_award_doubts"
down_revision = "0098_asked_again"

TABLES = """
ALTER TABLE award_event DROP CONSTRAINT ck_award_event_revocationreason;
ALTER TABLE award_event ADD CONSTRAINT ck_award_event_revocationreason CHECK (reason IN (
    'issued_in_error', 'wrong_details', 'requirements_not_met', 'sign_off_withdrawn', 'holder_asked', 'licence_withdrawn',
    'under_review', 'name_changed', 'attendance_corrected'));
ALTER TABLE enrolment_event DROP CONSTRAINT ck_enrolment_event_enrolmenteventkind;
ALTER TABLE enrolment_event ADD CONSTRAINT ck_enrolment_event_enrolmenteventkind CHECK (kind IN (
    'enrolled', 'waitlisted', 'offered', 'started', 'progressed', 'learning_completed', 'portfolio_signed_off',
    'portfolio_reopened', 'noted', 'attended', 'did_not_attend', 'resit_due', 'attendance_withdrawn', 'completed',
    'completion_withdrawn', 'paused', 'resumed', 'withdrawn'));
ALTER TABLE award_batch_line DROP CONSTRAINT ck_award_batch_line_outcome;
ALTER TABLE award_batch_line ADD CONSTRAINT ck_award_batch_line_outcome CHECK (outcome IN (
    'issued', 'has_one', 'not_completed', 'sign_off', 'days', 'name', 'refused'));
CREATE TABLE award_doubt (
    id UUID NOT NULL,
    award_id UUID NOT NULL,
    found_at TIMESTAMP WITH TIME ZONE NOT NULL,
    days JSONB NOT NULL,
    enough BOOLEAN NOT NULL,
    reason VARCHAR NOT NULL,
    edition INTEGER NOT NULL,
    settled_at TIMESTAMP WITH TIME ZONE,
    settled_by UUID,
    outcome VARCHAR(40),
    note VARCHAR,
    recorded_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_award_doubt PRIMARY KEY (id),
    CONSTRAINT fk_award_doubt_award_id FOREIGN KEY(award_id) REFERENCES award (id),
    CONSTRAINT fk_award_doubt_settled_by FOREIGN KEY(settled_by) REFERENCES person (id),
    CONSTRAINT ck_award_doubt_settled CHECK ((settled_at IS NULL) = (outcome IS NULL)),
    CONSTRAINT ck_award_doubt_settlement CHECK (outcome IN ('reissued', 'revoked', 'kept', 'put_back', 'overtaken'))
);
CREATE UNIQUE INDEX uq_award_doubt_open ON award_doubt (award_id) WHERE settled_at IS NULL;
CREATE INDEX ix_award_doubt_award_id ON award_doubt (award_id);
ALTER TABLE series ADD COLUMN short_told_at TIMESTAMP WITH TIME ZONE;
ALTER TABLE mail_message ADD COLUMN file_id UUID, ADD COLUMN file_name VARCHAR,
    ADD CONSTRAINT fk_mail_message_file_id FOREIGN KEY(file_id) REFERENCES stored_file (id);
"""


def upgrade() -> None:
    op.execute(TABLES)


def downgrade() -> None:
    raise RuntimeError("Restore a backup: rows are never thrown away by going back")
