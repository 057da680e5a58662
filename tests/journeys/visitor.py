"""One person in front of a browser of their own. Reads and presses as people do: by the words on the page.

With JOURNEY_PICTURES set to a folder, every page on the way is kept there as people saw it, wide and on a phone.
"""

import os
import re
from pathlib import Path

from playwright.sync_api import Browser, Locator, Page, expect

from tests.journeys.cast import PASSWORD, Cast
from tests.journeys.words import Words

PATIENCE = 10_000
"""Milliseconds within which a page answers, on a machine that is busy with other tests."""
SEEN = "Failed to load resource"
"""Chromium's own remark about an answer such as 409 or 422, which these pages mean."""


class Visitor:
    """`script` False: a browser without JavaScript."""

    def __init__(self, chromium: Browser, address: str, say: Words, who: str, *, script: bool) -> None:
        self.address, self.say, self.who, self.script = address, say, who, script
        self.context = chromium.new_context(
            java_script_enabled=script, viewport={"width": 1280, "height": 900}, locale=f"{say.language}-GB"
        )
        self.context.set_default_timeout(PATIENCE)
        self.faults: list[str] = []
        self.page = self.new_tab()
        self.pictures = 0

    def new_tab(self) -> Page:
        page = self.context.new_page()
        page.on("console", lambda said: self._fault(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda error: self._fault(str(error)))
        page.on(
            "response", lambda answer: self._fault(f"{answer.status} {answer.url}") if answer.status >= 500 else None
        )
        return page

    def _fault(self, text: str) -> None:
        if SEEN not in text:
            self.faults.append(text)

    def leave(self) -> None:
        """Nothing went wrong behind what was seen."""
        self.context.close()
        assert self.faults == []

    def go(self, path: str) -> None:
        self.page.goto(f"{self.address}/{self.say.language}{path}")
        self._look()

    def sign_in(self) -> None:
        """From the page that asks for it, wherever that page then leads."""
        self.type("E-mail address", Cast.address(self.who))
        self.type("Password", PASSWORD)
        self.press("Sign in")

    def open(self, place: str) -> None:
        """By the navigation at the top of every page."""
        navigation = self.page.get_by_role("navigation", name=self.say("Main"), exact=True)
        self._click(navigation.get_by_role("link", name=self.say(place), exact=True))

    def follow(self, words: str, *, exact: bool = True, **params: object) -> None:
        """A link in the page's own part."""
        self._click(self._main().get_by_role("link", name=self.say(words, **params), exact=exact))

    def press(self, words: str, *, times: int = 1, **params: object) -> None:
        self._click(self._main().get_by_role("button", name=self.say(words, **params), exact=True), times)

    def type(self, label: str, text: str) -> None:
        self.page.get_by_label(self.say(label), exact=True).fill(text)

    def choose(self, option: str) -> None:
        self.page.get_by_role("radio", name=self.say(option), exact=True).check()

    def pick(self, label: str, value: str) -> None:
        self.page.get_by_label(self.say(label), exact=True).select_option(value)

    def tick(self, label: str, **params: object) -> None:
        self.page.get_by_role("checkbox", name=self.say(label, **params), exact=True).check()

    def reads(self, words: str, *, count: tuple[str, int] | None = None, **params: object) -> None:
        """These words are on the page. `count` (plural msgid, number): a sentence that has a plural."""
        text = self.say.count(words, *count, **params) if count else self.say(words, **params)
        expect(self._main()).to_contain_text(text)

    def does_not_read(self, text: str) -> None:
        expect(self.page.locator("body")).not_to_contain_text(text)

    def heading(self, words: str, **params: object) -> None:
        expect(self.page.get_by_role("heading", level=1)).to_contain_text(self.say(words, **params))

    def box(self, label: str) -> Locator:
        return self.page.get_by_label(self.say(label), exact=True)

    def facts(self, row: str, name: str, value: str) -> dict[str, str]:
        """A list of facts, such as a summary list: name by name, as shown."""
        shown = self._main().locator(row)
        expect(shown.first).to_be_visible()
        return {each.locator(name).inner_text(): each.locator(value).inner_text() for each in shown.all()}

    def download(self, words: str, **params: object) -> tuple[str, bytes]:
        """The file behind a link: its name and its bytes."""
        with self.page.expect_download() as coming:
            self._main().get_by_role("link", name=self.say(words, **params), exact=True).click()
        return coming.value.suggested_filename, Path(coming.value.path()).read_bytes()

    def _main(self) -> Locator:
        return self.page.locator("main")

    def _click(self, what: Locator, times: int = 1) -> None:
        # a second click gives the first one's navigation up, which is no fault
        coming = self.page.expect_navigation(wait_until="load") if times == 1 else self.page.expect_event("load")
        with coming:
            what.click(click_count=times)
        self._look()

    def _look(self) -> None:
        """What holds on every page of the way."""
        expect(self.page.locator("html")).to_have_attribute("lang", self.say.language)
        expect(self.page.locator("h1")).to_have_count(1)
        text = self.page.locator("body").inner_text()
        assert not (raw := re.search(r"%\(|\bundefined\b|\{n\}", text)), (self.page.url, raw)
        if folder := os.environ.get("JOURNEY_PICTURES"):
            self._draw(Path(folder))

    def _draw(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.pictures += 1
        for width in (375, 1280):
            self.page.set_viewport_size({"width": width, "height": 900})
            name = f"{self.say.language}-{self.who}-{self.pictures:02}-{width}.png"
            self.page.screenshot(path=folder / name, full_page=True)
