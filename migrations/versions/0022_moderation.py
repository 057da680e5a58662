"""Coded reasons of returned evidence; moderation and withdrawal of signatures; certificates that follow them.

Expand, and a unique key of awards that is wider than before: an enrolment may have a second award after the first fell.
"""

import sqlalchemy as sa
from alembic import op

revision = "0022_moderation"
down_revision = "0021_supervision_sessions"


def upgrade() -> None:
    op.create_table(
        "portfolio_moderation_sample",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("sign_off_id", sa.Uuid(), nullable=False),
        sa.Column("percent", sa.Integer(), nullable=False),
        sa.Column("drawn_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("percent BETWEEN 0 AND 100", name=op.f("ck_portfolio_moderation_sample_percent")),
        sa.ForeignKeyConstraint(
            ["sign_off_id"], ["portfolio_sign_off.id"], name=op.f("fk_portfolio_moderation_sample_sign_off_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_portfolio_moderation_sample")),
        sa.UniqueConstraint("sign_off_id", name=op.f("uq_portfolio_moderation_sample_sign_off_id")),
    )
    op.create_table(
        "portfolio_sign_off_withdrawal",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("sign_off_id", sa.Uuid(), nullable=False),
        sa.Column("by", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "ground",
            sa.Enum(
                "moderation",
                "signed_in_error",
                "not_own_work",
                "evidence_not_sound",
                name="withdrawalground",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["by"], ["person.id"], name=op.f("fk_portfolio_sign_off_withdrawal_by")),
        sa.ForeignKeyConstraint(
            ["sign_off_id"], ["portfolio_sign_off.id"], name=op.f("fk_portfolio_sign_off_withdrawal_sign_off_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_portfolio_sign_off_withdrawal")),
        sa.UniqueConstraint("sign_off_id", name=op.f("uq_portfolio_sign_off_withdrawal_sign_off_id")),
    )
    op.create_table(
        "portfolio_moderation_outcome",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("sample_id", sa.Uuid(), nullable=False),
        sa.Column("by", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("agrees", sa.Boolean(), nullable=False),
        sa.Column("comment", sa.String(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("agrees OR comment <> ''", name=op.f("ck_portfolio_moderation_outcome_says_why")),
        sa.ForeignKeyConstraint(["by"], ["person.id"], name=op.f("fk_portfolio_moderation_outcome_by")),
        sa.ForeignKeyConstraint(
            ["sample_id"], ["portfolio_moderation_sample.id"], name=op.f("fk_portfolio_moderation_outcome_sample_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_portfolio_moderation_outcome")),
        sa.UniqueConstraint("sample_id", name=op.f("uq_portfolio_moderation_outcome_sample_id")),
    )
    op.add_column("award", sa.Column("edition", sa.Integer(), server_default="1", nullable=False))
    op.drop_constraint(op.f("uq_award_enrolment_id"), "award", type_="unique")
    op.create_unique_constraint(op.f("uq_award_enrolment_id_edition"), "award", ["enrolment_id", "edition"])
    op.add_column(
        "evidence_decision",
        sa.Column(
            "reason",
            sa.Enum(
                "more_needed",
                "not_what_was_asked",
                "identifiable",
                "not_own_work",
                "other",
                name="returnreason",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
    )
    for table in ("portfolio_sign_off_withdrawal", "portfolio_moderation_sample", "portfolio_moderation_outcome"):
        op.execute(
            f"CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION refuse_change()"
        )


def downgrade() -> None:
    raise RuntimeError("Restore a backup: rows are never thrown away by going back")
