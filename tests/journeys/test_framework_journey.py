"""An editor makes version 2, consults, a reviewer signs, it is published, and readers see what has changed."""

from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page

from lms.accounts.models import Person
from lms.accounts.queries import primary_email
from lms.core.db import db
from tests.factories.accounts import sign_in_browser
from tests.journeys.conftest import Server
from tests.journeys.visiting import demo

CODES = {"en": "CAMHS", "cy": "SUPV"}
SAID = {
    "en": {"added": "Reworded", "asked": "They are asked for again"},
    "cy": {"added": "Aileiriwyd", "asked": "Gofynnir amdanynt eto"},
}


def page_of(chromium: Browser, live: tuple[Server, Flask], name: str | None) -> Page:
    server, app = live
    context = chromium.new_context()
    if name:
        cookie = sign_in_browser(app, db.session.get_one(Person, demo(name))).get_cookie("llwybr")
        assert cookie is not None
        context.add_cookies([{"name": "llwybr", "value": cookie.value, "url": server.url}])
    return context.new_page()


def press(page: Page, action: str = "") -> None:
    """The main button of the page's form, or the one of the form that goes there."""
    form = f'form[action$="{action}"]' if action else 'main form[method="post"]'
    page.locator(f"{form} button[type=submit]").first.click()
    page.wait_for_load_state()


@pytest.mark.browser
@pytest.mark.parametrize("language", ["en", "cy"])
def test_from_draft_to_readers(chromium: Browser, live_demo: tuple[Server, Flask], language: str) -> None:
    server, _app = live_demo
    code = CODES[language]
    at = f"{server.url}/{language}/manage/frameworks"
    editor, reviewer, reader = (page_of(chromium, live_demo, name) for name in ("author", "publisher", None))
    learner = page_of(chromium, live_demo, "nurse")

    editor.goto(at)
    press(editor, f"/manage/frameworks/{code}/versions")
    here = editor.url
    number = here.rsplit("/", 1)[1]
    editor.goto(f"{here}/statements")
    editor.locator("main article a").first.click()
    wording = editor.locator('[name="wording_en"]')
    wording.fill(f"{wording.input_value()} And says so plainly.")
    welsh = editor.locator('[name="wording_cy"]')
    welsh.fill(f"{welsh.input_value()} Ac yn dweud hynny'n blaen.")
    press(editor)
    editor.goto(f"{here}/changes")
    assert editor.locator("ins").count() >= 1
    assert SAID[language]["added"] in editor.locator("main").inner_text()

    editor.goto(f"{here}/people")
    editor.locator('[name="email"]').fill(primary_email(demo("publisher")) or "")
    editor.locator('[name="part"][value="sign"]').check()
    editor.locator('main form:has([name="email"]) button[type=submit]').click()
    editor.goto(f"{here}/consult")
    press(editor)
    learner.goto(f"{here}/discussion")
    learner.locator('main form:has(#body) [name="body"]').fill("Clear to me.")
    learner.locator("main form:has(#body) button[type=submit]").click()
    assert "Clear to me." in learner.locator("main").inner_text()
    editor.goto(f"{here}/submit")
    press(editor)

    editor.goto(f"{here}/publish")
    press(editor)
    assert editor.locator(".nhsuk-error-summary, main").first.is_visible()
    assert reader.goto(f"{server.url}/{language}/frameworks/{code}/{number}").status == 404  # type: ignore[union-attr]

    reviewer.goto(f"{here}/sign")
    reviewer.locator('[name="agreed"][value="yes"]').check()
    reviewer.locator('[name="comment"]').fill("Read all of it.")
    press(reviewer)
    editor.goto(f"{here}/publish")
    press(editor)

    shown: Any = reader.goto(f"{server.url}/{language}/frameworks/{code}/{number}/changes")
    assert shown.status == 200
    text = reader.locator("main").inner_text()
    assert SAID[language]["added"] in text
    assert SAID[language]["asked"] in text
    assert "And says so plainly." in text
    reader.goto(f"{server.url}/{language}/frameworks/{code}/1")
    assert reader.locator(".nhsuk-warning-callout").count() == 1
    for page in (editor, reviewer, reader, learner):
        page.context.close()
