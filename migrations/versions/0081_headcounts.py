"""Headcounts of the workforce, without which nothing is a percentage.

Expand only. A headcount is never changed: a better one is another row, recorded later.
"""

from alembic import op

revision = "0081_headcounts"
down_revision = "0080_facts"

TABLE = """
CREATE TABLE headcount (
    id UUID NOT NULL,
    organisation_id UUID NOT NULL,
    sector VARCHAR(40),
    staff_group VARCHAR,
    setting_code VARCHAR,
    on_day DATE NOT NULL,
    people INTEGER NOT NULL,
    source VARCHAR NOT NULL,
    method VARCHAR(40) NOT NULL,
    confidence VARCHAR(40) NOT NULL,
    recorded_by UUID,
    recorded_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_headcount PRIMARY KEY (id),
    CONSTRAINT fk_headcount_organisation_id FOREIGN KEY(organisation_id) REFERENCES organisation (id),
    CONSTRAINT fk_headcount_recorded_by FOREIGN KEY(recorded_by) REFERENCES person (id),
    CONSTRAINT fk_headcount_staff_group FOREIGN KEY(staff_group) REFERENCES staff_group (code),
    CONSTRAINT fk_headcount_setting_code FOREIGN KEY(setting_code) REFERENCES service_setting (code),
    CONSTRAINT ck_headcount_people CHECK (people >= 0),
    CONSTRAINT ck_headcount_sector CHECK (sector IN ('nhs', 'social_care', 'third_sector', 'independent', 'education',
        'police_emergency', 'wider_public', 'lived_experience', 'unpaid_carers', 'public')),
    CONSTRAINT ck_headcount_method CHECK (method IN ('esr', 'census', 'estimate', 'other')),
    CONSTRAINT ck_headcount_confidence CHECK (confidence IN ('high', 'medium', 'low'))
);
CREATE INDEX ix_headcount_organisation ON headcount (organisation_id, on_day);
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON headcount FOR EACH ROW EXECUTE FUNCTION refuse_change();
"""


def upgrade() -> None:
    op.execute(TABLE)


def downgrade() -> None:
    raise RuntimeError("Restore a backup: rows are never thrown away by going back")
