"""Evaluation as people meet it on a phone, in both languages: a learner answers within a minute, a reviewer releases what
was written, a commissioner and an author read what it adds up to."""

import time

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect

from courses.catalogue.models import Course
from courses.evaluation.forms import Which, newest, questions
from lms.accounts.models import Person
from lms.core.permissions import Role
from lms.reporting.reports import evaluation_words
from tests.factories.accounts import grant, make_person, organisation
from tests.factories.catalogue import make_course
from tests.factories.evaluation import answers, complete, invite, shuffle
from tests.journeys.conftest import Server
from tests.journeys.test_commissioner_journey import figures, opened, picture
from tests.journeys.words import Words

WRITTEN = {"en": "The examples from practice", "cy": "Yr enghreifftiau o'r gwaith"}


@pytest.fixture(scope="module")
def course(live: tuple[Server, Flask]) -> Course:
    """One that 60 learners are content with; nobody has written anything yet."""
    made = make_course()
    answers(60, made, organisation("BCU"))
    return made


def somebody(name: str, role: Role | None = None) -> Person:
    person = make_person(display_name=name)
    if role is not None:
        grant(person, role, organisation("WALES"))
    return person


def press(page: Page, text: str) -> None:
    page.locator("main").get_by_role("button", name=text, exact=True).click()


def rate(page: Page, code: str, number: int) -> None:
    """A tap on one of the five steps."""
    page.locator(f"input[name={code}][value='{number}']").check()


@pytest.mark.browser
@pytest.mark.parametrize("language", ["en", "cy"])
def test_a_minute_a_release_and_a_report(
    chromium: Browser, live: tuple[Server, Flask], course: Course, language: str
) -> None:
    server, app = live
    say = Words(app, language)  # type: ignore[arg-type]
    base, written = f"{server.url}/{language}", WRITTEN[language]

    learner = somebody("Mair Ddysgwr")
    invite(complete(learner, course, organisation("BCU")))
    page = opened(chromium, live, learner, 375)
    page.goto(f"{base}/learning")
    began = time.monotonic()
    page.get_by_role("link", name=questions_title(language)).click()
    picture(page, f"evaluation-asked-{language}")
    page.set_viewport_size({"width": 375, "height": 740})
    for code, number in (
        ("aims", 5),
        ("useful", 4),
        ("care", 5),
        ("access", 4),
        ("recommend", 5),
        ("before", 1),
        ("after", 4),
    ):
        rate(page, code, number)
    box = page.get_by_label(questions()[Which.AFTER, "helped"].title.in_(language), exact=True)
    box.fill(f"{written}, Dr Fernbank")
    press(page, say("Send it without my name"))
    expect(page.locator("main")).to_contain_text(say("This may point to a real person"))
    picture(page, f"evaluation-warned-{language}")
    box.fill(written)
    press(page, say("Send it without my name"))
    expect(page.locator("h1")).to_have_text(say("Thank you. Your answer is counted"))
    assert time.monotonic() - began < 60
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.goto(f"{base}/learning")
    expect(page.get_by_role("link", name=questions_title(language))).to_have_count(0)
    page.context.close()

    assert shuffle() == 1
    page = opened(chromium, live, somebody("Rhys Adolygydd", Role.PUBLISHER), 375)
    page.goto(f"{base}/manage")
    page.get_by_role("link", name=say("What learners wrote")).click()
    expect(page.locator("main")).to_contain_text(written)
    picture(page, f"evaluation-texts-{language}")
    page.get_by_role("button", name=say("Release")).click()
    expect(page.locator("body")).to_contain_text(say("It is released."))
    expect(page.locator("main")).to_contain_text(say("Nothing waits"))
    page.context.close()

    page = opened(chromium, live, somebody("Catrin Comisiwn", Role.COMMISSIONER))
    page.goto(f"{base}/reports")
    page.get_by_role("link", name=evaluation_words.TITLE.in_(language)).click()
    expect(page.locator("main")).to_contain_text(written)
    told = figures(page, evaluation_words.SATISFACTION[0].in_(language))
    assert told[questions()[Which.AFTER, "recommend"].title.in_(language)][:3] == ["65", "65", "100%"]
    picture(page, f"evaluation-report-{language}")
    page.context.close()

    page = opened(chromium, live, somebody("Emma Awdur", Role.AUTHOR), 375)
    page.goto(f"{base}/manage/courses/{course.code}/versions/1")
    page.get_by_role("link", name=say("What learners say: evaluation of this course")).click()
    expect(page.locator("main")).to_contain_text(written)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    picture(page, f"evaluation-author-{language}")
    page.context.close()


def questions_title(language: str) -> str:
    return newest(Which.AFTER).title.in_(language)
