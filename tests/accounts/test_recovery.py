"""A forgotten password, and what may be a password."""

import re
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from lms.accounts import passwords
from lms.accounts.models import ApiToken, SignIn
from lms.core import clock, jobs
from lms.core.db import db
from lms.core.mail import MailMessage
from tests.factories.accounts import TokenClient, make_person, post_form, sign_in_browser

NEW = "gwynt glaw heulwen"


def mails() -> list[MailMessage]:
    jobs.run_pending()
    return list(db.session.scalars(select(MailMessage).order_by(MailMessage.id)))


def link_in(message: MailMessage) -> str:
    found = re.search(r"http://localhost(/\S+)", message.body)
    assert found
    return found.group(1)


def test_the_link_sets_a_password_once_and_ends_what_was_open(app: Flask, client: FlaskClient) -> None:
    person = make_person(
        email="mari@example.org", password_hash=passwords.hash_password("the old password"), language="cy"
    )
    elsewhere, token = sign_in_browser(app, person), TokenClient(app, person)
    assert post_form(client, "/en/forgotten-password", {"address": "MARI@example.org"}).status_code == 303
    (message,) = mails()
    assert (message.to, message.language) == ("mari@example.org", "cy")
    page = link_in(message)
    assert page.startswith("/cy/set-password/")

    short = post_form(client, page, {"new_password": "short"})
    assert short.status_code == 422
    assert post_form(client, page, {"new_password": NEW}).location == "/cy/sign-in"
    assert elsewhere.get("/en/profile").status_code == 303
    assert token.get("/api/v1/me").status_code == 401
    again = client.get(page)
    assert again.status_code == 404
    assert "/cy/forgotten-password" in again.text
    assert post_form(client, "/en/sign-in", {"address": "mari@example.org", "password": NEW}).status_code == 303
    assert db.session.scalars(select(SignIn).where(SignIn.ended_at.is_(None))).one()
    assert db.session.scalars(select(ApiToken)).one().revoked_at is not None
    assert [each.to for each in mails()] == ["mari@example.org"] * 2


def test_an_unknown_address_gets_the_same_answer_and_no_mail(client: FlaskClient) -> None:
    make_person(email="mari@example.org")
    known = post_form(client, "/en/forgotten-password", {"address": "mari@example.org"})
    unknown = post_form(client, "/en/forgotten-password", {"address": "nobody@example.org"})
    assert (known.status_code, known.location) == (unknown.status_code, unknown.location)
    assert [each.to for each in mails()] == ["mari@example.org"]


def test_a_link_lasts_an_hour_and_a_newer_one_replaces_it(client: FlaskClient) -> None:
    make_person(email="mari@example.org")
    for _ in range(2):
        post_form(client, "/en/forgotten-password", {"address": "mari@example.org"})
        mails()
    first, second = (link_in(each) for each in mails())
    assert client.get(first).status_code == 404
    assert client.get(second).status_code == 200
    with clock.frozen(clock.now() + timedelta(minutes=61)):
        assert client.get(second).status_code == 404
    assert client.get("/en/set-password/guessed").status_code == 404


def test_asking_too_often_is_refused(client: FlaskClient) -> None:
    for _ in range(5):
        assert post_form(client, "/en/forgotten-password", {"address": "mari@example.org"}).status_code == 303
    assert post_form(client, "/en/forgotten-password", {"address": "mari@example.org"}).status_code == 429


@pytest.mark.parametrize(
    "password",
    ["", "short", "password123456", "Qwertyuiop!!1", "123456789012", "aaaaaaaaaaaaa", "mari jones 2024",
     "Mari.Jones1990", "jones-mari@example.org", "CymruAmByth2026!", "x" * 201],
)  # fmt: skip
def test_weak_passwords_are_refused(password: str) -> None:
    assert passwords.fault_in(password, ("Mari Jones", "jones-mari@example.org"))


@pytest.mark.parametrize(
    "password", ["three words apart", "gwynt glaw heulwen", "mari likes the sea a lot", "ŵyŷ-12 mynydd"]
)
def test_no_rules_of_composition(password: str) -> None:
    assert passwords.fault_in(password, ("Mari Jones", "mari@example.org")) is None


def test_changing_the_password_keeps_this_browser_only(app: Flask) -> None:
    person = make_person(email="mari@example.org", password_hash=passwords.hash_password("the old password"))
    here, elsewhere = sign_in_browser(app, person), sign_in_browser(app, person)
    wrong = post_form(here, "/en/profile/password", {"password": "not it", "new_password": NEW})
    assert wrong.status_code == 422
    assert "The present password is not right" in wrong.text
    assert NEW not in wrong.text
    right = post_form(here, "/en/profile/password", {"password": "the old password", "new_password": NEW})
    assert right.status_code == 303
    assert here.get("/en/profile").status_code == 200
    assert elsewhere.get("/en/profile").status_code == 303
