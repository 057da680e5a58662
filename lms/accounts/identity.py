"""Who is asking: a signed-in browser, or a bearer of a token. Two queries, whatever the person may do."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from flask import Flask, g, request, session
from flask_login import LoginManager, UserMixin, current_user, login_user, logout_user
from sqlalchemy import Select, select, update

from lms.accounts.models import ApiToken, Person, RoleGrant, SignIn
from lms.core import clock
from lms.core.db import db
from lms.core.errors import Unauthenticated
from lms.core.permissions import Actor, Permission, Role
from lms.core.secrets_ import digest

SEEN_EVERY = timedelta(minutes=5)
LASTS = timedelta(days=14)
"""A sign-in ends when it was not used for this long."""

SupervisedPeople = Callable[[UUID], frozenset[UUID]]


class SignedIn(UserMixin):
    """What flask-login knows of a browser: its sign-in. The cookie holds the secret, never the person's id."""

    def __init__(self, secret: str, row: Any) -> None:
        self.secret, self.sign_in_id, self.person_id = secret, row.sign_in_id, row.person_id
        self.name, self.language = row.display_name, row.language

    def get_id(self) -> str:
        return self.secret


def init_app(app: Flask, supervised_people: SupervisedPeople) -> None:
    """Let every edge find its actor. `supervised_people` gives the learners that a person supervises today."""
    login = LoginManager(app)
    login.session_protection = None  # type: ignore[assignment]  # the sign-in row is the protection; phones change their address all day
    login.user_loader(_signed_in)
    app.extensions["llwybr.identify"] = lambda: _identify(supervised_people)


def _identify(supervised_people: SupervisedPeople) -> Actor:
    if request.path.startswith("/api/"):
        return _bearer(supervised_people)
    who = _browser()
    return Actor() if who is None else _actor(who.person_id, who.name, who.language, supervised_people)


def _signed_in(secret: str) -> SignedIn | None:
    """The live sign-in behind a cookie, or None. Notes at most every five minutes that it was seen."""
    now = clock.now()
    row = db.session.execute(_live_sign_in(secret)).one_or_none()
    if row is None or row.seen_at < now - LASTS:
        return None
    if row.seen_at < now - SEEN_EVERY:
        db.session.execute(update(SignIn).where(SignIn.id == row.sign_in_id).values(seen_at=now))
    return SignedIn(secret, row)


def _live_sign_in(secret: str) -> Select[UUID, datetime, UUID, str, str]:
    return (
        select(
            SignIn.id.label("sign_in_id"), SignIn.seen_at,
            Person.id.label("person_id"), Person.display_name, Person.language,
        )
        .join(Person, Person.id == SignIn.person_id)
        .where(SignIn.digest == digest(secret), SignIn.ended_at.is_(None))
    )  # fmt: skip


def open_browser(secret: str) -> None:
    """This browser is signed in from now on. Of its session before, only the form that is kept for it goes on."""
    kept = session.get("kept")
    session.clear()  # whatever was planted in the browser before is worthless now
    if kept:
        session["kept"] = kept
    who = _signed_in(secret)
    if who is None:
        raise Unauthenticated()
    login_user(who)
    g.pop("actor", None)


def close_browser() -> None:
    """Nobody is signed in here any more."""
    logout_user()
    session.clear()
    g.pop("actor", None)


def current_sign_in() -> UUID | None:
    """The sign-in of this browser."""
    who = _browser()
    return who.sign_in_id if who else None


def _browser() -> SignedIn | None:
    who: Any = current_user
    return who._get_current_object() if who.is_authenticated else None


def _bearer(supervised_people: SupervisedPeople) -> Actor:
    kind, _, secret = request.headers.get("Authorization", "").partition(" ")
    if not secret:
        return Actor()
    now = clock.now()
    row = db.session.execute(
        select(ApiToken, Person.display_name, Person.language)
        .join(Person, Person.id == ApiToken.person_id)
        .where(ApiToken.digest == digest(secret.strip()), ApiToken.revoked_at.is_(None), ApiToken.until > now)
    ).one_or_none()
    if kind.lower() != "bearer" or row is None:
        raise Unauthenticated()
    token: ApiToken = row.ApiToken
    if token.last_used_at is None or token.last_used_at < now - SEEN_EVERY:
        token.last_used_at = now
    scopes = None if token.scopes is None else frozenset(Permission(scope) for scope in token.scopes)
    return _actor(token.person_id, row.display_name, row.language, supervised_people, scopes)


def _actor(
    person: UUID, name: str, language: str, supervised: SupervisedPeople, scopes: frozenset[Permission] | None = None
) -> Actor:
    today = clock.today()
    grants = db.session.execute(
        select(RoleGrant.role, RoleGrant.organisation_id).where(
            RoleGrant.person_id == person,
            RoleGrant.starts_on <= today,
            RoleGrant.ends_on.is_(None) | (RoleGrant.ends_on >= today),
        )
    ).all()
    return Actor(
        person=person,
        name=name,
        language=language,
        supervises=supervised(person),
        roles=frozenset((Role(role), place) for role, place in grants),
        scopes=scopes,
    )
