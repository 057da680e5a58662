"""Awards that renew, replace and arise from licences; their events as a chain of hashes; files as they were handed out.

Expand, and backfill: achievements, places and hashes of what has been issued before. From then on the database writes
position and hash itself, so that no way of inserting an event goes past the chain (`certificates/chain.py` checks it).
"""

from alembic import op

revision = "0060_award_log"
down_revision = "0052_self_assessment"

TABLES = """
ALTER TABLE course_version DROP CONSTRAINT ck_course_version_certificatekind;
ALTER TABLE course_version ADD CONSTRAINT ck_course_version_certificatekind CHECK (certificate_kind IN (
    'none', 'completion', 'completion_with_portfolio', 'attendance', 'award', 'supervisor_licence', 'champion',
    'approval_evidence', 'statutory'));
ALTER TABLE award DROP CONSTRAINT ck_award_certificatekind;
ALTER TABLE award ADD CONSTRAINT ck_award_certificatekind CHECK (kind IN (
    'none', 'completion', 'completion_with_portfolio', 'attendance', 'award', 'supervisor_licence', 'champion',
    'approval_evidence', 'statutory'));
CREATE TABLE achievement_version (
    id UUID NOT NULL,
    code VARCHAR NOT NULL,
    number INTEGER NOT NULL,
    kind VARCHAR(40) NOT NULL,
    title_en TEXT NOT NULL,
    title_cy TEXT NOT NULL,
    minutes INTEGER NOT NULL,
    validity_months INTEGER,
    renewal_days INTEGER NOT NULL,
    course_version_id UUID,
    programme_code VARCHAR,
    recorded_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_achievement_version PRIMARY KEY (id),
    CONSTRAINT uq_achievement_version_code_number UNIQUE (code, number),
    CONSTRAINT uq_achievement_version_course_version_id UNIQUE (course_version_id),
    CONSTRAINT fk_achievement_version_course_version_id FOREIGN KEY(course_version_id) REFERENCES course_version (id),
    CONSTRAINT fk_achievement_version_programme_code FOREIGN KEY(programme_code) REFERENCES programme (code),
    CONSTRAINT ck_achievement_version_certificatekind CHECK (kind IN (
        'none', 'completion', 'completion_with_portfolio', 'attendance', 'award', 'supervisor_licence', 'champion',
        'approval_evidence', 'statutory'))
);
INSERT INTO achievement_version
SELECT gen_random_uuid(), course.code, version.number, version.certificate_kind, version.title_en, version.title_cy,
       version.minutes, version.validity_months, 90, version.id, NULL
FROM course_version AS version JOIN course ON course.id = version.course_id
WHERE EXISTS (SELECT FROM award WHERE award.course_version_id = version.id);
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON achievement_version FOR EACH ROW EXECUTE FUNCTION refuse_change();

DROP TRIGGER never_rewritten ON award;
ALTER TABLE award
    ALTER enrolment_id DROP NOT NULL,
    ALTER course_version_id DROP NOT NULL,
    ADD licence_id UUID,
    ADD achievement_id UUID,
    ADD renews_id UUID,
    ADD replaces_id UUID,
    ADD organisation_lineage UUID[] DEFAULT '{}' NOT NULL,
    ADD CONSTRAINT fk_award_licence_id FOREIGN KEY(licence_id) REFERENCES supervisor_licence (id),
    ADD CONSTRAINT fk_award_achievement_id FOREIGN KEY(achievement_id) REFERENCES achievement_version (id),
    ADD CONSTRAINT fk_award_renews_id FOREIGN KEY(renews_id) REFERENCES award (id),
    ADD CONSTRAINT fk_award_replaces_id FOREIGN KEY(replaces_id) REFERENCES award (id),
    ADD CONSTRAINT uq_award_renews_id UNIQUE (renews_id),
    ADD CONSTRAINT uq_award_replaces_id UNIQUE (replaces_id),
    ADD CONSTRAINT uq_award_licence_id_edition UNIQUE (licence_id, edition),
    ADD CONSTRAINT ck_award_arises_from_one CHECK (num_nonnulls(enrolment_id, licence_id) = 1),
    ADD CONSTRAINT ck_award_enrolment_has_course CHECK ((enrolment_id IS NULL) = (course_version_id IS NULL));
UPDATE award SET organisation_lineage = enrolment.organisation_lineage FROM enrolment WHERE enrolment.id = award.enrolment_id;
UPDATE award SET achievement_id = it.id FROM achievement_version AS it WHERE it.course_version_id = award.course_version_id;
CREATE TRIGGER never_rewritten BEFORE UPDATE OR DELETE ON award FOR EACH ROW EXECUTE FUNCTION refuse_rewriting_award();
CREATE INDEX ix_award_achievement_id ON award (achievement_id);
CREATE INDEX ix_award_valid_until ON award (valid_until) WHERE valid_until IS NOT NULL;
CREATE INDEX ix_award_organisation_lineage ON award USING gin (organisation_lineage);

ALTER TABLE award_event DROP CONSTRAINT ck_award_event_awardeventkind;
ALTER TABLE award_event ADD CONSTRAINT ck_award_event_awardeventkind CHECK (kind IN (
    'issued', 'suspended', 'lifted', 'revoked', 'superseded', 'visibility_chosen'));
ALTER TABLE award_event DROP CONSTRAINT ck_award_event_revocationreason;
ALTER TABLE award_event ADD CONSTRAINT ck_award_event_revocationreason CHECK (reason IN (
    'issued_in_error', 'wrong_details', 'requirements_not_met', 'sign_off_withdrawn', 'holder_asked', 'licence_withdrawn',
    'under_review', 'name_changed'));
ALTER TABLE award_event ADD position INTEGER, ADD hash VARCHAR;

ALTER TABLE award_file DROP CONSTRAINT uq_award_file_award_id_language;
ALTER TABLE award_file ADD seal VARCHAR;
ALTER TABLE award_file ADD CONSTRAINT uq_award_file_award_id_language_file_id UNIQUE (award_id, language, file_id);
CREATE TABLE award_ledger (
    number BIGINT NOT NULL,
    event_id UUID NOT NULL,
    hash VARCHAR NOT NULL,
    CONSTRAINT pk_award_ledger PRIMARY KEY (number),
    CONSTRAINT uq_award_ledger_event_id UNIQUE (event_id)
);
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON award_ledger FOR EACH ROW EXECUTE FUNCTION refuse_change();
"""

CHAIN = """
CREATE FUNCTION hash_of(VARIADIC parts text[]) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT encode(sha256(convert_to(array_to_string(parts, E'\\n', ''), 'UTF8')), 'hex')
$$;
CREATE FUNCTION award_event_hash(event award_event, before text) RETURNS text LANGUAGE sql STABLE AS $$
    SELECT hash_of(before, event.position::text, event.kind, (extract(epoch FROM event.at) * 1000000)::bigint::text,
                   event.by::text, event.reason,
                   encode(sha256(convert_to(event.note, 'UTF8')), 'hex'))
$$;
CREATE FUNCTION award_root_hash(it award) RETURNS text LANGUAGE sql STABLE AS $$
    SELECT hash_of(it.id::text, it.number, it.code, it.learner_id::text, it.kind, it.snapshot_hash, it.design,
                   to_char(it.issued_on, 'YYYY-MM-DD'), to_char(it.valid_until, 'YYYY-MM-DD'))
$$;
CREATE FUNCTION chain_award_event() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    it award;
    last_hash text;
    last_position integer;
BEGIN
    SELECT * INTO it FROM award WHERE id = NEW.award_id FOR UPDATE;
    SELECT hash, position INTO last_hash, last_position FROM award_event
        WHERE award_id = NEW.award_id ORDER BY position DESC LIMIT 1;
    NEW.position := coalesce(last_position, 0) + 1;
    NEW.hash := award_event_hash(NEW, coalesce(last_hash, award_root_hash(it)));
    RETURN NEW;
END $$;
DROP TRIGGER append_only ON award_event;
UPDATE award_event SET position = counted.position FROM (
    SELECT id, row_number() OVER (PARTITION BY award_id ORDER BY at, id) AS position FROM award_event
) AS counted WHERE counted.id = award_event.id;
DO $$
DECLARE
    each award_event;
    before text;
BEGIN
    FOR each IN SELECT * FROM award_event ORDER BY award_id, position LOOP
        IF each.position = 1 THEN
            SELECT award_root_hash(award) INTO before FROM award WHERE id = each.award_id;
        END IF;
        before := award_event_hash(each, before);
        UPDATE award_event SET hash = before WHERE id = each.id;
    END LOOP;
END $$;
ALTER TABLE award_event
    ALTER position SET NOT NULL,
    ALTER hash SET NOT NULL,
    ADD CONSTRAINT uq_award_event_award_id_position UNIQUE (award_id, position);
DROP INDEX ix_award_event_award_id;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON award_event FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER chained BEFORE INSERT ON award_event FOR EACH ROW EXECUTE FUNCTION chain_award_event();
"""


def upgrade() -> None:
    op.execute(TABLES)
    op.execute(CHAIN)


def downgrade() -> None:
    raise RuntimeError("Restore a backup: rows are never thrown away by going back")
