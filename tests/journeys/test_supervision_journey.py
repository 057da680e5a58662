"""Supervision as people meet it in Chromium: ten items by keyboard alone, a group of eight, and a handover on a phone."""

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import func, select

from courses.portfolios.models import Decision
from courses.supervision.models import Supervision
from courses.supervision.sessions.models import SessionLearner
from lms.accounts.models import Person
from lms.core.db import db
from lms.core.permissions import Role
from tests.factories.accounts import grant, make_membership, make_organisation, make_person
from tests.factories.portfolios import items_of, make_portfolio, submit
from tests.factories.supervision import make_licence, make_supervision
from tests.journeys.conftest import Server
from tests.journeys.test_every_page import browser_of
from tests.journeys.words import Words

pytestmark = pytest.mark.browser


def opened(chromium: Browser, live: tuple[Server, Flask], person: Person, width: int = 1280) -> Page:
    page = browser_of(chromium, live, person.id).new_page()
    page.set_viewport_size({"width": width, "height": 800})
    return page


@pytest.mark.parametrize("language", ["en", "cy"])
def test_ten_items_are_cleared_by_keyboard_alone(chromium: Browser, live: tuple[Server, Flask], language: str) -> None:
    server, app = live
    say = Words(app, language)  # type: ignore[arg-type]
    supervisor = make_person()
    make_licence(supervisor, capacity=10)
    for _ in range(5):
        learner = make_person()
        make_supervision(learner, supervisor)
        for item in items_of(make_portfolio(learner)):
            submit(item)
    before = db.session.scalar(select(func.count()).select_from(Decision)) or 0
    page = opened(chromium, live, supervisor)
    page.goto(f"{server.url}/{language}/supervision")
    page.keyboard.press("Tab")
    tab_to(page, "table a")
    page.keyboard.press("Enter")
    for left in range(9, -1, -1):
        expect(page.get_by_role("link", name=say("Go to the decision"), exact=True)).to_be_visible()
        tab_to(page, 'main a[href="#outcome"]')
        page.keyboard.press("Enter")
        page.keyboard.press("Tab") if page.evaluate("document.activeElement.id") != "outcome" else None
        page.keyboard.press("Space")
        tab_to(page, "main form button[type=submit]")
        with page.expect_navigation():
            page.keyboard.press("Enter")
        told = "This is the next one" if left else "Nothing else waits with you"
        expect(page.locator("body")).to_contain_text(say(f"%(done)s. {told}.", done="").removeprefix(". "))
    db.session.expire_all()
    assert (db.session.scalar(select(func.count()).select_from(Decision)) or 0) == before + 10
    page.context.close()


def tab_to(page: Page, what: str) -> None:
    """Press Tab until what is focused matches; a keyboard user would, too."""
    for _ in range(80):
        if page.evaluate("what => document.activeElement.matches(what)", what):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"Tab never came to {what}")


def test_a_session_of_eight_is_one_form(chromium: Browser, live: tuple[Server, Flask]) -> None:
    server, _app = live
    supervisor = make_person()
    make_licence(supervisor, capacity=10)
    learners = [make_person(display_name=f"Group {n}") for n in range(8)]
    for each in learners:
        make_supervision(each, supervisor)
    page = opened(chromium, live, supervisor, width=375)
    page.goto(f"{server.url}/en/supervision/sessions/new")
    for each in learners:
        page.get_by_role("checkbox", name=each.display_name, exact=True).check()
    page.get_by_label("What was it about?").fill("Formulation and endings")
    page.get_by_role("button", name="Record it").click()
    expect(page.locator("main")).to_contain_text("8 people")
    assert (
        db.session.scalar(select(func.count()).where(SessionLearner.learner_id.in_([each.id for each in learners])))
        == 8
    )
    page.context.close()
    theirs = opened(chromium, live, learners[0], width=375)
    theirs.goto(f"{server.url}/cy/supervision/sessions")
    theirs.locator("main li a").first.click()
    theirs.get_by_role("button", name="Rwy'n cytuno").click()
    expect(theirs.locator("main")).to_contain_text("1 awr")
    theirs.context.close()


def test_a_handover_on_a_phone(chromium: Browser, live: tuple[Server, Flask]) -> None:
    server, _app = live
    body, lead, leaver, heir = make_organisation(), make_person(), make_person(display_name="Leaver"), make_person()
    grant(lead, Role.LEAD_SUPERVISOR, body)
    make_licence(heir, capacity=4)
    make_membership(heir, body)
    learners = [make_person() for _ in range(3)]
    for each in learners:
        make_membership(each, body)
        make_supervision(each, leaver)
    page = opened(chromium, live, lead, width=375)
    page.goto(f"{server.url}/en/manage/supervision")
    page.get_by_role("link", name="Hand over the learners of Leaver").click()
    page.get_by_label("Why are they handed over?").fill("Leaves the service")
    for each in learners:
        page.get_by_label(f"{each.display_name} goes to").select_option(str(heir.id))
    page.get_by_role("button", name="Hand over all of them").click()
    expect(page.locator("body")).to_contain_text("Handed over: 3 learners")
    db.session.expire_all()
    held = db.session.scalars(
        select(Supervision.supervisor_id).where(
            Supervision.learner_id.in_([each.id for each in learners]), Supervision.ends_on.is_(None)
        )
    ).all()
    assert held == [heir.id] * 3
    page.context.close()
