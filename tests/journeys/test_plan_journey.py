"""On a phone: a health visitor says where she is, finds learning, agrees a plan; after version 2 only what changed is asked."""

import os
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page
from sqlalchemy import select

from frameworks.assessment import services
from frameworks.editing import queries as editing_queries
from lms.accounts.models import Person
from lms.accounts.queries import primary_email
from lms.core import clock, jobs
from lms.core.db import db
from lms.core.language import Bilingual
from lms.core.mail import MailMessage
from lms.core.permissions import Role
from tests.factories.accounts import grant, make_person, organisation, sign_in_browser
from tests.factories.assessment import acting_for, make_health_visitor
from tests.factories.frameworks import draft_of, editing, make_editor, published
from tests.frameworks.editing.test_life import put
from tests.journeys.conftest import Server
from tests.journeys.words import Words

PHONE = {"width": 390, "height": 844}


class Walk:
    """One person's browser, in one language."""

    def __init__(self, chromium: Browser, live: tuple[Server, Flask], person: Person, language: str) -> None:
        self.server, self.app = live
        context = chromium.new_context(viewport=PHONE)  # type: ignore[arg-type]
        cookie = sign_in_browser(self.app, person).get_cookie("llwybr")
        assert cookie is not None
        context.add_cookies([{"name": "llwybr", "value": cookie.value, "url": self.server.url}])
        self.page: Page = context.new_page()
        self.at = f"{self.server.url}/{language}"
        self.language = language

    def go(self, path: str) -> None:
        self.page.goto(self.at + path)
        assert self.page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"], path
        self._look(path)

    def _look(self, path: str) -> None:
        """Pictures for whoever wants to look: JOURNEY_PICTURES names a folder."""
        if folder := os.environ.get("JOURNEY_PICTURES"):
            name = path.strip("/").replace("/", "-").split("?")[0] or "home"
            self.page.screenshot(path=f"{folder}/{self.language}-{name[:60]}.png", full_page=True)

    def press(self, text: str) -> None:
        self.page.get_by_role("button", name=text).first.click()
        self.page.wait_for_load_state()


def statements(page: Page) -> list[str]:
    return [
        each.get_attribute("name") or ""
        for each in page.locator('main form input[type=radio][value="confident"]').all()
    ]


@pytest.mark.browser
@pytest.mark.parametrize("language", ["en", "cy"])
def test_a_health_visitor_plans_and_her_team_lead_reads(
    chromium: Browser, live: tuple[Server, Flask], language: Any
) -> None:
    _server, app = live
    say = Words(app, language)
    visitor, lead = make_health_visitor(language=language), make_person(language=language)
    grant(lead, Role.TEAM_LEAD, organisation("BCU"))
    her = Walk(chromium, live, visitor, language)

    her.go("/plan")
    her.go("/assessment/CAMHS")
    her.go("/assessment/CAMHS/C1")
    assert say("Private: only you can see it") in her.page.inner_text("main")
    names = statements(her.page)
    for name in names:
        her.page.locator(f'[name="{name}"][value="confident"]').check()
    her.page.get_by_text(say("Draft saved")).wait_for(timeout=20_000)
    with_saved = services.mine(acting_for(visitor), "CAMHS")
    assert [line.row.value for line in with_saved.of_domain("C1") if line.row] == ["confident"] * len(names)
    her.press(say("Save and go on"))
    db.session.rollback()

    her.go("/assessment/CAMHS/sharing")
    assert lead.display_name in her.page.inner_text("main"), "who sees it is said before"
    her.page.locator('[name="who"][value="manager"]').check()
    her.press(say("Save"))

    her.go("/plan/gaps/CAMHS")
    assert "ECAMHS-2" in her.page.content()
    first = her.page.locator("main article").first
    assert say("open to you now") in first.inner_text()
    first.get_by_role("link", name=say("Put it in my plan")).click()
    her.page.locator('[name="why"]').fill("Families ask me.")
    her.page.locator('[name="how_known"]').fill("My supervisor sees it.")
    day = clock.today() + timedelta(days=60)
    for part, number in (("day", day.day), ("month", day.month), ("year", day.year)):
        her.page.locator(f'[name="by_when-{part}"]').fill(str(number))
    her.press(say("Add it to my plan"))
    assert her.page.locator('main a[href*="/training/"]').count() == 1, "the course is the first thing to do"
    her._look("/plan/goal")
    her.go("/plan/share")
    assert lead.display_name in her.page.inner_text("main")
    her.page.locator(f'[name="partner"][value="{lead.id}"]').check()
    her.press(say("Share and ask them to agree"))
    her.go("/plan")

    him = Walk(chromium, live, lead, language)
    him.go("/team?framework=CAMHS")
    row = him.page.get_by_role("row", name=visitor.display_name)
    assert say("Meets") in row.inner_text()
    him.go(f"/team/people/{visitor.id}/CAMHS")
    him.go(f"/team/plans/{visitor.id}")
    him.press(say("Send the answer"))
    her.go("/plan")
    assert say("Agreed") in her.page.inner_text("main")

    editor = make_editor()
    draft = draft_of("CAMHS", editor)
    changed = next(each for each in draft.statements if each.code.startswith("C1."))
    number = draft.number
    put(
        editing(editor),
        draft,
        changed,
        wording=Bilingual(f"Says it anew {number}.", f"Yn ei ddweud o'r newydd {number}."),
    )
    published(editing_queries.whole(draft.id), editor)
    jobs.run_pending()
    asked = say.count("%(num)d statement is asked again", "%(num)d statements are asked again", 1)
    told = select(MailMessage.body).where(MailMessage.to == primary_email(visitor.id)).order_by(MailMessage.id.desc())
    assert f"/{language}/assessment/CAMHS" in (db.session.scalar(told.limit(1)) or ""), "she is told"
    her.go("/")
    assert asked in her.page.inner_text("main")
    her.go("/assessment/CAMHS")
    assert asked in her.page.inner_text("main")
    her.go("/assessment/CAMHS/C1")
    chosen = her.page.locator("main form input[type=radio]:checked").count()
    assert chosen == len(names) - 1, "everything else counts as it was"
    her.page.locator(f'[name="value-{changed.code.replace(".", "~")}"][value="confident"]').check()
    her.press(say("Save and go on"))
    her.go("/assessment/CAMHS")
    assert asked not in her.page.inner_text("main")
    her.go("/")
    assert asked not in her.page.inner_text("main")
    him.go("/team?framework=CAMHS")
    assert say("Meets") in him.page.get_by_role("row", name=visitor.display_name).inner_text()
