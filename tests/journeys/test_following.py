"""Statements are followed: with script news is announced beside the link, and what one reads does not move."""

import pytest
from flask import Flask
from playwright.sync_api import Browser

from lms.core.db import transaction
from lms.core.permissions import Actor
from lms.xapi.identity import agent_of
from lms.xapi.services import record_own
from tests.factories.accounts import make_person, sign_in_browser
from tests.factories.xapi import make_statement
from tests.journeys.conftest import Server


@pytest.mark.browser
def test_news_is_announced_and_shown_when_asked_for(chromium: Browser, live: tuple[Server, Flask]) -> None:
    server, app = live
    person = make_person()
    with transaction():
        record_own(Actor.system(), make_statement(actor=agent_of(person.id)))
    cookie = sign_in_browser(app, person).get_cookie("llwybr")
    assert cookie is not None
    context = chromium.new_context()
    context.add_cookies([{"name": "llwybr", "value": cookie.value, "url": server.url}])
    page = context.new_page()
    page.clock.install()
    page.goto(f"{server.url}/en/record/statements")
    news = page.get_by_role("status")
    place = page.locator(".app-timeline").bounding_box()
    assert news.inner_text() == ""
    with transaction():
        for _ in range(3):
            record_own(Actor.system(), make_statement("passed", actor=agent_of(person.id)))
    page.clock.fast_forward(30_000)
    page.locator("[data-follow]:not(:empty)").wait_for(timeout=10_000)
    assert news.inner_text() == "3 new statements"
    assert page.locator(".app-timeline").bounding_box() == place
    assert page.locator(".app-timeline__item").count() == 1
    page.get_by_role("link", name="Show newer").click()
    assert page.locator(".app-timeline__item").count() == 3
    context.close()
