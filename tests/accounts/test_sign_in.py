"""Signing in and out: fixation, guessing, throttling, where to go next, and other browsers."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from lms.accounts import passwords
from lms.accounts.models import SignIn
from lms.accounts.pages.words import browser_name, local_path
from lms.core import throttle
from lms.core.db import db
from tests.factories.accounts import make_person, post_form

PASSWORD = "three words apart"


def person_with_password(**given: Any) -> Any:
    return make_person(email="mari@example.org", password_hash=passwords.hash_password(PASSWORD), **given)


def sign_in(browser: FlaskClient, address: str, password: str, query: str = "", **options: Any) -> Any:
    return post_form(browser, f"/en/sign-in{query}", {"address": address, "password": password}, **options)


def test_a_person_signs_in_and_out(client: FlaskClient) -> None:
    person_with_password(display_name="Mari Jones")
    answer = sign_in(client, "  Mari@Example.org ", PASSWORD)
    assert (answer.status_code, answer.location) == (303, "/en/")
    assert "Mari Jones" in client.get("/en/profile").text
    assert post_form(client, "/en/sign-out", {}, page="/en/profile").status_code == 303
    assert client.get("/en/profile").location == "/en/sign-in?next=/en/profile"
    assert db.session.scalars(select(SignIn)).one().ended_at is not None


def test_wrong_password_and_unknown_address_are_answered_alike(client: FlaskClient) -> None:
    person_with_password()
    wrong = sign_in(client, "mari@example.org", "not the password")
    unknown = sign_in(client, "nobody@example.org", "not the password")
    assert wrong.status_code == unknown.status_code == 422
    same = [re.sub(r'value="[^"]*"', "", each.text) for each in (wrong, unknown)]
    assert same[0] == same[1]
    assert "mari@example.org" in wrong.text
    assert "not the password" not in wrong.text


def test_unknown_addresses_cost_a_hash_too(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    person_with_password()
    verified: list[str] = []
    real = PasswordHasher.verify
    monkeypatch.setattr(PasswordHasher, "verify", lambda self, h, p: (verified.append(h), real(self, h, p))[1])
    sign_in(client, "mari@example.org", "not the password")
    sign_in(client, "nobody@example.org", "not the password")
    assert len(verified) == 2
    assert not passwords.verify(None, "the password of nobody")


def test_a_planted_session_is_worth_nothing_after_signing_in(app: Flask, client: FlaskClient) -> None:
    person_with_password()
    with client.session_transaction() as session:
        session["_user_id"], session["planted"] = "a secret the attacker knows", "yes"
    assert sign_in(client, "mari@example.org", PASSWORD).status_code == 303
    with client.session_transaction() as session:
        assert "planted" not in session
        assert session["_user_id"] != "a secret the attacker knows"
        first = session["_user_id"]
    other = app.test_client()
    sign_in(other, "mari@example.org", PASSWORD)
    with other.session_transaction() as session:
        assert session["_user_id"] != first


def test_guessing_is_slowed_per_address_and_per_network(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    person_with_password()
    for _ in range(10):
        assert sign_in(client, "mari@example.org", "wrong password").status_code == 422
    late = sign_in(client, "mari@example.org", PASSWORD)
    assert late.status_code == 429
    assert "Wait" in late.text
    assert sign_in(client, "another@example.org", "wrong password").status_code == 422

    monkeypatch.setattr("lms.accounts.services.signing_in.PER_NETWORK", 12)
    assert sign_in(client, "third@example.org", "wrong password").status_code == 429


def test_success_forgets_earlier_mistakes(client: FlaskClient) -> None:
    person_with_password()
    for _ in range(2):
        for _ in range(9):
            sign_in(client, "mari@example.org", "wrong password")
        assert sign_in(client, "mari@example.org", PASSWORD).status_code == 303
        post_form(client, "/en/sign-out", {}, page="/en/profile")
    throttle.forget("sign-in as mari@example.org", per_seconds=900)


def test_an_outdated_hash_is_renewed(client: FlaskClient) -> None:
    person = make_person(email="mari@example.org", password_hash=PasswordHasher(memory_cost=8192).hash(PASSWORD))
    before = person.password_hash
    assert sign_in(client, "mari@example.org", PASSWORD).status_code == 303
    db.session.refresh(person)
    assert person.password_hash != before
    assert passwords.verify(person.password_hash, PASSWORD)


@pytest.mark.parametrize(
    ("there", "to"),
    [
        ("/en/training/PIMH-01?x=1", "/en/training/PIMH-01?x=1"),
        ("https://evil.example/", None),
        ("//evil.example/", None),
        ("/\\evil.example/", None),
        ("/en/\tx", None),
        ("javascript:alert(1)", None),
        ("", None),
        (None, None),
    ],
)
def test_next_is_a_path_of_this_site_only(there: str | None, to: str | None) -> None:
    assert local_path(there) == to


def test_after_signing_in_one_goes_where_one_wanted(client: FlaskClient) -> None:
    person_with_password()
    answer = sign_in(client, "mari@example.org", PASSWORD, "?next=/cy/profile")
    assert answer.location == "/cy/profile"
    assert client.get("/en/sign-in?next=//evil.example").location == "/en/"


def test_signing_out_elsewhere(app: Flask, client: FlaskClient, signed_in: Callable[..., FlaskClient]) -> None:
    person = person_with_password()
    sign_in(client, "mari@example.org", PASSWORD)
    phone, tablet, stranger = signed_in(person), signed_in(person), signed_in(make_person())
    strangers = db.session.scalars(select(SignIn).where(SignIn.person_id != person.id)).one()
    page = client.get("/en/profile/sign-ins").text
    assert page.count("Sign out there") == 2
    assert post_form(client, f"/en/profile/sign-ins/{strangers.id}/end", {}, "/en/profile/sign-ins").status_code == 404
    theirs = re.search(r"/en/profile/sign-ins/[0-9a-f-]+/end", page)
    assert theirs
    assert post_form(client, theirs.group(), {}, "/en/profile/sign-ins").status_code == 303
    assert sorted(each.get("/en/profile").status_code for each in (phone, tablet)) == [200, 303]
    assert post_form(client, "/en/profile/sign-ins/end-others", {}, "/en/profile/sign-ins").status_code == 303
    assert [each.get("/en/profile").status_code for each in (phone, tablet)] == [303, 303]
    assert client.get("/en/profile").status_code == stranger.get("/en/profile").status_code == 200


def test_browsers_are_named_in_words(app: Flask) -> None:
    with app.test_request_context("/en/"):
        firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
        assert browser_name(firefox) == "Firefox on Linux"
        edge = "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/140.0 Safari/537.36 Edg/140.0"
        assert browser_name(edge) == "Edge on Windows"
        assert "does not say" in browser_name(None)
