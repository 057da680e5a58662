"""H5P, a video and a document in a real browser."""

from collections.abc import Callable

import orjson
import pytest
from flask import Flask
from playwright.sync_api import expect
from sqlalchemy import select

from courses.enrolments.models import Enrolment, EnrolmentState
from courses.launch.formats.structure import Format, MoveOn, Unit
from courses.launch.packages.models import Package
from courses.launch.sessions.models import Attainment
from lms.core.db import db
from lms.xapi.identity import agent_of
from lms.xapi.models import StoredStatement
from tests.factories.content import make_files
from tests.journeys.conftest import Server
from tests.journeys.content.conftest import Learner, launcher
from tests.journeys.content.packages import H5P_FILES

pytestmark = pytest.mark.browser
Made = Callable[..., Learner]


def h5p_package() -> Package:
    whole = Unit("content/content.json", {"en": "Two choices"}, "h5p.json", move_on=MoveOn.COMPLETED_OR_PASSED)
    return make_files(None, (whole,), H5P_FILES, format=Format.H5P, languages=["en"])


def test_h5p_plays_resumes_and_counts(live: tuple[Server, Flask], learner: Made) -> None:
    one = learner(h5p_package())
    page = one.opens()
    inside = launcher(page).frame_locator("iframe.h5p-iframe")
    expect(inside.locator(".was")).to_have_text("nothing")
    inside.locator(".a").click()
    expect(inside.locator(".was")).to_have_text("a")
    page.get_by_role("link", name="Save and leave").click()
    page.wait_for_url(one.list)
    one.press(page, "Continue")
    expect(inside.locator(".was")).to_have_text("a")
    inside.locator(".done").click()
    expect(page.locator(".app-player__status")).to_contain_text("Saved")
    page.get_by_role("link", name="Save and leave").click()
    page.wait_for_url(one.list)
    expect(page.locator("main")).to_contain_text("Best score: 90 per cent")
    one.again()
    assert db.session.get_one(Enrolment, one.registration.enrolment_id).state is EnrolmentState.COMPLETED
    said = [
        orjson.loads(each) for each in db.session.scalars(
            select(StoredStatement.payload).where(StoredStatement.registration == one.registration.id)
            .order_by(StoredStatement.seq)
        )
    ]  # fmt: skip
    verbs = [each["verb"]["id"].rsplit("/", 1)[1] for each in said]
    assert "interacted" in verbs
    assert "completed" in verbs
    assert all(each["actor"]["account"] == agent_of(one.person.id)["account"] for each in said)
    assert all(each["authority"]["account"]["name"] == "llwybr" for each in said)
    assert all(each["context"]["registration"] == str(one.registration.id) for each in said)


def test_a_video_counts_what_was_seen_and_not_where_it_was_dragged_to(
    live: tuple[Server, Flask], learner: Made, film: bytes
) -> None:
    video = Unit(
        "v",
        {"en": "A film"},
        "video.webm",
        move_on=MoveOn.COMPLETED,
        more={"completion": {"rule": "watched", "per_cent": 90}},
    )
    one = learner(make_files(None, (video,), {"video.webm": film}, format=Format.VIDEO, languages=["en"]))
    page = one.opens()
    player = launcher(page).locator("video")
    expect(player).to_be_visible()
    player.evaluate("v => new Promise(done => { v.muted = true; v.onplay = done; v.play() })")
    player.evaluate("v => { v.currentTime = v.duration - 0.5 }")
    page.wait_for_timeout(1500)
    player.evaluate("v => v.pause()")
    page.wait_for_timeout(500)
    one.again()
    assert db.session.get_one(Enrolment, one.registration.enrolment_id).state is not EnrolmentState.COMPLETED
    player.evaluate("v => { v.currentTime = 0; return v.play() }")
    expect(page.locator(".app-player")).to_have_attribute("data-state", "done", timeout=25_000)
    one.again()
    assert db.session.get_one(Enrolment, one.registration.enrolment_id).state is EnrolmentState.COMPLETED
    assert (
        db.session.scalars(select(Attainment.progress).where(Attainment.registration_id == one.registration.id)).one()
        >= 90
    )


@pytest.fixture(scope="module")
def film(chromium: "object") -> bytes:
    """A film of some seconds, recorded by the browser itself."""
    import base64

    page = chromium.new_page()  # type: ignore[attr-defined]
    page.goto("about:blank")
    recorded = page.evaluate(
        """async () => {
          const canvas = document.createElement('canvas'); canvas.width = canvas.height = 64
          const pen = canvas.getContext('2d'); let n = 0
          const paint = setInterval(() => { pen.fillStyle = `hsl(${n++ % 360} 80% 50%)`; pen.fillRect(0, 0, 64, 64) }, 50)
          const recorder = new MediaRecorder(canvas.captureStream(20), { mimeType: 'video/webm' })
          const parts = []; recorder.ondataavailable = event => parts.push(event.data)
          const ended = new Promise(done => { recorder.onstop = done })
          recorder.start(); await new Promise(done => setTimeout(done, 6000)); recorder.stop(); await ended; clearInterval(paint)
          const bytes = new Uint8Array(await new Blob(parts).arrayBuffer())
          return btoa(Array.from(bytes, byte => String.fromCharCode(byte)).join(''))
        }"""
    )
    page.close()
    return base64.b64decode(recorded)
