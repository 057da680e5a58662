"""Signing in and out, with a password."""

from uuid import UUID

from sqlalchemy import select, update

from lms.accounts import passwords, queries
from lms.accounts.errors import WrongCredentials
from lms.accounts.models import Person, SignIn
from lms.core import audit, clock, throttle
from lms.core.db import db, record
from lms.core.errors import NotFound
from lms.core.permissions import Actor, Permission
from lms.core.secrets_ import digest, new_secret

WINDOW = 15 * 60
PER_ADDRESS = 10
PER_NETWORK = 200
"""A whole hospital may come from one network address."""


def check_credentials(address: str, password: str, network: str) -> Person:
    """The person with this address and password. Hashes anew when the parameters have changed.

    Raises WrongCredentials, whatever is wrong and after the same work; TooMany after many attempts.
    """
    address = address.strip().lower()
    throttle.take(f"sign-in from {network}", limit=PER_NETWORK, per_seconds=WINDOW)
    throttle.take(f"sign-in as {address}", limit=PER_ADDRESS, per_seconds=WINDOW)
    person = queries.person_at(address)
    if not passwords.verify(person.password_hash if person else None, password) or person is None:
        raise WrongCredentials()
    throttle.forget(f"sign-in as {address}", per_seconds=WINDOW)
    if passwords.is_outdated(person.password_hash or ""):
        person.password_hash = passwords.hash_password(password)
    return person


def sign_in(address: str, password: str, *, network: str, browser: str | None) -> tuple[Person, str]:
    """Begin a sign-in; returns the person and the new secret that the browser is to keep.

    Raises what `check_credentials` raises.
    """
    person = check_credentials(address, password, network)
    secret, now = new_secret(), clock.now()
    begun = record(
        SignIn(
            person_id=person.id, digest=digest(secret), started_at=now, seen_at=now, address=network,
            browser=(browser or "")[:300] or None,
        )
    )  # fmt: skip
    audit.record(Actor(person=person.id, name=person.display_name), "sign_in.begun", about=person.id, thing=begun)
    return person, secret


def end_sign_in(actor: Actor, sign_in_id: UUID) -> None:
    """Sign out one browser of one's own. Raises NotFound for anyone else's."""
    actor.require(Permission.PROFILE_EDIT, about=actor.person)
    found = db.session.scalar(select(SignIn).where(SignIn.id == sign_in_id, SignIn.person_id == actor.person))
    if found is None:
        raise NotFound()
    if found.ended_at is None:
        found.ended_at = clock.now()
        audit.record(actor, "sign_in.ended", about=actor.person, thing=found)


def end_sign_ins(actor: Actor, person_id: UUID, *, but: UUID | None = None) -> int:
    """Sign out every browser of the person, except `but`; returns how many."""
    actor.require(Permission.PROFILE_EDIT, about=person_id)
    others = update(SignIn).where(SignIn.person_id == person_id, SignIn.ended_at.is_(None))
    if but:
        others = others.where(SignIn.id != but)
    ended = len(db.session.scalars(others.values(ended_at=clock.now()).returning(SignIn.id)).all())
    if ended:
        audit.record(actor, "sign_in.ended_elsewhere", about=person_id, number=ended)
    return ended
