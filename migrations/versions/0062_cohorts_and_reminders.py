"""Certificates of a cohort at once, and reminders of those that end.

Expand only.
"""

from alembic import op

revision = "0062_cohorts_and_reminders"
down_revision = "0061_holding_awards"

TABLES = """
CREATE TABLE award_batch (
    id UUID NOT NULL,
    course_id UUID NOT NULL,
    asked_by UUID NOT NULL,
    asked_at TIMESTAMP WITH TIME ZONE NOT NULL,
    completes BOOLEAN NOT NULL,
    done INTEGER NOT NULL,
    "of" INTEGER NOT NULL,
    ended_at TIMESTAMP WITH TIME ZONE,
    recorded_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_award_batch PRIMARY KEY (id),
    CONSTRAINT fk_award_batch_course_id FOREIGN KEY(course_id) REFERENCES course (id),
    CONSTRAINT fk_award_batch_asked_by FOREIGN KEY(asked_by) REFERENCES person (id)
);
CREATE INDEX ix_award_batch_asked_by ON award_batch (asked_by);
CREATE TABLE award_batch_line (
    batch_id UUID NOT NULL,
    enrolment_id UUID NOT NULL,
    outcome VARCHAR(40),
    award_id UUID,
    CONSTRAINT pk_award_batch_line PRIMARY KEY (batch_id, enrolment_id),
    CONSTRAINT fk_award_batch_line_batch_id FOREIGN KEY(batch_id) REFERENCES award_batch (id),
    CONSTRAINT fk_award_batch_line_enrolment_id FOREIGN KEY(enrolment_id) REFERENCES enrolment (id),
    CONSTRAINT fk_award_batch_line_award_id FOREIGN KEY(award_id) REFERENCES award (id),
    CONSTRAINT ck_award_batch_line_outcome CHECK (
        outcome IN ('issued', 'has_one', 'not_completed', 'sign_off', 'name', 'refused'))
);
CREATE INDEX ix_award_batch_line_enrolment_id ON award_batch_line (enrolment_id);
CREATE INDEX ix_award_batch_line_waiting ON award_batch_line (batch_id, enrolment_id) WHERE outcome IS NULL;
CREATE TABLE award_reminder (
    id UUID NOT NULL,
    award_id UUID NOT NULL,
    days INTEGER NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    enrolment_id UUID,
    recorded_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_award_reminder PRIMARY KEY (id),
    CONSTRAINT fk_award_reminder_award_id FOREIGN KEY(award_id) REFERENCES award (id),
    CONSTRAINT fk_award_reminder_enrolment_id FOREIGN KEY(enrolment_id) REFERENCES enrolment (id)
);
CREATE UNIQUE INDEX uq_award_reminder_award_id_days ON award_reminder (award_id, days);
CREATE INDEX ix_award_reminder_enrolment_id ON award_reminder (enrolment_id);
"""


def upgrade() -> None:
    op.execute(TABLES)


def downgrade() -> None:
    raise RuntimeError("Restore a backup: rows are never thrown away by going back")
