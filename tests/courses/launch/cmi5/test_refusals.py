"""Refusals as content meets them, over HTTP: what is refused, with which status, and that nothing of it is kept."""

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

import pytest
from flask import Flask
from sqlalchemy import select

from courses.enrolments.models import EnrolmentState
from courses.launch.cmi5.rules import words
from courses.launch.sessions import queries
from courses.launch.sessions.models import Evidence, LaunchMode
from lms.core.audit import AuditEntry
from lms.core.db import db, transaction
from lms.xapi.identity import agent_of
from tests.courses.launch.cmi5.driving import Content, Json, launch
from tests.factories.accounts import make_person
from tests.factories.content import make_package, make_registration, make_session, unit
from tests.factories.xapi import Store

Stored = Callable[..., list[Json]]


@pytest.fixture
def content(app: Flask) -> Content:
    """Open and initialized, of a unit with a mastery score of 0.8."""
    registration = make_registration(make_package(tree=[unit("one", mastery_score=Decimal("0.8"))]))
    opened = launch(app, registration).open()
    opened.says("initialized")
    return opened


def changed(said: Json, path: str, value: Any) -> Json:
    *above, last = path.split("/")
    part = said
    for step in above:
        part = part.setdefault(step, {})
    if value is None:
        part.pop(last)
    else:
        part[last] = value
    return said


WRONG: list[tuple[int, str, str, str, Any]] = [
    (403, "9.1.0.0-1", "completed", "id", None),
    (403, "9.7.0.0-1", "completed", "timestamp", None),
    (403, "9.7.0.0-2", "completed", "timestamp", "2026-03-01T10:00:00+01:00"),
    (400, "", "completed", "timestamp", "yesterday"),
    (400, "", "completed", "id", "17"),
    (403, "", "completed", "actor", "somebody else"),
    (403, "", "completed", "context/registration", "2f1de0b7-4ac4-4d37-8f4d-0b6ac5c5a001"),
    (403, "", "completed", "context/registration", None),
    (403, "9.6.3.1-4", "completed", "context/extensions", {}),
    (403, "10.2.1.0-6", "completed", "context/contextActivities/grouping", []),
    (403, "8.1.5.0-6", "completed", "object/id", "https://publisher.example/au/one"),
    (403, "9.3.0.0-2", "initialized", "context/revision", "1"),
    (403, "9.5.4.1-2", "completed", "result/duration", None),
    (403, "9.5.3.0-1", "completed", "result/completion", False),
    (403, "9.5.2.0-1", "passed", "result/success", False),
    (403, "9.5.2.0-2", "failed", "result/success", True),
    (403, "9.5.1.0-2", "completed", "result/score", {"scaled": 1}),
    (403, "9.5.1.0-3", "passed", "result/score", {"raw": 9}),
    (403, "9.3.4.0-2", "passed", "result/score", {"scaled": 0.5}),
    (403, "9.3.5.0-2", "failed", "result/score", {"scaled": 0.8}),
    (403, "9.6.3.2-2", "passed", "result/score", {"scaled": 0.9}),
    (403, "9.6.2.2-1", "completed", "context/contextActivities/category", [{"id": words.DEFINED}]),
    (403, "9.6.2.2-2", "terminated", "context/contextActivities/category", [{"id": words.DEFINED}, {"id": words.MOVE_ON}]),
]  # fmt: skip


@pytest.mark.parametrize(("status", "rule", "verb", "path", "value"), WRONG)
def test_a_wrong_statement_is_refused_and_not_kept(
    content: Content, stored: Stored, status: int, rule: str, verb: str, path: str, value: Any
) -> None:
    if path == "actor":
        value = agent_of(make_person().id)
    before = len(stored())
    answer = content.post(changed(content.said(verb), path, value))
    assert answer.status_code == status, answer.text
    if rule:
        assert (answer.json or {})["rule"] == f"cmi5 {rule}"
    assert len(stored()) == before


def test_nothing_comes_before_initialized_and_preferences_before_that(app: Flask) -> None:
    opened = launch(app, make_registration()).open(preferences=False)
    assert opened.post(opened.said("https://verbs.example/looked", defined=False)).status_code == 403
    assert opened.post(opened.said("initialized")).status_code == 403
    assert opened.preferences(query={"profileId": "another"}).status_code == 404
    assert opened.post(opened.said("initialized")).status_code == 403
    assert opened.preferences().status_code == 200
    assert opened.post(opened.said("initialized")).status_code == 200


def test_a_credential_that_was_not_fetched_opens_nothing(app: Flask) -> None:
    registration = make_registration()
    made, key, secret = make_session(registration)
    with transaction():
        made.fetched_at = None
    store = Store(app, key, secret)
    where = {"activityId": made.sent["activity"], "agent": agent_of(registration.learner_id)}
    where |= {"registration": str(registration.id), "stateId": words.LAUNCH_DATA}
    assert store.send("GET", "/activities/state", query=where).status_code == 403


def test_nothing_comes_after_terminated_not_even_the_same_again(content: Content, stored: Stored) -> None:
    last = content.said("terminated")
    assert content.post(last).status_code == 200
    before = len(stored())
    for again in (last, content.said("completed"), content.said("https://verbs.example/looked", defined=False)):
        assert content.post(again).status_code == 403
    assert content.state("bookmark", "PUT", data=b"x").status_code == 403
    assert content.preferences().status_code == 403
    assert content.send("GET", "/statements").status_code == 403
    assert len(stored()) == before


def test_a_statement_whose_answer_was_lost_may_be_sent_again(content: Content, stored: Stored) -> None:
    said = content.said("completed")
    first, second = content.post(said), content.post(said)
    assert (first.status_code, second.status_code, first.json) == (200, 200, second.json)
    assert len(stored("completed")) == 1
    assert content.post(said | {"timestamp": "2026-03-01T10:00:00Z"}).status_code == 409
    assert content.post(content.said("completed")).status_code == 403


def test_completed_and_passed_are_said_once_in_a_registration(app: Flask, content: Content) -> None:
    content.says("completed", "terminated")
    registration = db.session.scalars(select(Evidence.registration_id)).one()
    again = launch(app, db.session.get_one(queries.Registration, registration)).open()
    again.says("initialized")
    assert (again.post(again.said("completed")).json or {})["rule"] == "cmi5 9.3.0.0-6"
    again.says("passed")
    third = launch(app, db.session.get_one(queries.Registration, registration)).open()
    third.says("initialized")
    assert (third.post(third.said("passed")).json or {})["rule"] == "cmi5 9.3.0.0-7"
    assert (third.post(third.said("failed")).json or {})["rule"] == "cmi5 9.3.0.0-8"


def test_browsing_completes_nothing(app: Flask) -> None:
    opened = launch(app, make_registration(), mode=LaunchMode.BROWSE).open()
    opened.says("initialized")
    assert (opened.post(opened.said("completed")).json or {})["rule"] == "cmi5 10.2.2.0-2"
    opened.says("terminated")


def test_a_batch_is_kept_whole_or_not_at_all(content: Content, stored: Stored) -> None:
    before = len(stored())
    wrong = content.said("passed", result={"success": True})
    answer = content.post(content.said("completed"), wrong)
    assert answer.status_code == 403
    assert (answer.json or {})["pointer"] == "/1/result/duration"
    assert len(stored()) == before
    assert (
        content.post(content.said("completed"), content.said("passed"), content.said("terminated")).status_code == 200
    )
    assert content.post(content.said("https://verbs.example/looked", defined=False)).status_code == 403


def test_nothing_follows_terminated_in_the_same_batch(content: Content) -> None:
    assert content.post(content.said("terminated"), content.said("completed")).status_code == 403


def test_content_may_not_void(content: Content) -> None:
    target = content.says("completed")[0].json or []
    voiding = content.said(words.VOIDED, defined=False, object={"objectType": "StatementRef", "id": target[0]})
    assert content.post(voiding).status_code == 403


def test_allowed_statements_may_be_about_anything(content: Content) -> None:
    said = content.said("https://verbs.example/looked", defined=False, object={"id": "https://anything.example/x"})
    assert content.post(said).status_code == 200


def test_content_renames_no_other_content(content: Content) -> None:
    definition = {"name": {"en": "Renamed"}}
    about = {"id": "https://anything.example/x", "definition": definition}
    content.says("https://verbs.example/looked", defined=False, object=about)
    content.says(
        "https://verbs.example/looked", defined=False, object={"id": content.activity, "definition": definition}
    )

    def known(iri: str) -> Any:
        return (content.send("GET", "/activities", query={"activityId": iri}).json or {}).get("definition")

    assert known(content.activity) == definition
    assert known("https://anything.example/x") is None


def test_addresses_that_are_joined_with_two_slashes_work(content: Content) -> None:
    said = content.said("completed")
    answer = content.send("PUT", "//statements", json=said, query={"statementId": said["id"]})
    assert answer.status_code == 204, answer.text


def test_launch_data_are_only_read(content: Content) -> None:
    for method in ("PUT", "POST"):
        assert content.launch_data(method, json={"moveOn": "NotApplicable"}).status_code == 403
    assert content.launch_data("DELETE").status_code == 403
    everything = {"activityId": content.activity, "agent": content.actor, "registration": content.registration}
    assert content.send("DELETE", "/activities/state", query=everything).status_code == 403
    assert content.launch_data().json == content.told


@pytest.mark.parametrize(
    ("status", "body", "query"),
    [
        (403, {"languagePreference": "en"}, {}),
        (403, {"languagePreference": "en_", "audioPreference": "on"}, {}),
        (403, {"languagePreference": "en", "audioPreference": "loud"}, {}),
        (403, {"languagePreference": "en", "audioPreference": "on"}, {"profileId": "other"}),
        (403, {"languagePreference": "en", "audioPreference": "on"}, {"agent": {"mbox": "mailto:a@example.org"}}),
        (400, {"languagePreference": "en", "audioPreference": "on"}, {"agent": ""}),
    ],
)
def test_preferences_are_whole_and_the_learners(content: Content, status: int, body: Json, query: Json) -> None:
    assert content.preferences("PUT", query=query, json=body, headers={"If-Match": "*"}).status_code == status


class TestOneSessionAndAnother:
    def test_a_token_reaches_neither_another_registration_nor_another_learner(
        self, app: Flask, content: Content
    ) -> None:
        other = launch(app, make_registration()).open()
        assert content.post(other.said("initialized")).status_code == 403
        assert content.state("bookmark", query={"registration": other.registration}).status_code == 403
        assert content.state("bookmark", query={"agent": other.actor}).status_code == 403
        assert content.state("bookmark", query={"activityId": other.activity}).status_code == 403
        mixed = content.said("completed")
        mixed["context"]["registration"] = other.registration
        assert content.post(mixed).status_code == 403

    def test_a_token_names_no_other_session_of_its_registration(self, app: Flask) -> None:
        registration = make_registration()
        first = launch(app, registration).open()
        second = launch(app, registration).open()
        said = second.said("initialized")
        said["context"]["extensions"] = first.template["extensions"]
        assert (second.post(said).json or {})["rule"] == "cmi5 9.6.3.1-4"


def test_the_alternate_syntax_obeys_the_same_rules(content: Content) -> None:
    def post(said: Json) -> int:
        form = {
            "Authorization": f"Basic {content.token}", "X-Experience-API-Version": "1.0.3",
            "Content-Type": "application/json", "content": json.dumps(said), "statementId": said["id"],
        }  # fmt: skip
        answer = content.app.test_client().post(
            "/xapi/statements?method=PUT", data=urlencode(form), content_type="application/x-www-form-urlencoded"
        )
        return answer.status_code

    assert post(content.said("completed", result={"completion": True})) == 403
    assert post(content.said("completed")) == 204


def test_passed_and_completed_at_once_both_land(app: Flask, content: Content, stored: Stored) -> None:
    both = [content.said("passed"), content.said("completed")]
    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(lambda said: content.post(said).status_code, both))
    assert answers == [200, 200]
    assert len(stored("satisfied")) == 1
    facts = db.session.scalars(select(Evidence.fact)).all()
    assert sorted(facts) == ["completed", "passed"]


def test_the_same_verb_at_once_lands_once(content: Content, stored: Stored) -> None:
    with ThreadPoolExecutor(4) as pool:
        said = [content.said("completed") for _ in range(4)]
        answers = sorted(pool.map(lambda each: content.post(each).status_code, said))
    assert answers == [200, 403, 403, 403]
    assert len(stored("completed")) == 1


def test_a_closed_enrolment_changes_no_more_but_what_was_said_is_kept(app: Flask, stored: Stored) -> None:
    registration = make_registration()
    opened = launch(app, registration).open()
    opened.says("initialized")
    with transaction():
        db.session.get_one(queries.Registration, registration.id).enrolment.state = EnrolmentState.WITHDRAWN
    opened.says("completed")
    assert len(stored("completed")) == 1
    reasons = db.session.scalars(select(AuditEntry.reason).where(AuditEntry.action == "statement.passed_over")).all()
    assert reasons == ["enrolment-closed"]
