"""Commands: compare the sums of answers with the counters; make them the same."""

import click

from courses.evaluation import summing
from lms.core.cli import command


@command("check-evaluation-sums")
def check_evaluation_sums() -> None:
    """Compare the sums that reports read with the counters and the invitations."""
    different = summing.different()
    click.echo(f"{different} sums differ.")
    if different:
        raise click.exceptions.Exit(1)


@command("put-evaluation-sums-right")
def put_evaluation_sums_right() -> None:
    """Add up the counters and the invitations anew. Doing it again changes nothing."""
    click.echo(f"{summing.put_right()} sums put right.")
