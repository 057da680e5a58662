"""A completion that no longer stands, because no signature under its portfolio does.

Expand: a new kind of event, which keeps the day on which it had been completed, and an index of the few there are, so
that reports as of an earlier day still count it.
"""

from alembic import op

revision = "0032_completion_withdrawn"
down_revision = "0031_comments_redacted"

EVENTS = """
ALTER TABLE enrolment_event DROP CONSTRAINT ck_enrolment_event_enrolmenteventkind;
ALTER TABLE enrolment_event ADD CONSTRAINT ck_enrolment_event_enrolmenteventkind CHECK (
    kind IN ('enrolled', 'waitlisted', 'started', 'progressed', 'learning_completed', 'portfolio_signed_off',
             'portfolio_reopened', 'noted', 'completed', 'completion_withdrawn', 'paused', 'resumed', 'withdrawn')
);
CREATE INDEX ix_enrolment_event_completion_withdrawn ON enrolment_event (enrolment_id, at)
    WHERE kind = 'completion_withdrawn';
"""


def upgrade() -> None:
    op.execute(EVENTS)


def downgrade() -> None:
    raise RuntimeError("Restore a backup: rows are never thrown away by going back")
