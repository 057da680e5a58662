"""Content as its author would write it: it knows its launch address, and nothing else."""

import json
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import UUID, uuid4

from flask import Flask
from werkzeug.test import TestResponse

from courses.launch.cmi5 import services
from courses.launch.cmi5.rules import words
from courses.launch.packages import queries
from courses.launch.packages.models import PackageNode
from courses.launch.sessions.models import LaunchMode, Registration
from courses.launch.sessions.services import for_launch
from lms.core import clock
from lms.core.db import transaction
from lms.core.permissions import Actor
from lms.xapi.rules.patterns import microseconds, written
from tests.factories.xapi import Store

Json = dict[str, Any]

SHORT = {
    "initialized": words.INITIALIZED, "completed": words.COMPLETED, "passed": words.PASSED, "failed": words.FAILED,
    "terminated": words.TERMINATED,
}  # fmt: skip
RESULTS: dict[str, Json] = {
    "completed": {"completion": True, "duration": "PT30S"},
    "passed": {"success": True, "duration": "PT30S"},
    "failed": {"success": False, "duration": "PT30S"},
    "terminated": {"duration": "PT60S"},
}


class Content:
    """A unit that was launched at `url`. `open` does what content does first: fetch, launch data, preferences."""

    def __init__(self, app: Flask, url: str) -> None:
        self.app, self.url = app, url
        self.parameters = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
        self.actor: Json = json.loads(self.parameters["actor"])
        self.registration = self.parameters["registration"]
        self.activity = self.parameters.get("activityId") or self.parameters["activity_id"]
        self.template: Json = {}
        self.told: Json = {}

    def fetch(self) -> Json:
        answer = self.app.test_client().post(urlsplit(self.parameters["fetch"]).path)
        assert answer.status_code == 200, answer.text
        assert answer.mimetype == "application/json"
        return dict(answer.json or {})

    def open(self, *, preferences: bool = True) -> "Content":
        self.take(self.fetch()["auth-token"])
        answer = self.launch_data()
        assert answer.status_code == 200, answer.text
        self.told = answer.json or {}
        self.template = self.told["contextTemplate"]
        if preferences:
            assert self.preferences().status_code == 200
        return self

    def take(self, token: str) -> None:
        self.store = Store(self.app, "", "")
        self.token = token

    def send(self, method: str, path: str, **options: Any) -> TestResponse:
        headers = {"Authorization": f"Basic {self.token}"} | options.pop("headers", {})
        return self.store.send(method, path, headers=headers, **options)

    def launch_data(self, method: str = "GET", **options: Any) -> TestResponse:
        return self.state(words.LAUNCH_DATA, method, **options)

    def state(self, name: str, method: str = "GET", query: Json | None = None, **options: Any) -> TestResponse:
        where = {"activityId": self.activity, "agent": self.actor, "registration": self.registration, "stateId": name}
        return self.send(method, "/activities/state", query=where | (query or {}), **options)

    def preferences(self, method: str = "GET", query: Json | None = None, **options: Any) -> TestResponse:
        where = {"agent": self.actor, "profileId": words.PREFERENCES} | (query or {})
        return self.send(method, "/agents/profile", query=where, **options)

    def said(self, verb: str, *, defined: bool = True, **given: Any) -> Json:
        """A statement as cmi5 asks for it. `given` over its parts; None takes one out."""
        context = json.loads(json.dumps(self.template)) | {"registration": self.registration}
        result = RESULTS.get(verb)
        if defined:
            categories = [{"id": words.DEFINED}]
            if result and {"success", "completion"} & set(result):
                categories.append({"id": words.MOVE_ON})
            context["contextActivities"]["category"] = categories
        made: Json = {
            "id": str(uuid4()), "actor": self.actor, "verb": {"id": SHORT.get(verb, verb)},
            "object": {"objectType": "Activity", "id": self.activity}, "context": context,
            "timestamp": written(microseconds(clock.now())),
        }  # fmt: skip
        if result:
            made["result"] = dict(result)
        made |= given
        return {name: value for name, value in made.items() if value is not None}

    def post(self, *statements: Json) -> TestResponse:
        return self.send("POST", "/statements", json=statements[0] if len(statements) == 1 else list(statements))

    def says(self, *verbs: str, **given: Any) -> list[TestResponse]:
        """Each by itself; all must be let in."""
        answers = [self.post(self.said(verb, **given)) for verb in verbs]
        for answer in answers:
            assert answer.status_code == 200, answer.text
        return answers


def launch(
    app: Flask, registration: Registration, node: PackageNode | None = None, mode: LaunchMode = LaunchMode.NORMAL,
    return_url: str | None = None,
) -> Content:  # fmt: skip
    """Launched by the house, in a transaction of its own; the first unit, unless `node` is given."""
    node = node or queries.units(registration.package_id)[0]
    with transaction():
        locked = for_launch(Actor.system(), registration.id)
        made = services.launch(Actor.system(), locked, node.key, mode, return_url)
    return Content(app, made.url)


def session_id(content: Content) -> UUID:
    return UUID(content.template["extensions"][words.SESSION])
