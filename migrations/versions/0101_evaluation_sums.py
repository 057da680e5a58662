"""Answers added up as they are read, and who was asked: the reports' reading stays the same however many answers there are.

Expand, and backfill: everything that was counted so far is added up here, in one statement. Earlier code that counts answers
beside this one leaves the sums behind: a job puts them right every night, and so does `flask put-evaluation-sums-right`.
"""

from alembic import op

revision = "0101_evaluation_sums"
down_revision = "0100_tally_layout"

ALL = "'00000000-0000-0000-0000-000000000000'"
TABLES = """
CREATE TABLE evaluation_sum (
    place UUID NOT NULL,
    course_id UUID NOT NULL,
    sector VARCHAR NOT NULL,
    item VARCHAR NOT NULL,
    month DATE NOT NULL,
    form VARCHAR(40) NOT NULL,
    value VARCHAR NOT NULL,
    n INTEGER NOT NULL,
    CONSTRAINT pk_evaluation_sum PRIMARY KEY (place, course_id, sector, item, month, form, value) INCLUDE (n),
    CONSTRAINT ck_evaluation_sum_which CHECK (form IN ('after', 'later'))
);
CREATE TABLE evaluation_asked (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    month DATE NOT NULL,
    course_id UUID NOT NULL,
    form VARCHAR(40) NOT NULL,
    body VARCHAR NOT NULL,
    n INTEGER NOT NULL,
    CONSTRAINT pk_evaluation_asked PRIMARY KEY (id),
    CONSTRAINT ck_evaluation_asked_which CHECK (form IN ('after', 'later'))
);
CREATE FUNCTION note_evaluation_asked() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'INSERT' AND OLD.state <> 'withdrawn' THEN
        INSERT INTO evaluation_asked (month, course_id, form, body, n)
        VALUES (date_trunc('month', OLD.made_on), OLD.course_id, OLD.form, OLD.body, -1);
    END IF;
    IF TG_OP <> 'DELETE' AND NEW.state <> 'withdrawn' THEN
        INSERT INTO evaluation_asked (month, course_id, form, body, n)
        VALUES (date_trunc('month', NEW.made_on), NEW.course_id, NEW.form, NEW.body, 1);
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER asked AFTER INSERT OR DELETE ON evaluation_invitation
    FOR EACH ROW EXECUTE FUNCTION note_evaluation_asked();
CREATE TRIGGER asked_otherwise AFTER UPDATE ON evaluation_invitation FOR EACH ROW
    WHEN ((OLD.state = 'withdrawn') <> (NEW.state = 'withdrawn')
          OR (OLD.made_on, OLD.course_id, OLD.form, OLD.body) <> (NEW.made_on, NEW.course_id, NEW.form, NEW.body))
    EXECUTE FUNCTION note_evaluation_asked();
DROP INDEX ix_evaluation_tally_answered;
CREATE INDEX ix_evaluation_text_told ON evaluation_text (course_id, form, id) WHERE state IN ('released', 'redacted');
"""
FILL = f"""
INSERT INTO evaluation_sum (place, course_id, sector, item, month, form, value, n)
SELECT place, course, of_sector, item, month, form, value, sum(n) FROM (
    SELECT month, course_id, form, body, sector, item, value, n FROM evaluation_tally
    UNION ALL SELECT date_trunc('month', made_on)::date, course_id, form, body, '', 'asked', '', count(*)::int
      FROM evaluation_invitation WHERE state <> 'withdrawn' GROUP BY 1, 2, 3, 4
) AS counted
  LEFT JOIN organisation ON organisation.code = counted.body
 CROSS JOIN LATERAL unnest(array_prepend(CAST({ALL} AS uuid), organisation.lineage[2:])) AS at_place(place)
 CROSS JOIN LATERAL unnest(ARRAY[CAST({ALL} AS uuid), counted.course_id]) AS of_course(course)
 CROSS JOIN LATERAL (
    SELECT '' UNION SELECT counted.sector WHERE item IN ('answered', 'recommend', 'change', 'used')
 ) AS by_sector(of_sector)
GROUP BY 1, 2, 3, 4, 5, 6, 7 ORDER BY 1, 2, 3, 4, 5, 6, 7;
CREATE INDEX ix_evaluation_sum_answered ON evaluation_sum (course_id, form) INCLUDE (n)
    WHERE item = 'answered' AND sector = '' AND place = {ALL};
"""


def upgrade() -> None:
    op.execute(TABLES)
    op.execute(FILL)


def downgrade() -> None:
    raise RuntimeError("Restore a backup: rows are never thrown away by going back")
