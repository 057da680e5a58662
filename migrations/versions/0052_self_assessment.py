"""Self-assessment: ratings of statements, supervisors' answers to them, with whom they are shared, and when they lapse.

Expand only. A rating may be changed on the day on which it was made, as long as nobody has answered it; afterwards a new one is
appended. Answers and lapse settings are only appended. A role is added: whoever leads a team and reads its gaps.
"""

from alembic import op

revision = "0052_self_assessment"
down_revision = "0051_framework_imports"

TABLES = """
CREATE TABLE assessment_rating (
    id UUID NOT NULL,
    person_id UUID NOT NULL,
    framework_id UUID NOT NULL,
    version_id UUID NOT NULL,
    statement_id UUID NOT NULL,
    value VARCHAR NOT NULL,
    comment TEXT NOT NULL,
    evidence TEXT[] NOT NULL,
    bar VARCHAR,
    made_at TIMESTAMP WITH TIME ZONE NOT NULL,
    lapses_on DATE,
    recorded_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_assessment_rating PRIMARY KEY (id),
    CONSTRAINT fk_assessment_rating_person_id FOREIGN KEY(person_id) REFERENCES person (id),
    CONSTRAINT fk_assessment_rating_framework_id FOREIGN KEY(framework_id) REFERENCES framework (id),
    CONSTRAINT fk_assessment_rating_version_id FOREIGN KEY(version_id) REFERENCES framework_version (id),
    CONSTRAINT fk_assessment_rating_statement_id FOREIGN KEY(statement_id) REFERENCES framework_statement (id)
);
CREATE INDEX ix_assessment_rating_person ON assessment_rating (person_id, framework_id, made_at);
CREATE TABLE assessment_answer (
    id UUID NOT NULL,
    rating_id UUID NOT NULL,
    by_id UUID NOT NULL,
    confirmed BOOLEAN NOT NULL,
    reason TEXT NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    recorded_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_assessment_answer PRIMARY KEY (id),
    CONSTRAINT fk_assessment_answer_rating_id FOREIGN KEY(rating_id) REFERENCES assessment_rating (id),
    CONSTRAINT fk_assessment_answer_by_id FOREIGN KEY(by_id) REFERENCES person (id)
);
CREATE INDEX ix_assessment_answer_rating_id ON assessment_answer (rating_id);
CREATE TABLE assessment_standing (
    person_id UUID NOT NULL,
    statement_id UUID NOT NULL,
    framework_id UUID NOT NULL,
    rating_id UUID NOT NULL,
    state VARCHAR(40) NOT NULL,
    asked_at TIMESTAMP WITH TIME ZONE,
    value VARCHAR NOT NULL,
    met BOOLEAN NOT NULL,
    lapses_on DATE,
    edition INTEGER NOT NULL,
    CONSTRAINT pk_assessment_standing PRIMARY KEY (person_id, statement_id),
    CONSTRAINT fk_assessment_standing_person_id FOREIGN KEY(person_id) REFERENCES person (id),
    CONSTRAINT fk_assessment_standing_statement_id FOREIGN KEY(statement_id) REFERENCES framework_statement (id),
    CONSTRAINT fk_assessment_standing_framework_id FOREIGN KEY(framework_id) REFERENCES framework (id),
    CONSTRAINT fk_assessment_standing_rating_id FOREIGN KEY(rating_id) REFERENCES assessment_rating (id),
    CONSTRAINT ck_assessment_standing_ratingstate CHECK (
        state IN ('self_assessed', 'confirmation_asked', 'confirmed', 'returned')
    )
);
CREATE INDEX ix_assessment_standing_statement ON assessment_standing (statement_id) INCLUDE (person_id, met, state, lapses_on);
CREATE TABLE assessment_sharing (
    id UUID NOT NULL,
    person_id UUID NOT NULL,
    framework_id UUID NOT NULL,
    to_supervisor BOOLEAN NOT NULL,
    to_manager BOOLEAN NOT NULL,
    changed_at TIMESTAMP WITH TIME ZONE NOT NULL,
    recorded_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_assessment_sharing PRIMARY KEY (id),
    CONSTRAINT uq_assessment_sharing_person_id_framework_id UNIQUE (person_id, framework_id),
    CONSTRAINT fk_assessment_sharing_person_id FOREIGN KEY(person_id) REFERENCES person (id),
    CONSTRAINT fk_assessment_sharing_framework_id FOREIGN KEY(framework_id) REFERENCES framework (id)
);
CREATE TABLE assessment_lapse (
    id UUID NOT NULL,
    framework_id UUID NOT NULL,
    months INTEGER,
    set_by UUID,
    set_at TIMESTAMP WITH TIME ZONE NOT NULL,
    recorded_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_assessment_lapse PRIMARY KEY (id),
    CONSTRAINT ck_assessment_lapse_months CHECK (months BETWEEN 1 AND 120),
    CONSTRAINT fk_assessment_lapse_framework_id FOREIGN KEY(framework_id) REFERENCES framework (id),
    CONSTRAINT fk_assessment_lapse_set_by FOREIGN KEY(set_by) REFERENCES person (id)
);
CREATE INDEX ix_assessment_lapse_framework_id ON assessment_lapse (framework_id);
CREATE FUNCTION refuse_rating_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR NEW.person_id <> OLD.person_id OR NEW.statement_id <> OLD.statement_id
       OR NEW.made_at > OLD.made_at + interval '1 day'
       OR EXISTS (SELECT FROM assessment_answer WHERE rating_id = OLD.id) THEN
        RAISE EXCEPTION 'a rating of another day, or one that was answered, is not rewritten' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER of_its_day BEFORE UPDATE OR DELETE ON assessment_rating FOR EACH ROW EXECUTE FUNCTION refuse_rating_change();
"""

APPENDED = ("assessment_answer", "assessment_lapse")


def upgrade() -> None:
    op.execute("ALTER TABLE role_grant DROP CONSTRAINT ck_role_grant_role")
    op.execute(
        "ALTER TABLE role_grant ADD CONSTRAINT ck_role_grant_role CHECK (role IN ('administrator', 'organiser', 'author', "
        "'publisher', 'commissioner', 'lead_supervisor', 'framework_editor', 'training_lead', 'team_lead'))"
    )
    op.execute(TABLES)
    for table in APPENDED:
        op.execute(
            f"CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION refuse_change()"
        )


def downgrade() -> None:
    raise RuntimeError("Restore a backup: rows are never thrown away by going back")
