"""Commands of accounts."""

import click
from sqlalchemy import select

from lms.accounts import services
from lms.accounts.models import Organisation
from lms.core.cli import command
from lms.core.db import db
from lms.core.errors import Refusal
from lms.core.permissions import Actor


@command(
    "create-administrator",
    click.option("--name", prompt=True, help="Their name"),
    click.option("--email", prompt=True, help="The address to sign in with"),
    click.option("--password", prompt=True, hide_input=True, confirmation_prompt=True, help="12 characters or more"),
    click.option("--at", "code", default="WALES", show_default=True, help="Code of the organisation"),
)
def create_administrator(name: str, email: str, password: str, code: str) -> None:
    """Make a person who administers an organisation and everything below it."""
    place = db.session.scalar(select(Organisation).where(Organisation.code == code))
    if place is None:
        raise click.ClickException(f"There is no organisation with the code {code}.")
    try:
        services.create_administrator(Actor.system(), name, email, password, place)
    except Refusal as refusal:
        raise click.ClickException(f"{refusal.detail or refusal.title}.") from refusal
    click.echo(f"{name} can now sign in as {email}.")
