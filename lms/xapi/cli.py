"""Commands of the record store."""

import os
from pathlib import Path
from typing import BinaryIO

import click

from lms.core import audit
from lms.core.cli import command
from lms.core.db import record, transaction
from lms.core.permissions import Actor
from lms.xapi import importing
from lms.xapi.models import ImportState, StatementImport


@command(
    "import-statements",
    click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path)),
    click.option("--dry-run", is_flag=True, help="Only judge: keep nothing, and report everything"),
    commits=False,
)
def import_statements(file: Path, dry_run: bool) -> None:
    """Import statements from FILE, one as JSON on each line. Running it again changes nothing."""
    with file.open("rb") as source:
        made = _judged(source, os.path.getsize(file), dry_run)
        if made.ended_at is None:
            source.seek(0)
            while some := list(importing.batch_of(source)):
                with transaction():
                    importing.keep_some(made, some)
            with transaction():
                importing.end(made, ImportState.DONE)
    for fault in made.faults:
        click.echo(f"line {fault['line']}: {fault['pointer'] or '/'}: {fault['detail']} {fault['rule']}".rstrip())
    kind = "would be new" if dry_run else "new"
    click.echo(
        f"{made.lines} lines: {made.new} {kind}, {made.known} known already, {made.contradicting} contradicting, "
        f"{made.malformed} no statements"
    )
    if made.malformed:
        raise click.ClickException("Nothing was kept, because a line is no statement.")


def _judged(source: BinaryIO, size: int, dry_run: bool) -> StatementImport:
    """Every line is judged before the first one is kept; a batch at a time."""
    actor = Actor.system()
    with transaction():
        made = record(StatementImport(dry_run=dry_run, size=size, faults=[], state=ImportState.JUDGING))
        audit.record(actor, "import.begun", thing=made, size=size, dry_run=dry_run)
    while some := list(importing.batch_of(source)):
        with transaction():
            importing.judge_some(made, some)
    with transaction():
        importing.after_judging(made)
    return made
