"""SCORM packages in a real browser: launched, resumed, finished; cut off, closed, opened twice."""

import json
from collections.abc import Callable

import pytest
from flask import Flask
from playwright.sync_api import expect
from sqlalchemy import select

from courses.enrolments.models import Enrolment, EnrolmentState
from courses.launch.scorm.models import Attempt
from lms.core.db import db
from tests.factories.content import make_scorm
from tests.journeys.conftest import Server
from tests.journeys.content.conftest import Learner, launcher, sco
from tests.journeys.content.packages import SCO_12, SCO_2004

pytestmark = pytest.mark.browser
Made = Callable[..., Learner]


def attempt(of: Learner) -> Attempt:
    of.again()
    return db.session.scalars(
        select(Attempt).where(Attempt.registration_id == of.registration.id).order_by(Attempt.number.desc())
    ).first()  # type: ignore[return-value]


def location(of: Learner) -> str:
    cmi = json.loads(attempt(of).data)["cmi"]
    return str((cmi.get("core") or cmi).get("lesson_location") or cmi.get("location"))


@pytest.mark.parametrize(("version", "page_of_it"), [("1.2", SCO_12), ("2004", SCO_2004)])
def test_it_starts_resumes_and_counts(
    live: tuple[Server, Flask], learner: Made, version: str, page_of_it: bytes
) -> None:
    one = learner(make_scorm(version, {"sco.html": page_of_it}))
    page = one.opens()
    expect(sco(page).locator("body")).to_have_attribute("data-entry", "ab-initio")
    sco(page).get_by_text("Next page").click()
    expect(sco(page).locator("body")).to_have_attribute("data-committed", "true")
    page.get_by_role("link", name="Save and leave").click()
    page.wait_for_url(one.list)
    assert location(one) == "2"
    one.press(page, "Continue")
    expect(sco(page).locator("body")).to_have_attribute("data-entry", "resume")
    expect(sco(page).locator("#at")).to_contain_text("Page 2")
    sco(page).get_by_text("Pass").click()
    page.wait_for_url(one.list)
    expect(page.locator("main")).to_contain_text("You have done all of it")
    expect(page.locator("main")).to_contain_text("Best score: 90 per cent")
    one.again()
    assert db.session.get_one(Enrolment, one.registration.enrolment_id).state is EnrolmentState.COMPLETED
    one.press(page, "Look at it again")
    expect(sco(page).locator("body")).to_have_attribute("data-mode", "review")


def test_a_large_last_commit_is_not_lost(live: tuple[Server, Flask], learner: Made) -> None:
    one = learner(make_scorm(files={"sco.html": SCO_12 + b"<!-- large -->"}))
    page = one.opens()
    sco(page).get_by_text("Long").click()
    page.wait_for_url(one.list)
    cmi = json.loads(attempt(one).data)["cmi"]
    assert cmi["suspend_data"] == "\u0175" * 63_900
    assert json.loads(attempt(one).data)["closed"] is True
    one.press(page, "Continue")
    expect(sco(page).locator("#at")).to_contain_text("63900")


def test_a_page_that_is_simply_closed_has_saved(live: tuple[Server, Flask], learner: Made) -> None:
    one = learner(
        make_scorm(files={"sco.html": SCO_12.replace(b"document.body.dataset.committed = api.LMSCommit('');", b"")})
    )
    one.context.clock.install()
    page = one.opens()
    sco(page).get_by_text("Next page").click()
    expect(sco(page).locator("#at")).to_contain_text("Page 2")
    other = one.context.new_page()
    page.clock.fast_forward(11_000)  # the run-time saves by itself every ten seconds
    page.wait_for_timeout(500)
    page.close(run_before_unload=False)
    other.wait_for_timeout(200)
    assert location(one) == "2"


def test_work_without_a_connection_is_kept_and_saved_later(live: tuple[Server, Flask], learner: Made) -> None:
    one = learner(make_scorm(files={"sco.html": SCO_12 + b"<!-- offline -->"}))
    page = one.opens()
    sco(page).get_by_text("Next page").click()
    expect(page.locator(".app-player__status")).to_contain_text("Saved")
    one.context.set_offline(True)
    sco(page).get_by_text("Next page").click()
    expect(sco(page).locator("#at")).to_contain_text("Page 3")
    expect(page.locator(".app-player__status")).to_contain_text("The connection is lost")
    expect(launcher(page).locator(".say")).to_contain_text("The connection is lost")
    assert location(one) == "2"
    one.context.set_offline(False)
    expect(page.locator(".app-player__status")).to_contain_text("Saved", timeout=15_000)
    assert location(one) == "3"


def test_finishing_without_a_connection_counts_once_it_is_back(live: tuple[Server, Flask], learner: Made) -> None:
    one = learner(make_scorm(files={"sco.html": SCO_12 + b"<!-- offline end -->"}))
    page = one.opens()
    expect(sco(page).locator("#at")).to_contain_text("Page 1")
    one.context.set_offline(True)
    sco(page).get_by_text("Pass").click()
    expect(page.locator(".app-player__status")).to_contain_text("The connection is lost")
    one.context.set_offline(False)
    page.wait_for_url(one.list, timeout=15_000)
    assert (attempt(one).success, attempt(one).completion) == ("passed", "completed")


def test_in_two_tabs_the_later_goes_on_and_the_earlier_says_so(live: tuple[Server, Flask], learner: Made) -> None:
    one = learner(make_scorm(files={"sco.html": SCO_12 + b"<!-- tabs -->"}))
    first = one.opens()
    sco(first).get_by_text("Next page").click()
    expect(sco(first).locator("#at")).to_contain_text("Page 2")
    second = one.context.new_page()
    second.goto(one.list)
    expect(second.locator("main")).to_contain_text("is open, here or on another device")
    one.press(second, "Continue here")
    expect(sco(second).locator("#at")).to_contain_text("Page 2")
    sco(second).get_by_text("Next page").click()
    expect(sco(second).locator("#at")).to_contain_text("Page 3")
    sco(first).get_by_text("Next page").click()
    expect(first.locator(".app-player__status")).to_contain_text("continued this in another tab")
    assert location(one) == "3"


def test_in_a_window_of_its_own_and_after_a_reload(live: tuple[Server, Flask], learner: Made) -> None:
    one = learner(make_scorm(files={"sco.html": SCO_12 + b"<!-- window -->"}))
    page = one.context.new_page()
    page.goto(one.list)
    with one.context.expect_page() as coming:
        one.press(page, "Open in a new window")
    window = coming.value
    sco(window).get_by_text("Next page").click()
    expect(sco(window).locator("#at")).to_contain_text("Page 2")
    window.reload()
    expect(sco(window).locator("#at")).to_contain_text("Page 2")
    sco(window).get_by_text("Next page").click()
    expect(sco(window).locator("#at")).to_contain_text("Page 3")
    assert location(one) == "3"
