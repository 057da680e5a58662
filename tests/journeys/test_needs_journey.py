"""A round at phone width, in both languages: a small charity's one spreadsheet, places by gap with a reserved share,
acceptance, names, and the round read back from its export. The days go by in between, in the database."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from openpyxl import load_workbook
from playwright.sync_api import Browser, Page, expect

from courses.needs import queries
from courses.needs.models import Round
from lms.accounts.models import Person, Sector
from lms.core.db import db, transaction
from tests.factories.accounts import make_membership, make_person, sign_in_browser
from tests.factories.needs import Story, a_round
from tests.journeys.conftest import Server
from tests.journeys.words import Words

DAYS = ("opens_on", "need_by", "review_by", "allocate_by", "accept_by", "nominate_by", "ends_on")


def opened(chromium: Browser, live: tuple[Server, Flask], person: Person) -> Page:
    server, app = live
    cookie = sign_in_browser(app, person).get_cookie("llwybr")
    assert cookie is not None
    context = chromium.new_context(viewport={"width": 390, "height": 844}, accept_downloads=True)
    context.add_cookies([{"name": "llwybr", "value": cookie.value, "url": server.url}])
    return context.new_page()


def days_go_by(story: Story, days: int) -> None:
    """What was so many days ahead is today."""
    with transaction():
        it = db.session.get_one(Round, story.round.id, populate_existing=True)
        for name in DAYS:
            setattr(it, name, getattr(it, name) - timedelta(days=days))


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


@pytest.mark.browser
@pytest.mark.parametrize("language", ["en", "cy"])
def test_a_round(chromium: Browser, live: tuple[Server, Flask], language: str, tmp_path: Path) -> None:
    server, app = live
    say = Words(app, language)  # type: ignore[arg-type]
    story = a_round((Sector.NHS, Sector.SOCIAL_CARE, Sector.THIRD_SECTOR), reserved=30)
    story.enter(0, story.line(60))
    story.enter(1, story.line(20))
    manage = f"{server.url}/{language}/manage/needs/{story.round.id}"
    charity = opened(chromium, live, story.people[2])
    enter_by_sheet(charity, f"{server.url}/{language}", story, say, tmp_path)
    days_go_by(story, 8)
    organiser = opened(chromium, live, story.named["organiser"])
    organiser.goto(manage)
    press(organiser, say("Finish the review"))
    commissioner = opened(chromium, live, story.named["commissioner"])
    commissioner.goto(f"{manage}/capacity")
    commissioner.get_by_label(say("Seats"), exact=True).fill("30")
    commissioner.get_by_label(say("Price of a place"), exact=True).fill("250")
    commissioner.get_by_label(say("Budget"), exact=True).fill("5,000")
    press(commissioner, say("Set capacity and budget"))
    commissioner.goto(f"{manage}/allocation")
    press(commissioner, say("Share places out by this rule"))
    expect(commissioner.locator("body")).to_contain_text(say("Edition %(number)s", number="1"))
    db.session.expire_all()
    assert story.places() == [11, 3, 6], "20 the budget pays for; 6 of them reserved, 14 by gap of 60 and 20"
    accept_and_name(charity, f"{server.url}/{language}", story, say)
    read_back(commissioner, manage, story, say, tmp_path)
    for page in (charity, organiser, commissioner):
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        page.context.close()


def enter_by_sheet(page: Page, base: str, story: Story, say: Any, folder: Path) -> None:
    page.goto(f"{base}/needs")
    page.get_by_role("link", name=story.bodies[2].name.cy if "/cy" in base else story.bodies[2].name.en).first.click()
    page.get_by_role("link", name=say("Use a spreadsheet instead")).click()
    with page.expect_download() as coming:
        page.get_by_role("link", name=say("Download the sheet (Excel)")).click()
    file = folder / "need.xlsx"
    coming.value.save_as(file)
    book = load_workbook(file)
    sheet = book.worksheets[0]
    sheet["E2"] = 20
    book.save(file)
    page.get_by_label(say("The filled-in sheet")).set_input_files(file)
    press(page, say("See what it would do"))
    expect(page.locator("body")).to_contain_text(say("Write why: who they are, and what they cannot do without it"))
    sheet["F2"] = "Twenty volunteers answer the helpline"
    book.save(file)
    page.get_by_role("link", name=say("Choose another sheet")).click()
    page.get_by_label(say("The filled-in sheet")).set_input_files(file)
    press(page, say("See what it would do"))
    press(page, say("Keep this as our need"))
    expect(page.locator("body")).to_contain_text("Twenty volunteers answer the helpline")
    found = queries.answer_of(story.round.id, story.bodies[2].id)
    assert found is not None
    assert [each.heads for each in found.entries] == [20]


def accept_and_name(page: Page, base: str, story: Story, say: Any) -> None:
    member = make_person(display_name="Mair Wirfoddolwr")
    make_membership(member, story.bodies[2])
    page.goto(f"{base}/needs/{story.round.id}/{story.bodies[2].id}")
    page.get_by_role("link", name=say("Answer the offer")).click()
    page.get_by_label(say("All of them: %(places)s", places="6")).check()
    press(page, say("Send the answer"))
    page.get_by_role("link", name=say("Name people")).click()
    page.get_by_label("Mair Wirfoddolwr").check()
    press(page, say("Name this person"))
    expect(page.locator("table")).to_contain_text(say("Enrolled"))
    page.get_by_label(say("Name"), exact=True).fill("Gwen")
    page.get_by_label(say("E-mail address"), exact=True).fill("gwen@elusen.example")
    page.get_by_label(say("Welsh"), exact=True).check()
    press(page, say("Send the invitation"))
    expect(page.locator("table")).to_contain_text(say("Invited"))


def read_back(page: Page, manage: str, story: Story, say: Any, folder: Path) -> None:
    page.goto(f"{manage}/outturn")
    with page.expect_download() as coming:
        page.get_by_role("link", name=say("The whole round (Excel)")).click()
    coming.value.save_as(folder / "round.xlsx")
    book = load_workbook(folder / "round.xlsx")
    rows = {row[0]: row for row in book[say("Outturn")].iter_rows(min_row=2, values_only=True)}
    assert rows[story.bodies[2].code][5:11] == (20, 6, 6, 6, 2, 0)
    reasons = [row[-1] for row in book[say("Allocation")].iter_rows(min_row=2, values_only=True)]
    assert len(reasons) == 3
    assert all(
        say("There are %(places)s places: as many as the budget pays for.", places="20") in each for each in reasons
    )
