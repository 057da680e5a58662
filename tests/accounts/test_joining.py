"""Joining without an employer, and e-mail addresses."""

import re
from datetime import timedelta

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select, text

from lms.accounts.models import EmailAddress, Membership, Person, Sector
from lms.accounts.services.joining import forget_unconfirmed
from lms.core import clock, jobs
from lms.core.db import db, transaction
from lms.core.mail import MailMessage
from tests.factories.accounts import make_person, post_form, sign_in_browser

JOIN = {
    "display_name": "Siân Ŵyn",
    "address": "sian@example.org",
    "new_password": "gwynt glaw heulwen",
    "language": "cy",
}


def newest_mail() -> MailMessage:
    jobs.run_pending()
    return db.session.scalars(select(MailMessage).order_by(MailMessage.id.desc())).first()  # type: ignore[return-value]


def link_in(message: MailMessage) -> str:
    found = re.search(r"http://localhost(/\S+)", message.body)
    assert found
    return found.group(1)


def test_an_unpaid_peer_supporter_joins(client: FlaskClient) -> None:
    answer = post_form(client, "/cy/join", JOIN | {"job_role": "peer_volunteer"})
    assert (answer.status_code, answer.location) == (303, "/cy/mail-sent/join")
    before = post_form(client, "/cy/sign-in", {"address": JOIN["address"], "password": JOIN["new_password"]})
    assert before.status_code == 422  # nobody holds an address before opening its mail
    page = link_in(newest_mail())
    assert "Siân Ŵyn" in client.get(page).text
    assert db.session.scalar(select(func.count()).select_from(EmailAddress)) == 0  # opening alone changes nothing
    assert post_form(client, page, {}).status_code == 303
    assert client.get(page).status_code == 404
    answer = post_form(client, "/cy/sign-in", {"address": JOIN["address"], "password": JOIN["new_password"]})
    assert answer.status_code == 303
    membership = db.session.scalars(select(Membership)).one()
    assert (membership.organisation_id, membership.sector, membership.paid) == (None, Sector.LIVED_EXPERIENCE, False)


def test_a_carer_needs_neither_role_nor_sector(client: FlaskClient) -> None:
    assert post_form(client, "/en/join", JOIN).status_code == 303
    assert db.session.scalar(select(func.count()).select_from(Membership)) == 0
    assert db.session.scalars(select(Person)).one().language == "cy"


def test_joining_with_a_known_address_says_nothing_here_and_tells_its_holder(client: FlaskClient) -> None:
    make_person(email=JOIN["address"])
    answer = post_form(client, "/en/join", JOIN)
    assert (answer.status_code, answer.location) == (303, "/en/mail-sent/join")
    message = newest_mail()
    assert (message.to, message.subject) == (JOIN["address"], "You already have a Llwybr account")
    assert "/confirm-address/" not in message.body


def test_mistakes_are_shown_with_what_was_typed_but_the_password(client: FlaskClient) -> None:
    answer = post_form(client, "/en/join", JOIN | {"address": "not an address", "new_password": "short"})
    assert answer.status_code == 422
    assert 'value="not an address"' in answer.text
    assert "Siân Ŵyn" in answer.text
    assert '"short"' not in answer.text
    weak = post_form(client, "/cy/join", JOIN | {"new_password": "password12345"})
    assert weak.status_code == 422
    assert 'href="#new_password"' in weak.text


def test_two_who_ask_for_one_address_and_the_first_to_confirm_has_it(app: Flask, client: FlaskClient) -> None:
    post_form(client, "/en/join", JOIN)
    first = link_in(newest_mail())
    person = make_person()
    browser = sign_in_browser(app, person)
    assert post_form(browser, "/en/profile/emails", {"address": JOIN["address"]}).status_code == 303
    second = link_in(newest_mail())
    assert JOIN["address"] in browser.get("/en/profile/emails").text
    assert post_form(browser, second, {}).location == "/en/profile/emails"
    late = post_form(client, first, {})
    assert late.status_code == 409
    assert "already belongs" in late.text or "eisoes" in late.text


def test_the_main_address_changes_and_the_one_before_is_told(app: Flask) -> None:
    person = make_person(email="old@example.org")
    browser = sign_in_browser(app, person)
    post_form(browser, "/en/profile/emails", {"address": "new@example.org"})
    post_form(browser, link_in(newest_mail()), {})
    new = db.session.scalars(select(EmailAddress).where(EmailAddress.address == "new@example.org")).one()
    assert not new.is_primary
    url = f"/en/profile/emails/{new.id}"
    assert post_form(browser, f"{url}/primary", {}, "/en/profile/emails").status_code == 303
    assert newest_mail().to == "old@example.org"
    assert post_form(browser, f"{url}/remove", {}, "/en/profile/emails").status_code == 409
    old = db.session.scalars(select(EmailAddress).where(EmailAddress.address == "old@example.org")).one()
    stranger = sign_in_browser(app, make_person())
    for what in ("primary", "remove"):
        assert post_form(stranger, f"/en/profile/emails/{old.id}/{what}", {}, "/en/profile/emails").status_code == 404
    assert post_form(browser, f"/en/profile/emails/{old.id}/remove", {}, "/en/profile/emails").status_code == 303
    assert (
        db.session.scalars(select(EmailAddress).where(EmailAddress.person_id == person.id)).one().address[:3] == "new"
    )


def test_who_never_opened_the_mail_is_forgotten(client: FlaskClient) -> None:
    post_form(client, "/en/join", JOIN | {"sector": "unpaid_carers"})
    newest_mail()
    with transaction():
        forget_unconfirmed()
    assert db.session.scalar(select(func.count()).select_from(Person)) == 1
    with transaction():
        db.session.execute(text("UPDATE person SET recorded_at = now() - interval '4 days'"))
    with clock.frozen(clock.now() + timedelta(days=4)), transaction():
        forget_unconfirmed()
    assert db.session.scalar(select(func.count()).select_from(Person)) == 0
