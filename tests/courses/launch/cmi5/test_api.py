"""What a suite from outside drives everything by, and who may."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from courses.launch.formats.structure import MoveOn
from courses.launch.packages import queries as packages
from lms.accounts.models import Organisation, Person
from lms.core.permissions import Role
from tests.courses.launch.cmi5.driving import Content
from tests.factories.accounts import (
    TokenClient,
    grant,
    make_membership,
    make_organisation,
    make_person,
    organisation,
)
from tests.factories.catalogue import make_course
from tests.factories.content import block, make_package, make_registration, unit
from tests.factories.enrolments import make_enrolment

Stored = Callable[..., list[dict[str, Any]]]
ALL = "/api/v1/content/registrations"


@pytest.fixture
def place(app: Flask) -> Organisation:
    return make_organisation(organisation("WALES"))


@pytest.fixture
def organiser(app: Flask, place: Organisation) -> TokenClient:
    person = make_person()
    grant(person, Role.ORGANISER, place)
    return TokenClient(app, person)


@pytest.fixture
def learner(app: Flask, place: Organisation) -> Person:
    person = make_person(email="named@example.org")
    make_membership(person, place)
    return person


def test_an_organiser_drives_everything_for_a_named_learner(
    app: Flask, organiser: TokenClient, learner: Person, stored: Stored
) -> None:
    course = make_course()
    make_package(course, [block("b", unit("a"), unit("w")), unit("n", move_on=MoveOn.NOT_APPLICABLE)])
    made = organiser.post(ALL, json={"course": course.code, "email": "named@example.org"})
    assert made.status_code == 201, made.text
    found = made.json
    assert found["actor"]["account"]["name"] == str(learner.id)
    assert [each["kind"] for each in found["nodes"]] == ["course", "block", "unit", "unit", "unit"]
    assert organiser.get(made.headers["Location"]).json == found
    _, _, first, second, third = found["nodes"]
    assert third["satisfied_at"] is not None

    given = {"mode": "Normal", "return_url": "https://suite.example/back"}
    launched = organiser.post(f"{ALL}/{found['id']}/units/{first['key']}/launches", json=given)
    assert launched.status_code == 201, launched.text
    content = Content(app, launched.json["url"]).open()
    assert (content.told["returnURL"], content.activity) == ("https://suite.example/back", first["activity"])
    content.says("initialized", "completed", "terminated")

    again = organiser.post(f"{ALL}/{found['id']}/units/{first['key']}/launches", json={"mode": "Review"}).json
    ended = organiser.post(f"/api/v1/content/sessions/{again['session']['id']}/abandonment")
    assert (ended.status_code, ended.json["state"]) == (200, "abandoned")
    assert organiser.post(f"/api/v1/content/sessions/{again['session']['id']}/abandonment").status_code == 409
    seen = organiser.get(f"{ALL}/{found['id']}/sessions").json["items"]
    assert [each["state"] for each in seen] == ["abandoned", "ended"]
    assert organiser.get(f"/api/v1/content/sessions/{seen[1]['id']}").json == seen[1]
    assert [each["id"] for each in organiser.get(f"{ALL}/{found['id']}/sessions?state=ended").json["items"]] == [
        seen[1]["id"]
    ]

    waiver = f"{ALL}/{found['id']}/units/{second['key']}/waiver"
    assert organiser.post(waiver, json={}).status_code == 422
    once = {"Idempotency-Key": "w1"}
    waived = organiser.post(waiver, json={"reason": "Tested Out"}, headers=once)
    assert (waived.status_code, waived.json["progress"]) == (201, 100)
    assert all(each["satisfied_at"] for each in waived.json["nodes"])
    assert organiser.post(waiver, json={"reason": "Tested Out"}, headers=once).json == waived.json
    assert organiser.post(waiver, json={"reason": "Tested Out"}).status_code == 409
    (said,) = stored("waived")
    assert said["context"]["instructor"]["account"]["name"] == str(organiser.person.id)
    assert len(stored("satisfied")) == 2


def test_a_learner_launches_their_own_and_waives_nothing(app: Flask, as_token: Any) -> None:
    person = make_person()
    package = make_package()
    enrolment = make_enrolment(person, package.course)
    client = as_token(person)
    made = client.post(f"/api/v1/enrolments/{enrolment.id}/registration")
    assert (made.status_code, made.json["enrolment"]) == (201, str(enrolment.id))
    key = made.json["nodes"][1]["key"]
    launched = client.post(f"{ALL}/{made.json['id']}/units/{key}/launches", json={})
    content = Content(app, launched.json["url"]).open()
    assert content.told["returnURL"] == f"http://localhost/en/learning/{enrolment.id}"
    assert client.post(f"{ALL}/{made.json['id']}/units/{key}/waiver", json={"reason": "x"}).status_code == 403
    session = launched.json["session"]["id"]
    assert client.post(f"/api/v1/content/sessions/{session}/abandonment").status_code == 403


def test_others_see_nothing_of_a_registration(app: Flask, as_token: Any, organiser: TokenClient) -> None:
    registration = make_registration()
    (node,) = packages.units(registration.package_id)
    stranger = as_token(make_person())
    for client in (stranger, organiser):  # the organiser's place is another
        assert client.get(f"{ALL}/{registration.id}").status_code == 404
        assert client.get(f"{ALL}/{registration.id}/sessions").status_code == 404
        assert client.post(f"{ALL}/{registration.id}/units/{node.key}/launches", json={}).status_code == 404
        named = {"course": registration.package.course.code, "person": str(registration.learner_id)}
        assert client.post(ALL, json=named).status_code == 404
    assert organiser.post(f"{ALL}/{registration.id}/units/{node.key}/waiver", json={"reason": "x"}).status_code == 404


@pytest.mark.parametrize(
    ("status", "given"),
    [
        (422, {}),
        (422, {"account": "x", "email": "named@example.org"}),
        (404, {"account": "no-uuid"}),
        (404, {"email": "nobody@example.org"}),
        (404, {"email": "named@example.org", "course": "NO-SUCH"}),
    ],
)
def test_who_and_what_is_meant_must_be_said(
    organiser: TokenClient, learner: Person, status: int, given: dict[str, str]
) -> None:
    assert organiser.post(ALL, json={"course": make_course().code} | given).status_code == status


def test_a_package_that_is_not_on_offer_is_for_who_edits_courses(
    app: Flask, organiser: TokenClient, learner: Person, place: Organisation
) -> None:
    package = make_package(offered=False)
    given = {"course": package.course.code, "account": str(learner.id)}
    assert organiser.post(ALL, json=given).json["type"] == "/problems/nothing-to-launch"
    asked = given | {"package": str(package.id)}
    assert organiser.post(ALL, json=asked).status_code == 403
    grant(organiser.person, Role.AUTHOR, place)
    made = organiser.post(ALL, json=asked)
    assert (made.status_code, made.json["package"]) == (201, str(package.id))
    other = make_package(package.course, [unit("z")], offered=False)
    assert organiser.post(ALL, json=given | {"package": str(other.id)}).json["type"] == "/problems/another-package"


@pytest.mark.parametrize("address", ["javascript:alert(1)", "/back", "https://", "http://[", "ftp://x.example/"])
def test_a_return_address_is_a_whole_one_of_the_web(app: Flask, as_token: Any, address: str) -> None:
    registration = make_registration()
    (node,) = packages.units(registration.package_id)
    there = f"{ALL}/{registration.id}/units/{node.key}/launches"
    assert as_token(registration.learner).post(there, json={"return_url": address}).status_code == 422
