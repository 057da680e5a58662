"""Development plans: goals with their actions, the steps that were taken with others, reminders, and copies.

Expand only. Steps and reminders are only appended.
"""

from alembic import op

revision = "0075_development_plans"
down_revision = "0074_delivery"

TABLES = """
CREATE TABLE plan_goal (
    id UUID NOT NULL,
    person_id UUID NOT NULL,
    what TEXT NOT NULL,
    why TEXT NOT NULL,
    how_known TEXT NOT NULL,
    by_when DATE NOT NULL,
    framework_code VARCHAR,
    domain_code VARCHAR,
    state VARCHAR(40) NOT NULL,
    edition INTEGER NOT NULL,
    partner_id UUID,
    partner_kind VARCHAR(40),
    outcome VARCHAR(40),
    changed_at TIMESTAMP WITH TIME ZONE NOT NULL,
    dropped_at TIMESTAMP WITH TIME ZONE,
    recorded_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_plan_goal PRIMARY KEY (id),
    CONSTRAINT fk_plan_goal_person_id FOREIGN KEY(person_id) REFERENCES person (id),
    CONSTRAINT fk_plan_goal_partner_id FOREIGN KEY(partner_id) REFERENCES person (id),
    CONSTRAINT ck_plan_goal_goalstate CHECK (state IN ('draft', 'shared', 'agreed', 'reviewed')),
    CONSTRAINT ck_plan_goal_partnerkind CHECK (partner_kind IN ('manager', 'supervisor', 'mentor', 'programme_team')),
    CONSTRAINT ck_plan_goal_outcome CHECK (outcome IN ('reached', 'partly', 'not_reached')),
    CONSTRAINT ck_plan_goal_with_whom CHECK (state = 'draft' OR partner_id IS NOT NULL),
    CONSTRAINT ck_plan_goal_two_people CHECK (partner_id <> person_id)
);
CREATE INDEX ix_plan_goal_person_id ON plan_goal (person_id);
CREATE INDEX ix_plan_goal_partner ON plan_goal (partner_id, state) WHERE dropped_at IS NULL;
CREATE INDEX ix_plan_goal_due ON plan_goal (by_when) WHERE dropped_at IS NULL AND state <> 'reviewed';
CREATE TABLE plan_action (
    id UUID NOT NULL,
    goal_id UUID NOT NULL,
    kind VARCHAR(40) NOT NULL,
    course_code VARCHAR,
    series_id UUID,
    words TEXT NOT NULL,
    by_when DATE,
    done_on DATE,
    recorded_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_plan_action PRIMARY KEY (id),
    CONSTRAINT fk_plan_action_goal_id FOREIGN KEY(goal_id) REFERENCES plan_goal (id),
    CONSTRAINT fk_plan_action_course_code FOREIGN KEY(course_code) REFERENCES course (code),
    CONSTRAINT fk_plan_action_series_id FOREIGN KEY(series_id) REFERENCES series (id),
    CONSTRAINT ck_plan_action_actionkind CHECK (kind IN ('course', 'date', 'own')),
    CONSTRAINT ck_plan_action_of_what CHECK ((kind = 'own') = (course_code IS NULL) AND (kind = 'date') = (series_id IS NOT NULL))
);
CREATE INDEX ix_plan_action_goal_id ON plan_action (goal_id);
CREATE TABLE plan_step (
    id UUID NOT NULL,
    goal_id UUID NOT NULL,
    kind VARCHAR(40) NOT NULL,
    by_id UUID NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    edition INTEGER NOT NULL,
    comment TEXT NOT NULL,
    recorded_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_plan_step PRIMARY KEY (id),
    CONSTRAINT fk_plan_step_goal_id FOREIGN KEY(goal_id) REFERENCES plan_goal (id),
    CONSTRAINT fk_plan_step_by_id FOREIGN KEY(by_id) REFERENCES person (id),
    CONSTRAINT ck_plan_step_stepkind CHECK (
        kind IN ('shared', 'taken_back', 'agreed', 'returned', 'changed', 'reviewed', 'dropped')
    )
);
CREATE INDEX ix_plan_step_goal_id ON plan_step (goal_id);
CREATE TABLE plan_reminder (
    id UUID NOT NULL,
    goal_id UUID NOT NULL,
    kind VARCHAR(40) NOT NULL,
    due_on DATE NOT NULL,
    recorded_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_plan_reminder PRIMARY KEY (id),
    CONSTRAINT uq_plan_reminder_goal_id_kind_due_on UNIQUE (goal_id, kind, due_on),
    CONSTRAINT fk_plan_reminder_goal_id FOREIGN KEY(goal_id) REFERENCES plan_goal (id),
    CONSTRAINT ck_plan_reminder_reminderkind CHECK (kind IN ('soon', 'past'))
);
CREATE TABLE plan_copy (
    id UUID NOT NULL,
    person_id UUID NOT NULL,
    language VARCHAR NOT NULL,
    asked_at TIMESTAMP WITH TIME ZONE NOT NULL,
    ended_at TIMESTAMP WITH TIME ZONE,
    file_id UUID,
    recorded_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_plan_copy PRIMARY KEY (id),
    CONSTRAINT fk_plan_copy_person_id FOREIGN KEY(person_id) REFERENCES person (id),
    CONSTRAINT fk_plan_copy_file_id FOREIGN KEY(file_id) REFERENCES stored_file (id)
);
CREATE INDEX ix_plan_copy_person_id ON plan_copy (person_id);
"""

APPENDED = ("plan_step", "plan_reminder")


def upgrade() -> None:
    op.execute(TABLES)
    for table in APPENDED:
        op.execute(
            f"CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION refuse_change()"
        )


def downgrade() -> None:
    raise RuntimeError("Restore a backup: rows are never thrown away by going back")
