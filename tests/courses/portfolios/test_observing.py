"""Observed practice signed by somebody without an account: they read what they sign, once, and nobody else can."""

import re
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update

from courses.portfolios import errors, signing
from courses.portfolios.jobs import forget_observers
from courses.portfolios.models import EvidenceKind, Observation, ObserverAnswer
from courses.portfolios.services import evidence, observing
from courses.portfolios.services.templates import Asked
from lms.core import clock
from lms.core.db import db, transaction
from lms.core.errors import Invalid, NotFound, StaleEdit
from lms.core.language import Bilingual
from lms.core.mail import MailMessage
from lms.core.permissions import Actor
from tests.courses.portfolios.test_templates import make_template
from tests.factories.accounts import make_person, post_form
from tests.factories.portfolios import a_pair, actor_of, items_of, submit, write

OBSERVED = Asked(
    EvidenceKind.OBSERVED_PRACTICE, Bilingual("Seen at work", "Gwelwyd wrth y gwaith"), observer_signs=True
)
YES = {"answer": "signed", "saw_it": "true", "name": "Mair Arsylwr", "role": "Team lead", "words": "Calm and kind."}


@pytest.fixture
def pair(app: Flask) -> SimpleNamespace:
    make_template(OBSERVED)
    made = a_pair("PF-NEW")
    write(made.items[0], "I asked the young person what they wanted.")
    return made


def ask(pair: SimpleNamespace, language: str = "en") -> str:
    """Ask, and return the address in the mail."""
    item = items_of(pair.portfolio)[0]
    with transaction():
        observing.ask(
            actor_of(pair.learner),
            item.id,
            item.edition,
            name="Mair",
            email="mair@elsewhere.example",
            language=language,
        )
    mail = db.session.scalars(select(MailMessage).where(MailMessage.to == "mair@elsewhere.example")).all()[-1]
    assert "young person" not in mail.body, "a letter never quotes evidence"
    found = re.search(rf"/{language}/observe/\S+", mail.body)
    assert found
    return found.group()


@pytest.mark.parametrize("lang", ["en", "cy"])
def test_an_observer_without_account_signs_once(app: Flask, pair: SimpleNamespace, signed_in: Any, lang: str) -> None:
    url, stranger = ask(pair, lang), app.test_client()
    page = stranger.get(url)
    assert "I asked the young person what they wanted." in page.text
    assert page.headers["Cache-Control"] == "private, no-cache"
    assert post_form(stranger, url, {**YES, "saw_it": ""}).status_code == 422
    answer = post_form(stranger, url, YES)
    assert answer.headers["Location"].endswith(f"/{lang}/observed/signed")
    assert stranger.get(answer.headers["Location"]).status_code == 200
    again = stranger.get(url)
    assert again.status_code == 409
    assert "young person" not in again.text, "the link opens nothing any more"
    item = items_of(pair.portfolio)[0]
    shown = signed_in(pair.learner).get(f"/{lang}/portfolio/{pair.portfolio.enrolment_id}/1").text
    assert "Mair Arsylwr" in shown
    assert "Calm and kind." in shown
    content = signing.item_content(item)["observation"]
    assert (content["name"], content["words"]) == ("Mair Arsylwr", "Calm and kind.")


def test_it_is_submitted_only_with_a_signature_under_what_it_says_now(app: Flask, pair: SimpleNamespace) -> None:
    item = pair.items[0]
    with pytest.raises(errors.EvidenceMissing) as refusal:
        evidence.is_complete(item)
    assert set(refusal.value.fields) == {"signature"}
    secret = ask(pair).rsplit("/", 1)[1]
    with transaction():
        observing.answer(Actor(), secret, given=ObserverAnswer.SIGNED, name="M", role="L", words="", saw_it=True)
    item = items_of(pair.portfolio)[0]
    evidence.is_complete(item)
    with transaction():
        evidence.save_draft(
            actor_of(pair.learner), item.id, item.edition, body="Something else.", observer=item.observer,
            observed_on=item.observed_on,
        )  # fmt: skip
    with pytest.raises(errors.EvidenceMissing):
        evidence.is_complete(items_of(pair.portfolio)[0])


def test_declining_wants_words_and_the_learner_reads_them(app: Flask, pair: SimpleNamespace, signed_in: Any) -> None:
    url, stranger = ask(pair), app.test_client()
    no = {"answer": "declined", "name": "Mair", "role": "Team lead", "words": ""}
    assert post_form(stranger, url, no).status_code == 422
    assert post_form(stranger, url, no | {"words": "I was on leave that day."}).status_code == 303
    page = signed_in(pair.learner).get(f"/en/portfolio/{pair.portfolio.enrolment_id}/1").text
    assert "I was on leave that day." in page
    assert db.session.scalars(select(MailMessage.subject).where(MailMessage.subject.like("%not signed"))).one()


def test_a_link_is_not_guessed_withdrawn_run_out_or_the_learners_own(
    app: Flask, pair: SimpleNamespace, signed_in: Any
) -> None:
    url, stranger = ask(pair), app.test_client()
    assert stranger.get("/en/observe/" + "A" * 43).status_code == 404
    assert signed_in(pair.learner).get(url).status_code == 403
    stored = db.session.scalars(select(Observation)).one()
    assert stored.token_digest is not None
    assert url.rsplit("/", 1)[1].encode() not in stored.token_digest
    with clock.frozen(clock.now() + timedelta(days=15)):
        assert stranger.get(url).status_code == 409
    item = items_of(pair.portfolio)[0]
    with pytest.raises(errors.ObservationAsked), transaction():
        observing.ask(actor_of(pair.learner), item.id, item.edition, name="B", email="b@x.example", language="en")
    with transaction():
        observing.withdraw(actor_of(pair.learner), item.id, stored.id)
    assert stranger.get(url).status_code == 404
    with pytest.raises(StaleEdit), transaction():
        observing.ask(actor_of(pair.learner), item.id, 1, name="B", email="b@x.example", language="en")
    own = pair.learner.emails[0].address
    with pytest.raises(Invalid), transaction():
        observing.ask(actor_of(pair.learner), item.id, item.edition, name="B", email=own, language="en")


def test_only_the_learner_asks_and_only_while_it_is_open(app: Flask, pair: SimpleNamespace) -> None:
    item, asked = pair.items[0], {"name": "B", "email": "b@x.example", "language": "en"}
    for other in (make_person(), pair.supervisor):
        with pytest.raises((NotFound, errors.Forbidden)), transaction():
            observing.ask(actor_of(other), item.id, item.edition, **asked)
    plain = a_pair("PF-ECAMHS-1")
    write(plain.items[0])
    with pytest.raises(errors.EvidenceMissing), transaction():
        observing.ask(actor_of(plain.learner), plain.items[0].id, plain.items[0].edition, **asked)
    submit(plain.items[0])
    with pytest.raises(errors.ItemWaits), transaction():
        observing.ask(actor_of(plain.learner), plain.items[0].id, plain.items[0].edition, **asked)


def test_an_address_is_forgotten_when_it_is_of_no_more_use(app: Flask, pair: SimpleNamespace) -> None:
    ask(pair)
    with transaction():
        forget_observers()
    assert db.session.scalars(select(Observation.email)).one() is not None, "it can still be answered"
    with transaction():
        db.session.execute(update(Observation).values(expires_at=clock.now() - timedelta(days=31)))
        forget_observers()
    assert db.session.execute(select(Observation.email, Observation.token_digest)).one() == (None, None)
