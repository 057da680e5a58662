"""The edition of the reference data, renewed by a trigger whenever it changes (lms/core/reference.py).

Expand only. A table of reference data made later gets the trigger in its own migration.
"""

import sqlalchemy as sa
from alembic import op

revision = "0010_reference_edition"
down_revision = "0009_reporting"

RENEW = """
CREATE FUNCTION renew_reference_edition() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE reference_edition SET edition = gen_random_uuid();
    RETURN NULL;
END $$
"""
TRIGGER = """
CREATE TRIGGER renew_reference_edition AFTER INSERT OR UPDATE OR DELETE ON {table}
FOR EACH STATEMENT EXECUTE FUNCTION renew_reference_edition()
"""
WATCHED = (
    "sector", "staff_group", "register", "service_setting", "job_role", "organisation",
    "framework", "framework_version", "framework_level", "framework_domain", "framework_statement",
    "framework_requirement", "topic", "course_format", "funding", "programme", "course", "course_version",
    "course_level", "course_statement", "baseline",
)  # fmt: skip


def upgrade() -> None:
    op.create_table(
        "reference_edition",
        sa.Column("edition", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("edition", name=op.f("pk_reference_edition")),
    )
    op.execute("INSERT INTO reference_edition VALUES (gen_random_uuid())")
    op.execute(RENEW)
    for table in WATCHED:
        op.execute(TRIGGER.format(table=table))


def downgrade() -> None:
    raise RuntimeError("Restore a backup: rows are never thrown away by going back")
