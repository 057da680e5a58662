"""People, bodies and what joins them. Each takes what matters to the test and makes up the rest."""

import re
from datetime import date, timedelta
from itertools import count
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from lms.accounts.models import ApiToken, EmailAddress, Membership, Organisation, Person, RoleGrant, Sector, SignIn
from lms.core import clock
from lms.core.db import db, transaction
from lms.core.ids import new_id
from lms.core.language import Bilingual
from lms.core.permissions import Role
from lms.core.secrets_ import digest, new_secret

_numbers = count(1)


def kept(thing: Any) -> Any:
    """Add and commit."""
    with transaction():
        db.session.add(thing)
    return thing


def make_organisation(parent: Organisation | None = None, **given: Any) -> Organisation:
    number = next(_numbers)
    made = Organisation(
        **{
            "id": new_id(), "code": f"ORG{number}", "name": Bilingual(f"Body {number}", f"Corff {number}"),
            "kind": "local_health_board", "sector": Sector.NHS, "parent_id": parent.id if parent else None,
        } | given
    )  # fmt: skip
    made.lineage = [*(parent.lineage if parent else []), made.id]
    return kept(made)


def organisation(code: str) -> Organisation:
    """One from the reference data, such as BCU."""
    return db.session.scalars(select(Organisation).where(Organisation.code == code)).one()


def make_person(*, email: str | None = None, password_hash: str | None = None, **given: Any) -> Person:
    number = next(_numbers)
    made = Person(
        **{"display_name": f"Person {number}", "legal_name": f"Person Legal {number}", "language": "en"} | given
    )
    made.password_hash = password_hash
    made.emails = [
        EmailAddress(address=email or f"person{number}@example.org", verified_at=clock.now(), is_primary=True)
    ]
    return kept(made)


def make_membership(person: Person, organisation: Organisation | None = None, **given: Any) -> Membership:
    sector = organisation.sector if organisation else Sector.PUBLIC
    made = Membership(
        **{
            "person_id": person.id, "organisation_id": organisation.id if organisation else None, "sector": sector,
            "paid": True, "starts_on": date(2024, 1, 1), "job_role_code": None, "setting_code": None,
        } | given
    )  # fmt: skip
    return kept(made)


def grant(person: Person, role: Role, organisation: Organisation, **given: Any) -> RoleGrant:
    return kept(
        RoleGrant(
            **{"person_id": person.id, "role": role, "organisation_id": organisation.id, "starts_on": date(2024, 1, 1)}
            | given
        )
    )


def sign_in_browser(app: Flask, person: Person) -> FlaskClient:
    """A browser with a live sign-in, made without the sign-in page."""
    secret, now = new_secret(), clock.now()
    kept(SignIn(person_id=person.id, digest=digest(secret), started_at=now, seen_at=now))
    browser = app.test_client()
    with browser.session_transaction() as session:
        session["_user_id"], session["_fresh"] = secret, True
    return browser


class TokenClient:
    """An API client that carries a person's token."""

    def __init__(self, app: Flask, person: Person, scopes: list[str] | None = None) -> None:
        secret, now = new_secret(), clock.now()
        kept(
            ApiToken(
                person_id=person.id, name="test", digest=digest(secret), hint=secret[:6], scopes=scopes, created_at=now,
                until=now + timedelta(days=1),
            )
        )  # fmt: skip
        self.client, self.secret, self.person = app.test_client(), secret, person

    def open(self, method: str, url: str, **options: Any) -> Any:
        headers = {"Authorization": f"Bearer {self.secret}", **options.pop("headers", {})}
        return self.client.open(url, method=method, headers=headers, **options)

    def get(self, url: str, **options: Any) -> Any:
        return self.open("GET", url, **options)

    def post(self, url: str, **options: Any) -> Any:
        return self.open("POST", url, **options)

    def put(self, url: str, **options: Any) -> Any:
        return self.open("PUT", url, **options)

    def patch(self, url: str, **options: Any) -> Any:
        return self.open("PATCH", url, **options)

    def delete(self, url: str, **options: Any) -> Any:
        return self.open("DELETE", url, **options)


def post_form(browser: FlaskClient, url: str, data: dict[str, Any], page: str | None = None, **options: Any) -> Any:
    """Send a form as a browser does: with the hidden fields of the page it stands on (`page`, else `url`)."""
    shown = browser.get(page or url)
    assert shown.status_code == 200, shown.status
    return browser.post(url, data={**hidden_of(shown.text), **data}, **options)


def hidden_of(page: str) -> dict[str, str]:
    """What every form of the page sends along."""
    return {
        name: value
        for name in ("csrf_token", "once")
        if (found := re.search(rf'name="{name}" value="([^"]*)"', page)) and (value := found.group(1))
    }
