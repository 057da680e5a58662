"""Personal tokens for the API: shown once, kept as a digest, never longer than a year."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select

from lms.accounts.models import ApiToken, Person
from lms.core import audit, clock
from lms.core.db import db, record
from lms.core.errors import Invalid, NotFound
from lms.core.language import N_
from lms.core.permissions import Actor, Permission
from lms.core.secrets_ import digest, new_secret

LONGEST = timedelta(days=366)
USUAL = timedelta(days=90)
MARK = "llwybr_"
"""Begins every token, so that scanners for leaked secrets can find it."""


def create_token(
    actor: Actor, person: Person, name: str, scopes: list[str] | None, until: datetime | None
) -> tuple[ApiToken, str]:
    """A token and its secret, which nobody can read again. `scopes` None: whatever the person may do.

    Raises Invalid when it would last longer than a year, or had ended already.
    """
    actor.require(Permission.TOKEN_MANAGE, about=person.id)
    now = clock.now()
    until = until or now + USUAL
    if not now < until <= now + LONGEST:
        raise Invalid(fields={"until": N_("Choose a date in the next twelve months")})
    secret = MARK + new_secret()
    made = record(
        ApiToken(
            person_id=person.id, name=name, digest=digest(secret), hint=secret[: len(MARK) + 4], scopes=scopes,
            created_at=now, until=until,
        )
    )  # fmt: skip
    audit.record(actor, "token.created", about=person.id, thing=made, scopes=scopes)
    return made, secret


def revoke_token(actor: Actor, token_id: UUID) -> None:
    """It stops working now. Raises NotFound for anyone else's."""
    actor.require(Permission.TOKEN_MANAGE, about=actor.person)
    found = db.session.scalar(
        select(ApiToken).where(ApiToken.id == token_id, ApiToken.person_id == actor.person).with_for_update()
    )
    if found is None:
        raise NotFound()
    if found.revoked_at is None:
        found.revoked_at = clock.now()
        audit.record(actor, "token.revoked", about=actor.person, thing=found)
