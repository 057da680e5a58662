"""Awards, what happens to them, how often they are checked, and their drawn files.

Expand only. An award refuses every change but the holder's choice of how their name is shown.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0008_certificates"
down_revision = "0007_xapi"

KINDS = (
    "none", "completion", "completion_with_portfolio", "attendance", "award", "supervisor_licence", "champion",
    "approval_evidence",
)  # fmt: skip
EVENTS = ("issued", "revoked", "superseded", "visibility_chosen")
REASONS = ("issued_in_error", "wrong_details", "requirements_not_met", "sign_off_withdrawn", "holder_asked")
VISIBILITIES = ("printed", "initials", "private")

REFUSE_REWRITING = """
CREATE FUNCTION refuse_rewriting_award() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' THEN
        OLD.name_visibility := NEW.name_visibility;
        IF OLD IS NOT DISTINCT FROM NEW THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'award is never rewritten' USING ERRCODE = 'restrict_violation';
END $$
"""


def _values(name: str, values: tuple[str, ...]) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=40)


def upgrade() -> None:
    op.execute("CREATE SEQUENCE award_number")
    op.create_table(
        "award",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("learner_id", sa.Uuid(), nullable=False),
        sa.Column("enrolment_id", sa.Uuid(), nullable=False),
        sa.Column("course_code", sa.String(), nullable=False),
        sa.Column("course_version_id", sa.Uuid(), nullable=False),
        sa.Column("kind", _values("certificatekind", KINDS), nullable=False),
        sa.Column("completed_on", sa.Date(), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("snapshot", postgresql.JSONB(), nullable=False),
        sa.Column("snapshot_hash", sa.String(), nullable=False),
        sa.Column("design", sa.String(), nullable=False),
        sa.Column("name_visibility", _values("namevisibility", VISIBILITIES), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["learner_id"], ["person.id"], name="fk_award_learner_id"),
        sa.ForeignKeyConstraint(["enrolment_id"], ["enrolment.id"], name="fk_award_enrolment_id"),
        sa.ForeignKeyConstraint(["course_version_id"], ["course_version.id"], name="fk_award_course_version_id"),
        sa.UniqueConstraint("number", name="uq_award_number"),
        sa.UniqueConstraint("code", name="uq_award_code"),
        sa.UniqueConstraint("enrolment_id", name="uq_award_enrolment_id"),
    )
    op.create_index("ix_award_learner", "award", ["learner_id", "issued_on"])
    op.create_index("ix_award_issued_on", "award", ["issued_on", "id"])
    op.create_table(
        "award_event",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("award_id", sa.Uuid(), nullable=False),
        sa.Column("kind", _values("awardeventkind", EVENTS), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.Uuid(), nullable=True),
        sa.Column("reason", _values("revocationreason", REASONS), nullable=True),
        sa.Column("note", sa.String(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["award_id"], ["award.id"], name="fk_award_event_award_id"),
        sa.ForeignKeyConstraint(["by"], ["person.id"], name="fk_award_event_by"),
    )
    op.create_index("ix_award_event_award_id", "award_event", ["award_id"])
    op.create_table(
        "award_check",
        sa.Column("award_id", sa.Uuid(), primary_key=True),
        sa.Column("on", sa.Date(), primary_key=True),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["award_id"], ["award.id"], name="fk_award_check_award_id"),
    )
    op.create_table(
        "award_file",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("award_id", sa.Uuid(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("file_id", sa.Uuid(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["award_id"], ["award.id"], name="fk_award_file_award_id"),
        sa.ForeignKeyConstraint(["file_id"], ["stored_file.id"], name="fk_award_file_file_id"),
        sa.UniqueConstraint("award_id", "language", name="uq_award_file_award_id_language"),
    )
    op.execute("CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON award_event "
               "FOR EACH ROW EXECUTE FUNCTION refuse_change()")  # fmt: skip
    op.execute(REFUSE_REWRITING)
    op.execute("CREATE TRIGGER never_rewritten BEFORE UPDATE OR DELETE ON award "
               "FOR EACH ROW EXECUTE FUNCTION refuse_rewriting_award()")  # fmt: skip


def downgrade() -> None:
    raise RuntimeError("Restore a backup: rows are never thrown away by going back")
