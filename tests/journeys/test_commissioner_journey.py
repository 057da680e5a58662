"""A commissioner asks, in both languages: which sectors are we not reaching for perinatal Enhanced in Powys, compared with
Wales and last year, and what is waiting? Exports the answer, freezes the quarter and signs it. A charity's lead sees only
their own, and narrowing to one person fails."""

import csv
import os
from datetime import date, timedelta
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect

from courses.enrolments.models import EnrolmentState
from lms.accounts.models import Person
from lms.core import clock
from lms.core.jobs import run_pending
from lms.core.permissions import Role
from lms.reporting import groups
from lms.reporting.returns import rules
from lms.reporting.rules.periods import month_after
from tests.factories.accounts import grant, make_membership, make_person, organisation, sign_in_browser
from tests.factories.catalogue import course
from tests.factories.enrolments import make_enrolment
from tests.factories.reporting import told_to_reports
from tests.journeys.conftest import Server
from tests.journeys.words import Words

LEVEL, COURSE = "PIMH/enhanced", "PIMH-01"
QUARTER = next(term for term in rules.offered(clock.today()) if term.span is rules.Span.QUARTER)


def people(number: int, body: str, sector: str, on: date, state: EnrolmentState = EnrolmentState.COMPLETED) -> None:
    for _ in range(number):
        person = make_person()
        at = clock.now() - (clock.today() - on)
        done = state is EnrolmentState.COMPLETED
        make_enrolment(
            person, course(COURSE), make_membership(person, organisation(body)), state=state, enrolled_on=on,
            sector=sector, started_at=at if done else None, learning_completed_at=at if done else None,
            completed_on=on if done else None,
        )  # fmt: skip


@pytest.fixture(scope="module")
def scene(live: tuple[Server, Flask]) -> tuple[Server, Flask]:
    """Powys reaches the NHS and a few of social care, and nobody of the third sector; all of Wales does."""
    now, last_year = QUARTER.starts_on, month_after(QUARTER.starts_on, -12)
    people(32, "PTH", "nhs", now)
    people(14, "PTH", "social_care", now)
    people(21, "PTH", "nhs", last_year)
    people(11, "PTH", "third_sector", last_year)
    people(40, "BCU", "third_sector", now)
    people(13, "PTH", "third_sector", now, EnrolmentState.WAITLISTED)
    people(1, "HDU", "nhs", now)
    people(17, "MIND", "third_sector", now)
    told_to_reports()
    return live


def opened(chromium: Browser, live: tuple[Server, Flask], person: Person, width: int = 1280) -> Page:
    server, app = live
    cookie = sign_in_browser(app, person).get_cookie("llwybr")
    assert cookie is not None
    context = chromium.new_context(viewport={"width": width, "height": 900}, accept_downloads=True)
    context.add_cookies([{"name": "llwybr", "value": cookie.value, "url": server.url}])
    context.set_default_timeout(10_000)
    return context.new_page()


def picture(page: Page, name: str) -> None:
    """With JOURNEY_PICTURES set to a folder, what people saw is kept there, wide and on a phone."""
    if folder := os.environ.get("JOURNEY_PICTURES"):
        for width in (1280, 390):
            page.set_viewport_size({"width": width, "height": 900})
            page.wait_for_timeout(500)  # the navigation folds itself once it knows how wide the page is now
            assert page.evaluate("document.documentElement.scrollWidth") <= width
            page.screenshot(path=Path(folder) / f"{name}-{width}.png", full_page=True)
        page.set_viewport_size({"width": 1280, "height": 900})


def asked(page: Page, say: Words, **chosen: str) -> None:
    """Choose in the filters, and look."""
    for name, value in chosen.items():
        page.locator(f"select[name={name}]").select_option(value)
    page.get_by_role("button", name=say("Show results"), exact=True).click()


def figures(page: Page, caption: str) -> dict[str, list[str]]:
    """The rows of a table by their names."""
    rows = page.get_by_role("table", name=caption, exact=True).locator("tbody tr")
    told = [row.locator("th, td").all_inner_texts() for row in rows.all()]
    return {cells[0]: cells[1:] for cells in told}


@pytest.mark.browser
@pytest.mark.parametrize("language", ["en", "cy"])
def test_a_commissioner_answers_exports_freezes_and_signs(
    chromium: Browser, scene: tuple[Server, Flask], language: str, tmp_path: Path
) -> None:
    server, app = scene
    say = Words(app, language)  # type: ignore[arg-type]
    person = make_person(display_name="Grace Erwain")
    grant(person, Role.COMMISSIONER, organisation("WALES" if language == "en" else "PTH"))
    page = opened(chromium, scene, person)
    base = f"{server.url}/{language}"
    completed, name = 4, say_sector("third_sector", language)

    page.goto(f"{base}/reports")
    expect(page.get_by_role("heading", name=say("Reports"), exact=True)).to_be_visible()
    expect(page.locator("body")).to_contain_text(say("People waiting for a place"))
    picture(page, f"reports-{language}")

    page.goto(f"{base}/uptake")
    first = QUARTER.starts_on.strftime("%Y-%m")
    asked(page, say, organisation="PTH", level=LEVEL, **{"from": first}, group="sector")
    powys = figures(page, say("People by group"))
    assert powys[name][completed] == "*", powys
    assert powys[say_sector("nhs", language)][completed] == "35"
    with page.expect_download() as coming:
        page.get_by_role("link", name=say("Download as CSV"), exact=True).click()
    coming.value.save_as(tmp_path / "powys.csv")
    lines = list(csv.reader((tmp_path / "powys.csv").open(encoding="utf-8-sig")))
    assert ["third_sector", "*"] in [[row[0], row[3 + completed]] for row in lines if len(row) > 7]
    page.get_by_role("link", name=say("Save this view"), exact=True).click()
    page.get_by_label(say("Name of the view"), exact=True).fill("Powys")
    page.get_by_role("button", name=say("Save the view"), exact=True).click()
    page.get_by_role("button", name=say("Send me a letter every month")).click()
    expect(page.get_by_role("button", name=say("Stop the letters"))).to_be_visible()
    picture(page, f"views-{language}")
    page.get_by_role("link", name="Powys", exact=True).click()
    asked(page, say, **{"from": earlier(12), "to": earlier(10)}, as_at=end_of(10))
    before = figures(page, say("People by group"))
    assert before[name][completed] == "15", before
    if language == "en":
        asked(page, say, organisation="", **{"to": end_of(-2)[:7], "from": first}, as_at=clock.today().isoformat())
        assert figures(page, say("People by group"))[name][completed] == "55"

    page.goto(f"{base}/reports/waiting?organisation=PTH")
    expect(page.locator("body")).to_contain_text("15")

    page.goto(f"{base}/reports/returns")
    page.get_by_label(say("Organisation"), exact=True).select_option("PTH" if language == "cy" else "WALES")
    page.get_by_label(say("Period"), exact=True).select_option(QUARTER.code)
    picture(page, f"new-return-{language}")
    page.get_by_role("button", name=say("Make a draft"), exact=True).click()
    expect(page.locator("body")).to_contain_text(say("Being made"))
    run_pending()
    page.reload()
    expect(page.locator("body")).to_contain_text(say("Draft, not signed"))
    page.get_by_role("button", name=say("Sign the return"), exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text(say("Write in what role you sign"))
    page.get_by_label(say("In what role do you sign?"), exact=True).fill("Pennaeth y gweithlu")
    page.get_by_role("button", name=say("Sign the return"), exact=True).click()
    expect(page.locator("body")).to_contain_text("Grace Erwain, Pennaeth y gweithlu")
    expect(page.get_by_role("button", name=say("Sign the return"), exact=True)).to_have_count(0)
    picture(page, f"return-{language}")

    for path in ("/uptake", "/reports/parity", "/reports"):
        page.goto(f"{base}{path}?organisation=HDU")
        expected = say("Too few people to report on") if language == "en" else say("Not found")
        expect(page.locator("main")).to_contain_text(expected)
    page.context.close()


@pytest.mark.browser
def test_a_charity_s_lead_sees_only_their_own(chromium: Browser, scene: tuple[Server, Flask]) -> None:
    server, _app = scene
    person = make_person(display_name="Beatrice Bysedd")
    grant(person, Role.TRAINING_LEAD, organisation("MIND"))
    page = opened(chromium, scene, person, 390)
    page.goto(f"{server.url}/en/reports")
    expect(page.locator("main")).to_contain_text("Mind")
    for path in ("/uptake", "/reports", "/reports/waiting"):
        assert (answer := page.goto(f"{server.url}/en{path}?organisation=PTH")) is not None
        assert answer.status == 404, path
    page.goto(f"{server.url}/en/reports/returns")
    expect(page.locator("main")).to_contain_text("There is no return yet.")
    expect(page.get_by_role("button", name="Make a draft")).to_have_count(0)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.context.close()


def say_sector(code: str, language: str) -> str:
    return groups.sectors()[code].in_(language)


def earlier(months: int) -> str:
    """The month so many before the quarter's first one, as in an address."""
    return month_after(QUARTER.starts_on, -months).strftime("%Y-%m")


def end_of(months: int) -> str:
    return (month_after(QUARTER.starts_on, 1 - months) - timedelta(days=1)).isoformat()
