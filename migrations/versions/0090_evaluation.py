"""Evaluation: who is asked about a course, answers as counters, and words without a name. Expand: new tables."""

from alembic import op

revision = "0090_evaluation"
down_revision = "0088_line_managers"

SECTORS = (
    "'nhs', 'social_care', 'third_sector', 'independent', 'education', 'police_emergency', 'wider_public', "
    "'lived_experience', 'unpaid_carers', 'public'"
)
TABLES = f"""
CREATE TABLE evaluation_invitation (
    id UUID NOT NULL,
    enrolment_id UUID NOT NULL,
    form VARCHAR(40) NOT NULL,
    course_id UUID NOT NULL,
    version INTEGER NOT NULL,
    sector VARCHAR(40) NOT NULL,
    body VARCHAR NOT NULL,
    made_on DATE NOT NULL,
    closes_on DATE NOT NULL,
    reminded_on DATE,
    state VARCHAR(40) NOT NULL,
    recorded_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_evaluation_invitation PRIMARY KEY (id),
    CONSTRAINT uq_evaluation_invitation_enrolment_id_form UNIQUE (enrolment_id, form),
    CONSTRAINT fk_evaluation_invitation_enrolment_id FOREIGN KEY(enrolment_id) REFERENCES enrolment (id),
    CONSTRAINT fk_evaluation_invitation_course_id FOREIGN KEY(course_id) REFERENCES course (id),
    CONSTRAINT ck_evaluation_invitation_which CHECK (form IN ('after', 'later')),
    CONSTRAINT ck_evaluation_invitation_sector CHECK (sector IN ({SECTORS})),
    CONSTRAINT ck_evaluation_invitation_invitationstate CHECK (state IN ('open', 'answered', 'declined', 'withdrawn'))
);
CREATE INDEX ix_evaluation_invitation_made ON evaluation_invitation (form, made_on, state);
CREATE INDEX ix_evaluation_invitation_waiting ON evaluation_invitation (made_on, id)
    WHERE state = 'open' AND reminded_on IS NULL;
CREATE TABLE evaluation_silence (
    person_id UUID NOT NULL,
    since DATE NOT NULL,
    CONSTRAINT pk_evaluation_silence PRIMARY KEY (person_id),
    CONSTRAINT fk_evaluation_silence_person_id FOREIGN KEY(person_id) REFERENCES person (id)
);
CREATE TABLE evaluation_tally (
    month DATE NOT NULL,
    course_id UUID NOT NULL,
    version INTEGER NOT NULL,
    form VARCHAR(40) NOT NULL,
    edition INTEGER NOT NULL,
    body VARCHAR NOT NULL,
    sector VARCHAR(40) NOT NULL,
    item VARCHAR NOT NULL,
    value VARCHAR NOT NULL,
    n INTEGER NOT NULL,
    CONSTRAINT pk_evaluation_tally PRIMARY KEY (month, course_id, version, form, edition, body, sector, item, value),
    CONSTRAINT fk_evaluation_tally_course_id FOREIGN KEY(course_id) REFERENCES course (id),
    CONSTRAINT ck_evaluation_tally_which CHECK (form IN ('after', 'later')),
    CONSTRAINT ck_evaluation_tally_sector CHECK (sector IN ({SECTORS})),
    CONSTRAINT ck_evaluation_tally_n CHECK (n > 0)
);
CREATE INDEX ix_evaluation_tally_answered ON evaluation_tally (course_id, form) INCLUDE (n) WHERE item = 'answered';
CREATE TABLE evaluation_text (
    id UUID NOT NULL,
    form VARCHAR(40) NOT NULL,
    edition INTEGER NOT NULL,
    question VARCHAR NOT NULL,
    course_id UUID NOT NULL,
    language VARCHAR NOT NULL,
    text VARCHAR NOT NULL,
    state VARCHAR(40) NOT NULL,
    reason VARCHAR(40),
    shuffled BOOLEAN NOT NULL,
    reviewed_by UUID,
    reviewed_on DATE,
    CONSTRAINT pk_evaluation_text PRIMARY KEY (id),
    CONSTRAINT fk_evaluation_text_course_id FOREIGN KEY(course_id) REFERENCES course (id),
    CONSTRAINT fk_evaluation_text_reviewed_by FOREIGN KEY(reviewed_by) REFERENCES person (id),
    CONSTRAINT ck_evaluation_text_which CHECK (form IN ('after', 'later')),
    CONSTRAINT ck_evaluation_text_textstate CHECK (state IN ('waiting', 'released', 'redacted', 'rejected')),
    CONSTRAINT ck_evaluation_text_rejectreason CHECK (
        reason IN ('identifies', 'abusive', 'not_the_course', 'no_content')
    ),
    CONSTRAINT ck_evaluation_text_says_why CHECK ((state = 'rejected') = (reason IS NOT NULL)),
    CONSTRAINT ck_evaluation_text_nothing_left CHECK ((state = 'rejected') = (text = '')),
    CONSTRAINT ck_evaluation_text_reviewed CHECK ((state = 'waiting') = (reviewed_on IS NULL))
);
CREATE INDEX ix_evaluation_text_course ON evaluation_text (course_id, form, state);
"""


def upgrade() -> None:
    op.execute(TABLES)


def downgrade() -> None:
    raise RuntimeError("Restore a backup: rows are never thrown away by going back")
