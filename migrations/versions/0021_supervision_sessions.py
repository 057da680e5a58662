"""Supervision sessions with their learners, for hours that both sides agree to.

Expand only.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0021_supervision_sessions"
down_revision = "0020_supervision_arranged"


def upgrade() -> None:
    op.create_table(
        "supervision_session",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("supervisor_id", sa.Uuid(), nullable=False),
        sa.Column("programme_code", sa.String(), nullable=True),
        sa.Column(
            "kind",
            sa.Enum(
                "clinical",
                "managerial",
                "role_based",
                "professional",
                name="sessionkind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("held_on", sa.Date(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("topics", sa.String(), nullable=False),
        sa.Column("tasks", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("standards", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_reason", sa.String(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("minutes BETWEEN 5 AND 480", name=op.f("ck_supervision_session_minutes")),
        sa.ForeignKeyConstraint(
            ["programme_code"], ["programme.code"], name=op.f("fk_supervision_session_programme_code")
        ),
        sa.ForeignKeyConstraint(["supervisor_id"], ["person.id"], name=op.f("fk_supervision_session_supervisor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_supervision_session")),
    )
    op.create_index(
        "ix_supervision_session_supervisor", "supervision_session", ["supervisor_id", "held_on"], unique=False
    )
    op.create_table(
        "supervision_session_learner",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("learner_id", sa.Uuid(), nullable=False),
        sa.Column("agreed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("disputed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("disputed", sa.String(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "(disputed_at IS NULL) = (disputed IS NULL)", name=op.f("ck_supervision_session_learner_says_what")
        ),
        sa.CheckConstraint(
            "agreed_at IS NULL OR disputed_at IS NULL", name=op.f("ck_supervision_session_learner_one_answer")
        ),
        sa.ForeignKeyConstraint(["learner_id"], ["person.id"], name=op.f("fk_supervision_session_learner_learner_id")),
        sa.ForeignKeyConstraint(
            ["session_id"], ["supervision_session.id"], name=op.f("fk_supervision_session_learner_session_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_supervision_session_learner")),
        sa.UniqueConstraint(
            "session_id", "learner_id", name=op.f("uq_supervision_session_learner_session_id_learner_id")
        ),
    )
    op.create_index(
        op.f("ix_supervision_session_learner_learner_id"), "supervision_session_learner", ["learner_id"], unique=False
    )


def downgrade() -> None:
    raise RuntimeError("Restore a backup: rows are never thrown away by going back")
