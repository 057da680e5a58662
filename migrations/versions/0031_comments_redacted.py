"""A redaction may empty the comment of a decision as well: it can name somebody as the evidence can.

Expand: everything else of a decision and of a signature is still only appended to.
"""

from alembic import op

revision = "0031_comments_redacted"
down_revision = "0030_portfolio_templates"

DECISION = """
CREATE FUNCTION refuse_change_but_redaction_of_comment() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND current_setting('llwybr.redacting', true) = 'yes'
       AND NEW.comment IN (OLD.comment, '')
       AND to_jsonb(OLD) - 'content' - 'comment' = to_jsonb(NEW) - 'content' - 'comment' THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION '% is only ever appended to', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
DROP TRIGGER append_only ON evidence_decision;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON evidence_decision
    FOR EACH ROW EXECUTE FUNCTION refuse_change_but_redaction_of_comment();
"""


def upgrade() -> None:
    op.execute(DECISION)


def downgrade() -> None:
    raise RuntimeError("Restore a backup: rows are never thrown away by going back")
