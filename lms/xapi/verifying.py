"""Who sends this? Keys and secrets of clients, and how much each may send.

What was verified is remembered in the process under the edition of all credentials (`models.CredentialEdition`). It
holds only while the database says that this is still the edition, so a revoked credential opens nothing any more.
"""

import hmac
import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select, update

from lms.core import clock, throttle
from lms.core.db import db, transaction
from lms.core.errors import TooMany
from lms.core.secrets_ import digest
from lms.xapi import identity
from lms.xapi.errors import Hasty, NotAuthenticated
from lms.xapi.models import Credential, CredentialEdition
from lms.xapi.rules.scopes import Bearer, Bounds, Scope

SEEN_EVERY = 60.0
"""Seconds after which a process notes again that a credential is used."""
REMEMBERED = 10_000
BLOCKS = 20
"""Parts of a minute's allowance that a process takes at a time, so that it need not ask the database at each request."""


@dataclass(frozen=True)
class Known:
    """A credential as read. `secrets` are the digests that open it, each until then, or for as long as it lasts."""

    bearer: Bearer
    secrets: tuple[tuple[bytes, datetime | None], ...]
    until: datetime | None
    edition: UUID

    def opens(self, secret: str) -> bool:
        shown, now = digest(secret), clock.now()
        fits = [hmac.compare_digest(shown, each) and (end is None or now < end) for each, end in self.secrets]
        return any(fits) and (self.until is None or now < self.until)


_EDITION = select(CredentialEdition.edition)
_known: dict[str, Known] = {}
_seen: dict[UUID, float] = {}
_allowed: dict[UUID, tuple[int, int]] = {}
_taking = threading.Lock()


def verify(key: str, secret: str) -> Bearer:
    """Who this is, in the caller's transaction. Raises NotAuthenticated. Notes now and then that it was used."""
    known = _current(key, secret, db.session.scalars(_EDITION).one())
    note_use([known.bearer])
    return known.bearer


def recognise(key: str, secret: str) -> Known:
    """Who this was when last read: whoever acts on it asks `confirm` in the transaction of the act."""
    known = _known.get(key)
    if known is not None and known.opens(secret):
        return known
    with transaction():
        return _current(key, secret, db.session.scalars(_EDITION).one())


def confirm(edition: UUID, shown: Iterable[tuple[Known, str, str]]) -> list[Bearer | NotAuthenticated]:
    """Of each (known, key, secret), in a transaction of that edition: who it is by now, or that it is nobody any more."""
    found: list[Bearer | NotAuthenticated] = []
    for known, key, secret in shown:
        try:
            found.append((known if known.edition == edition else _current(key, secret, edition)).bearer)
        except NotAuthenticated as fault:
            found.append(fault)
    return found


def is_use_due(bearers: Iterable[Bearer]) -> bool:
    """Would `note_use` write that one of them was used?"""
    now = time.monotonic()
    return any(now - _seen.get(each.credential, -SEEN_EVERY) >= SEEN_EVERY for each in bearers if each.credential)


def note_use(bearers: Iterable[Bearer]) -> None:
    """Once a minute, and waiting for nobody who notes the same."""
    now = time.monotonic()
    for id_ in sorted({each.credential for each in bearers if each.credential}):
        if now - _seen.get(id_, -SEEN_EVERY) < SEEN_EVERY:
            continue
        if len(_seen) > REMEMBERED:
            _seen.clear()
        _seen[id_] = now
        free = select(Credential.id).where(Credential.id == id_).with_for_update(skip_locked=True).scalar_subquery()
        db.session.execute(
            update(Credential).where(Credential.id == free).values(last_used_at=clock.now()),
            execution_options={"synchronize_session": False},
        )


def check_rate(bearer: Bearer) -> None:
    """Raises Hasty when this bearer has sent as many requests as it may in a minute."""
    if bearer.requests_per_minute is None or bearer.credential is None:
        return
    minute = int(clock.now().timestamp()) // 60
    with _taking:
        of, left = _allowed.get(bearer.credential, (minute, 0))
        if of == minute and left > 0:
            _allowed[bearer.credential] = minute, left - 1
            return
        block = max(1, bearer.requests_per_minute // BLOCKS)
        try:
            taken = throttle.reserve(
                f"xapi {bearer.credential}", block, limit=bearer.requests_per_minute, per_seconds=60
            )
        except TooMany as refusal:
            raise Hasty(bearer.requests_per_minute, refusal.retry_after) from refusal
        if len(_allowed) > REMEMBERED:
            _allowed.clear()
        _allowed[bearer.credential] = minute, taken - 1


def forget() -> None:
    """The database is another one now."""
    for each in (_known, _seen, _allowed):
        each.clear()


def _current(key: str, secret: str, edition: UUID) -> Known:
    """As remembered under this edition, or else as read. Raises NotAuthenticated."""
    known = _known.get(key)
    if known is None or known.edition != edition or not known.opens(secret):
        known = _read(key, edition)
        if known is None or not known.opens(secret):
            raise NotAuthenticated("These credentials are not valid, or not any more", "Authorization")
        if len(_known) > REMEMBERED:
            _known.clear()
        _known[key] = known
    return known


def _read(key: str, edition: UUID) -> Known | None:
    found = db.session.scalars(
        select(Credential).where(Credential.key == key).execution_options(populate_existing=True)
    ).one_or_none()
    if found is None or found.revoked_at is not None:
        hmac.compare_digest(bytes(32), bytes(32))  # an unknown key takes as long as a wrong secret
        return None
    secrets: tuple[tuple[bytes, datetime | None], ...] = ((found.digest, None),)
    if found.former_digest is not None:
        secrets += ((found.former_digest, found.former_until),)
    return Known(bearer_of(found), secrets, found.until, edition)


def bearer_of(credential: Credential) -> Bearer:
    bounds = None
    if credential.actor is not None and credential.activity is not None and credential.registration is not None:
        bounds = Bounds(credential.actor, credential.activity, credential.registration)
    return Bearer(
        credential=credential.id,
        tenant=credential.tenant,
        authority=identity.authority_of(credential.key, credential.name),
        scopes=frozenset(Scope(each) for each in credential.scopes),
        bounds=bounds,
        about=credential.about_id,
        requests_per_minute=credential.requests_per_minute,
        largest_request=credential.largest_request,
    )


__all__ = ["Known", "bearer_of", "check_rate", "confirm", "forget", "note_use", "recognise", "verify"]
