"""A learner in a real Chromium, before a real server and its content's origin."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, FrameLocator, Page

from courses.launch.packages.models import Package
from courses.launch.sessions.models import Registration
from lms.accounts.models import Person
from lms.core.db import db
from tests.factories.accounts import make_person, sign_in_browser
from tests.factories.content import make_registration
from tests.journeys.conftest import Server


class Learner:
    """Somebody on a package, with a browser of their own."""

    def __init__(self, chromium: Browser, live: tuple[Server, Flask], package: Package, **given: Any) -> None:
        self.server, self.app = live
        self.person: Person = make_person()
        self.registration: Registration = make_registration(package, self.person)
        self.context: BrowserContext = chromium.new_context(viewport={"width": 1280, "height": 900}, **given)
        cookie = sign_in_browser(self.app, self.person).get_cookie("llwybr")
        assert cookie is not None
        self.context.add_cookies([{"name": "llwybr", "value": cookie.value, "url": self.server.url}])
        self.list = f"{self.server.url}/en/learning/{self.registration.enrolment_id}/launch"

    def opens(self, action: str = "Start") -> Page:
        """The content, in a tab of its own."""
        page = self.context.new_page()
        page.goto(self.list)
        self.press(page, action)
        page.wait_for_selector("iframe")
        return page

    def press(self, page: Page, action: str) -> None:
        """The button of the first part that begins with these words."""
        page.get_by_role("button", name=re.compile(f"^{action}")).first.click()

    def again(self) -> None:
        """What the database says now."""
        db.session.expire_all()


def launcher(page: Page) -> FrameLocator:
    return page.frame_locator("iframe.app-player__frame")


def sco(page: Page) -> FrameLocator:
    return launcher(page).frame_locator("iframe.fill")


@pytest.fixture
def learner(chromium: Browser, live: tuple[Server, Flask]) -> Iterator[Callable[..., Learner]]:
    """`learner(package)`."""
    made: list[Learner] = []

    def make(package: Package, **given: Any) -> Learner:
        made.append(Learner(chromium, live, package, **given))
        return made[-1]

    yield make
    for each in made:
        each.context.close()
    db.session.rollback()
