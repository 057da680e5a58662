"""A commissioner asks what no report asks, on a phone without scripts, in both languages, and keeps the answer; an author sees
where learners stop."""

from pathlib import Path

import pytest
from flask import Flask
from odfdo import Document
from playwright.sync_api import Browser, Page, expect

from lms.accounts.models import Person
from lms.core.permissions import Role
from tests.factories.accounts import grant, make_person, organisation, sign_in_browser
from tests.factories.learning import learnt
from tests.journeys.conftest import Server
from tests.journeys.test_commissioner_journey import picture, scene

__all__ = ["scene"]

SAID = {
    "en": ("Measure", "Rows", "Columns", "Show results", "Completed", "Sector", "Organisation", "Search and filter",
           "Download as OpenDocument (ODS)", "Save this view"),
    "cy": ("Mesur", "Rhesi", "Colofnau", "Dangos y canlyniadau", "Wedi cwblhau", "Sector", "Sefydliad", "Chwilio a hidlo",
           "Lawrlwytho fel OpenDocument (ODS)", "Cadw'r olwg hon"),
}  # fmt: skip


def without_scripts(chromium: Browser, live: tuple[Server, Flask], person: Person) -> Page:
    server, app = live
    cookie = sign_in_browser(app, person).get_cookie("llwybr")
    assert cookie is not None
    context = chromium.new_context(
        viewport={"width": 390, "height": 800}, java_script_enabled=False, accept_downloads=True
    )
    context.add_cookies([{"name": "llwybr", "value": cookie.value, "url": server.url}])
    context.set_default_timeout(10_000)
    return context.new_page()


@pytest.mark.browser
@pytest.mark.parametrize("language", ["en", "cy"])
def test_a_question_of_ones_own(chromium: Browser, scene: tuple[Server, Flask], language: str, tmp_path: Path) -> None:
    """Who completed, by sector and organisation: the chart, the file and the refusal of what narrows too far."""
    server, _app = scene
    person = make_person(display_name="Y Comisiynydd")
    grant(person, Role.COMMISSIONER, organisation("WALES"))
    page = without_scripts(chromium, scene, person)
    measure, rows, columns, show, completed, sector, body, filters, ods, save = SAID[language]
    page.goto(f"{server.url}/{language}/reports/explore?from=2025-01")
    page.get_by_text(filters).click()
    page.get_by_label(measure, exact=True).select_option(label=completed)
    page.get_by_label(rows, exact=True).select_option(label=sector)
    page.get_by_label(columns, exact=True).select_option(label=body)
    page.get_by_role("button", name=show).click()
    expect(page.locator(".app-stack__row--grouped").first).to_be_visible()
    expect(page.get_by_text("UPTAKE-COMPLETED v2").first).to_be_attached()
    assert "columns=organisation" in page.url
    with page.expect_download() as told:
        page.get_by_role("link", name=ods).click()
    told.value.save_as(tmp_path / "it.ods")
    tables = Document(tmp_path / "it.ods").body.tables
    assert [len(tables), tables[1].get_value("A2")] == [2, "third_sector"]
    page.get_by_role("link", name=save).click()
    expect(page.locator("input[name=name]")).to_be_visible()
    page.goto(f"{server.url}/{language}/reports/explore?measure=enrolled&group=role&columns=sector")
    expect(page.locator(".nhsuk-error-summary")).to_be_visible()
    page.goto(f"{server.url}/{language}/reports/explore?measure=enrolled&organisation=HDU")
    expect(page.locator(".app-empty").first).to_be_visible()


@pytest.mark.browser
def test_where_learners_stop(chromium: Browser, scene: tuple[Server, Flask]) -> None:
    """From the packages of a course to how it is learnt; another reader's guess of the address is refused."""
    server, _app = scene
    made = learnt(24)
    author = make_person(display_name="Yr Awdur")
    grant(author, Role.AUTHOR, organisation("WALES"))
    page = without_scripts(chromium, scene, author)
    page.goto(f"{server.url}/en/manage/courses/{made.code}/packages")
    page.get_by_role("link", name="How it is learnt").click()
    expect(page.get_by_role("heading", name="Questions, hardest first")).to_be_visible()
    expect(page.get_by_text("Everything that content reported up to")).to_be_visible()
    table = page.get_by_role("table", name="Unit by unit")
    expect(table.get_by_role("row", name="Unit one")).to_contain_text("25")
    expect(table.get_by_role("row", name="Unit three")).to_contain_text("*")
    picture(page, "how-it-is-learnt")
    stranger = without_scripts(chromium, scene, make_person())
    answer = stranger.goto(f"{server.url}/en/manage/courses/{made.code}/learning")
    assert answer is not None
    assert answer.status == 403
