"""From the launch to the end: what content is told, what the LMS records, what counts."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import pytest
from flask import Flask

from courses.enrolments.models import Enrolment, EnrolmentState
from courses.launch.cmi5 import recording
from courses.launch.cmi5.fetching import UNKNOWN, USED
from courses.launch.cmi5.rules import words
from courses.launch.cmi5.services import FETCHED_WITHIN
from courses.launch.formats.structure import Format, LaunchMethod, MoveOn
from courses.launch.packages import queries as packages
from courses.launch.packages.models import NodeKind
from courses.launch.sessions import queries
from courses.launch.sessions.jobs import IDLE, sweep
from courses.launch.sessions.models import LaunchMode, Registration, Session, SessionState
from courses.launch.sessions.services import waive
from lms.core import clock
from lms.core.db import db, transaction
from lms.core.permissions import Actor
from tests.courses.launch.cmi5.driving import Content, launch, session_id
from tests.factories.accounts import make_person
from tests.factories.content import block, make_package, make_registration, unit

Stored = Callable[..., list[dict[str, Any]]]


def session_of(content: Content) -> Session:
    db.session.rollback()
    return db.session.get_one(Session, session_id(content), populate_existing=True)


def test_content_runs_from_launch_to_terminated(app: Flask, stored: Stored) -> None:
    registration = make_registration(make_package(tree=[unit("one", mastery_score=Decimal("0.8"))]))
    content = launch(app, registration).open()
    content.says("initialized", "completed", "terminated")
    session = session_of(content)
    assert (session.state, session.registration.enrolment.state) == (SessionState.ENDED, EnrolmentState.COMPLETED)
    assert [each["verb"]["id"].rpartition("/")[2] for each in stored()] == [
        "launched", "initialized", "completed", "satisfied", "terminated",
    ]  # fmt: skip
    (attained,) = queries.standing(session.registration).attained.values()
    assert attained.seconds <= 60


def test_the_address_carries_what_content_needs_and_its_own_query(app: Flask) -> None:
    package = make_package(tree=[unit("a", "a b/index.html?own=1&x=%20#part")])
    content = launch(app, make_registration(package))
    parts = urlsplit(content.url)
    assert parts.fragment == "part"
    assert parts.path.endswith("/a%20b/index.html")
    assert parts.query.startswith("own=1&x=%20&endpoint=http%3A%2F%2Flocalhost%2Fxapi%2F&fetch=")
    assert set(content.parameters) >= {"endpoint", "fetch", "actor", "registration", "activityId"}
    assert content.actor["account"]["homePage"] == "http://localhost"
    assert content.activity != packages.units(package.id)[0].publisher_id


def test_a_unit_elsewhere_is_launched_where_it_is(app: Flask) -> None:
    package = make_package(tree=[unit("a", "https://elsewhere.example/au?x=1", launch_method=LaunchMethod.OWN_WINDOW)])
    assert launch(app, make_registration(package)).url.startswith("https://elsewhere.example/au?x=1&endpoint=")


def test_launch_data_say_what_the_package_says(app: Flask) -> None:
    first = unit(
        "a", move_on=MoveOn.PASSED, mastery_score=Decimal("0.85"), launch_parameters='{"x": 1}', entitlement_key="k"
    )
    package = make_package(tree=[first, unit("b", move_on=MoveOn.NOT_APPLICABLE)])
    registration = make_registration(package)
    content = launch(app, registration, return_url="https://back.example/x").open()
    assert content.told == {
        "contextTemplate": {
            "contextActivities": {"grouping": [{"id": first.publisher_id}]},
            "extensions": {words.SESSION: str(session_id(content))},
        },
        "launchMode": "Normal", "moveOn": "Passed", "masteryScore": 0.85, "launchParameters": '{"x": 1}',
        "returnURL": "https://back.example/x", "entitlementKey": {"courseStructure": "k"},
    }  # fmt: skip
    second = launch(app, registration, packages.units(package.id)[1], LaunchMode.BROWSE).open()
    assert set(second.told) == {"contextTemplate", "launchMode", "moveOn"}
    assert second.told["launchMode"] == "Browse"


def test_launched_is_recorded_with_its_context(app: Flask, stored: Stored) -> None:
    node = unit("a", mastery_score=Decimal("0.5"), launch_parameters="p")
    content = launch(app, make_registration(make_package(tree=[node])))
    (said,) = stored("launched")
    assert said["object"]["id"] == content.activity
    assert said["actor"] == content.actor
    context = said["context"]
    assert context["registration"] == content.registration
    assert [each["id"] for each in context["contextActivities"]["grouping"]] == [node.publisher_id]
    assert [each["id"] for each in context["contextActivities"]["category"]] == [words.DEFINED]
    extensions = context["extensions"]
    assert UUID(extensions[words.SESSION])
    assert extensions[words.LAUNCH_URL] == content.url.partition("?")[0]
    found = [extensions[each] for each in (words.LAUNCH_MODE, words.MOVE_ON_RULE, words.MASTERY_SCORE)]
    assert found == ["Normal", "Completed", 0.5]
    assert extensions[words.LAUNCH_PARAMETERS] == "p"


def test_the_record_store_knows_the_parts_by_their_titles(app: Flask) -> None:
    registration = make_registration(make_package(tree=[block("b", unit("a"))]))
    with transaction():
        recording.define(registration.package)
        recording.define(registration.package)
    content = launch(app, registration).open()
    answer = content.send("GET", "/activities", query={"activityId": content.activity})
    assert answer.json["definition"] == {"type": words.UNIT, "name": {"en": "Unit a", "cy": "Uned a"}}


class TestFetching:
    def test_a_token_is_given_once(self, app: Flask) -> None:
        content = launch(app, make_registration())
        assert set(content.fetch()) == {"auth-token"}
        assert content.fetch()["error-code"] == USED

    def test_there_is_none_for_who_comes_late_or_guesses(self, app: Flask) -> None:
        content = launch(app, make_registration())
        with clock.frozen(clock.now() + FETCHED_WITHIN):
            assert content.fetch()["error-code"] == UNKNOWN
        answer = app.test_client().post("/cmi5/fetch/guessed")
        assert (answer.status_code, answer.json["error-code"]) == (200, UNKNOWN)

    def test_there_is_none_once_another_launch_has_ended_the_session(self, app: Flask) -> None:
        registration = make_registration()
        first = launch(app, registration)
        launch(app, registration)
        assert first.fetch()["error-code"] == UNKNOWN

    def test_any_origin_may_post_and_nothing_else(self, app: Flask) -> None:
        content, client = launch(app, make_registration()), app.test_client()
        path = urlsplit(content.parameters["fetch"]).path
        before = client.options(path, headers={"Origin": "null"})
        assert (before.status_code, before.headers["Access-Control-Allow-Origin"]) == (204, "*")
        assert [client.open(path, method=each).status_code for each in ("GET", "PUT", "DELETE")] == [405] * 3
        answer = client.post(path)
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
        assert "no-store" in answer.headers["Cache-Control"]
        assert "Set-Cookie" not in answer.headers


class TestSatisfying:
    def test_inner_blocks_come_before_outer_ones_in_the_same_transaction(self, app: Flask, stored: Stored) -> None:
        package = make_package(
            tree=[block("out", block("in", unit("a")), unit("b", move_on=MoveOn.PASSED)), unit("c", move_on=MoveOn.NOT_APPLICABLE)]
        )  # fmt: skip
        registration = make_registration(package)
        a, b, _ = packages.units(package.id)
        names = {each.publisher_id: each for each in packages.nodes(package.id)}
        one = launch(app, registration, a).open()
        one.says("initialized", "completed", "terminated")
        two = launch(app, registration, b).open()
        two.says("initialized", "failed", "terminated")
        three = launch(app, registration, b).open()
        three.says("initialized", "passed", "terminated")
        said = stored("satisfied")
        groups = [each["context"]["contextActivities"]["grouping"][0]["id"] for each in said]
        assert [names[each].kind for each in groups] == [NodeKind.BLOCK, NodeKind.BLOCK, NodeKind.COURSE]
        assert groups[0].endswith("/in")
        types = [each["object"]["definition"]["type"] for each in said]
        assert types == [words.BLOCK, words.BLOCK, words.COURSE]
        sessions = [each["context"]["extensions"][words.SESSION] for each in said]
        assert (
            sessions == [one.template["extensions"][words.SESSION]] + [three.template["extensions"][words.SESSION]] * 2
        )
        assert not {each["object"]["id"] for each in said} & set(names)
        assert all("result" not in each for each in said)

    def test_what_asks_for_nothing_is_satisfied_at_registration(self, app: Flask, stored: Stored) -> None:
        package = make_package(tree=[block("x", unit("a", move_on=MoveOn.NOT_APPLICABLE)), unit("b")])
        make_registration(package)
        (said,) = stored("satisfied")
        assert said["context"]["contextActivities"]["grouping"][0]["id"].endswith("block/x")

    def test_an_allowed_statement_counts_for_nothing(self, app: Flask) -> None:
        registration = make_registration()
        content = launch(app, registration).open()
        content.says("initialized")
        content.says("completed", defined=False, result={"duration": "PT1S"})
        assert queries.standing(registration).satisfied == {}

    def test_progress_is_followed_and_never_goes_back(self, app: Flask) -> None:
        registration = make_registration()
        content = launch(app, registration).open()
        content.says("initialized")
        for progress in (40, 20):
            said = {"extensions": {words.PROGRESS: progress}}
            content.says("http://adlnet.gov/expapi/verbs/progressed", defined=False, result=said)
        assert db.session.get_one(Enrolment, registration.enrolment_id).progress == 40


class TestAbandoning:
    def test_a_new_launch_ends_the_open_session(self, app: Flask, stored: Stored) -> None:
        registration = make_registration()
        first = launch(app, registration).open()
        first.says("initialized")
        launch(app, registration)
        assert session_of(first).state is SessionState.ABANDONED
        (said,) = stored("abandoned")
        assert said["context"]["extensions"][words.SESSION] == str(session_id(first))
        assert said["result"]["duration"].startswith("PT")
        assert first.post(first.said("completed")).status_code == 403
        assert first.state("bookmark", "PUT", data=b"x").status_code == 403
        assert first.launch_data().status_code == 403
        assert first.send("GET", "/statements").status_code == 403

    def test_silence_ends_it_and_the_duration_is_up_to_the_last_word(self, app: Flask, stored: Stored) -> None:
        registration, start = make_registration(), clock.now()
        with clock.frozen(start):
            content = launch(app, registration).open()
        with clock.frozen(start + timedelta(seconds=75.5)):
            content.says("initialized")
        with clock.frozen(start + IDLE), transaction():
            sweep()
        assert stored("abandoned") == []
        with clock.frozen(start + IDLE + timedelta(minutes=2)), transaction():
            sweep()
            sweep()
        (said,) = stored("abandoned")
        assert said["result"]["duration"] == "PT75.50S"

    def test_one_that_said_nothing_lasted_no_time(self, app: Flask, stored: Stored) -> None:
        registration = make_registration()
        launch(app, registration)
        launch(app, registration)
        assert [each["result"]["duration"] for each in stored("abandoned")] == ["PT0S"]


def test_a_waiver_says_why_and_on_whose_authority(app: Flask, stored: Stored) -> None:
    registration = make_registration(make_package(tree=[block("b", unit("a"))]))
    (node,) = packages.units(registration.package_id)
    with transaction():
        waive(Actor.system(), registration.id, node.key, "Equivalent Outside Activity")
    verbs = [each["verb"]["id"].rpartition("/")[2] for each in stored()]
    assert verbs == ["waived", "satisfied", "satisfied"]
    said, *following = stored()
    assert said["result"] == {
        "success": True, "completion": True, "extensions": {words.REASON: "Equivalent Outside Activity"},
    }  # fmt: skip
    categories = {each["id"] for each in said["context"]["contextActivities"]["category"]}
    assert categories == {words.DEFINED, words.MOVE_ON}
    assert len({each["context"]["extensions"][words.SESSION] for each in following}) == 1


def test_preferences_are_the_persons_language_until_they_choose(app: Flask) -> None:
    registration = make_registration(learner=make_person(language="cy"))
    content = launch(app, registration).open()
    assert content.preferences().json == {"languagePreference": "cy-GB,en-GB", "audioPreference": "on"}
    etag = content.preferences().headers["ETag"]
    chosen = {"languagePreference": "en-GB", "audioPreference": "off"}
    assert content.preferences("PUT", json=chosen, headers={"If-Match": etag}).status_code == 204
    again = launch(app, registration).open()
    assert again.preferences().json == chosen


@pytest.mark.parametrize("verb", ["completed", "passed"])
def test_tincan_content_counts_by_its_exact_activity(app: Flask, stored: Stored, verb: str) -> None:
    package = make_package(tree=[unit("a", move_on=MoveOn.COMPLETED_OR_PASSED)], format=Format.XAPI)
    registration = make_registration(package)
    content = launch(app, registration)
    content.take(content.parameters["auth"].removeprefix("Basic "))
    assert content.activity == packages.units(package.id)[0].publisher_id
    assert content.state("bookmark", "PUT", data=b"7").status_code == 204
    plain = {"actor": content.actor, "context": {"registration": content.registration}}
    for about in (f"{content.activity}/x", "https://another.example/"):
        said = {"verb": {"id": f"http://adlnet.gov/expapi/verbs/{verb}"}, "object": {"id": about}}
        assert content.post(plain | said).status_code == 200
    assert queries.standing(registration).satisfied == {}
    said = {"verb": {"id": f"http://adlnet.gov/expapi/verbs/{verb}"}, "object": {"id": content.activity}}
    assert content.post(plain | said).status_code == 200
    assert db.session.get_one(Registration, registration.id).enrolment.state is EnrolmentState.COMPLETED
    assert stored("satisfied") == []
