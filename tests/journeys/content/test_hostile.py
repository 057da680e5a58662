"""A package that means harm, in a real browser. Every attempt fails, and the page that it runs in goes on."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Page, expect
from sqlalchemy import func, select

from courses.launch.scorm.models import Attempt, Commit
from courses.launch.sessions.models import Evidence
from lms.core.db import db
from lms.xapi.models import StoredStatement
from tests.factories.content import make_scorm, make_session
from tests.journeys.conftest import Server
from tests.journeys.content.conftest import Learner, launcher, sco
from tests.journeys.content.packages import HOSTILE

pytestmark = pytest.mark.browser
Made = Callable[..., Learner]


@pytest.fixture
def scene(live: tuple[Server, Flask], learner: Made) -> tuple[Learner, Page, dict[str, Any]]:
    """The package runs for one learner; another has a session of their own, whose token it can only guess."""
    villain = learner(
        make_scorm(
            files={"sco.html": HOSTILE, "worker.js": b"self.onfetch = e => e.respondWith(new Response('owned'))"}
        )
    )
    victim = learner(make_scorm(files={"sco.html": b"<p>victim"}))
    session, _key, _secret = make_session(victim.registration)
    page = villain.opens()
    expect(sco(page).locator("#at")).to_have_text("Here")
    guessed = {
        "run": str(session.id), "token": str(session.id),
        "statement": {
            "actor": {"objectType": "Agent", "account": {"homePage": live[0].url, "name": str(victim.person.id)}},
            "verb": {"id": "http://adlnet.gov/expapi/verbs/passed"}, "object": {"id": "http://x.example/y"},
        },
    }  # fmt: skip
    return villain, page, guessed


def test_nothing_of_the_app_or_of_another_learner_is_reached(scene: tuple[Learner, Page, dict[str, Any]]) -> None:
    villain, page, guessed = scene
    before = page.url
    results = (
        sco(page).locator("body").evaluate("(_, [pages, victim]) => harm(pages, victim)", [villain.server.url, guessed])
    )
    said = {name: (how, what) for name, how, what in results}
    assert len(said) == 18
    for name in (
        "page as the user", "api as the user", "form as the user", "cookies", "cookies above", "storage above", "the page above",
        "the form token above", "service worker", "service worker of the host", "send it away",
    ):  # fmt: skip
        assert said[name][0] == "refused", (name, said[name])
    assert said["send it away"][1] == "connect-src http://evil.example/"
    assert said["navigate the app"][0] == "refused"
    assert page.url == before
    assert said["page, opaque"][1] in ("opaque", "opaqueredirect") or said["page, opaque"][0] == "refused"
    for name, status in (("state of another", "403"), ("commit of another", "403"), ("files of another", "410")):
        assert said[name][1].startswith(status), (name, said[name])
    for name in (
        "statement",
        "state documents",
    ):  # any origin may ask the record store; without a credential it says no
        assert said[name][0] == "refused" or said[name][1].startswith("401"), (name, said[name])
    villain.again()
    assert villain.person.display_name != "Owned"
    for kept in (Commit, Evidence):
        assert db.session.scalar(select(func.count()).select_from(kept)) == 0
    assert db.session.scalar(select(func.count()).select_from(StoredStatement)) == 0


def test_the_app_cannot_be_framed(scene: tuple[Learner, Page, dict[str, Any]]) -> None:
    villain, page, _guessed = scene
    assert sco(page).locator("body").evaluate("(_, pages) => frame(pages)", villain.server.url) == "nothing to read"
    assert villain.person.display_name not in str([each.url + (each.name or "") for each in page.frames])


def test_what_it_shouts_changes_words_and_never_records(scene: tuple[Learner, Page, dict[str, Any]]) -> None:
    villain, page, _guessed = scene
    sco(page).locator("body").evaluate("() => { shout('done'); shout('saved') }")
    page.wait_for_timeout(500)
    assert page.url.startswith(villain.server.url)
    villain.again()
    assert (
        db.session.scalar(
            select(func.count()).select_from(Evidence).where(Evidence.registration_id == villain.registration.id)
        )
        == 0
    )
    assert {json.loads(each) == {} for each in db.session.scalars(
        select(Attempt.data).where(Attempt.registration_id == villain.registration.id))} == {True}  # fmt: skip


def test_there_is_no_cookie_on_the_contents_origin(scene: tuple[Learner, Page, dict[str, Any]]) -> None:
    villain, page, _guessed = scene
    origin = villain.app.config["CONTENT_ORIGIN"]
    assert villain.context.cookies(origin) == []
    asked: list[str] = []
    page.on(
        "request",
        lambda request: asked.append(request.headers.get("cookie", "")) if request.url.startswith(origin) else None,
    )
    page.reload()
    expect(launcher(page).locator("iframe.fill")).to_be_visible()
    assert asked
    assert set(asked) == {""}
