"""Course packages, the sessions in which they are launched, what was achieved there, and why.

Expand only. What is decided or received (offers, evidence, commits) is only appended to.
"""

from alembic import op

revision = "0016_packages"
down_revision = "0015_statement_lists"

TABLES = """
CREATE TABLE content_package (
    id UUID NOT NULL,
    course_id UUID NOT NULL,
    number INTEGER NOT NULL,
    format VARCHAR(40) NOT NULL,
    languages TEXT[] NOT NULL,
    digest BYTEA NOT NULL,
    file_id UUID,
    name VARCHAR NOT NULL,
    size BIGINT NOT NULL,
    manifest BYTEA NOT NULL,
    warnings JSONB NOT NULL,
    sandboxed BOOLEAN DEFAULT 'false' NOT NULL,
    outside TEXT[] DEFAULT '{}' NOT NULL,
    completion VARCHAR(40),
    imported_by UUID,
    recorded_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_content_package PRIMARY KEY (id),
    CONSTRAINT uq_content_package_course_id_number UNIQUE (course_id, number),
    CONSTRAINT fk_content_package_course_id FOREIGN KEY(course_id) REFERENCES course (id),
    CONSTRAINT ck_content_package_format CHECK (
        format IN ('cmi5', 'scorm_12', 'scorm_2004', 'xapi', 'h5p', 'video', 'document', 'link')
    ),
    CONSTRAINT fk_content_package_file_id FOREIGN KEY(file_id) REFERENCES stored_file (id),
    CONSTRAINT ck_content_package_moveon CHECK (
        completion IN ('NotApplicable', 'Passed', 'Completed', 'CompletedAndPassed', 'CompletedOrPassed')
    ),
    CONSTRAINT fk_content_package_imported_by FOREIGN KEY(imported_by) REFERENCES person (id)
);
CREATE INDEX ix_content_package_digest ON content_package (digest);
CREATE TABLE content_node (
    id UUID NOT NULL,
    package_id UUID NOT NULL,
    position INTEGER NOT NULL,
    parent_id UUID,
    kind VARCHAR(40) NOT NULL,
    key UUID NOT NULL,
    publisher_id VARCHAR NOT NULL,
    title JSONB NOT NULL,
    description JSONB NOT NULL,
    url VARCHAR,
    move_on VARCHAR(40),
    mastery_score NUMERIC(7, 6),
    launch_method VARCHAR(40),
    launch_parameters VARCHAR,
    entitlement_key VARCHAR,
    activity_type VARCHAR,
    more JSONB NOT NULL,
    recorded_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_content_node PRIMARY KEY (id),
    CONSTRAINT uq_content_node_package_id_position UNIQUE (package_id, position),
    CONSTRAINT uq_content_node_package_id_key UNIQUE (package_id, key),
    CONSTRAINT fk_content_node_package_id FOREIGN KEY(package_id) REFERENCES content_package (id),
    CONSTRAINT fk_content_node_parent_id FOREIGN KEY(parent_id) REFERENCES content_node (id),
    CONSTRAINT ck_content_node_nodekind CHECK (kind IN ('course', 'block', 'unit')),
    CONSTRAINT ck_content_node_moveon CHECK (
        move_on IN ('NotApplicable', 'Passed', 'Completed', 'CompletedAndPassed', 'CompletedOrPassed')
    ),
    CONSTRAINT ck_content_node_launchmethod CHECK (launch_method IN ('AnyWindow', 'OwnWindow'))
);
CREATE INDEX ix_content_node_key ON content_node (key);
CREATE TABLE content_offer (
    id UUID NOT NULL,
    course_id UUID NOT NULL,
    language VARCHAR NOT NULL,
    package_id UUID,
    by UUID,
    reason TEXT NOT NULL,
    recorded_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_content_offer PRIMARY KEY (id),
    CONSTRAINT fk_content_offer_course_id FOREIGN KEY(course_id) REFERENCES course (id),
    CONSTRAINT fk_content_offer_package_id FOREIGN KEY(package_id) REFERENCES content_package (id),
    CONSTRAINT fk_content_offer_by FOREIGN KEY(by) REFERENCES person (id)
);
CREATE INDEX ix_content_offer_course ON content_offer (course_id, language, id);
CREATE TABLE content_import (
    id UUID NOT NULL,
    course_id UUID NOT NULL,
    languages TEXT[] NOT NULL,
    state VARCHAR(40) NOT NULL,
    asked_by UUID,
    file_id UUID,
    name VARCHAR NOT NULL,
    address VARCHAR,
    size BIGINT NOT NULL,
    done BIGINT NOT NULL,
    faults JSONB NOT NULL,
    warnings JSONB NOT NULL,
    package_id UUID,
    ended_at TIMESTAMP WITH TIME ZONE,
    recorded_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_content_import PRIMARY KEY (id),
    CONSTRAINT fk_content_import_course_id FOREIGN KEY(course_id) REFERENCES course (id),
    CONSTRAINT ck_content_import_importstate CHECK (state IN ('waiting', 'reading', 'unpacking', 'done', 'refused')),
    CONSTRAINT fk_content_import_asked_by FOREIGN KEY(asked_by) REFERENCES person (id),
    CONSTRAINT fk_content_import_file_id FOREIGN KEY(file_id) REFERENCES stored_file (id),
    CONSTRAINT fk_content_import_package_id FOREIGN KEY(package_id) REFERENCES content_package (id)
);
CREATE INDEX ix_content_import_course_id ON content_import (course_id);
CREATE TABLE content_registration (
    id UUID NOT NULL,
    enrolment_id UUID,
    learner_id UUID NOT NULL,
    package_id UUID NOT NULL,
    language VARCHAR NOT NULL,
    begun_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_content_registration PRIMARY KEY (id),
    CONSTRAINT uq_content_registration_enrolment_id UNIQUE (enrolment_id),
    CONSTRAINT fk_content_registration_enrolment_id FOREIGN KEY(enrolment_id) REFERENCES enrolment (id),
    CONSTRAINT fk_content_registration_learner_id FOREIGN KEY(learner_id) REFERENCES person (id),
    CONSTRAINT fk_content_registration_package_id FOREIGN KEY(package_id) REFERENCES content_package (id)
);
CREATE INDEX ix_content_registration_learner_id ON content_registration (learner_id);
CREATE INDEX ix_content_registration_package_id ON content_registration (package_id);
CREATE TABLE content_session (
    id UUID NOT NULL,
    registration_id UUID NOT NULL,
    package_id UUID NOT NULL,
    node_id UUID NOT NULL,
    key UUID NOT NULL,
    mode VARCHAR(40) NOT NULL,
    state VARCHAR(40) NOT NULL,
    launched_by UUID,
    credential_id UUID,
    fetch_digest BYTEA,
    fetch_until TIMESTAMP WITH TIME ZONE,
    fetched_at TIMESTAMP WITH TIME ZONE,
    sent JSONB NOT NULL,
    launched_at TIMESTAMP WITH TIME ZONE NOT NULL,
    preferences_at TIMESTAMP WITH TIME ZONE,
    initialized_at TIMESTAMP WITH TIME ZONE,
    completed_at TIMESTAMP WITH TIME ZONE,
    passed_at TIMESTAMP WITH TIME ZONE,
    failed_at TIMESTAMP WITH TIME ZONE,
    last_at TIMESTAMP WITH TIME ZONE NOT NULL,
    last_said_at TIMESTAMP WITH TIME ZONE,
    ended_at TIMESTAMP WITH TIME ZONE,
    recorded_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_content_session PRIMARY KEY (id),
    CONSTRAINT fk_content_session_registration_id FOREIGN KEY(registration_id) REFERENCES content_registration (id),
    CONSTRAINT fk_content_session_package_id FOREIGN KEY(package_id) REFERENCES content_package (id),
    CONSTRAINT fk_content_session_node_id FOREIGN KEY(node_id) REFERENCES content_node (id),
    CONSTRAINT ck_content_session_launchmode CHECK (mode IN ('Normal', 'Browse', 'Review')),
    CONSTRAINT ck_content_session_sessionstate CHECK (state IN ('launched', 'running', 'ended', 'abandoned')),
    CONSTRAINT fk_content_session_launched_by FOREIGN KEY(launched_by) REFERENCES person (id),
    CONSTRAINT uq_content_session_credential_id UNIQUE (credential_id),
    CONSTRAINT uq_content_session_fetch_digest UNIQUE (fetch_digest)
);
CREATE INDEX ix_content_session_idle ON content_session (last_at) WHERE state IN ('launched', 'running');
CREATE INDEX ix_content_session_registration ON content_session (registration_id, id);
CREATE UNIQUE INDEX uq_content_session_open ON content_session (registration_id) WHERE state IN ('launched', 'running');
CREATE TABLE content_evidence (
    id UUID NOT NULL,
    registration_id UUID NOT NULL,
    key UUID NOT NULL,
    fact VARCHAR(40) NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    source VARCHAR NOT NULL,
    said_by UUID,
    session_id UUID,
    by UUID,
    reason TEXT,
    recorded_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_content_evidence PRIMARY KEY (id),
    CONSTRAINT ck_content_evidence_source CHECK (source IN ('statement', 'commit', 'correction')),
    CONSTRAINT fk_content_evidence_registration_id FOREIGN KEY(registration_id) REFERENCES content_registration (id),
    CONSTRAINT ck_content_evidence_fact CHECK (fact IN ('completed', 'passed', 'waived')),
    CONSTRAINT fk_content_evidence_session_id FOREIGN KEY(session_id) REFERENCES content_session (id),
    CONSTRAINT fk_content_evidence_by FOREIGN KEY(by) REFERENCES person (id)
);
CREATE UNIQUE INDEX uq_content_evidence_fact ON content_evidence (registration_id, key, fact);
CREATE TABLE content_satisfied (
    registration_id UUID NOT NULL,
    key UUID NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    statement_id UUID,
    CONSTRAINT pk_content_satisfied PRIMARY KEY (registration_id, key),
    CONSTRAINT fk_content_satisfied_registration_id FOREIGN KEY(registration_id) REFERENCES content_registration (id)
);
CREATE TABLE content_attainment (
    registration_id UUID NOT NULL,
    key UUID NOT NULL,
    scaled NUMERIC(7, 6),
    progress INTEGER NOT NULL,
    seconds INTEGER NOT NULL,
    failed_at TIMESTAMP WITH TIME ZONE,
    last_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_content_attainment PRIMARY KEY (registration_id, key),
    CONSTRAINT fk_content_attainment_registration_id FOREIGN KEY(registration_id) REFERENCES content_registration (id)
);
CREATE TABLE scorm_attempt (
    id UUID NOT NULL,
    registration_id UUID NOT NULL,
    key UUID NOT NULL,
    number INTEGER NOT NULL,
    data TEXT NOT NULL,
    completion VARCHAR NOT NULL,
    success VARCHAR NOT NULL,
    scaled NUMERIC(7, 6),
    seconds BIGINT NOT NULL,
    begun_at TIMESTAMP WITH TIME ZONE NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE NOT NULL,
    finished_at TIMESTAMP WITH TIME ZONE,
    recorded_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_scorm_attempt PRIMARY KEY (id),
    CONSTRAINT uq_scorm_attempt_registration_id_key_number UNIQUE (registration_id, key, number),
    CONSTRAINT fk_scorm_attempt_registration_id FOREIGN KEY(registration_id) REFERENCES content_registration (id)
);
CREATE TABLE scorm_commit (
    id UUID NOT NULL,
    attempt_id UUID NOT NULL,
    session_id UUID NOT NULL,
    sequence INTEGER NOT NULL,
    final BOOLEAN NOT NULL,
    body BYTEA NOT NULL,
    recorded_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_scorm_commit PRIMARY KEY (id),
    CONSTRAINT uq_scorm_commit_session_id_sequence UNIQUE (session_id, sequence),
    CONSTRAINT fk_scorm_commit_attempt_id FOREIGN KEY(attempt_id) REFERENCES scorm_attempt (id),
    CONSTRAINT fk_scorm_commit_session_id FOREIGN KEY(session_id) REFERENCES content_session (id)
);
CREATE INDEX ix_scorm_commit_attempt_id ON scorm_commit (attempt_id);
"""
APPENDED = ("content_node", "content_offer", "content_evidence", "content_satisfied", "scorm_commit")


def upgrade() -> None:
    op.execute(TABLES)
    for table in APPENDED:
        op.execute(
            f"CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION refuse_change()"
        )
