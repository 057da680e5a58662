"""A server that is killed in the middle of a unit: what it had acknowledged stands, and nothing counts twice."""

import json
from collections import Counter
from typing import Any

import requests
from flask import Flask
from sqlalchemy import select

from courses.enrolments.models import Enrolment, EnrolmentEvent, EnrolmentEventKind, EnrolmentState
from courses.launch.formats.structure import MoveOn
from courses.launch.sessions.models import Evidence, Fact
from lms.core.db import db
from lms.xapi.queries import statements_of
from tests.courses.launch.cmi5.driving import Content, launch
from tests.factories.content import block, make_package, make_registration, unit
from tests.journeys.conftest import Server


class Remote(Content):
    """The same content, over the wire."""

    server: Server

    def fetch(self) -> dict[str, Any]:
        found: dict[str, Any] = requests.post(self.parameters["fetch"], timeout=20).json()
        return found

    def send(self, method: str, path: str, **options: Any) -> Any:
        headers = {"Authorization": f"Basic {self.token}", "X-Experience-API-Version": "1.0.3"}
        query = {
            name: value if isinstance(value, str) else json.dumps(value)
            for name, value in (options.get("query") or {}).items()
        }
        return requests.request(
            method, f"{self.server.url}/xapi{path}", params=query, json=options.get("json"), headers=headers, timeout=20
        )  # fmt: skip

    def launch_data(self, method: str = "GET", **options: Any) -> Any:
        answer = super().launch_data(method, **options)
        return _Answer(answer)

    def preferences(self, method: str = "GET", query: Any = None, **options: Any) -> Any:
        return _Answer(super().preferences(method, query, **options))


class _Answer:
    """As the test client gives it."""

    def __init__(self, answer: requests.Response) -> None:
        self.status_code, self.text = answer.status_code, answer.text
        self.json = answer.json() if answer.content else None


def test_between_passed_and_completed_nothing_is_lost_and_nothing_counts_twice(live: tuple[Server, Flask]) -> None:
    server, app = live
    package = make_package(tree=[block("b", unit("one", move_on=MoveOn.COMPLETED_AND_PASSED))])
    registration = make_registration(package)
    content = Remote(app, launch(app, registration).url)
    content.server = server
    content.open()
    passed, completed = content.said("passed"), content.said("completed")
    for each in (content.said("initialized"), passed):
        assert content.post(each).status_code == 200
    server.kill()
    server.start()
    for each in (passed, completed, completed, content.said("terminated")):  # it cannot know what was received
        answer = content.post(each)
        assert answer.status_code == 200, answer.text
    db.session.rollback()
    verbs = Counter(each["verb"]["id"].rpartition("/")[2] for each in statements_of(registration.id))
    assert verbs == {"launched": 1, "initialized": 1, "passed": 1, "completed": 1, "terminated": 1, "satisfied": 2}
    facts = db.session.scalars(select(Evidence.fact).where(Evidence.registration_id == registration.id)).all()
    assert sorted(facts) == [Fact.COMPLETED, Fact.PASSED]
    enrolment = db.session.get_one(Enrolment, registration.enrolment_id, populate_existing=True)
    assert enrolment.state is EnrolmentState.COMPLETED
    kinds = db.session.scalars(select(EnrolmentEvent.kind).where(EnrolmentEvent.enrolment_id == enrolment.id)).all()
    assert Counter(kinds)[EnrolmentEventKind.COMPLETED] == 1
