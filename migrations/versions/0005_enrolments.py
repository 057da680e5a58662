"""Supervision, attestations and enrolments.

Expand only.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005_enrolments"
down_revision = "0004_catalogue"


def upgrade() -> None:
    op.create_table(
        "attestation",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("learner_id", sa.Uuid(), nullable=False),
        sa.Column("supervisor_id", sa.Uuid(), nullable=False),
        sa.Column("programme_code", sa.String(), nullable=False),
        sa.Column("licence_number", sa.String(), nullable=False),
        sa.Column("clinical_role", sa.Boolean(), nullable=False),
        sa.Column("in_setting", sa.Boolean(), nullable=False),
        sa.Column("under_supervision", sa.Boolean(), nullable=False),
        sa.Column("team", sa.String(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column(
            "ended_ground",
            sa.Enum(
                "left_role",
                "left_setting",
                "supervision_ended",
                "made_in_error",
                name="attestationground",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["learner_id"], ["person.id"], name=op.f("fk_attestation_learner_id")),
        sa.ForeignKeyConstraint(["programme_code"], ["programme.code"], name=op.f("fk_attestation_programme_code")),
        sa.ForeignKeyConstraint(["supervisor_id"], ["person.id"], name=op.f("fk_attestation_supervisor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attestation")),
    )
    op.create_index(op.f("ix_attestation_learner_id"), "attestation", ["learner_id"], unique=False)
    op.create_table(
        "supervision",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("learner_id", sa.Uuid(), nullable=False),
        sa.Column("supervisor_id", sa.Uuid(), nullable=False),
        sa.Column("programme_code", sa.String(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("assigned_by", sa.Uuid(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("learner_id <> supervisor_id", name=op.f("ck_supervision_two_people")),
        sa.ForeignKeyConstraint(["assigned_by"], ["person.id"], name=op.f("fk_supervision_assigned_by")),
        sa.ForeignKeyConstraint(["learner_id"], ["person.id"], name=op.f("fk_supervision_learner_id")),
        sa.ForeignKeyConstraint(["programme_code"], ["programme.code"], name=op.f("fk_supervision_programme_code")),
        sa.ForeignKeyConstraint(["supervisor_id"], ["person.id"], name=op.f("fk_supervision_supervisor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_supervision")),
    )
    op.create_index(op.f("ix_supervision_learner_id"), "supervision", ["learner_id"], unique=False)
    op.create_index(
        "ix_supervision_supervisor", "supervision", ["supervisor_id"], unique=False, postgresql_where="ends_on IS NULL"
    )
    op.create_index(
        "uq_supervision_open",
        "supervision",
        ["learner_id", "programme_code"],
        unique=True,
        postgresql_where="ends_on IS NULL",
    )
    op.create_table(
        "supervisor_licence",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("programme_code", sa.String(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("withdrawn_on", sa.Date(), nullable=True),
        sa.Column("withdrawn_reason", sa.String(), nullable=True),
        sa.Column("capacity", sa.Integer(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_supervisor_licence_person_id")),
        sa.ForeignKeyConstraint(
            ["programme_code"], ["programme.code"], name=op.f("fk_supervisor_licence_programme_code")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_supervisor_licence")),
        sa.UniqueConstraint("number", name=op.f("uq_supervisor_licence_number")),
    )
    op.create_index(op.f("ix_supervisor_licence_person_id"), "supervisor_licence", ["person_id"], unique=False)
    op.create_table(
        "enrolment",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("registration", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("learner_id", sa.Uuid(), nullable=False),
        sa.Column("course_id", sa.Uuid(), nullable=False),
        sa.Column("course_version_id", sa.Uuid(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "waitlisted",
                "enrolled",
                "in_progress",
                "paused",
                "completed",
                "withdrawn",
                name="enrolmentstate",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("enrolled_on", sa.Date(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_active_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("progress", sa.Integer(), nullable=False),
        sa.Column("learning_completed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("portfolio_signed_off_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("completed_on", sa.Date(), nullable=True),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column(
            "sector",
            sa.Enum(
                "nhs",
                "social_care",
                "third_sector",
                "independent",
                "education",
                "police_emergency",
                "wider_public",
                "lived_experience",
                "unpaid_carers",
                "public",
                name="sector",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("organisation_id", sa.Uuid(), nullable=True),
        sa.Column("organisation_lineage", postgresql.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("job_role_code", sa.String(), nullable=True),
        sa.Column("setting_code", sa.String(), nullable=True),
        sa.Column("paid", sa.Boolean(), nullable=True),
        sa.Column("declared", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("progress BETWEEN 0 AND 100", name=op.f("ck_enrolment_progress")),
        sa.ForeignKeyConstraint(["course_id"], ["course.id"], name=op.f("fk_enrolment_course_id")),
        sa.ForeignKeyConstraint(
            ["course_version_id"], ["course_version.id"], name=op.f("fk_enrolment_course_version_id")
        ),
        sa.ForeignKeyConstraint(["learner_id"], ["person.id"], name=op.f("fk_enrolment_learner_id")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_enrolment_organisation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_enrolment")),
        sa.UniqueConstraint("registration", name=op.f("uq_enrolment_registration")),
    )
    op.create_index("ix_enrolment_course", "enrolment", ["course_id", "enrolled_on"], unique=False)
    op.create_index(op.f("ix_enrolment_learner_id"), "enrolment", ["learner_id"], unique=False)
    op.create_index(
        "ix_enrolment_organisation_lineage", "enrolment", ["organisation_lineage"], unique=False, postgresql_using="gin"
    )
    op.create_index("ix_enrolment_version_state", "enrolment", ["course_version_id", "state"], unique=False)
    op.create_index(
        "uq_enrolment_open",
        "enrolment",
        ["learner_id", "course_id"],
        unique=True,
        postgresql_where="state IN ('waitlisted', 'enrolled', 'in_progress', 'paused')",
    )
    op.create_table(
        "enrolment_event",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("enrolment_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "enrolled",
                "waitlisted",
                "started",
                "progressed",
                "learning_completed",
                "portfolio_signed_off",
                "portfolio_reopened",
                "noted",
                "completed",
                "paused",
                "resumed",
                "withdrawn",
                name="enrolmenteventkind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("by", sa.Uuid(), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("statement_id", sa.Uuid(), nullable=True),
        sa.Column("details", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["enrolment_id"], ["enrolment.id"], name=op.f("fk_enrolment_event_enrolment_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_enrolment_event")),
    )
    op.create_index(op.f("ix_enrolment_event_enrolment_id"), "enrolment_event", ["enrolment_id"], unique=False)
    op.execute(
        "CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON enrolment_event FOR EACH ROW EXECUTE FUNCTION refuse_change()"
    )


def downgrade() -> None:
    raise RuntimeError("Restore a backup: rows are never thrown away by going back")
