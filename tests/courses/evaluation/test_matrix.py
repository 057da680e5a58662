"""Who may open what, by relationship; ids of others guessed."""

import re
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from courses.evaluation import services
from courses.evaluation.models import EvaluationText
from courses.evaluation.rules import ENOUGH
from lms.core.db import db
from lms.core.ids import new_id
from lms.core.permissions import Actor, Role
from tests.counting import queries_of
from tests.factories.accounts import grant, make_membership, make_organisation, make_person, post_form
from tests.factories.catalogue import make_course
from tests.factories.evaluation import answer, answers, complete, invite, shuffle, state_of

WHO = ("learner", "manager", "organiser", "author", "publisher", "commissioner", "other")
OPEN = (200,) * 7
OWN = (200, 404, 404, 404, 404, 404, 404)
REVIEW = (403, 403, 403, 403, 200, 403, 403)
EDITS = (403, 403, 403, 200, 200, 403, 403)
READS = (403, 403, 200, 403, 403, 200, 403)
PAGES: dict[str, tuple[int, ...]] = {
    # {i} the learner's invitation, {t} a text that waits, {c} the course
    "/en/evaluation": OPEN,
    "/en/evaluation/{i}": OWN,
    "/en/manage/evaluation": REVIEW,
    "/en/manage/evaluation/{t}": REVIEW,
    "/en/manage/courses/{c}/evaluation": EDITS,
    "/en/manage/courses/NONE/evaluation": (403, 403, 403, 404, 404, 403, 403),
    "/en/reports/evaluation": READS,
    "/api/v1/evaluation-invitations": OPEN,
    "/api/v1/evaluation-invitations/{i}": OWN,
    "/api/v1/evaluation-asking": OPEN,
    "/api/v1/evaluation-texts": REVIEW,
    "/api/v1/courses/{c}/evaluation": EDITS,
    "/api/v1/reports/evaluation": READS,
}


@pytest.fixture
def cast(app: Flask) -> dict[str, Any]:
    people = {name: make_person() for name in WHO}
    body = make_organisation()
    make_membership(people["learner"], body, line_manager_id=people["manager"].id)
    for who, role in (("organiser", Role.ORGANISER), ("author", Role.AUTHOR), ("publisher", Role.PUBLISHER),
                      ("commissioner", Role.COMMISSIONER)):  # fmt: skip
        grant(people[who], role, body)
    course = make_course()
    answers(ENOUGH, course, helped="Criticism of the course")
    shuffle()
    it = invite(complete(people["learner"], course))
    waiting = db.session.scalars(services.to_review(Actor.system()).with_only_columns(EvaluationText.id)).first()
    return people | {"names": {"i": it.id, "t": waiting, "c": course.code}, "course": course}


def test_each_opens_to_whom_the_table_says(app: Flask, cast: dict[str, Any], signed_in: Any, as_token: Any) -> None:
    browsers = {who: signed_in(cast[who]) for who in WHO}
    clients = {who: as_token(cast[who]) for who in WHO}
    for path, expected in PAGES.items():
        url = path.format(**cast["names"])
        found = tuple((clients if url.startswith("/api") else browsers)[who].get(url).status_code for who in WHO)
        assert found == expected, path
    for path in ("/en/evaluation", "/en/manage/evaluation", "/en/evaluation/{i}"):
        assert app.test_client().get(path.format(**cast["names"])).status_code == 303


def test_what_was_written_is_read_by_nobody_but_reviewers(cast: dict[str, Any], signed_in: Any, as_token: Any) -> None:
    names = cast["names"]
    for who in set(WHO) - {"publisher"}:
        for path in ("/en/reports/evaluation", f"/en/manage/courses/{names['c']}/evaluation", "/en/learning", "/en/"):
            assert "Criticism" not in signed_in(cast[who]).get(path).text, (who, path)
    assert "Criticism" not in signed_in(cast["publisher"]).get(f"/en/manage/courses/{names['c']}/evaluation").text
    assert "Criticism" in signed_in(cast["publisher"]).get("/en/manage/evaluation").text
    assert as_token(cast["publisher"]).get("/api/v1/evaluation-texts").json["items"][0]["text"].startswith("Criticism")


def test_what_changes_something_is_for_those_whom_it_concerns(cast: dict[str, Any], as_token: Any) -> None:
    names = cast["names"]
    one, it = f"/api/v1/evaluation-texts/{names['t']}/decision", f"/api/v1/evaluation-invitations/{names['i']}"
    clients = {who: as_token(cast[who]) for who in WHO}
    said = {"ratings": {"aims": 5}}
    for who in set(WHO) - {"learner"}:
        assert clients[who].post(f"{it}/answer", json=said).status_code == 404, who
        assert clients[who].post(f"{it}/decline").status_code == 404, who
    for who in set(WHO) - {"publisher"}:
        assert clients[who].post(one, json={"decision": "release"}).status_code == 403, who
    publisher, learner = clients["publisher"], clients["learner"]
    assert publisher.post(one, json={"decision": "reject"}).status_code == 422
    assert publisher.post(one, json={"decision": "redact", "text": "Praise […]"}).status_code == 422
    assert publisher.post(one, json={"decision": "redact", "text": "Criticism […]"}).json["state"] == "redacted"
    assert publisher.post(one, json={"decision": "release"}).status_code == 409
    assert learner.post(f"{it}/answer", json={"ratings": {"aims": 9}}).status_code == 422
    assert learner.post(f"{it}/answer", json={}).status_code == 422
    assert learner.post(f"{it}/answer", json=said).status_code == 204
    assert learner.post(f"{it}/answer", json=said).status_code == 409
    assert learner.get(it).json["open"] is False
    assert learner.get("/api/v1/evaluation-asking").json == {"asked": True}
    assert learner.put("/api/v1/evaluation-asking", json={"asked": False}).json == {"asked": False}


def test_ids_that_are_nobodys_are_not_found(cast: dict[str, Any], signed_in: Any, as_token: Any) -> None:
    guess = new_id()
    learner, publisher = as_token(cast["learner"]), as_token(cast["publisher"])
    assert learner.get(f"/api/v1/evaluation-invitations/{guess}").status_code == 404
    assert learner.post(f"/api/v1/evaluation-invitations/{guess}/answer", json={"ratings": {}}).status_code == 404
    assert publisher.post(f"/api/v1/evaluation-texts/{guess}/decision", json={"decision": "release"}).status_code == 404
    assert signed_in(cast["publisher"]).get(f"/en/manage/evaluation/{guess}").status_code == 404


def test_a_minute_on_the_page(cast: dict[str, Any], signed_in: Any) -> None:
    """What is faulty is said and stays as typed; names are warned of; a second click is thanked like the first."""
    browser, id = signed_in(cast["learner"]), cast["names"]["i"]
    url = f"/en/evaluation/{id}"
    for home in ("/en/", "/en/learning", "/en/evaluation"):
        assert url in browser.get(home).text
    nothing = post_form(browser, url, {})
    assert (nothing.status_code, "Answer at least one question" in nothing.text) == (422, True)
    named = post_form(browser, url, {"aims": "4", "helped": "Dr Fernbank was kind"})
    assert (named.status_code, "This may point to a real person" in named.text) == (422, True)
    assert "Dr Fernbank was kind</textarea>" in named.text
    said = {"aims": "4", "before": "2", "after": "4", "helped": "Dr Fernbank was kind", "harmless": "true"}
    token = re.search(r'name="csrf_token" value="([^"]*)"', browser.get(url).text)
    assert token is not None
    for _ in range(2):
        done = browser.post(url, data=said | {"csrf_token": token.group(1)})
        assert (done.status_code, done.location) == (303, url)
    assert "Thank you" in browser.get(url).text
    assert url not in browser.get("/en/").text
    assert state_of(id) == "answered"


def test_declining_and_not_being_asked(cast: dict[str, Any], signed_in: Any) -> None:
    browser, id = signed_in(cast["learner"]), cast["names"]["i"]
    gone = post_form(browser, f"/en/evaluation/{id}/decline", {}, page=f"/en/evaluation/{id}")
    assert (gone.status_code, state_of(id)) == (303, "declined")
    assert "can no longer be answered" in browser.get(f"/en/evaluation/{id}").text
    post_form(browser, "/en/evaluation/asking", {"silent": "yes"}, page="/en/evaluation")
    assert "as you wished" in browser.get("/en/evaluation").text
    post_form(browser, "/en/evaluation/asking", {"silent": "no"}, page="/en/evaluation")
    assert "as you wished" not in browser.get("/en/evaluation").text


def test_a_reviewer_s_pages(cast: dict[str, Any], signed_in: Any) -> None:
    browser, names = signed_in(cast["publisher"]), cast["names"]
    url = f"/en/manage/evaluation/{names['t']}"
    changed = post_form(browser, url, {"decision": "redact", "text": "Praise of the course"})
    assert (changed.status_code, "Only take words out" in changed.text) == (422, True)
    assert post_form(browser, url, {"decision": "reject"}).status_code == 422
    assert post_form(browser, url, {"decision": "reject", "reason": "abusive"}).status_code == 303
    left = db.session.scalars(select(EvaluationText.id).where(EvaluationText.state == "waiting")).first()
    assert (
        post_form(browser, f"/en/manage/evaluation/{left}/release", {}, page="/en/manage/evaluation").status_code == 303
    )
    assert "Criticism" in browser.get(f"/en/manage/courses/{names['c']}/evaluation").text


def test_pages_take_as_many_queries_however_much_there_is(cast: dict[str, Any], signed_in: Any) -> None:
    paths = {"/en/evaluation": "learner", "/en/": "learner", "/en/learning": "learner", "/en/manage/evaluation": "publisher",
             "/en/reports/evaluation": "commissioner",
             f"/en/manage/courses/{cast['names']['c']}/evaluation": "author"}  # fmt: skip
    browsers = {who: signed_in(cast[who]) for who in set(paths.values())}
    few = {path: queries_of(browsers[who], path) for path, who in paths.items()}
    for _ in range(3):
        invite(complete(cast["learner"], make_course()))
    answers(5, cast["course"], helped="More of it", hindered="Less of it")
    other = make_course()
    answers(ENOUGH, other, helped="Something else")
    answer(invite(complete(None, other)), hindered="The sound")
    shuffle()
    assert {path: queries_of(browsers[who], path) for path, who in paths.items()} == few
