"""Mentoring and cascade as people meet them on a phone, in both languages."""

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import func, select

from courses.mentoring.cascade.models import CascadeAccount, CascadeGroup, CascadeSession
from courses.mentoring.models import MentorMeeting, Mentorship
from courses.mentoring.pages.words import TOPICS
from courses.mentoring.rules import Topic
from lms.accounts.models import Person, Sector, SectorName
from lms.core import clock
from lms.core.db import db
from lms.core.mail import MailMessage
from tests.factories.accounts import make_membership, make_person, organisation
from tests.factories.mentoring import a_champion, a_mentor, make_mentor_programme
from tests.journeys.conftest import Server
from tests.journeys.test_every_page import browser_of
from tests.journeys.words import Words

pytestmark = [pytest.mark.browser, pytest.mark.parametrize("language", ["en", "cy"])]


def opened(chromium: Browser, live: tuple[Server, Flask], person: Person) -> Page:
    page = browser_of(chromium, live, person.id).new_page()
    page.set_viewport_size({"width": 375, "height": 740})
    return page


def press(page: Page, text: str, about: str = "") -> None:
    page.get_by_role("button", name=f"{text} {about}".strip(), exact=True).click()


def test_a_mentee_finds_a_mentor_and_they_meet(chromium: Browser, live: tuple[Server, Flask], language: str) -> None:
    server, app = live
    say = Words(app, language)  # type: ignore[arg-type]
    programme = make_mentor_programme()
    mentor = a_mentor(programme, display_name=f"Mair Fentor {language}", topics=["career", "welsh"])
    mentee = make_person(display_name=f"Non Fentorai {language}")
    hers, title = opened(chromium, live, mentee), programme.title.in_(language)
    hers.goto(f"{server.url}/{language}/learning")
    hers.get_by_role("link", name=say("Mentoring, and champions’ sessions")).click()
    wish = say("Say what you would like, and find a mentor")
    hers.locator("main a", has_text=wish).filter(has_text=f": {title}").click()
    hers.get_by_label(say(TOPICS[Topic.CAREER])).check()
    hers.locator("#how").check()  # the first answer: online
    press(hers, say("Save"))
    expect(hers.locator("main")).to_contain_text(say("Confirm that others may find you here"))
    hers.locator("#consent").check()
    press(hers, say("Save"))
    expect(hers.locator("main")).to_contain_text(mentor.display_name)
    expect(hers.locator("main")).to_contain_text(say("You can meet online"))
    press(hers, say("Ask them to be my mentor"), mentor.display_name)
    expect(hers.locator("main")).to_contain_text(mentor.display_name)

    theirs = opened(chromium, live, mentor)
    theirs.goto(f"{server.url}/{language}/mentoring")
    press(theirs, say("Say yes"), mentee.display_name)
    theirs.get_by_role("link", name=mentee.display_name).click()
    theirs.get_by_text(say("Record a meeting"), exact=True).click()
    theirs.get_by_label(say("How many minutes?")).fill("45")
    press(theirs, say("Record it"))
    expect(theirs.locator("main")).to_contain_text(say("Waiting for %(name)s", name=mentee.display_name))
    assert theirs.evaluate("document.documentElement.scrollWidth <= innerWidth")

    hers.reload()
    press(hers, say("Yes, we met"), say.day(clock.today()))
    expect(hers.locator("main")).to_contain_text(say("Agreed"))
    expect(hers.locator("main")).to_contain_text(say.count("%(num)d meeting", "%(num)d meetings", 1))
    pair = db.session.scalars(select(Mentorship).where(Mentorship.mentee_id == mentee.id)).one()
    met = db.session.scalars(select(MentorMeeting).where(MentorMeeting.mentorship_id == pair.id)).one()
    assert (met.minutes, met.agreed) == (45, True)
    for page in (hers, theirs):
        page.context.close()


def test_a_champion_logs_a_session_for_twelve(chromium: Browser, live: tuple[Server, Flask], language: str) -> None:
    server, app = live
    say = Words(app, language)  # type: ignore[arg-type]
    champion = make_person(display_name="Hyrwyddwr")
    make_membership(champion, organisation("BCU"))
    a_champion(champion)
    third = db.session.get_one(SectorName, Sector.THIRD_SECTOR.value).title.in_(language)
    page = opened(chromium, live, champion)
    page.goto(f"{server.url}/{language}/mentoring")
    page.get_by_role("link", name=say("Sessions that champions give")).click()
    page.get_by_role("link", name=say("Record a session")).click()
    page.get_by_label(say("Where was it?")).fill("Bangor")
    press(page, say("Record it"))
    expect(page.locator(".nhsuk-error-summary")).to_contain_text(
        say("Say how many people were there, in one line at least")
    )
    page.locator("#people-1").fill("8")
    page.locator("#role-1").select_option(label=say("Clinical staff"))
    page.locator("#people-2").fill("4")
    page.locator("#sector-2").select_option(label=third)
    page.locator("#role-2").select_option(label=say("Peer supporters and volunteers"))
    address = f"mair-{language}@elsewhere.example"
    page.get_by_label(say("One person a line: name, e-mail address")).fill(f"Mair, {address}")
    press(page, say("Record it"))
    expect(page.locator("body")).to_contain_text(say("Recorded: %(people)s people.", people=12))
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    people = select(func.sum(CascadeGroup.people)).join(CascadeAccount).join(CascadeSession)
    assert db.session.scalar(people.where(CascadeSession.champion_id == champion.id)) == 12
    page.context.close()

    letter = db.session.scalars(select(MailMessage.body).where(MailMessage.to == address)).one()
    attendee = opened(chromium, live, make_person())
    attendee.goto(server.url + letter[letter.index(f"/{language}/cascade/claim/") :].split()[0])
    press(attendee, say("Put it on my record"))
    expect(attendee.locator("main")).to_contain_text(say("Sessions that you attended"))
    expect(attendee.locator("main")).to_contain_text("Hyrwyddwr")
    attendee.context.close()
