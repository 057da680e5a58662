"""Awards as Open Badges: what was signed, and the lists of bits that say which still count.

Expand only.
"""

from alembic import op

revision = "0065_badges"
down_revision = "0064_signing_keys"

TABLES = """
CREATE TABLE status_list (
    number INTEGER NOT NULL,
    stale BOOLEAN NOT NULL,
    document VARCHAR,
    token VARCHAR,
    document_key_id UUID,
    token_key_id UUID,
    signed_at TIMESTAMP WITH TIME ZONE,
    expires_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_status_list PRIMARY KEY (number),
    CONSTRAINT fk_status_list_document_key_id FOREIGN KEY(document_key_id) REFERENCES signing_key (id),
    CONSTRAINT fk_status_list_token_key_id FOREIGN KEY(token_key_id) REFERENCES signing_key (id)
);
CREATE TABLE award_status_entry (
    award_id UUID NOT NULL,
    list_number INTEGER NOT NULL,
    index INTEGER NOT NULL,
    CONSTRAINT pk_award_status_entry PRIMARY KEY (award_id),
    CONSTRAINT uq_award_status_entry_list_number_index UNIQUE (list_number, index),
    CONSTRAINT fk_award_status_entry_award_id FOREIGN KEY(award_id) REFERENCES award (id),
    CONSTRAINT fk_award_status_entry_list_number FOREIGN KEY(list_number) REFERENCES status_list (number)
);
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON award_status_entry
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TABLE award_badge (
    id UUID NOT NULL,
    award_id UUID NOT NULL,
    form VARCHAR(40) NOT NULL,
    language VARCHAR NOT NULL,
    credential_id UUID NOT NULL,
    basis VARCHAR NOT NULL,
    content VARCHAR NOT NULL,
    key_id UUID NOT NULL,
    signed_at TIMESTAMP WITH TIME ZONE NOT NULL,
    recorded_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_award_badge PRIMARY KEY (id),
    CONSTRAINT fk_award_badge_award_id FOREIGN KEY(award_id) REFERENCES award (id),
    CONSTRAINT fk_award_badge_key_id FOREIGN KEY(key_id) REFERENCES signing_key (id),
    CONSTRAINT ck_award_badge_form CHECK (form IN ('json', 'jwt'))
);
CREATE INDEX ix_award_badge_award ON award_badge (award_id, form, language, basis);
CREATE INDEX ix_award_badge_credential ON award_badge (credential_id);
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON award_badge FOR EACH ROW EXECUTE FUNCTION refuse_change();
"""


def upgrade() -> None:
    op.execute(TABLES)


def downgrade() -> None:
    raise RuntimeError("Restore a backup: rows are never thrown away by going back")
