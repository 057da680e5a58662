"""Bringing a database to the newest form, and asking whether it is there."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection

from lms.core.db import db

SCRIPTS = Path(__file__).parents[2] / "migrations"


def configuration() -> Config:
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS))
    config.set_main_option("path_separator", "os")
    return config


def upgrade(revision: str = "head") -> None:
    """Run what is missing, in one transaction. Needs an app context."""
    config = configuration()
    with db.engine.connect() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)


def head() -> str:
    """The newest revision, as the file that collides in git says."""
    return (SCRIPTS / "HEAD").read_text(encoding="utf-8").strip()


def current(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()
