"""Commits: kept as they came, applied in order, and nothing an attempt has reached is lost."""

import json
from typing import Any
from urllib.parse import urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from courses.enrolments.models import Enrolment, EnrolmentState
from courses.launch.formats.structure import MoveOn
from courses.launch.packages import addresses, queries
from courses.launch.packages.models import Package
from courses.launch.scorm import services
from courses.launch.scorm.models import Attempt, Commit
from courses.launch.sessions.models import Evidence, LaunchMode, Registration, Session, SessionState
from lms.core.db import db, transaction
from lms.core.permissions import Actor, Permission
from lms.xapi.identity import agent_of
from lms.xapi.models import StoredStatement
from tests.factories.content import make_registration, make_scorm


class Runtime:
    """A session of the only SCO, as the launcher sees it."""

    def __init__(self, client: FlaskClient, registration: Registration, **given: Any) -> None:
        self.client, self.registration = client, registration
        node = queries.units(registration.package_id)[0]
        with transaction():
            learner = Actor(person=registration.learner_id)
            self.session = services.launch(learner, registration, node.id, **given).session
            self.id = self.session.id
        self.run = urlsplit(addresses.run_address(self.id)).path
        self.sequence = 0

    def begins(self) -> Any:
        return self.client.get(self.run + "scorm").json

    def commit(self, *, final: bool = False, sequence: int | None = None, seconds: int = 0, **cmi: Any) -> Any:
        self.sequence = sequence or self.sequence + 1
        body = {"runtimeData": {"cmi": cmi}, "commitSequence": self.sequence, "totalTimeSeconds": seconds}
        url = f"{self.run}scorm/commit{'?final=true' if final else ''}"
        return self.client.post(url, data=json.dumps(body), content_type="text/plain;charset=UTF-8")

    def attempt(self) -> Attempt:
        return db.session.get_one(Attempt, self.session.sent["attempt"])


def core(status: str = "incomplete", **more: Any) -> dict[str, Any]:
    return {"lesson_status": status} | more


@pytest.fixture
def package(app: Flask) -> Package:
    return make_scorm()


@pytest.fixture
def registration(package: Package) -> Registration:
    return make_registration(package)


@pytest.fixture
def runtime(client: FlaskClient, registration: Registration) -> Runtime:
    return Runtime(client, registration)


def enrolment(registration: Registration) -> Enrolment:
    return db.session.get_one(Enrolment, registration.enrolment_id)


def verbs() -> list[str]:
    said = db.session.scalars(select(StoredStatement.payload).order_by(StoredStatement.seq)).all()
    return [_json(each)["verb"]["id"].rsplit("/", 1)[1] for each in said]


def _json(said: Any) -> Any:
    return said if isinstance(said, dict) else json.loads(said)


def test_a_course_is_begun_resumed_and_passed(
    client: FlaskClient, registration: Registration, runtime: Runtime
) -> None:
    told = runtime.begins()
    assert told["data"]["core"]["entry"] == "ab-initio"
    assert told["url"] == "sco.html"
    assert client.post(runtime.run + "scorm/begun").json == {"result": True, "errorCode": 0}
    assert enrolment(registration).state is EnrolmentState.IN_PROGRESS
    assert runtime.commit(
        core=core(lesson_location="p3", exit="suspend"), suspend_data="abc", final=True, seconds=90
    ).json["result"]
    assert db.session.get_one(Session, runtime.id).state is SessionState.ENDED
    again = Runtime(client, registration)
    begun = again.begins()["data"]
    assert (begun["core"]["entry"], begun["core"]["lesson_location"], begun["suspend_data"]) == ("resume", "p3", "abc")
    assert begun["core"]["total_time"] == "0000:01:30"
    again.commit(core=core("passed", score={"raw": 85, "min": 0, "max": 100}), suspend_data="abc", seconds=200)
    assert enrolment(registration).state is EnrolmentState.COMPLETED
    again.commit(core=core("passed", score={"raw": 85, "min": 0, "max": 100}, exit=""), final=True, seconds=230)
    attempt = again.attempt()
    assert (attempt.number, attempt.completion, attempt.success, float(attempt.scaled or 0)) == (
        1,
        "completed",
        "passed",
        0.85,
    )
    assert attempt.seconds == 230
    assert attempt.finished_at is not None
    assert sorted(db.session.scalars(select(Evidence.fact))) == ["completed", "passed"]
    assert verbs() == ["initialized", "suspended", "resumed", "scored", "passed", "completed", "terminated"]


def test_what_is_finished_opens_for_review_and_counts_no_more(
    client: FlaskClient, registration: Registration, runtime: Runtime
) -> None:
    runtime.commit(core=core("passed"), final=True)
    review = Runtime(client, registration)
    assert review.session.mode is LaunchMode.REVIEW
    begun = review.begins()["data"]["core"]
    assert (begun["lesson_mode"], begun["credit"]) == ("review", "no-credit")
    assert review.commit(core=core("failed", score={"raw": 1}), final=True).json["result"]
    assert (review.attempt().success, review.attempt().scaled) == ("passed", None)
    anew = Runtime(client, registration, anew=True)
    assert (anew.session.mode, anew.attempt().number) == (LaunchMode.NORMAL, 2)
    assert anew.begins()["data"]["core"]["entry"] == "ab-initio"


def test_nothing_gets_worse_within_an_attempt(runtime: Runtime) -> None:
    runtime.commit(core=core("completed", score={"raw": 90}))
    runtime.commit(core=core("incomplete", score={"raw": 20}))
    attempt = runtime.attempt()
    assert (attempt.completion, float(attempt.scaled or 0)) == ("completed", 0.9)


def test_a_late_commit_is_kept_and_not_applied_and_a_repeated_one_counts_once(runtime: Runtime) -> None:
    runtime.commit(core=core(lesson_location="5"), sequence=5)
    assert runtime.commit(core=core(lesson_location="3"), sequence=3).json["result"]
    assert runtime.commit(core=core(lesson_location="other"), sequence=5).json["result"]
    assert json.loads(runtime.attempt().data)["cmi"]["core"]["lesson_location"] == "5"
    assert list(db.session.scalars(select(Commit.sequence).order_by(Commit.sequence))) == [3, 5]


def test_a_gap_in_the_numbers_stops_nothing(runtime: Runtime) -> None:
    runtime.commit(core=core(lesson_location="1"))
    runtime.commit(core=core(lesson_location="9"), sequence=9)
    assert json.loads(runtime.attempt().data)["cmi"]["core"]["lesson_location"] == "9"


def test_64000_characters_are_kept_whole_and_more_is_refused_not_cut(runtime: Runtime) -> None:
    long = "ŵ" * 64_000
    assert runtime.commit(core=core(), suspend_data=long).json["result"]
    assert runtime.begins()["data"]["suspend_data"] == long
    refused = runtime.commit(core=core(), suspend_data=long + "x")
    assert (refused.status_code, refused.json["result"], refused.json["errorCode"]) == (422, False, 351)
    assert runtime.begins()["data"]["suspend_data"] == long


def test_a_page_that_was_closed_may_leave_out_what_was_too_long(client: FlaskClient, runtime: Runtime) -> None:
    runtime.commit(core=core(), suspend_data="long", interactions={"0": {"id": "q1"}})
    body = {"runtimeData": {"cmi": {"core": core(lesson_location="2")}}, "commitSequence": 2, "partial": True}
    assert client.post(f"{runtime.run}scorm/commit", data=json.dumps(body)).json["result"]
    kept = json.loads(runtime.attempt().data)["cmi"]
    assert (kept["suspend_data"], kept["core"]["lesson_location"], "interactions" in kept) == ("long", "2", True)


def test_the_score_to_pass_decides_at_the_end(client: FlaskClient, app: Flask) -> None:
    from decimal import Decimal

    registration = make_registration(make_scorm(mastery_score=Decimal("0.8")))
    runtime = Runtime(client, registration)
    assert runtime.begins()["data"]["student_data"]["mastery_score"] == "80"
    runtime.commit(core=core("completed", score={"raw": 60}), final=True)
    assert runtime.attempt().success == "failed"
    better = Runtime(client, registration, anew=True)
    better.commit(core=core("incomplete", score={"raw": 80}), final=True)
    assert (better.attempt().success, better.attempt().completion) == ("passed", "completed")


@pytest.mark.parametrize(("policy", "done"), [
    (MoveOn.PASSED, False), (MoveOn.COMPLETED, True), (MoveOn.COMPLETED_AND_PASSED, False), (MoveOn.COMPLETED_OR_PASSED, True),
])  # fmt: skip
def test_the_authors_policy_says_when_it_counts(client: FlaskClient, app: Flask, policy: MoveOn, done: bool) -> None:
    registration = make_registration(make_scorm(completion=policy))
    Runtime(client, registration).commit(core=core("completed"))
    assert (enrolment(registration).state is EnrolmentState.COMPLETED) is done


def test_scorm_2004_says_two_things_and_how_far(client: FlaskClient, app: Flask) -> None:
    registration = make_registration(
        make_scorm("2004", completion=MoveOn.COMPLETED_AND_PASSED, more={"completion_threshold": "0.9"})
    )
    runtime = Runtime(client, registration)
    runtime.commit(completion_status="incomplete", success_status="unknown", progress_measure="0.5", total_time="PT1M")
    assert enrolment(registration).progress == 50
    runtime.commit(
        completion_status="incomplete", success_status="passed", score={"scaled": "0.7"}, progress_measure="0.95"
    )
    assert enrolment(registration).state is EnrolmentState.COMPLETED
    assert runtime.attempt().seconds == 60


def test_a_session_that_was_overtaken_is_told_so_and_its_data_stay_out(
    client: FlaskClient, registration: Registration, runtime: Runtime
) -> None:
    runtime.commit(core=core(lesson_location="1"))
    other = Runtime(client, registration)
    late = runtime.commit(core=core(lesson_location="1b"))
    assert late.json["result"], "nobody has gone on from it yet, so what was cut off is taken"
    other.commit(core=core(lesson_location="2"))
    refused = runtime.commit(core=core(lesson_location="1c"))
    assert (refused.status_code, refused.json["reason"]) == (409, "continued-elsewhere")
    assert json.loads(other.attempt().data)["cmi"]["core"]["lesson_location"] == "2"
    assert db.session.scalar(select(func.count()).select_from(Commit)) == 4


def test_statements_are_the_houses_and_about_the_learner(registration: Registration, runtime: Runtime) -> None:
    runtime.commit(
        core=core("passed", score={"raw": 8, "min": 0, "max": 10}),
        interactions={"0": {"id": "q 1", "type": "choice", "student_response": "a", "result": "correct",
                            "correct_responses": {"0": {"pattern": "a"}}}},
    )  # fmt: skip
    said = [_json(each) for each in db.session.scalars(select(StoredStatement.payload).order_by(StoredStatement.seq))]
    assert [each["verb"]["id"].rsplit("/", 1)[1] for each in said] == [
        "initialized",
        "responded",
        "scored",
        "passed",
        "completed",
    ]
    assert {json.dumps(each["actor"]) for each in said} == {json.dumps(agent_of(registration.learner_id))}
    assert {each["context"]["registration"] for each in said} == {str(registration.id)}
    assert all(
        each["context"]["contextActivities"]["category"][0]["id"] == "https://w3id.org/xapi/scorm" for each in said
    )
    assert said[3]["result"] == {"success": True, "score": {"scaled": 0.8, "raw": 8.0, "min": 0.0, "max": 10.0}}
    assert said[1]["object"]["id"].endswith("/interactions/q%201")
    assert said[1]["result"]["success"] is True
    runtime.commit(core=core("passed", score={"raw": 8, "min": 0, "max": 10}))
    assert len(verbs()) == len(said), "nothing has changed, so nothing is told"


def test_a_token_is_worth_its_own_session_only(client: FlaskClient, runtime: Runtime) -> None:
    assert client.get(runtime.run[:-3] + "xx/scorm").status_code == 403
    assert client.post("/run/forged/scorm/commit", data="{}").status_code == 403
    answer = client.options(runtime.run + "scorm/commit")
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert "Access-Control-Allow-Credentials" not in answer.headers
    assert "Set-Cookie" not in client.get(runtime.run + "scorm").headers


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'{"cmi": 1}', b"\xff", b'{"runtimeData": {"cmi": []}}'])
def test_what_no_runtime_sends_is_refused(client: FlaskClient, runtime: Runtime, body: bytes) -> None:
    assert client.post(runtime.run + "scorm/commit", data=body).status_code == 422
    assert db.session.scalar(select(func.count()).select_from(Commit)) == 0


def test_only_the_learner_may_do_this(app: Flask, runtime: Runtime) -> None:
    from lms.core.errors import Forbidden

    stranger = Actor(person=runtime.id, scopes=frozenset({Permission.ENROLMENT_LAUNCH}))
    with pytest.raises(Forbidden):
        services.commit(stranger, runtime.id, b'{"cmi": {}}', final=False)
