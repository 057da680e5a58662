"""Commands: `flask --app wsgi <name>`. An edge like any other: one transaction each."""

from collections.abc import Callable
from functools import wraps
from typing import Any

import click
from flask import Flask, current_app
from flask.cli import with_appcontext

from lms.core import audit, jobs, migrate
from lms.core.db import transaction
from lms.core.permissions import Actor

COMMANDS: list[click.Command] = []


def command(name: str, *options: Callable[[Any], Any], commits: bool = True) -> Callable[[Any], Any]:
    """Declare a command; with `commits` it runs in one transaction."""

    def declare(function: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(function)
        def run(**given: Any) -> None:
            with audit.acting_from(f"command {name}"):
                if commits:
                    with transaction():
                        function(**given)
                else:
                    function(**given)

        made: Any = with_appcontext(run)
        for option in options:
            made = option(made)
        COMMANDS.append(click.command(name, help=function.__doc__)(made))
        return function

    return declare


@command("migrate", commits=False)
def migrate_database() -> None:
    """Bring the database to the newest form."""
    migrate.upgrade()
    click.echo(f"The database is at {migrate.head()}.")


@command("prepare", commits=False)
def prepare() -> None:
    """Migrate, then load the reference data. Doing it again changes nothing."""
    migrate.upgrade()
    for load in current_app.extensions["llwybr.loaders"]:
        with transaction():
            load(Actor.system())
        click.echo(f"{load.__module__}: loaded")


@command("worker", commits=False)
def worker() -> None:
    """Run background jobs until stopped."""
    jobs.run_worker(current_app._get_current_object())  # type: ignore[attr-defined]


def init_app(app: Flask) -> None:
    for each in COMMANDS:
        app.cli.add_command(each)
