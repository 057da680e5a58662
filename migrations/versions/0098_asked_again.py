"""People are told what is to be rated again; whoever is asked to agree a plan is reminded, and so are activities of one's own.
Expand: a table, a column, two more kinds of reminder."""

from alembic import op

revision = "0098_asked_again"
down_revision = "0097_submission_flash"

TABLES = """
CREATE TABLE assessment_asked_again (
    id UUID NOT NULL,
    person_id UUID NOT NULL,
    framework_id UUID NOT NULL,
    version_id UUID NOT NULL,
    on_day DATE NOT NULL,
    changed INTEGER NOT NULL,
    lapsed INTEGER NOT NULL,
    recorded_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_assessment_asked_again PRIMARY KEY (id),
    CONSTRAINT uq_assessment_asked_again_person_id_version_id_on_day UNIQUE (person_id, version_id, on_day),
    CONSTRAINT fk_assessment_asked_again_person_id FOREIGN KEY(person_id) REFERENCES person (id),
    CONSTRAINT fk_assessment_asked_again_framework_id FOREIGN KEY(framework_id) REFERENCES framework (id),
    CONSTRAINT fk_assessment_asked_again_version_id FOREIGN KEY(version_id) REFERENCES framework_version (id)
);
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON assessment_asked_again
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
ALTER TABLE plan_reminder DROP CONSTRAINT ck_plan_reminder_reminderkind;
ALTER TABLE plan_reminder ADD CONSTRAINT ck_plan_reminder_reminderkind
    CHECK (kind IN ('soon', 'past', 'waiting', 'action'));
ALTER TABLE plan_reminder ADD COLUMN action_id UUID;
ALTER TABLE plan_reminder DROP CONSTRAINT uq_plan_reminder_goal_id_kind_due_on;
ALTER TABLE plan_reminder ADD CONSTRAINT uq_plan_reminder_goal_id_action_id_kind_due_on
    UNIQUE NULLS NOT DISTINCT (goal_id, action_id, kind, due_on);
"""


def upgrade() -> None:
    op.execute(TABLES)


def downgrade() -> None:
    raise RuntimeError("Restore a backup: rows are never thrown away by going back")
