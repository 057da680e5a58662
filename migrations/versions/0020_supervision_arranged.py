"""Invitations, cover and deputies, escalations, and how supervision is arranged.

Expand only.
"""

import sqlalchemy as sa
from alembic import op

revision = "0020_supervision_arranged"
down_revision = "0018_wide_lists"


def upgrade() -> None:
    op.create_table(
        "supervision_escalation",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("learner_id", sa.Uuid(), nullable=False),
        sa.Column("programme_code", sa.String(), nullable=False),
        sa.Column("supervisor_id", sa.Uuid(), nullable=True),
        sa.Column("to_id", sa.Uuid(), nullable=True),
        sa.Column("deputy", sa.Boolean(), nullable=False),
        sa.Column("waiting_since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["learner_id"], ["person.id"], name=op.f("fk_supervision_escalation_learner_id")),
        sa.ForeignKeyConstraint(
            ["programme_code"], ["programme.code"], name=op.f("fk_supervision_escalation_programme_code")
        ),
        sa.ForeignKeyConstraint(["supervisor_id"], ["person.id"], name=op.f("fk_supervision_escalation_supervisor_id")),
        sa.ForeignKeyConstraint(["to_id"], ["person.id"], name=op.f("fk_supervision_escalation_to_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_supervision_escalation")),
    )
    op.create_index(
        op.f("ix_supervision_escalation_learner_id"), "supervision_escalation", ["learner_id"], unique=False
    )
    op.create_index(
        "ix_supervision_escalation_to",
        "supervision_escalation",
        ["to_id"],
        unique=False,
        postgresql_where="ended_at IS NULL",
    )
    op.create_index(
        "uq_supervision_escalation_open",
        "supervision_escalation",
        ["learner_id", "programme_code"],
        unique=True,
        postgresql_where="ended_at IS NULL",
    )
    op.create_table(
        "supervision_invitation",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("learner_id", sa.Uuid(), nullable=False),
        sa.Column("supervisor_id", sa.Uuid(), nullable=False),
        sa.Column("programme_code", sa.String(), nullable=False),
        sa.Column("by", sa.Uuid(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "open",
                "accepted",
                "declined",
                "withdrawn",
                "lapsed",
                name="invitationstate",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("by IN (learner_id, supervisor_id)", name=op.f("ck_supervision_invitation_one_of_the_two")),
        sa.CheckConstraint("learner_id <> supervisor_id", name=op.f("ck_supervision_invitation_two_people")),
        sa.ForeignKeyConstraint(["by"], ["person.id"], name=op.f("fk_supervision_invitation_by")),
        sa.ForeignKeyConstraint(["learner_id"], ["person.id"], name=op.f("fk_supervision_invitation_learner_id")),
        sa.ForeignKeyConstraint(
            ["programme_code"], ["programme.code"], name=op.f("fk_supervision_invitation_programme_code")
        ),
        sa.ForeignKeyConstraint(["supervisor_id"], ["person.id"], name=op.f("fk_supervision_invitation_supervisor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_supervision_invitation")),
    )
    op.create_index(
        op.f("ix_supervision_invitation_learner_id"), "supervision_invitation", ["learner_id"], unique=False
    )
    op.create_index(
        "ix_supervision_invitation_supervisor",
        "supervision_invitation",
        ["supervisor_id"],
        unique=False,
        postgresql_where="state = 'open'",
    )
    op.create_index(
        "uq_supervision_invitation_open",
        "supervision_invitation",
        ["learner_id", "supervisor_id", "programme_code"],
        unique=True,
        postgresql_where="state = 'open'",
    )
    op.create_table(
        "supervision_policy",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("programme_code", sa.String(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=True),
        sa.Column(
            "scope",
            sa.Enum("body", "area", "anywhere", name="scope", native_enum=False, create_constraint=True, length=40),
            nullable=True,
        ),
        sa.Column("finder_id", sa.Uuid(), nullable=True),
        sa.Column("escalate_after", sa.Integer(), nullable=True),
        sa.Column("sample_percent", sa.Integer(), nullable=True),
        sa.Column("changed_by", sa.Uuid(), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("escalate_after BETWEEN 1 AND 365", name=op.f("ck_supervision_policy_days")),
        sa.CheckConstraint("sample_percent BETWEEN 0 AND 100", name=op.f("ck_supervision_policy_percent")),
        sa.ForeignKeyConstraint(["changed_by"], ["person.id"], name=op.f("fk_supervision_policy_changed_by")),
        sa.ForeignKeyConstraint(["finder_id"], ["person.id"], name=op.f("fk_supervision_policy_finder_id")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_supervision_policy_organisation_id")
        ),
        sa.ForeignKeyConstraint(
            ["programme_code"], ["programme.code"], name=op.f("fk_supervision_policy_programme_code")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_supervision_policy")),
        sa.UniqueConstraint(
            "programme_code",
            "organisation_id",
            name=op.f("uq_supervision_policy_programme_code_organisation_id"),
            postgresql_nulls_not_distinct=True,
        ),
    )
    op.create_table(
        "supervision_stand_in",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("supervisor_id", sa.Uuid(), nullable=False),
        sa.Column("deputy_id", sa.Uuid(), nullable=False),
        sa.Column("programme_code", sa.String(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("cover", "deputy", name="standinkind", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("made_by", sa.Uuid(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "kind = 'deputy' OR ends_on IS NOT NULL", name=op.f("ck_supervision_stand_in_cover_is_dated")
        ),
        sa.CheckConstraint("ends_on IS NULL OR ends_on >= starts_on", name=op.f("ck_supervision_stand_in_order")),
        sa.CheckConstraint("supervisor_id <> deputy_id", name=op.f("ck_supervision_stand_in_two_people")),
        sa.ForeignKeyConstraint(["deputy_id"], ["person.id"], name=op.f("fk_supervision_stand_in_deputy_id")),
        sa.ForeignKeyConstraint(["made_by"], ["person.id"], name=op.f("fk_supervision_stand_in_made_by")),
        sa.ForeignKeyConstraint(
            ["programme_code"], ["programme.code"], name=op.f("fk_supervision_stand_in_programme_code")
        ),
        sa.ForeignKeyConstraint(["supervisor_id"], ["person.id"], name=op.f("fk_supervision_stand_in_supervisor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_supervision_stand_in")),
    )
    op.create_index(
        "ix_supervision_stand_in_deputy",
        "supervision_stand_in",
        ["deputy_id"],
        unique=False,
        postgresql_where="ended_on IS NULL",
    )
    op.create_index(
        op.f("ix_supervision_stand_in_supervisor_id"), "supervision_stand_in", ["supervisor_id"], unique=False
    )


def downgrade() -> None:
    raise RuntimeError("Restore a backup: rows are never thrown away by going back")
