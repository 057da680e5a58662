"""Mentor programmes, standings, wishes, requests, mentorships, meetings, words without names, onward invitations.

Expand only: new tables.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0040_mentoring"
down_revision = "0032_completion_withdrawn"


def upgrade() -> None:
    op.create_table(
        "mentor_programme",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("title_en", sa.Text(), nullable=False),
        sa.Column("title_cy", sa.Text(), nullable=False),
        sa.Column("purpose_en", sa.Text(), nullable=False),
        sa.Column("purpose_cy", sa.Text(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("mentor_course", sa.String(), nullable=True),
        sa.Column("next_course", sa.String(), nullable=True),
        sa.Column("capacity", sa.Integer(), nullable=False),
        sa.Column("months", sa.Integer(), nullable=False),
        sa.Column("meetings", sa.Integer(), nullable=False),
        sa.Column("feedback", sa.Boolean(), nullable=False),
        sa.Column("standing_months", sa.Integer(), nullable=False),
        sa.Column("is_open", sa.Boolean(), nullable=False),
        sa.Column("edition", sa.Integer(), nullable=False),
        sa.Column("changed_by", sa.Uuid(), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("capacity BETWEEN 1 AND 20", name=op.f("ck_mentor_programme_capacity")),
        sa.CheckConstraint("meetings BETWEEN 1 AND 100", name=op.f("ck_mentor_programme_meetings")),
        sa.CheckConstraint("months BETWEEN 1 AND 60", name=op.f("ck_mentor_programme_months")),
        sa.CheckConstraint("standing_months BETWEEN 1 AND 120", name=op.f("ck_mentor_programme_standing_months")),
        sa.ForeignKeyConstraint(["changed_by"], ["person.id"], name=op.f("fk_mentor_programme_changed_by")),
        sa.ForeignKeyConstraint(["mentor_course"], ["course.code"], name=op.f("fk_mentor_programme_mentor_course")),
        sa.ForeignKeyConstraint(["next_course"], ["course.code"], name=op.f("fk_mentor_programme_next_course")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_mentor_programme_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mentor_programme")),
        sa.UniqueConstraint("code", name=op.f("uq_mentor_programme_code")),
    )
    op.create_table(
        "mentor_standing",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("programme_id", sa.Uuid(), nullable=False),
        sa.Column("by_course", sa.Boolean(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("withdrawn_on", sa.Date(), nullable=True),
        sa.Column("withdrawn_reason", sa.String(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("ends_on >= starts_on", name=op.f("ck_mentor_standing_order")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_mentor_standing_person_id")),
        sa.ForeignKeyConstraint(
            ["programme_id"], ["mentor_programme.id"], name=op.f("fk_mentor_standing_programme_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mentor_standing")),
    )
    op.create_index(op.f("ix_mentor_standing_person_id"), "mentor_standing", ["person_id"], unique=False)
    op.create_index(op.f("ix_mentor_standing_programme_id"), "mentor_standing", ["programme_id"], unique=False)
    op.create_table(
        "mentoring_listing",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("programme_id", sa.Uuid(), nullable=False),
        sa.Column(
            "side",
            sa.Enum("mentee", "mentor", name="side", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("topics", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column(
            "language",
            sa.Enum("en", "cy", "either", name="language", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column(
            "how",
            sa.Enum("online", "in_person", "either", name="how", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("area", sa.String(), nullable=True),
        sa.Column(
            "profession",
            sa.Enum("same", "other", "either", name="preference", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column(
            "organisation",
            sa.Enum(
                "same",
                "other",
                "either",
                name="organisation_preference",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("capacity", sa.Integer(), nullable=True),
        sa.Column("consented_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "(side = 'mentor') = (capacity IS NOT NULL)", name=op.f("ck_mentoring_listing_capacity_of_mentors")
        ),
        sa.ForeignKeyConstraint(["area"], ["organisation.code"], name=op.f("fk_mentoring_listing_area")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_mentoring_listing_person_id")),
        sa.ForeignKeyConstraint(
            ["programme_id"], ["mentor_programme.id"], name=op.f("fk_mentoring_listing_programme_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mentoring_listing")),
        sa.UniqueConstraint(
            "person_id", "programme_id", "side", name=op.f("uq_mentoring_listing_person_id_programme_id_side")
        ),
    )
    op.create_index("ix_mentoring_listing_programme", "mentoring_listing", ["programme_id", "side"], unique=False)
    op.create_table(
        "mentor_request",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("programme_id", sa.Uuid(), nullable=False),
        sa.Column("mentor_id", sa.Uuid(), nullable=False),
        sa.Column("mentee_id", sa.Uuid(), nullable=False),
        sa.Column("by", sa.Uuid(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "open",
                "accepted",
                "declined",
                "withdrawn",
                "lapsed",
                name="requeststate",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "declined",
            sa.Enum(
                "no_time",
                "not_the_right_match",
                "found_somebody",
                "rather_not_say",
                name="declinereason",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("by IN (mentor_id, mentee_id)", name=op.f("ck_mentor_request_one_of_the_two")),
        sa.CheckConstraint("mentor_id <> mentee_id", name=op.f("ck_mentor_request_two_people")),
        sa.ForeignKeyConstraint(["by"], ["person.id"], name=op.f("fk_mentor_request_by")),
        sa.ForeignKeyConstraint(["mentee_id"], ["person.id"], name=op.f("fk_mentor_request_mentee_id")),
        sa.ForeignKeyConstraint(["mentor_id"], ["person.id"], name=op.f("fk_mentor_request_mentor_id")),
        sa.ForeignKeyConstraint(["programme_id"], ["mentor_programme.id"], name=op.f("fk_mentor_request_programme_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mentor_request")),
    )
    op.create_index("ix_mentor_request_mentee", "mentor_request", ["mentee_id"], unique=False)
    op.create_index("ix_mentor_request_mentor", "mentor_request", ["mentor_id"], unique=False)
    op.create_index(
        "uq_mentor_request_open",
        "mentor_request",
        ["mentee_id", "mentor_id", "programme_id"],
        unique=True,
        postgresql_where="state = 'open'",
    )
    op.create_table(
        "mentorship",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("programme_id", sa.Uuid(), nullable=False),
        sa.Column("mentor_id", sa.Uuid(), nullable=False),
        sa.Column("mentee_id", sa.Uuid(), nullable=False),
        sa.Column("arranged_by", sa.Uuid(), nullable=True),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column(
            "end_reason",
            sa.Enum(
                "reached",
                "no_time",
                "changed_job",
                "not_the_right_match",
                "handed_over",
                "other",
                name="endreason",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("ended_by", sa.Uuid(), nullable=True),
        sa.Column("follows_id", sa.Uuid(), nullable=True),
        sa.Column("feedback_on", sa.Date(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("(ends_on IS NULL) = (end_reason IS NULL)", name=op.f("ck_mentorship_says_why")),
        sa.CheckConstraint("mentor_id <> mentee_id", name=op.f("ck_mentorship_two_people")),
        sa.ForeignKeyConstraint(["arranged_by"], ["person.id"], name=op.f("fk_mentorship_arranged_by")),
        sa.ForeignKeyConstraint(["ended_by"], ["person.id"], name=op.f("fk_mentorship_ended_by")),
        sa.ForeignKeyConstraint(["follows_id"], ["mentorship.id"], name=op.f("fk_mentorship_follows_id")),
        sa.ForeignKeyConstraint(["mentee_id"], ["person.id"], name=op.f("fk_mentorship_mentee_id")),
        sa.ForeignKeyConstraint(["mentor_id"], ["person.id"], name=op.f("fk_mentorship_mentor_id")),
        sa.ForeignKeyConstraint(["programme_id"], ["mentor_programme.id"], name=op.f("fk_mentorship_programme_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mentorship")),
    )
    op.create_index("ix_mentorship_mentee", "mentorship", ["mentee_id"], unique=False)
    op.create_index("ix_mentorship_mentor", "mentorship", ["mentor_id"], unique=False)
    op.create_index("ix_mentorship_programme", "mentorship", ["programme_id"], unique=False)
    op.create_index(
        "uq_mentorship_open",
        "mentorship",
        ["mentee_id", "programme_id"],
        unique=True,
        postgresql_where="ends_on IS NULL",
    )
    op.create_table(
        "mentor_meeting",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("mentorship_id", sa.Uuid(), nullable=False),
        sa.Column("held_on", sa.Date(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column(
            "how",
            sa.Enum(
                "online",
                "in_person",
                "telephone",
                name="meetinghow",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("made_by", sa.Uuid(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("agreed", sa.Boolean(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("(agreed IS NULL) = (answered_at IS NULL)", name=op.f("ck_mentor_meeting_one_answer")),
        sa.CheckConstraint("minutes BETWEEN 5 AND 480", name=op.f("ck_mentor_meeting_minutes")),
        sa.ForeignKeyConstraint(["made_by"], ["person.id"], name=op.f("fk_mentor_meeting_made_by")),
        sa.ForeignKeyConstraint(["mentorship_id"], ["mentorship.id"], name=op.f("fk_mentor_meeting_mentorship_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mentor_meeting")),
    )
    op.create_index("ix_mentor_meeting_mentorship", "mentor_meeting", ["mentorship_id", "held_on"], unique=False)
    op.create_index(
        "uq_mentor_meeting_day",
        "mentor_meeting",
        ["mentorship_id", "held_on"],
        unique=True,
        postgresql_where="withdrawn_at IS NULL AND agreed IS NOT FALSE",
    )
    op.create_table(
        "mentor_feedback",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("programme_id", sa.Uuid(), nullable=False),
        sa.Column("mentor_id", sa.Uuid(), nullable=False),
        sa.Column(
            "helpful",
            sa.Enum("yes", "partly", "no", name="helpful", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("thanks", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["mentor_id"], ["person.id"], name=op.f("fk_mentor_feedback_mentor_id")),
        sa.ForeignKeyConstraint(
            ["programme_id"], ["mentor_programme.id"], name=op.f("fk_mentor_feedback_programme_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mentor_feedback")),
    )
    op.create_index(op.f("ix_mentor_feedback_mentor_id"), "mentor_feedback", ["mentor_id"], unique=False)
    op.create_table(
        "mentoring_onward_invitation",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("programme_id", sa.Uuid(), nullable=False),
        sa.Column("course_code", sa.String(), nullable=False),
        sa.Column("made_on", sa.Date(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["course_code"], ["course.code"], name=op.f("fk_mentoring_onward_invitation_course_code")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_mentoring_onward_invitation_person_id")),
        sa.ForeignKeyConstraint(
            ["programme_id"], ["mentor_programme.id"], name=op.f("fk_mentoring_onward_invitation_programme_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mentoring_onward_invitation")),
        sa.UniqueConstraint(
            "person_id", "programme_id", name=op.f("uq_mentoring_onward_invitation_person_id_programme_id")
        ),
    )
    for table in ("mentor_feedback", "mentoring_onward_invitation"):
        op.execute(
            f"CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION refuse_change()"
        )


def downgrade() -> None:
    raise RuntimeError("Restore a backup: rows are never thrown away by going back")
