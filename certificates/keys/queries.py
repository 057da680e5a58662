"""Reads of keys."""

from collections.abc import Sequence

from sqlalchemy import select

from certificates.keys.models import SigningKey
from certificates.keys.rules import VOUCHES, KeyKind, KeyState
from lms.core.db import db


def all_keys() -> Sequence[SigningKey]:
    """Oldest first. A key or two a year: there are never many."""
    return db.session.scalars(select(SigningKey).order_by(SigningKey.made_at, SigningKey.kid).limit(500)).all()


def published() -> Sequence[SigningKey]:
    """Those that a signature may still be checked with; the ones in use first, for verifiers that take the first."""
    order = {KeyState.ACTIVE: 0, KeyState.PENDING: 1, KeyState.RETIRED: 2}
    return sorted((each for each in all_keys() if each.state in VOUCHES), key=lambda each: order[each.state])


def key_named(kid: str) -> SigningKey | None:
    return db.session.scalars(select(SigningKey).where(SigningKey.kid == kid)).one_or_none()


def active(kind: KeyKind) -> SigningKey | None:
    return db.session.scalars(
        select(SigningKey).where(SigningKey.kind == kind, SigningKey.state == KeyState.ACTIVE)
    ).one_or_none()


def next_up(kind: KeyKind) -> SigningKey | None:
    """The oldest that waits to be used."""
    waiting = select(SigningKey).where(SigningKey.kind == kind, SigningKey.state == KeyState.PENDING)
    return db.session.scalars(waiting.order_by(SigningKey.made_at).limit(1)).one_or_none()
