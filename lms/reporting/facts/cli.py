"""Commands: fill the facts from the records, count anew, compare."""

import click

from lms.core.cli import command
from lms.reporting.facts import checking, gathering, tallying


@command("gather-facts")
def gather_facts() -> None:
    """Write the facts that the records give and that are not there yet. Doing it again changes nothing."""
    click.echo(f"{gathering.of_everything()} facts written.")


@command("rebuild-tallies")
def rebuild_tallies() -> None:
    """Count everything anew from the facts."""
    click.echo(f"{tallying.rebuild()} rows of tallies.")


@command("check-tallies")
def check_tallies() -> None:
    """Compare the tallies with the facts, and the facts with the records."""
    found = checking.check()
    click.echo(
        f"{found.cells} cells compared in {found.milliseconds} ms: {found.different} differ; {found.missing} facts missing."
    )
    if found.different or found.missing:
        raise click.exceptions.Exit(1)
