"""Whoever rated what changed, or what lapsed, is told once; everybody else hears nothing, and what is done is asked no more."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from frameworks.assessment import asking, services
from frameworks.assessment.models import AskedAgain
from frameworks.editing import queries as editing_queries
from lms.accounts.queries import primary_email
from lms.core import clock
from lms.core.db import db, transaction
from lms.core.jobs import run_pending
from lms.core.language import Bilingual
from lms.core.mail import MailMessage
from lms.core.permissions import Actor, Role
from tests.counting import queries_of
from tests.factories.accounts import make_person, organisation
from tests.factories.assessment import make_health_visitor, rate
from tests.factories.frameworks import draft_of, editing, make_editor, published
from tests.frameworks.editing.test_life import put


def letters_to(person: Any) -> list[MailMessage]:
    found = select(MailMessage).where(MailMessage.to == primary_email(person.id)).order_by(MailMessage.id)
    return list(db.session.scalars(found))


def reworded(*codes: str) -> int:
    """The next version of CAMHS, in force, with other words in these statements; its number."""
    editor = make_editor()
    draft = draft_of("CAMHS", editor)
    for line in draft.statements:
        if line.code in codes:
            words = f"Says {line.code} anew, in version {draft.number}."
            put(editing(editor), draft, line, wording=Bilingual(words, f"Cymraeg: {words}"))
    published(editing_queries.whole(draft.id), editor)
    return draft.number


def first_of(domain: str) -> str:
    person = make_person()
    it = services.mine(Actor(person=person.id), "CAMHS")
    return next(line.statement.code for line in it.of_domain(domain) if line.statement.rank == 1)


def ask() -> int:
    with transaction():
        return asking.ask_again(Actor.system(), asking.BATCH)


def test_after_a_version_whoever_rated_what_changed_is_told_in_their_language_and_nobody_else(app: Flask) -> None:
    code = first_of("C1")
    welsh, english = make_health_visitor(language="cy"), make_health_visitor(language="en")
    other, never = make_health_visitor(), make_health_visitor()
    for person, domain in ((welsh, "C1"), (english, "C1"), (other, "C2")):
        rate(person, "CAMHS", domain)
    number = reworded(code)
    run_pending()
    (in_welsh,), (in_english,) = letters_to(welsh), letters_to(english)
    assert (in_welsh.language, in_english.language) == ("cy", "en")
    assert in_english.subject.endswith("has changed: some of it is asked again")
    assert "only statements whose words changed are asked again: 1." in in_english.body
    assert "/en/assessment/CAMHS" in in_english.body
    assert f"/en/frameworks/CAMHS/{number}/changes" in in_english.body
    assert "/cy/assessment/CAMHS" in in_welsh.body
    assert in_welsh.subject != in_english.subject
    assert "asked again" not in in_welsh.body
    assert letters_to(other) == letters_to(never) == []
    for _time in range(2):
        ask()
    assert (len(letters_to(welsh)), len(letters_to(english))) == (1, 1), "once"


def test_who_has_rated_it_anew_hears_nothing(app: Flask) -> None:
    code, person = first_of("C1"), make_health_visitor()
    rate(person, "CAMHS", "C1")
    reworded(code)
    rate(person, "CAMHS", "C1")
    run_pending()
    assert letters_to(person) == []
    assert ask() == 0, "and is looked at once"


def test_what_lapses_is_asked_for_once_a_month_at_most(app: Flask) -> None:
    person = make_health_visitor()
    actor = Actor(person=make_editor().id, roles=frozenset({(Role.FRAMEWORK_EDITOR, organisation("WALES").id)}))
    with transaction():
        services.set_lapse(actor, "CAMHS", 1)
    today = clock.now()
    rate(person, "CAMHS", "C1")
    with clock.frozen(today + timedelta(days=10)):
        rate(person, "CAMHS", "C2")
    for days, told in ((5, 0), (32, 1), (34, 1), (45, 1), (75, 2), (120, 2)):
        with clock.frozen(today + timedelta(days=days)):
            ask()
            assert len(letters_to(person)) == told, days
    lapsed = services.mine(Actor(person=person.id), "CAMHS")
    assert letters_to(person)[0].subject.endswith("some ratings are to be said anew")
    assert "changes" not in letters_to(person)[0].body
    with clock.frozen(today + timedelta(days=120)):
        both = len(services.mine(Actor(person=person.id), "CAMHS").to_rate_again)
    assert both == len([line for line in lapsed.lines if line.row])
    assert f"that time is over: {both}." in letters_to(person)[1].body


def test_the_home_page_says_it_until_it_is_done(app: Flask, signed_in: Callable[..., FlaskClient]) -> None:
    code, person = first_of("C1"), make_health_visitor()
    rate(person, "CAMHS", "C1")
    browser = signed_in(person)
    before = queries_of(browser, "/en/")
    assert "is asked again" not in browser.get("/en/").text
    reworded(code)
    run_pending()
    assert "1 statement is asked again" in browser.get("/en/").text
    assert "/cy/assessment/CAMHS" in browser.get("/cy/").text
    rate(person, "CAMHS", "C1")
    assert "is asked again" not in browser.get("/en/").text
    assert queries_of(browser, "/en/") <= before + 3, "three more for a framework that was asked for"


def test_two_who_tell_at_once_tell_once(app: Flask) -> None:
    code, person = first_of("C1"), make_health_visitor()
    rate(person, "CAMHS", "C1")
    reworded(code)

    def tell(_n: int) -> None:
        with app.app_context():
            ask()

    with ThreadPoolExecutor(2) as threads:
        list(threads.map(tell, range(2)))
    assert len(letters_to(person)) == 1


def test_many_are_told_a_batch_at_a_time(app: Flask, monkeypatch: Any) -> None:
    code = first_of("C1")
    people = [make_health_visitor() for _n in range(5)]
    for person in people:
        rate(person, "CAMHS", "C1")
    monkeypatch.setattr(asking, "BATCH", 2)
    reworded(code)
    run_pending()
    assert [len(letters_to(person)) for person in people] == [1] * 5
    assert db.session.scalar(select(func.count()).select_from(AskedAgain)) == 5
