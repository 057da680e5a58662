"""How Alembic meets our database. Called by `lms.core.migrate` only, which hands the connection over."""

from alembic import context
from sqlalchemy import text

import lms.app  # noqa: F401 - every model registers itself
from lms.core.db import db

OURS_BY_SQL = ("procrastinate_", "statement_p")
"""Tables that a library or a partition makes: not in the metadata, not to be dropped."""


def include_name(name: str | None, kind: str, parents: object) -> bool:
    return kind != "table" or name is None or not name.startswith(OURS_BY_SQL)


def include_object(thing: object, name: str | None, kind: str, reflected: bool, other: object) -> bool:
    """With `-x tables=a,b` a new revision is written for those tables alone."""
    wanted = context.get_x_argument(as_dictionary=True).get("tables")
    return kind != "table" or not wanted or name in wanted.split(",")


connection = context.config.attributes["connection"]
context.configure(
    connection=connection, target_metadata=db.metadata, include_name=include_name,
    include_object=include_object, compare_type=True,
    transaction_per_migration=False,
)  # fmt: skip
with context.begin_transaction():
    connection.execute(
        text("SELECT pg_advisory_xact_lock(7011968)")
    )  # two starting processes migrate one after the other
    context.run_migrations()
