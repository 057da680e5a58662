"""Learning analytics: what statements say of each learner's way, and the counts that pages read. Expand: new tables.

A job fills them from the statements that are there; until it has, pages say that nothing is counted yet.
"""

from alembic import op

revision = "0093_learning"
down_revision = "0090_evaluation"

TABLES = """
CREATE TABLE learning_passage (
    registration_id UUID NOT NULL,
    key UUID NOT NULL,
    course_id UUID NOT NULL,
    first_at TIMESTAMP WITH TIME ZONE NOT NULL,
    last_at TIMESTAMP WITH TIME ZONE NOT NULL,
    seconds INTEGER,
    CONSTRAINT pk_learning_passage PRIMARY KEY (registration_id, key),
    CONSTRAINT fk_learning_passage_registration_id FOREIGN KEY(registration_id) REFERENCES content_registration (id),
    CONSTRAINT fk_learning_passage_course_id FOREIGN KEY(course_id) REFERENCES course (id)
);
CREATE INDEX ix_learning_passage_course_id ON learning_passage (course_id);
CREATE TABLE learning_answer (
    registration_id UUID NOT NULL,
    question BIGINT NOT NULL,
    course_id UUID NOT NULL,
    is_right BOOLEAN NOT NULL,
    tries INTEGER NOT NULL,
    CONSTRAINT pk_learning_answer PRIMARY KEY (registration_id, question),
    CONSTRAINT fk_learning_answer_registration_id FOREIGN KEY(registration_id) REFERENCES content_registration (id),
    CONSTRAINT fk_learning_answer_course_id FOREIGN KEY(course_id) REFERENCES course (id)
);
CREATE INDEX ix_learning_answer_course_id ON learning_answer (course_id);
CREATE TABLE learning_question (
    course_id UUID NOT NULL,
    question BIGINT NOT NULL,
    key UUID NOT NULL,
    iri VARCHAR NOT NULL,
    title JSONB NOT NULL,
    CONSTRAINT pk_learning_question PRIMARY KEY (course_id, question),
    CONSTRAINT fk_learning_question_course_id FOREIGN KEY(course_id) REFERENCES course (id)
);
CREATE TABLE learning_unit_count (
    course_id UUID NOT NULL,
    place UUID NOT NULL,
    key UUID NOT NULL,
    opened INTEGER NOT NULL,
    finished INTEGER NOT NULL,
    stopped INTEGER NOT NULL,
    timed INTEGER NOT NULL,
    seconds INTEGER,
    CONSTRAINT pk_learning_unit_count PRIMARY KEY (course_id, place, key),
    CONSTRAINT fk_learning_unit_count_course_id FOREIGN KEY(course_id) REFERENCES course (id)
);
CREATE TABLE learning_question_count (
    course_id UUID NOT NULL,
    question BIGINT NOT NULL,
    answered INTEGER NOT NULL,
    is_right INTEGER NOT NULL,
    CONSTRAINT pk_learning_question_count PRIMARY KEY (course_id, question),
    CONSTRAINT fk_learning_question_count_course_id FOREIGN KEY(course_id) REFERENCES course (id)
);
CREATE TABLE learning_touched (
    course_id UUID NOT NULL,
    CONSTRAINT pk_learning_touched PRIMARY KEY (course_id),
    CONSTRAINT fk_learning_touched_course_id FOREIGN KEY(course_id) REFERENCES course (id)
);
CREATE TABLE learning_mark (
    id INTEGER NOT NULL,
    through BIGINT NOT NULL,
    at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_learning_mark PRIMARY KEY (id)
);
INSERT INTO learning_mark (id, through) VALUES (1, 0);
"""


def upgrade() -> None:
    op.execute(TABLES)


def downgrade() -> None:
    raise RuntimeError("Restore a backup: rows are never thrown away by going back")
