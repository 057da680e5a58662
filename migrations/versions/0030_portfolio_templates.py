"""Portfolio templates that are edited on a page, and evidence that is observed, shared, redacted, checked and exported.

Expand, and backfill: templates that were loaded count as published when they came. What was decided and signed is still
only appended to; a redaction alone may empty the copy of the evidence in it, in a transaction that says so.
"""

from alembic import op

revision = "0030_portfolio_templates"
down_revision = "0022_moderation"

TABLES = """
ALTER TABLE portfolio_template
    ADD title_en TEXT DEFAULT '' NOT NULL,
    ADD title_cy TEXT DEFAULT '' NOT NULL,
    ADD optional_needed INTEGER DEFAULT '0' NOT NULL,
    ADD edition INTEGER DEFAULT '1' NOT NULL,
    ADD published_at TIMESTAMP WITH TIME ZONE;
UPDATE portfolio_template SET published_at = recorded_at;
ALTER TABLE portfolio_template_item
    ADD guidance_en TEXT DEFAULT '' NOT NULL,
    ADD guidance_cy TEXT DEFAULT '' NOT NULL,
    ADD optional BOOLEAN DEFAULT 'false' NOT NULL,
    ADD individual_only BOOLEAN DEFAULT 'false' NOT NULL,
    ADD observer_signs BOOLEAN DEFAULT 'false' NOT NULL,
    ADD minutes INTEGER;
ALTER TABLE portfolio_template_item DROP CONSTRAINT ck_portfolio_template_item_evidencekind;
ALTER TABLE portfolio_template_item ADD CONSTRAINT ck_portfolio_template_item_evidencekind CHECK (
    kind IN ('text', 'reflection', 'file', 'observed_practice', 'activity', 'development_task', 'case_study',
             'supervision_hours')
);
ALTER TABLE evidence_item
    ADD links JSONB DEFAULT '[]' NOT NULL,
    ADD reused_from_id UUID,
    ADD CONSTRAINT fk_evidence_item_reused_from_id FOREIGN KEY(reused_from_id) REFERENCES evidence_item (id);
CREATE INDEX ix_evidence_item_reused_from_id ON evidence_item (reused_from_id);
ALTER TABLE evidence_item DROP CONSTRAINT ck_evidence_item_evidencestate;
ALTER TABLE evidence_item ADD CONSTRAINT ck_evidence_item_evidencestate CHECK (
    state IN ('draft', 'submitted', 'returned', 'accepted', 'redacted')
);
ALTER TABLE evidence_item DROP CONSTRAINT ck_evidence_item_no_identifiers;
ALTER TABLE evidence_item ADD CONSTRAINT ck_evidence_item_no_identifiers CHECK (
    state IN ('draft', 'redacted') OR no_identifiers
);
CREATE TABLE evidence_statement (
    item_id UUID NOT NULL,
    statement_id UUID NOT NULL,
    CONSTRAINT pk_evidence_statement PRIMARY KEY (item_id, statement_id),
    CONSTRAINT fk_evidence_statement_item_id FOREIGN KEY(item_id) REFERENCES evidence_item (id),
    CONSTRAINT fk_evidence_statement_statement_id FOREIGN KEY(statement_id) REFERENCES framework_statement (id)
);
CREATE TABLE evidence_observation (
    id UUID NOT NULL,
    item_id UUID NOT NULL,
    asked_name VARCHAR NOT NULL,
    email VARCHAR,
    language VARCHAR NOT NULL,
    token_digest BYTEA,
    asked_at TIMESTAMP WITH TIME ZONE NOT NULL,
    expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
    content JSONB NOT NULL,
    content_hash VARCHAR NOT NULL,
    withdrawn_at TIMESTAMP WITH TIME ZONE,
    answered_at TIMESTAMP WITH TIME ZONE,
    answer VARCHAR(40),
    words VARCHAR DEFAULT '' NOT NULL,
    signed_name VARCHAR,
    signed_role VARCHAR,
    recorded_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_evidence_observation PRIMARY KEY (id),
    CONSTRAINT uq_evidence_observation_token_digest UNIQUE (token_digest),
    CONSTRAINT fk_evidence_observation_item_id FOREIGN KEY(item_id) REFERENCES evidence_item (id),
    CONSTRAINT ck_evidence_observation_observeranswer CHECK (answer IN ('signed', 'declined'))
);
CREATE INDEX ix_evidence_observation_item_id ON evidence_observation (item_id);
CREATE TABLE evidence_redaction (
    id UUID NOT NULL,
    item_id UUID NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    by UUID,
    ground VARCHAR(40) NOT NULL,
    reason VARCHAR NOT NULL,
    content_hash VARCHAR NOT NULL,
    signatures JSONB NOT NULL,
    recorded_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_evidence_redaction PRIMARY KEY (id),
    CONSTRAINT fk_evidence_redaction_item_id FOREIGN KEY(item_id) REFERENCES evidence_item (id),
    CONSTRAINT fk_evidence_redaction_by FOREIGN KEY(by) REFERENCES person (id),
    CONSTRAINT ck_evidence_redaction_redactionground CHECK (ground IN ('identifiable', 'retention'))
);
CREATE INDEX ix_evidence_redaction_item_id ON evidence_redaction (item_id);
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON evidence_redaction
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TABLE evidence_share (
    id UUID NOT NULL,
    item_id UUID NOT NULL,
    reader_id UUID NOT NULL,
    shared_at TIMESTAMP WITH TIME ZONE NOT NULL,
    ended_at TIMESTAMP WITH TIME ZONE,
    recorded_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_evidence_share PRIMARY KEY (id),
    CONSTRAINT fk_evidence_share_item_id FOREIGN KEY(item_id) REFERENCES evidence_item (id),
    CONSTRAINT fk_evidence_share_reader_id FOREIGN KEY(reader_id) REFERENCES person (id)
);
CREATE UNIQUE INDEX uq_evidence_share_live ON evidence_share (item_id, reader_id) WHERE ended_at IS NULL;
CREATE INDEX ix_evidence_share_reader_id ON evidence_share (reader_id) WHERE ended_at IS NULL;
CREATE TABLE evidence_file_check (
    id UUID NOT NULL,
    file_id UUID NOT NULL,
    state VARCHAR(40) NOT NULL,
    checked_at TIMESTAMP WITH TIME ZONE,
    found VARCHAR,
    recorded_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_evidence_file_check PRIMARY KEY (id),
    CONSTRAINT uq_evidence_file_check_file_id UNIQUE (file_id),
    CONSTRAINT fk_evidence_file_check_file_id FOREIGN KEY(file_id) REFERENCES stored_file (id) ON DELETE CASCADE,
    CONSTRAINT ck_evidence_file_check_checkstate CHECK (state IN ('waiting', 'clean', 'infected'))
);
CREATE TABLE evidence_file_preview (
    id UUID NOT NULL,
    file_id UUID NOT NULL,
    preview_id UUID NOT NULL,
    pages INTEGER NOT NULL,
    width INTEGER NOT NULL,
    height INTEGER NOT NULL,
    recorded_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_evidence_file_preview PRIMARY KEY (id),
    CONSTRAINT uq_evidence_file_preview_file_id UNIQUE (file_id),
    CONSTRAINT fk_evidence_file_preview_file_id FOREIGN KEY(file_id) REFERENCES stored_file (id) ON DELETE CASCADE,
    CONSTRAINT fk_evidence_file_preview_preview_id FOREIGN KEY(preview_id) REFERENCES stored_file (id)
);
CREATE TABLE portfolio_export (
    id UUID NOT NULL,
    portfolio_id UUID NOT NULL,
    kind VARCHAR(40) NOT NULL,
    language VARCHAR NOT NULL,
    asked_at TIMESTAMP WITH TIME ZONE NOT NULL,
    done INTEGER NOT NULL,
    "of" INTEGER NOT NULL,
    ended_at TIMESTAMP WITH TIME ZONE,
    file_id UUID,
    recorded_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_portfolio_export PRIMARY KEY (id),
    CONSTRAINT fk_portfolio_export_portfolio_id FOREIGN KEY(portfolio_id) REFERENCES portfolio (id),
    CONSTRAINT fk_portfolio_export_file_id FOREIGN KEY(file_id) REFERENCES stored_file (id),
    CONSTRAINT ck_portfolio_export_exportkind CHECK (kind IN ('pdf', 'zip'))
);
CREATE INDEX ix_portfolio_export_portfolio_id ON portfolio_export (portfolio_id);
"""

TRIGGERS = """
CREATE FUNCTION refuse_change_of_published_template() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.published_at IS NOT NULL THEN
        RAISE EXCEPTION 'a published portfolio template is not changed: write a new number' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
END $$;
CREATE TRIGGER published BEFORE UPDATE OR DELETE ON portfolio_template
    FOR EACH ROW EXECUTE FUNCTION refuse_change_of_published_template();
CREATE FUNCTION refuse_change_of_published_item() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM portfolio_template WHERE id = OLD.template_id AND published_at IS NOT NULL) THEN
        RAISE EXCEPTION 'a published portfolio template is not changed: write a new number' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
END $$;
CREATE TRIGGER published BEFORE UPDATE OR DELETE ON portfolio_template_item
    FOR EACH ROW EXECUTE FUNCTION refuse_change_of_published_item();
CREATE FUNCTION refuse_change_but_redaction() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND current_setting('llwybr.redacting', true) = 'yes'
       AND to_jsonb(OLD) - 'content' = to_jsonb(NEW) - 'content' THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION '% is only ever appended to', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
DROP TRIGGER append_only ON evidence_decision;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON evidence_decision
    FOR EACH ROW EXECUTE FUNCTION refuse_change_but_redaction();
DROP TRIGGER append_only ON portfolio_sign_off;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON portfolio_sign_off
    FOR EACH ROW EXECUTE FUNCTION refuse_change_but_redaction();
"""


def upgrade() -> None:
    op.execute(TABLES)
    op.execute(TRIGGERS)


def downgrade() -> None:
    raise RuntimeError("Restore a backup: rows are never thrown away by going back")
