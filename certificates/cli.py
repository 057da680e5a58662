"""Commands of certificates."""

import sys

import click

from certificates import ledger
from lms.core.cli import command


@command("verify-awards")
def verify_awards() -> None:
    """Check every award against what was issued, its log, and the ledger of all events. Fails when anything differs."""
    found = 0
    for fault in ledger.faults():
        found += 1
        click.echo(f"{fault.what} {fault.which} is not as it was issued")
    awards, lines = ledger.count()
    click.echo(f"{awards} awards and {lines} lines of the ledger checked; {found} faults.")
    if found:
        sys.exit(1)
