"""Commands for packages."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from courses.launch.packages import importing, queries, services
from courses.launch.packages.models import ImportState, PackageImport
from lms.core.cli import command
from lms.core.db import db, transaction
from lms.core.errors import Refusal
from lms.core.language import LANGUAGES
from lms.core.permissions import Actor

EVERY = 2**63 - 1


@command(
    "import-packages",
    click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path)),
    click.option("--offer", is_flag=True, help="Put each on offer, in its languages"),
    commits=False,
)
def import_packages(folder: Path, offer: bool) -> None:
    """Import every file in FOLDER, named by its course and language: PERI-1.zip, PERI-1.cy.zip, PERI-1.en+cy.zip.

    Without a language it is English. Exits with 1 if one was not let in.
    """
    refused = 0
    for path in sorted(each for each in folder.iterdir() if each.is_file() and not each.name.startswith(".")):
        code, languages = _named(path)
        try:
            with transaction(), path.open("rb") as source:
                made = importing.begin(Actor.system(), code, source, path.name, languages, limit=EVERY)
            importing.finish(made.id)
            refused += _told(path, made)
            if offer and made.package_id is not None:
                with transaction():
                    services.offer(Actor.system(), made.package_id, languages, f"import-packages {path.name}")
        except Refusal as refusal:
            refused += 1
            click.echo(f"{path.name}: {refusal.title}", err=True)
    if refused:
        raise click.ClickException(f"{refused} not let in")


def _named(path: Path) -> tuple[str, list[str]]:
    """(course code, languages) of a file's name."""
    code, *more = path.stem.split(".")
    languages: list[str] = [each for each in "+".join(more).lower().split("+") if each in LANGUAGES]
    return code.upper(), languages or ["en"]


def _told(path: Path, made: PackageImport) -> int:
    db.session.refresh(made)
    for each in made.warnings:
        click.echo(f"{path.name}: worth knowing: {_said(each)}")
    for each in made.faults:
        click.echo(f"{path.name}: {_said(each)}", err=True)
    if made.state is ImportState.REFUSED:
        return 1
    package = queries.package(made.package_id)
    click.echo(f"{path.name}: package {package.number} ({package.format.value})")
    return 0


def _said(finding: Mapping[str, Any]) -> str:
    """In English, as all that commands say."""
    return f"{finding['place']}: {finding['message'] % finding['params']} [{finding['rule']}]"
