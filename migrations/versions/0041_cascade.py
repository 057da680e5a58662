"""Cascade sessions of champions: what was said of each, how many people of which kind, who may keep it.

Expand only: new tables.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0041_cascade"
down_revision = "0040_mentoring"


def upgrade() -> None:
    op.create_table(
        "cascade_session",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("champion_id", sa.Uuid(), nullable=False),
        sa.Column("award_number", sa.String(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=True),
        sa.Column("organisation_lineage", postgresql.ARRAY(sa.Uuid()), nullable=False),
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
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "cancelled_reason",
            sa.Enum(
                "nobody_came",
                "postponed",
                "champion_away",
                "no_room",
                "recorded_in_error",
                name="cancelreason",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "(cancelled_at IS NULL) = (cancelled_reason IS NULL)", name=op.f("ck_cascade_session_says_why")
        ),
        sa.ForeignKeyConstraint(["champion_id"], ["person.id"], name=op.f("fk_cascade_session_champion_id")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_cascade_session_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cascade_session")),
    )
    op.create_index("ix_cascade_session_champion", "cascade_session", ["champion_id"], unique=False)
    op.create_index(
        "ix_cascade_session_lineage", "cascade_session", ["organisation_lineage"], unique=False, postgresql_using="gin"
    )
    op.create_table(
        "cascade_account",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("held_on", sa.Date(), nullable=False),
        sa.Column(
            "length",
            sa.Enum(
                "half_day", "one_day", "other", name="length", native_enum=False, create_constraint=True, length=40
            ),
            nullable=False,
        ),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("place", sa.String(), nullable=False),
        sa.Column("area", sa.String(), nullable=True),
        sa.Column("topic_code", sa.String(), nullable=False),
        sa.Column("course_code", sa.String(), nullable=True),
        sa.Column(
            "language",
            sa.Enum("en", "cy", "both", name="sessionlanguage", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("reason", sa.String(), server_default="", nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("number = 1 OR reason <> ''", name=op.f("ck_cascade_account_corrections_say_why")),
        sa.CheckConstraint("minutes BETWEEN 15 AND 960", name=op.f("ck_cascade_account_minutes")),
        sa.ForeignKeyConstraint(["area"], ["organisation.code"], name=op.f("fk_cascade_account_area")),
        sa.ForeignKeyConstraint(["course_code"], ["course.code"], name=op.f("fk_cascade_account_course_code")),
        sa.ForeignKeyConstraint(["session_id"], ["cascade_session.id"], name=op.f("fk_cascade_account_session_id")),
        sa.ForeignKeyConstraint(["topic_code"], ["topic.code"], name=op.f("fk_cascade_account_topic_code")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cascade_account")),
        sa.UniqueConstraint("session_id", "number", name=op.f("uq_cascade_account_session_id_number")),
    )
    op.create_index("ix_cascade_account_held_on", "cascade_account", ["held_on"], unique=False)
    op.create_table(
        "cascade_group",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
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
        sa.Column(
            "role_group",
            sa.Enum(
                "clinical",
                "social_care",
                "support",
                "peer_or_volunteer",
                "management",
                "other",
                name="rolegroup",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("people BETWEEN 1 AND 500", name=op.f("ck_cascade_group_people")),
        sa.ForeignKeyConstraint(["account_id"], ["cascade_account.id"], name=op.f("fk_cascade_group_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cascade_group")),
        sa.UniqueConstraint(
            "account_id", "sector", "role_group", name=op.f("uq_cascade_group_account_id_sector_role_group")
        ),
    )
    op.create_table(
        "cascade_attendee",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(), nullable=True),
        sa.Column("email", sa.String(), nullable=True),
        sa.Column("token_digest", sa.LargeBinary(), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("keep_until", sa.Date(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("claimed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_cascade_attendee_person_id")),
        sa.ForeignKeyConstraint(["session_id"], ["cascade_session.id"], name=op.f("fk_cascade_attendee_session_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cascade_attendee")),
        sa.UniqueConstraint("token_digest", name=op.f("uq_cascade_attendee_token_digest")),
    )
    op.create_index(op.f("ix_cascade_attendee_keep_until"), "cascade_attendee", ["keep_until"], unique=False)
    op.create_index(op.f("ix_cascade_attendee_person_id"), "cascade_attendee", ["person_id"], unique=False)
    op.create_index(op.f("ix_cascade_attendee_session_id"), "cascade_attendee", ["session_id"], unique=False)


def downgrade() -> None:
    raise RuntimeError("Restore a backup: rows are never thrown away by going back")
