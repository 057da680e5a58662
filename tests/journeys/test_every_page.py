"""Every page, in both languages, at desktop and phone width, on the demonstration data.

axe finds nothing, nothing overflows, nothing jumps, the policy against foreign content is never broken, no raw msgid or
missing value is shown, and a page that is new is missed here until it is given a visit.
"""

import re
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any
from zlib import crc32

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, TimeoutError, ViewportSize

from lms.accounts.models import Person
from lms.core.db import db
from tests.factories.accounts import sign_in_browser
from tests.journeys.conftest import Server
from tests.journeys.elsewhere import ELSEWHERE
from tests.journeys.visits import VISITS

WIDTHS: dict[str, ViewportSize] = {
    "desktop": {"width": 1280, "height": 900}, "phone": {"width": 375, "height": 740}, "narrow": {"width": 320, "height": 640},
}  # fmt: skip
LOADED = {"en": ("desktop", "phone"), "cy": ("phone", "desktop", "narrow")}
"""By language: the width at which a page is loaded, and those to which it is then turned, as a tablet is."""
LARGEST = 100_000
"""Bytes of a first page with all that it loads, compressed."""
OPENED = frozenset({
    "assessment", "assessment_answers", "framework_authors", "framework_files", "framework_gaps", "frameworks", "needs",
    "needs_manage", "plans", "team",
})  # fmt: skip
"""Rooms whose pages are as narrow when everything that can be opened is open."""
SUSPECT = re.compile(r"%\(|undefined|\{n\}|duration-|Undefined|&lt;")
NOT_WELSH = re.compile(r"\b(None|True|False)\b")
"""On a Welsh page these are a missing value, never a word."""


def test_every_page_has_a_visit(live_demo: tuple[Server, Flask]) -> None:
    _server, app = live_demo
    pages = {
        rule.endpoint for rule in app.url_map.iter_rules() if "lang" in rule.arguments and "GET" in (rule.methods or ())
    }
    assert pages - set(VISITS) - ELSEWHERE == set()
    assert set(VISITS) - pages == set()


def browser_of(chromium: Browser, live_demo: tuple[Server, Flask], person: Any) -> BrowserContext:
    server, app = live_demo
    context = chromium.new_context(viewport={"width": 1280, "height": 900})
    if person:
        cookie = sign_in_browser(app, db.session.get_one(Person, person)).get_cookie("llwybr")
        assert cookie is not None
        context.add_cookies([{"name": "llwybr", "value": cookie.value, "url": server.url}])
    return context


@pytest.fixture(scope="module")
def pages(chromium: Browser, live_demo: tuple[Server, Flask]) -> Iterator[Callable[[Any], Page]]:
    """Each person's own, with one page that goes from place to place: it keeps what every page loads, as a reader's does."""

    @cache
    def of(person: Any) -> Page:
        context = browser_of(chromium, live_demo, person)
        context.add_init_script(WATCH)
        return context.new_page()

    yield of
    of.cache_clear()


@pytest.mark.browser
@pytest.mark.parametrize("endpoint", sorted(VISITS))
def test_page(pages: Callable[[Any], Page], live_demo: tuple[Server, Flask], endpoint: str) -> None:
    server, app = live_demo
    visit = VISITS[endpoint]()
    page = pages(visit.person)
    said: list[str] = []

    def hear(message: ConsoleMessage) -> None:
        if message.type == "error":
            said.append(message.text)

    page.on("console", hear)
    for language in ("en", "cy"):
        with app.test_request_context():
            from flask import url_for

            address = url_for(endpoint, lang=language, **visit.values)
        for width in LOADED[language]:
            where = f"{language} {width} {address}"
            page.set_viewport_size(WIDTHS[width])
            if width == LOADED[language][0]:
                answer = page.goto(server.url + address)
                assert answer is not None
                assert answer.status == 200, f"{where}: {answer.status}"
                assert page.evaluate("window.__shift") < 0.05, f"{where}: layout shift"
                check(page, where, language)
                page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
                if language == looked_at_in(endpoint):
                    result = Axe().run(page, options={"resultTypes": ["violations"]})
                    assert result.violations_count == 0, f"{where}\n{result.generate_report()}"
                if endpoint.partition(".")[0] not in OPENED:
                    page.evaluate("document.querySelectorAll('details').forEach(each => each.open = false)")
            assert fits(page, width), f"{where}: overflows"
    page.remove_listener("console", hear)
    assert said == []


def looked_at_in(endpoint: str) -> str:
    """The language in which axe looks at a page, opened: English at a desk or Welsh on a phone. What it finds has never hung on
    that, and it is half of the time."""
    return ("en", "cy")[crc32(endpoint.encode()) % 2]


def fits(page: Page, width: str) -> bool:
    """Once the window has been turned, which takes the browser a moment, and its scripts have heard of it."""
    try:
        page.wait_for_function(FITS, arg=WIDTHS[width]["width"], timeout=PATIENCE)
    except TimeoutError:
        return False
    return True


FITS = "across => innerWidth === across && document.documentElement.scrollWidth <= across"
PATIENCE = 2000
WATCH = """
window.__shift = 0; window.__broken = [];
new PerformanceObserver(list => { for (const e of list.getEntries()) if (!e.hadRecentInput) window.__shift += e.value })
  .observe({type: 'layout-shift', buffered: true});
addEventListener('securitypolicyviolation', e => window.__broken.push(e.violatedDirective + ' ' + e.blockedURI));
"""


def check(page: Page, where: str, language: str) -> None:
    """What is asked of every page."""
    assert page.locator("html").get_attribute("lang") == language, where
    assert page.locator("h1").count() == 1, f"{where}: h1"
    assert page.evaluate("window.__broken") == [], where
    text = page.locator("body").inner_text()
    assert not (found := SUSPECT.search(text)), (
        f"{where}: {found and text[max(0, found.start() - 60) : found.end() + 60]}"
    )
    if language == "cy":
        assert not NOT_WELSH.search(text), where


@pytest.mark.browser
def test_what_is_wrong_is_found(chromium: Browser, live_demo: tuple[Server, Flask]) -> None:
    """A check that cannot fail is none."""
    page = browser_of(chromium, live_demo, None).new_page()
    page.goto(f"{live_demo[0].url}/en/help")
    page.evaluate("document.body.insertAdjacentHTML('beforeend', '<img src=x.png><input><a href=#></a>')")
    assert {"image-alt", "label", "link-name"} <= {each["id"] for each in Axe().run(page).response["violations"]}
    assert fits(page, "desktop")
    page.evaluate("document.querySelector('main').style.minWidth = '400px'")
    page.set_viewport_size(WIDTHS["phone"])
    assert not fits(page, "phone")


@pytest.mark.browser
@pytest.mark.parametrize("address", ["/en/", "/cy/training"])
def test_the_first_page_is_light(chromium: Browser, live_demo: tuple[Server, Flask], address: str) -> None:
    server, _app = live_demo
    context = browser_of(chromium, live_demo, None)
    page = context.new_page()
    session = context.new_cdp_session(page)
    session.send("Network.enable")
    sizes: list[float] = []
    session.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
    page.goto(server.url + address, wait_until="networkidle")
    assert 0 < sum(sizes) < LARGEST, sizes
