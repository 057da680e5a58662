"""Approvals for functions under statute (AMHP, Section 12(2), Approved Clinician, BIA), apart from certificates.

Expand. Everything is only appended to. A role is added: whoever keeps the approvals of an approving body.
"""

from alembic import op

revision = "0067_function_approvals"
down_revision = "0065_badges"

TABLES = """
CREATE TABLE function_approval (
    id UUID NOT NULL,
    function VARCHAR NOT NULL,
    person_id UUID NOT NULL,
    body_id UUID NOT NULL,
    profession VARCHAR NOT NULL,
    decided_on DATE NOT NULL,
    starts_on DATE NOT NULL,
    ends_on DATE,
    basis VARCHAR(40) NOT NULL,
    course_title VARCHAR NOT NULL,
    course_on DATE,
    award_id UUID,
    earlier VARCHAR NOT NULL,
    criterion VARCHAR NOT NULL,
    conditions VARCHAR NOT NULL,
    follows_id UUID,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    by UUID,
    recorded_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_function_approval PRIMARY KEY (id),
    CONSTRAINT ck_function_approval_order CHECK (ends_on IS NULL OR ends_on >= starts_on),
    CONSTRAINT ck_function_approval_basis CHECK (basis IN ('course', 'earlier', 'again')),
    CONSTRAINT uq_function_approval_follows_id UNIQUE (follows_id),
    CONSTRAINT fk_function_approval_person_id FOREIGN KEY(person_id) REFERENCES person (id),
    CONSTRAINT fk_function_approval_body_id FOREIGN KEY(body_id) REFERENCES organisation (id),
    CONSTRAINT fk_function_approval_award_id FOREIGN KEY(award_id) REFERENCES award (id),
    CONSTRAINT fk_function_approval_follows_id FOREIGN KEY(follows_id) REFERENCES function_approval (id),
    CONSTRAINT fk_function_approval_by FOREIGN KEY(by) REFERENCES person (id)
);
CREATE INDEX ix_function_approval_person_id ON function_approval (person_id);
CREATE INDEX ix_function_approval_body ON function_approval (body_id, ends_on);
CREATE INDEX ix_function_approval_award_id ON function_approval (award_id);
CREATE INDEX ix_function_approval_ends_on ON function_approval (ends_on) WHERE ends_on IS NOT NULL;
CREATE TABLE function_approval_step (
    id UUID NOT NULL,
    approval_id UUID NOT NULL,
    kind VARCHAR(40) NOT NULL,
    "on" DATE NOT NULL,
    ground VARCHAR(40),
    reason VARCHAR(40),
    other_id UUID,
    checks TEXT[] NOT NULL,
    note VARCHAR NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    by UUID,
    recorded_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_function_approval_step PRIMARY KEY (id),
    CONSTRAINT ck_function_approval_step_stepkind CHECK (
        kind IN ('suspended', 'lifted', 'ended', 'chosen', 'acts_for', 'acts_no_more')),
    CONSTRAINT ck_function_approval_step_ground CHECK (
        ground IN ('ceased', 'conditions', 'competence', 'profession', 'approved_elsewhere', 'asked', 'in_error')),
    CONSTRAINT ck_function_approval_step_suspensionreason CHECK (reason IN ('registration', 'looked_into', 'asked')),
    CONSTRAINT fk_function_approval_step_approval_id FOREIGN KEY(approval_id) REFERENCES function_approval (id),
    CONSTRAINT fk_function_approval_step_other_id FOREIGN KEY(other_id) REFERENCES organisation (id),
    CONSTRAINT fk_function_approval_step_by FOREIGN KEY(by) REFERENCES person (id)
);
CREATE INDEX ix_function_approval_step_approval_id ON function_approval_step (approval_id);
CREATE UNIQUE INDEX uq_function_approval_step_ended ON function_approval_step (approval_id) WHERE kind = 'ended';
CREATE TABLE function_evidence (
    id UUID NOT NULL,
    approval_id UUID NOT NULL,
    year INTEGER NOT NULL,
    sort VARCHAR NOT NULL,
    "on" DATE NOT NULL,
    title VARCHAR NOT NULL,
    minutes INTEGER,
    award_id UUID,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    by UUID,
    recorded_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_function_evidence PRIMARY KEY (id),
    CONSTRAINT ck_function_evidence_minutes CHECK (minutes > 0),
    CONSTRAINT fk_function_evidence_approval_id FOREIGN KEY(approval_id) REFERENCES function_approval (id),
    CONSTRAINT fk_function_evidence_award_id FOREIGN KEY(award_id) REFERENCES award (id),
    CONSTRAINT fk_function_evidence_by FOREIGN KEY(by) REFERENCES person (id)
);
CREATE INDEX ix_function_evidence_approval_id ON function_evidence (approval_id, year);
CREATE INDEX ix_function_evidence_award_id ON function_evidence (award_id);
CREATE TABLE function_evidence_verdict (
    id UUID NOT NULL,
    evidence_id UUID NOT NULL,
    verdict VARCHAR(40) NOT NULL,
    note VARCHAR NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    by UUID,
    recorded_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_function_evidence_verdict PRIMARY KEY (id),
    CONSTRAINT uq_function_evidence_verdict_evidence_id UNIQUE (evidence_id),
    CONSTRAINT ck_function_evidence_verdict_verdict CHECK (verdict IN ('accepted', 'returned', 'withdrawn')),
    CONSTRAINT fk_function_evidence_verdict_evidence_id FOREIGN KEY(evidence_id) REFERENCES function_evidence (id),
    CONSTRAINT fk_function_evidence_verdict_by FOREIGN KEY(by) REFERENCES person (id)
);
CREATE TABLE function_hours (
    id UUID NOT NULL,
    body_id UUID NOT NULL,
    function VARCHAR NOT NULL,
    minutes INTEGER,
    from_on DATE NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    by UUID,
    recorded_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_function_hours PRIMARY KEY (id),
    CONSTRAINT ck_function_hours_minutes CHECK (minutes > 0),
    CONSTRAINT fk_function_hours_body_id FOREIGN KEY(body_id) REFERENCES organisation (id),
    CONSTRAINT fk_function_hours_by FOREIGN KEY(by) REFERENCES person (id)
);
CREATE INDEX ix_function_hours_body_id ON function_hours (body_id, function, from_on);
CREATE TABLE function_approval_notice (
    id UUID NOT NULL,
    approval_id UUID NOT NULL,
    what VARCHAR NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    recorded_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_function_approval_notice PRIMARY KEY (id),
    CONSTRAINT uq_function_approval_notice_approval_id_what UNIQUE (approval_id, what),
    CONSTRAINT fk_function_approval_notice_approval_id FOREIGN KEY(approval_id) REFERENCES function_approval (id)
);
"""
APPENDED = (
    "function_approval", "function_approval_step", "function_evidence", "function_evidence_verdict", "function_hours",
    "function_approval_notice",
)  # fmt: skip


def upgrade() -> None:
    op.execute("ALTER TABLE role_grant DROP CONSTRAINT ck_role_grant_role")
    op.execute(
        "ALTER TABLE role_grant ADD CONSTRAINT ck_role_grant_role CHECK (role IN ('administrator', 'organiser', 'author', "
        "'publisher', 'commissioner', 'lead_supervisor', 'framework_editor', 'training_lead', 'team_lead', 'approver'))"
    )
    op.execute(TABLES)
    for table in APPENDED:
        op.execute(
            f"CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION refuse_change()"
        )


def downgrade() -> None:
    raise RuntimeError("Restore a backup: rows are never thrown away by going back")
