"""A command: make a return again and compare."""

import click

from lms.core.cli import command
from lms.reporting.returns import making


@command("verify-return")
@click.argument("number")
def verify_return(number: str) -> None:
    """Make a return again from the facts as known at its instant, and say whether it is the same."""
    found = making.verify(number, anew=True)
    click.echo(f"{number}: {found}.")
    if found == "different":
        raise click.exceptions.Exit(1)
