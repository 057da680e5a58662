"""Training-needs rounds: what bodies need, capacity, allocation by a published rule, acceptance, nominees.

Expand. What was said, decided or given is only appended to; a round's state and dates, a nominee's and a link's times are set.
A role is added: whoever answers for a body.
"""

from alembic import op

revision = "0070_needs"
down_revision = "0067_function_approvals"

TABLES = """
CREATE TABLE needs_round (
    id UUID NOT NULL,
    title_en TEXT NOT NULL,
    title_cy TEXT NOT NULL,
    place_id UUID NOT NULL,
    place_lineage UUID[] NOT NULL,
    sectors TEXT[] NOT NULL,
    areas UUID[] NOT NULL,
    state VARCHAR(40) NOT NULL,
    opens_on DATE NOT NULL,
    need_by DATE NOT NULL,
    review_by DATE NOT NULL,
    allocate_by DATE NOT NULL,
    accept_by DATE NOT NULL,
    nominate_by DATE NOT NULL,
    ends_on DATE NOT NULL,
    recorded_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_needs_round PRIMARY KEY (id),
    CONSTRAINT fk_needs_round_place_id FOREIGN KEY(place_id) REFERENCES organisation (id),
    CONSTRAINT ck_needs_round_roundstate CHECK (state IN ('open', 'reviewed', 'allocated', 'accepted', 'closed'))
);
CREATE INDEX ix_needs_round_place_lineage ON needs_round USING gin (place_lineage);
CREATE TABLE needs_answer (
    id UUID NOT NULL,
    round_id UUID NOT NULL,
    organisation_id UUID NOT NULL,
    edition INTEGER NOT NULL,
    via VARCHAR(40) NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    by UUID,
    by_name VARCHAR NOT NULL,
    recorded_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_needs_answer PRIMARY KEY (id),
    CONSTRAINT uq_needs_answer_round_id_organisation_id_edition UNIQUE (round_id, organisation_id, edition),
    CONSTRAINT fk_needs_answer_round_id FOREIGN KEY(round_id) REFERENCES needs_round (id),
    CONSTRAINT fk_needs_answer_organisation_id FOREIGN KEY(organisation_id) REFERENCES organisation (id),
    CONSTRAINT ck_needs_answer_via CHECK (via IN ('page', 'sheet', 'link', 'api'))
);
CREATE INDEX ix_needs_answer_organisation_id ON needs_answer (organisation_id);
CREATE TABLE needs_course (
    id UUID NOT NULL,
    round_id UUID NOT NULL,
    course_id UUID NOT NULL,
    levels TEXT[] NOT NULL,
    position INTEGER NOT NULL,
    recorded_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_needs_course PRIMARY KEY (id),
    CONSTRAINT uq_needs_course_round_id_course_id UNIQUE (round_id, course_id),
    CONSTRAINT fk_needs_course_round_id FOREIGN KEY(round_id) REFERENCES needs_round (id),
    CONSTRAINT fk_needs_course_course_id FOREIGN KEY(course_id) REFERENCES course (id)
);
CREATE TABLE needs_headcount (
    id UUID NOT NULL,
    round_id UUID NOT NULL,
    organisation_id UUID NOT NULL,
    people INTEGER NOT NULL,
    source VARCHAR NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    by UUID,
    recorded_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_needs_headcount PRIMARY KEY (id),
    CONSTRAINT ck_needs_headcount_people CHECK (people > 0),
    CONSTRAINT fk_needs_headcount_round_id FOREIGN KEY(round_id) REFERENCES needs_round (id),
    CONSTRAINT fk_needs_headcount_organisation_id FOREIGN KEY(organisation_id) REFERENCES organisation (id)
);
CREATE INDEX ix_needs_headcount_of ON needs_headcount (round_id, organisation_id);
CREATE TABLE needs_link (
    id UUID NOT NULL,
    round_id UUID NOT NULL,
    organisation_id UUID NOT NULL,
    email VARCHAR NOT NULL,
    language VARCHAR NOT NULL,
    digest BYTEA NOT NULL,
    sent_at TIMESTAMP WITH TIME ZONE NOT NULL,
    by UUID,
    used_at TIMESTAMP WITH TIME ZONE,
    recorded_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_needs_link PRIMARY KEY (id),
    CONSTRAINT fk_needs_link_round_id FOREIGN KEY(round_id) REFERENCES needs_round (id),
    CONSTRAINT fk_needs_link_organisation_id FOREIGN KEY(organisation_id) REFERENCES organisation (id),
    CONSTRAINT uq_needs_link_digest UNIQUE (digest)
);
CREATE INDEX ix_needs_link_round_id ON needs_link (round_id);
CREATE TABLE needs_rule (
    id UUID NOT NULL,
    round_id UUID NOT NULL,
    edition INTEGER NOT NULL,
    method VARCHAR(40) NOT NULL,
    reserved_percent INTEGER NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    by UUID,
    reason VARCHAR NOT NULL,
    recorded_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_needs_rule PRIMARY KEY (id),
    CONSTRAINT uq_needs_rule_round_id_edition UNIQUE (round_id, edition),
    CONSTRAINT ck_needs_rule_reserved_percent CHECK (reserved_percent BETWEEN 0 AND 100),
    CONSTRAINT fk_needs_rule_round_id FOREIGN KEY(round_id) REFERENCES needs_round (id),
    CONSTRAINT ck_needs_rule_method CHECK (method IN ('equal', 'headcount', 'gap'))
);
CREATE TABLE needs_step (
    id UUID NOT NULL,
    round_id UUID NOT NULL,
    kind VARCHAR(40) NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    by UUID,
    reason VARCHAR NOT NULL,
    details JSONB NOT NULL,
    recorded_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_needs_step PRIMARY KEY (id),
    CONSTRAINT fk_needs_step_round_id FOREIGN KEY(round_id) REFERENCES needs_round (id),
    CONSTRAINT ck_needs_step_stepkind CHECK (kind IN ('opened', 'dates_moved', 'rule_changed', 'reviewed', 'allocated', 'reallocated', 'reoffered', 'accepted', 'closed', 'reminded'))
);
CREATE INDEX ix_needs_step_round_id ON needs_step (round_id);
CREATE TABLE needs_allocation (
    id UUID NOT NULL,
    round_id UUID NOT NULL,
    edition INTEGER NOT NULL,
    kind VARCHAR(40) NOT NULL,
    rule_id UUID NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    by UUID,
    reason VARCHAR NOT NULL,
    accept_by DATE NOT NULL,
    nominate_by DATE NOT NULL,
    recorded_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_needs_allocation PRIMARY KEY (id),
    CONSTRAINT uq_needs_allocation_round_id_edition UNIQUE (round_id, edition),
    CONSTRAINT fk_needs_allocation_round_id FOREIGN KEY(round_id) REFERENCES needs_round (id),
    CONSTRAINT ck_needs_allocation_allocationkind CHECK (kind IN ('first', 'again', 'reoffer')),
    CONSTRAINT fk_needs_allocation_rule_id FOREIGN KEY(rule_id) REFERENCES needs_rule (id)
);
CREATE TABLE needs_capacity (
    id UUID NOT NULL,
    round_course_id UUID NOT NULL,
    edition INTEGER NOT NULL,
    seats INTEGER NOT NULL,
    pence INTEGER NOT NULL,
    budget INTEGER NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    by UUID,
    recorded_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_needs_capacity PRIMARY KEY (id),
    CONSTRAINT uq_needs_capacity_round_course_id_edition UNIQUE (round_course_id, edition),
    CONSTRAINT ck_needs_capacity_not_negative CHECK (seats >= 0 AND pence >= 0 AND budget >= 0),
    CONSTRAINT fk_needs_capacity_round_course_id FOREIGN KEY(round_course_id) REFERENCES needs_course (id)
);
CREATE TABLE needs_entry (
    id UUID NOT NULL,
    answer_id UUID NOT NULL,
    round_course_id UUID NOT NULL,
    level VARCHAR NOT NULL,
    heads INTEGER NOT NULL,
    reason VARCHAR NOT NULL,
    evidence VARCHAR NOT NULL,
    recorded_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_needs_entry PRIMARY KEY (id),
    CONSTRAINT uq_needs_entry_answer_id_round_course_id_level UNIQUE (answer_id, round_course_id, level),
    CONSTRAINT ck_needs_entry_heads CHECK (heads > 0),
    CONSTRAINT fk_needs_entry_answer_id FOREIGN KEY(answer_id) REFERENCES needs_answer (id),
    CONSTRAINT fk_needs_entry_round_course_id FOREIGN KEY(round_course_id) REFERENCES needs_course (id)
);
CREATE TABLE needs_review (
    id UUID NOT NULL,
    answer_id UUID NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    by UUID,
    comment VARCHAR NOT NULL,
    recorded_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_needs_review PRIMARY KEY (id),
    CONSTRAINT fk_needs_review_answer_id FOREIGN KEY(answer_id) REFERENCES needs_answer (id)
);
CREATE INDEX ix_needs_review_answer_id ON needs_review (answer_id);
CREATE TABLE needs_adjustment (
    id UUID NOT NULL,
    entry_id UUID NOT NULL,
    heads INTEGER NOT NULL,
    reason VARCHAR NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    by UUID,
    recorded_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_needs_adjustment PRIMARY KEY (id),
    CONSTRAINT ck_needs_adjustment_heads CHECK (heads >= 0),
    CONSTRAINT fk_needs_adjustment_entry_id FOREIGN KEY(entry_id) REFERENCES needs_entry (id)
);
CREATE INDEX ix_needs_adjustment_entry_id ON needs_adjustment (entry_id);
CREATE TABLE needs_nominee (
    id UUID NOT NULL,
    round_course_id UUID NOT NULL,
    organisation_id UUID NOT NULL,
    person_id UUID,
    name VARCHAR NOT NULL,
    email VARCHAR,
    language VARCHAR NOT NULL,
    digest BYTEA,
    named_at TIMESTAMP WITH TIME ZONE NOT NULL,
    named_by UUID,
    enrolment_id UUID,
    taken_at TIMESTAMP WITH TIME ZONE,
    withdrawn_at TIMESTAMP WITH TIME ZONE,
    withdrawn_by UUID,
    recorded_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_needs_nominee PRIMARY KEY (id),
    CONSTRAINT ck_needs_nominee_somebody CHECK (person_id IS NOT NULL OR digest IS NOT NULL OR withdrawn_at IS NOT NULL),
    CONSTRAINT fk_needs_nominee_round_course_id FOREIGN KEY(round_course_id) REFERENCES needs_course (id),
    CONSTRAINT fk_needs_nominee_organisation_id FOREIGN KEY(organisation_id) REFERENCES organisation (id),
    CONSTRAINT fk_needs_nominee_person_id FOREIGN KEY(person_id) REFERENCES person (id),
    CONSTRAINT uq_needs_nominee_digest UNIQUE (digest),
    CONSTRAINT fk_needs_nominee_enrolment_id FOREIGN KEY(enrolment_id) REFERENCES enrolment (id)
);
CREATE INDEX ix_needs_nominee_enrolment_id ON needs_nominee (enrolment_id);
CREATE INDEX ix_needs_nominee_person_id ON needs_nominee (person_id);
CREATE INDEX ix_needs_nominee_of ON needs_nominee (round_course_id, organisation_id);
CREATE UNIQUE INDEX uq_needs_nominee_person ON needs_nominee (round_course_id, person_id) WHERE withdrawn_at IS NULL;
CREATE TABLE needs_share (
    id UUID NOT NULL,
    allocation_id UUID NOT NULL,
    round_course_id UUID NOT NULL,
    organisation_id UUID NOT NULL,
    need INTEGER NOT NULL,
    kept INTEGER NOT NULL,
    places INTEGER NOT NULL,
    before INTEGER,
    workings JSONB NOT NULL,
    recorded_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_needs_share PRIMARY KEY (id),
    CONSTRAINT uq_needs_share_allocation_id_round_course_id_organisation_id UNIQUE (allocation_id, round_course_id, organisation_id),
    CONSTRAINT ck_needs_share_bounds CHECK (kept BETWEEN 0 AND places AND places <= need),
    CONSTRAINT fk_needs_share_allocation_id FOREIGN KEY(allocation_id) REFERENCES needs_allocation (id),
    CONSTRAINT fk_needs_share_round_course_id FOREIGN KEY(round_course_id) REFERENCES needs_course (id),
    CONSTRAINT fk_needs_share_organisation_id FOREIGN KEY(organisation_id) REFERENCES organisation (id)
);
CREATE INDEX ix_needs_share_organisation ON needs_share (organisation_id, allocation_id);
CREATE TABLE needs_acceptance (
    id UUID NOT NULL,
    share_id UUID NOT NULL,
    edition INTEGER NOT NULL,
    accepted INTEGER NOT NULL,
    reason VARCHAR NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    by UUID,
    recorded_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_needs_acceptance PRIMARY KEY (id),
    CONSTRAINT uq_needs_acceptance_share_id_edition UNIQUE (share_id, edition),
    CONSTRAINT ck_needs_acceptance_accepted CHECK (accepted >= 0),
    CONSTRAINT fk_needs_acceptance_share_id FOREIGN KEY(share_id) REFERENCES needs_share (id)
);
"""

APPENDED = (
    "needs_rule", "needs_step", "needs_capacity", "needs_headcount", "needs_answer", "needs_entry", "needs_review",
    "needs_adjustment", "needs_allocation", "needs_share", "needs_acceptance",
)  # fmt: skip


def upgrade() -> None:
    op.execute("ALTER TABLE role_grant DROP CONSTRAINT ck_role_grant_role")
    op.execute(
        "ALTER TABLE role_grant ADD CONSTRAINT ck_role_grant_role CHECK (role IN ('administrator', 'organiser', 'author', "
        "'publisher', 'commissioner', 'lead_supervisor', 'framework_editor', 'approver', 'team_lead', 'training_lead'))"
    )
    op.execute(TABLES)
    for table in APPENDED:
        op.execute(
            f"CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION refuse_change()"
        )


def downgrade() -> None:
    raise RuntimeError("Restore a backup: rows are never thrown away by going back")
