"""What others do with the record store: who may look after it, credentials, and statements of our own."""

from collections.abc import Collection
from copy import deepcopy
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select

from lms.accounts.models import Organisation
from lms.core import audit, clock
from lms.core.db import db, get_or_refuse, record
from lms.core.errors import Conflict, Forbidden, Invalid, NotFound
from lms.core.language import N_
from lms.core.permissions import Actor, Permission
from lms.core.secrets_ import digest, new_secret
from lms.xapi import identity
from lms.xapi.identity import agent_of
from lms.xapi.keeping import statements
from lms.xapi.models import TENANT, Credential
from lms.xapi.rules.scopes import Bearer, Scope
from lms.xapi.rules.versions import NEWEST

Json = dict[str, Any]

LAUNCH_SCOPES = (Scope.STATEMENTS_WRITE, Scope.STATEMENTS_READ_MINE, Scope.STATE, Scope.PROFILE)


def may_manage(actor: Actor) -> None:
    """The record store belongs to the whole service, so it takes the permission at the root of the tree."""
    _at_the_root(actor, Permission.RECORD_STORE_MANAGE)


def may_read(actor: Actor) -> None:
    """Everybody's statements. One's own need nothing but being oneself."""
    _at_the_root(actor, Permission.RECORD_STORE_READ)


def may_erase(actor: Actor) -> None:
    """Take somebody out of every statement."""
    _at_the_root(actor, Permission.RECORD_STORE_ERASE)


def _at_the_root(actor: Actor, permission: Permission) -> None:
    if actor.is_system:
        return
    places = actor.reach(permission).places
    roots = select(Organisation.id).where(Organisation.parent_id.is_(None), Organisation.id.in_(places))
    if not places or db.session.scalars(roots.limit(1)).first() is None:
        raise Forbidden()


def issue_credential(
    actor: Actor,
    name: str,
    scopes: Collection[Scope],
    *,
    until: datetime | None = None,
    requests_per_minute: int | None = None,
    largest_request: int | None = None,
) -> tuple[Credential, str]:
    """A client's new credential, and its secret, which nobody can see again. Limits: None is none; the largest request
    is in bytes. Raises Forbidden, Invalid."""
    may_manage(actor)
    if not scopes:
        raise Invalid(fields={"scopes": N_("Choose at least one thing that the client may do")})
    secret = new_secret()
    made = record(
        Credential(
            tenant=TENANT, name=name, key=_new_key(), digest=digest(secret),
            scopes=sorted(Scope(each) for each in scopes), issued_by=actor.person, until=until,
            requests_per_minute=requests_per_minute, largest_request=largest_request,
        )
    )  # fmt: skip
    audit.record(actor, "credential.issued", thing=made, name=name, scopes=made.scopes)
    return made, secret


def issue_launch_credential(
    actor: Actor, *, about: UUID, activity_iri: str, registration: UUID, until: datetime
) -> tuple[str, str, UUID]:
    """(key, secret, id) for launched content: this learner, this activity and what lies below it, this registration."""
    actor.require(Permission.ENROLMENT_LAUNCH, about=about)
    secret = new_secret()
    made = record(
        Credential(
            tenant=TENANT, name="launch", key=_new_key(), digest=digest(secret), scopes=list(LAUNCH_SCOPES),
            issued_by=actor.person, about_id=about, actor=identity.agent_of(about), activity=activity_iri,
            registration=registration, until=until,
        )
    )  # fmt: skip
    audit.record(actor, "credential.issued", about=about, thing=made, registration=str(registration))
    return made.key, secret, made.id


def renew_secret(actor: Actor, credential_id: UUID, overlap: timedelta) -> tuple[Credential, str]:
    """A new secret for a client's credential; the one before stays good for the overlap, and one before that no longer.

    Raises Forbidden, NotFound for what is not a client's, and Conflict for one that has ended.
    """
    may_manage(actor)
    credential = get_or_refuse(Credential, credential_id, lock=True)
    now = clock.now()
    if credential.about_id is not None:
        raise NotFound()
    if credential.revoked_at is not None or (credential.until is not None and credential.until <= now):
        raise CredentialEnded()
    secret = new_secret()
    credential.former_digest, credential.former_until = credential.digest, now + overlap
    credential.digest = digest(secret)
    audit.record(actor, "credential.renewed", thing=credential, hours=int(overlap.total_seconds()) // 3600)
    return credential, secret


class CredentialEnded(Conflict):
    """It was revoked, or its last day is over."""

    slug, title = "credential-ended", N_("This credential has ended. Make another one.")


def revoke(actor: Actor, credential_id: UUID) -> None:
    """End a credential at once. Ending it twice changes nothing."""
    may_manage(actor)
    credential = get_or_refuse(Credential, credential_id, lock=True)
    if credential.revoked_at is None:
        credential.revoked_at = clock.now()
        audit.record(actor, "credential.revoked", about=credential.about_id, thing=credential)


def record_own(actor: Actor, statement: Json) -> UUID:
    """Store a statement of our own in the caller's transaction; return its id.

    The caller has decided that `actor` may do what it tells of. Raises Malformed for one that is none.
    """
    actor.require(Permission.RECORD_STORE_USE)
    bearer = house()
    batch = statements.judge(bearer, NEWEST, deepcopy(statement))  # what the store adds is not the caller's
    return UUID(statements.keep(bearer, NEWEST, batch)[0])


def house() -> Bearer:
    """The service itself, as the store's rules see it."""
    return Bearer(None, TENANT, identity.house(), frozenset({Scope.ALL}))


def _new_key() -> str:
    return new_secret()[:22]


__all__ = [
    "agent_of", "house", "issue_credential", "issue_launch_credential", "may_erase", "may_manage", "may_read",
    "record_own", "revoke",
]  # fmt: skip
