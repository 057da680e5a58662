"""Who sends this? Keys and secrets of clients."""

import hmac
from datetime import timedelta

from sqlalchemy import select, update

from lms.core import clock
from lms.core.db import db
from lms.core.secrets_ import digest
from lms.xapi import identity
from lms.xapi.errors import NotAuthenticated
from lms.xapi.models import Credential
from lms.xapi.rules.scopes import Bearer, Bounds, Scope

SEEN_EVERY = timedelta(minutes=1)


def verify(key: str, secret: str) -> Bearer:
    """Who this is. Raises NotAuthenticated. Notes once a minute that it was used, and waits for nobody to do so."""
    now = clock.now()
    found = db.session.scalars(select(Credential).where(Credential.key == key)).one_or_none()
    if (
        not hmac.compare_digest(digest(secret), found.digest if found else bytes(32))
        or found is None
        or found.revoked_at is not None
        or (found.until is not None and found.until <= now)
    ):
        raise NotAuthenticated("These credentials are not valid, or not any more", "Authorization")
    if found.last_used_at is None or found.last_used_at < now - SEEN_EVERY:
        free = (
            select(Credential.id).where(Credential.id == found.id).with_for_update(skip_locked=True).scalar_subquery()
        )
        db.session.execute(
            update(Credential).where(Credential.id == free).values(last_used_at=now),
            execution_options={"synchronize_session": False},
        )
    return bearer_of(found)


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
    )
