"""Making, changing and ending keys. By command alone: nobody holds the permission but the house itself."""

from sqlalchemy import func, select

from certificates.keys import queries, rules, sealing
from certificates.keys.errors import KeyEnded
from certificates.keys.models import SigningKey
from certificates.keys.rules import KeyKind, KeyState
from lms.core import audit, clock
from lms.core.db import db, record
from lms.core.errors import NotFound
from lms.core.permissions import Actor, Permission


def create(actor: Actor, kind: KeyKind) -> SigningKey:
    """A new key: used at once when there is none of its kind, else published and waiting for `rotate`."""
    actor.require(Permission.SIGNING_KEY_MANAGE)
    _one_at_a_time(kind)
    return _made(actor, kind, KeyState.ACTIVE if queries.active(kind) is None else KeyState.PENDING)


def ensure(actor: Actor, kind: KeyKind) -> SigningKey:
    """The active key, made when there is none. Of several that ask at once, one makes it and the others find it."""
    actor.require(Permission.SIGNING_KEY_MANAGE)
    _one_at_a_time(kind)
    return queries.active(kind) or _made(actor, kind, KeyState.ACTIVE)


def rotate(actor: Actor, kind: KeyKind) -> SigningKey:
    """Sign with the next key from now on: the one that waits longest, or a new one. What the old one signed stays good."""
    actor.require(Permission.SIGNING_KEY_MANAGE)
    _one_at_a_time(kind)
    old, new = queries.active(kind), queries.next_up(kind)
    if old is not None:
        _end(actor, old, KeyState.RETIRED)
    if new is None:
        return _made(actor, kind, KeyState.ACTIVE)
    new.state, new.active_from = KeyState.ACTIVE, clock.now()
    audit.record(actor, "signing-key.activated", thing=new, kid=new.kid)
    return new


def retire(actor: Actor, kid: str) -> SigningKey:
    """Never sign with this key again. What it signed stays good. Raises NotFound, KeyEnded."""
    actor.require(Permission.SIGNING_KEY_MANAGE)
    found = _known(kid)
    if found.state not in (KeyState.PENDING, KeyState.ACTIVE):
        raise KeyEnded()
    _end(actor, found, KeyState.RETIRED)
    return found


def compromised(actor: Actor, kid: str) -> SigningKey:
    """Somebody else may have the private half: nothing that it signed counts any more, whenever it was signed.

    What holders download next is signed anew. Raises NotFound, KeyEnded when it was said before.
    """
    actor.require(Permission.SIGNING_KEY_MANAGE)
    found = _known(kid)
    if found.state is KeyState.COMPROMISED:
        raise KeyEnded()
    _end(actor, found, KeyState.COMPROMISED)
    return found


def _known(kid: str) -> SigningKey:
    found = queries.key_named(kid)
    if found is None:
        raise NotFound()
    _one_at_a_time(found.kind)
    db.session.refresh(found)
    return found


def _made(actor: Actor, kind: KeyKind, state: KeyState) -> SigningKey:
    private, now = rules.new_private(kind), clock.now()
    public = rules.public_bytes(private.public_key())
    kid = rules.key_id(kind, clock.today(), public)
    made = record(
        SigningKey(
            kid=kid, kind=kind, state=state, public=public, sealed=sealing.seal(rules.private_bytes(private), kid),
            made_at=now, active_from=now if state is KeyState.ACTIVE else None,
        )
    )  # fmt: skip
    audit.record(actor, "signing-key.made", thing=made, kid=kid, state=state.value)
    return made


def _end(actor: Actor, key: SigningKey, state: KeyState) -> None:
    key.state, key.ended_at, key.sealed = state, clock.now(), None
    db.session.flush()  # one of a kind is active: the old one goes before the new one comes
    audit.record(actor, f"signing-key.{state.value}", thing=key, kid=key.kid)


def _one_at_a_time(kind: KeyKind) -> None:
    db.session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(f"signing key {kind.value}", 0))))
