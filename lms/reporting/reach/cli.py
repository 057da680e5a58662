"""Commands: count everybody anew, compare."""

import click

from lms.core.cli import command
from lms.reporting.reach import checking, folding


@command("count-reach")
def count_reach() -> None:
    """Count anew where everybody is beside what their work asks of the frameworks."""
    click.echo(f"{folding.rebuild()} rows.")


@command("check-reach")
def check_reach() -> None:
    """Compare what is kept of where people are with the records."""
    found = checking.check()
    click.echo(f"{found.rows} rows compared in {found.milliseconds} ms: {found.different} differ.")
    if found.different:
        raise click.exceptions.Exit(1)
