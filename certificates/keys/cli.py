"""Commands for signing keys. They print names and states, never a key."""

import click

from certificates.keys import queries, services
from certificates.keys.models import SigningKey
from certificates.keys.rules import KeyKind
from lms.core.cli import command
from lms.core.errors import Refusal
from lms.core.permissions import Actor

KIND = click.argument("kind", type=click.Choice([each.value for each in KeyKind]))
KID = click.argument("kid")


@command("signing-keys")
def signing_keys() -> None:
    """List the keys that credentials are signed with."""
    for each in queries.all_keys():
        click.echo(f"{each.kid}  {each.state.value}  made {each.made_at:%Y-%m-%d}")


@command("create-signing-key", KIND)
def create(kind: str) -> None:
    """Make a key: used at once when there is none, else published and used after rotate-signing-key (a day later)."""
    _tell(services.create(Actor.system(), KeyKind(kind)))


@command("rotate-signing-key", KIND)
def rotate(kind: str) -> None:
    """Sign with the next key from now on. What the old one signed stays good."""
    _tell(services.rotate(Actor.system(), KeyKind(kind)))


@command("retire-signing-key", KID)
def retire(kid: str) -> None:
    """Never sign with this key again. What it signed stays good."""
    _ended(services.retire, kid)


@command("signing-key-compromised", KID)
def compromised(kid: str) -> None:
    """Trust nothing that this key signed. Rotate, and holders download their badges anew."""
    _ended(services.compromised, kid)


def _ended(end: object, kid: str) -> None:
    assert callable(end)
    try:
        _tell(end(Actor.system(), kid))
    except Refusal as refused:
        raise click.ClickException(f"{kid}: {refused.title}") from refused


def _tell(key: SigningKey) -> None:
    click.echo(f"{key.kid}  {key.state.value}")
