"""Who is asking: a signed-in browser, or a bearer of a token. One query, whatever the person may do."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

from flask import Flask, current_app, g, request, session
from flask_login import LoginManager, UserMixin, current_user, login_user, logout_user
from sqlalchemy import Date, Select, SelectBase, Text, Uuid, bindparam, func, select, update
from sqlalchemy.dialects.postgresql import ARRAY

from lms.accounts.models import ApiToken, Person, RoleGrant, SignIn
from lms.core import clock, reference
from lms.core.db import db
from lms.core.errors import Unauthenticated
from lms.core.permissions import Actor, Permission, Role
from lms.core.secrets_ import digest

SEEN_EVERY = timedelta(minutes=5)
LASTS = timedelta(days=14)
"""A sign-in ends when it was not used for this long."""

SupervisedBy = Callable[[Any], SelectBase]
"""The learners whom the person of that id or column supervises on the day of the parameter `today`."""


class SignedIn(UserMixin):
    """What flask-login knows of a browser: its sign-in. The cookie holds the secret, never the person's id."""

    def __init__(self, secret: str, row: Any) -> None:
        self.secret, self.sign_in_id, self.person_id = secret, row.sign_in_id, row.person_id
        self.actor = _actor(row)

    def get_id(self) -> str:
        return self.secret


def init_app(app: Flask, supervised_by: SupervisedBy) -> None:
    """Let every edge find its actor. The statements are built here once: that takes longer than running them."""
    login = LoginManager(app)
    login.session_protection = None  # type: ignore[assignment]  # the sign-in row is the protection; phones change their address all day
    login.user_loader(_signed_in)
    app.extensions["llwybr.identify"] = _identify
    app.extensions["llwybr.live_sign_in"] = _live_sign_in(supervised_by)
    app.extensions["llwybr.live_token"] = _live_token(supervised_by)


def _identify() -> Actor:
    if request.path.startswith("/api/"):
        return _bearer()
    who = _browser()
    return Actor() if who is None else who.actor


def _signed_in(secret: str) -> SignedIn | None:
    """The live sign-in behind a cookie, or None. Notes at most every five minutes that it was seen."""
    now = clock.now()
    asked = {"digest": digest(secret), "today": clock.today()}
    row = db.session.execute(current_app.extensions["llwybr.live_sign_in"], asked).one_or_none()
    if row is None or row.seen_at < now - LASTS:
        return None
    if row.seen_at < now - SEEN_EVERY:
        db.session.execute(update(SignIn).where(SignIn.id == row.sign_in_id).values(seen_at=now))
    return SignedIn(secret, row)


def _live_sign_in(supervised_by: SupervisedBy) -> Select[Any]:
    return (
        select(SignIn.id.label("sign_in_id"), SignIn.seen_at, *_about_person(supervised_by))
        .join(Person, Person.id == SignIn.person_id)
        .where(SignIn.digest == bindparam("digest"), SignIn.ended_at.is_(None))
    )


def _live_token(supervised_by: SupervisedBy) -> Select[Any]:
    return (
        select(ApiToken, *_about_person(supervised_by))
        .join(Person, Person.id == ApiToken.person_id)
        .where(ApiToken.digest == bindparam("digest"), ApiToken.revoked_at.is_(None), ApiToken.until > bindparam("now"))
    )


def _about_person(supervised_by: SupervisedBy) -> tuple[Any, ...]:
    """What makes an actor of a person, as columns: roles as "author <organisation's id>", and ids of learners."""
    today = bindparam("today", type_=Date)
    roles = select(func.concat_ws(" ", RoleGrant.role, RoleGrant.organisation_id)).where(
        RoleGrant.person_id == Person.id,
        RoleGrant.starts_on <= today,
        RoleGrant.ends_on.is_(None) | (RoleGrant.ends_on >= today),
    )
    return (
        Person.id.label("person_id"), Person.display_name, Person.language,
        func.array(roles.scalar_subquery(), type_=ARRAY(Text)).label("roles"),
        func.array(supervised_by(Person.id).scalar_subquery(), type_=ARRAY(Uuid)).label("supervises"),
        reference.EDITION.label("edition"),
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


def _bearer() -> Actor:
    kind, _, secret = request.headers.get("Authorization", "").partition(" ")
    if not secret:
        return Actor()
    now = clock.now()
    asked = {"digest": digest(secret.strip()), "now": now, "today": clock.today()}
    row = db.session.execute(current_app.extensions["llwybr.live_token"], asked).one_or_none()
    if kind.lower() != "bearer" or row is None:
        raise Unauthenticated()
    token: ApiToken = row.ApiToken
    if token.last_used_at is None or token.last_used_at < now - SEEN_EVERY:
        token.last_used_at = now
    return _actor(row, None if token.scopes is None else frozenset(Permission(scope) for scope in token.scopes))


def _actor(row: Any, scopes: frozenset[Permission] | None = None) -> Actor:
    """The actor of a row with `_about_person`."""
    reference.noted(row.edition)
    grants = (grant.split(" ") for grant in row.roles)
    return Actor(
        person=row.person_id,
        name=row.display_name,
        language=row.language,
        supervises=frozenset(row.supervises),
        roles=frozenset((Role(role), UUID(place)) for role, place in grants),
        scopes=scopes,
    )
