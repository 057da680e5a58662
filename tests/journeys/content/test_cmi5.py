"""cmi5 packages in a real browser: units that carry the libraries of others, sent by an author, launched by a learner."""

from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import pytest
from flask import Flask
from playwright.sync_api import expect

from courses.enrolments.models import Enrolment, EnrolmentState
from courses.launch.packages import importing, queries, services
from courses.launch.packages.models import Package
from lms.core.db import db, transaction
from lms.core.permissions import Actor
from lms.demonstration.content import taster
from tests.factories.catalogue import make_course
from tests.factories.packages import make_structure, make_unit
from tests.journeys.conftest import Server
from tests.journeys.content.conftest import Learner, launcher

pytestmark = pytest.mark.browser
Made = Callable[..., Learner]

RUSTICI = """
const unit = new (Cmi5.default || Cmi5)(location.href)
unit.start().then(() => say(unit.getLaunchMode()))
finish.onclick = async () => {
  await unit.passed({ scaled: 0.9 })
  await unit.completed()
  await unit.terminate()
  location.href = unit.getReturnURL()
}
"""
XAPI_JS = """
const unit = Cmi5.instance
unit.initialize().then(() => say(unit.launchData.launchMode))
finish.onclick = async () => {
  await unit.pass(0.9)
  await unit.complete()
  await unit.terminate()
  location.href = unit.launchData.returnURL
}
"""
PAGE = """<!doctype html><html lang="en"><title>Unit</title><h1>Unit</h1><p id="mode" role="status"></p>
<button id="finish">Finish</button><script src="library.js"></script>
<script>const say = (mode) => { document.getElementById("mode").textContent = `Mode: ${mode}` }
const finish = document.getElementById("finish");%s</script></html>"""


def sent(file: bytes, code: str, languages: tuple[str, ...] = ("en",)) -> Package:
    """As an author sends it, and puts it on offer."""
    course, house = make_course(code), Actor.system()
    with transaction():
        made = importing.begin(house, course.code, BytesIO(file), "course.zip", languages, limit=10**8)
    assert made.package_id is not None, made.faults
    with transaction():
        services.offer(house, made.package_id, languages)
    return queries.package(made.package_id)


def carrying(library: Path, script: str) -> bytes:
    unit = make_unit(1, attributes='moveOn="CompletedAndPassed" masteryScore="0.8"')
    out = BytesIO()
    with ZipFile(out, "w") as archive:
        archive.writestr("cmi5.xml", make_structure(unit))
        archive.writestr("index.html", PAGE % script)
        archive.writestr("library.js", library.read_bytes())
    return out.getvalue()


@pytest.mark.parametrize(
    ("library", "script"),
    [("@rusticisoftware/cmi5/dist/cmi5.js", RUSTICI), ("@xapi/cmi5/dist/Cmi5.umd.js", XAPI_JS)],
    ids=["rustici", "xapi.js"],
)
def test_the_libraries_of_others_run_from_launch_to_terminated(
    live: tuple[Server, Flask], learner: Made, clients: Path, library: str, script: str
) -> None:
    one = learner(sent(carrying(clients / "node_modules" / library, script), f"CMI-{library[1]}"))
    page = one.opens()
    expect(launcher(page).locator("#mode")).to_have_text("Mode: Normal")
    launcher(page).get_by_text("Finish").click()
    page.wait_for_url(one.list)
    expect(page.locator("main")).to_contain_text("You have done all of it")
    expect(page.locator("main")).to_contain_text("Best score: 90 per cent")
    one.again()
    assert db.session.get_one(Enrolment, one.registration.enrolment_id).state is EnrolmentState.COMPLETED


def test_the_demonstration_s_own_course_is_left_resumed_failed_and_passed(
    live: tuple[Server, Flask], learner: Made
) -> None:
    one = learner(sent(taster(), "CMI-OWN", ("en", "cy")))
    page = one.opens()
    launcher(page).get_by_text("Next page").click()
    expect(launcher(page).locator("main")).to_contain_text("Page 2 of 3")
    launcher(page).get_by_text("Save and leave").click()
    page.wait_for_url(one.list)
    one.press(page, "Continue")
    expect(launcher(page).locator("main")).to_contain_text("Page 2 of 3")
    launcher(page).get_by_text("Next page").click()
    launcher(page).get_by_text("Finish").click()
    page.wait_for_url(one.list)
    for answers, words in ((("1", "0"), "0 of 2 right"), (("0", "1"), "Passed: 2 of 2 right")):
        page.get_by_role("button", name="Start A short check").or_(
            page.get_by_role("button", name="Continue A short check")
        ).first.click()
        for number, answer in enumerate(answers):
            launcher(page).locator(f"[name=q{number}][value='{answer}']").check()
        launcher(page).get_by_text("Send my answers").click()
        expect(launcher(page).locator("h1")).to_contain_text(words)
        launcher(page).get_by_text("Finish").click()
        page.wait_for_url(one.list)
    expect(page.locator("main")).to_contain_text("You have done all of it")
    page.goto(one.list.replace("/launch", "/completion"))
    expect(page.locator("main")).to_contain_text("Why is this complete?")
