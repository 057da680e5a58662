"""The JSON routes of enrolments: who may, guessed ids, and what a refusal says to machines."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from courses.enrolments.models import EnrolmentState
from lms.accounts.models import Sector
from lms.core.ids import new_id
from lms.core.permissions import Role
from tests.factories.accounts import grant, make_membership, make_organisation, make_person
from tests.factories.catalogue import make_course
from tests.factories.enrolments import make_enrolment
from tests.factories.supervision import make_supervision

AsToken = Callable[..., Any]
WHO = ("learner", "other learner", "supervisor", "organiser", "organiser elsewhere", "nobody")

MATRIX = [
    # method, address, what each of WHO gets
    ("GET", "/api/v1/enrolments", (200, 200, 200, 200, 200, 401)),
    ("GET", "/api/v1/enrolments/{id}", (200, 404, 200, 200, 404, 401)),
    ("POST", "/api/v1/enrolments/{id}/launches", (201, 404, 404, 403, 404, 401)),
    ("POST", "/api/v1/enrolments/{id}/place", (403, 403, 403, 409, 404, 401)),
    ("POST", "/api/v1/enrolments/{id}/completion", (403, 403, 403, 200, 404, 401)),
    ("POST", "/api/v1/enrolments/{id}/withdrawal", (200, 404, 404, 200, 404, 401)),
]
PAGES = [
    ("/en/learning/{id}", (200, 404, 200, 200, 404, 303)),
    ("/en/learning/{id}/withdraw", (200, 404, 404, 200, 404, 303)),
    ("/en/learning/{id}/launch", (200, 404, 404, 404, 404, 303)),
    ("/en/manage/enrolments", (403, 403, 403, 200, 200, 303)),
]


@pytest.fixture
def cast(app: Flask) -> dict[str, Any]:
    body, other = make_organisation(), make_organisation()
    people = {name: make_person() for name in WHO[:-1]}
    make_supervision(people["learner"], people["supervisor"])
    grant(people["organiser"], Role.ORGANISER, body)
    grant(people["organiser elsewhere"], Role.ORGANISER, other)
    place = make_membership(people["learner"], body)
    return people | {"enrolment": lambda: make_enrolment(people["learner"], membership=place)}


@pytest.mark.parametrize(("method", "address", "expected"), MATRIX)
def test_api_access(
    app: Flask, cast: dict[str, Any], as_token: AsToken, method: str, address: str, expected: Any
) -> None:
    answers = []
    for who in WHO:
        url = address.format(id=cast["enrolment"]().id)
        body = {"json": {"reason": "no_time"}} if url.endswith("withdrawal") else {}
        client = as_token(cast[who]) if who != "nobody" else app.test_client()
        answers.append(client.open(method, url, **body) if who != "nobody" else client.open(url, method=method, **body))
    assert tuple(answer.status_code for answer in answers) == expected


@pytest.mark.parametrize(("address", "expected"), PAGES)
def test_page_access(app: Flask, cast: dict[str, Any], signed_in: AsToken, address: str, expected: Any) -> None:
    url = address.format(id=cast["enrolment"]().id)
    browsers = [signed_in(cast[who]) if who != "nobody" else app.test_client() for who in WHO]
    assert tuple(browser.get(url).status_code for browser in browsers) == expected


def test_guessed_ids_are_not_found(app: Flask, cast: dict[str, Any], as_token: AsToken) -> None:
    client = as_token(cast["organiser"])
    for method, address, _expected in MATRIX[1:]:
        body = {"json": {"reason": "no_time"}} if address.endswith("withdrawal") else {}
        answer = client.open(method, address.format(id=new_id()), **body)
        assert (answer.status_code, answer.json["type"]) == (404, "/problems/not-found"), address


def test_list_holds_only_what_one_may_read(app: Flask, cast: dict[str, Any], as_token: AsToken) -> None:
    mine = cast["enrolment"]()
    make_enrolment(cast["other learner"])
    for who, expected in (("learner", [str(mine.id)]), ("supervisor", [str(mine.id)]), ("organiser elsewhere", [])):
        assert [each["id"] for each in as_token(cast[who]).get("/api/v1/enrolments").json["items"]] == expected


def test_refusal_says_every_reason_and_the_alternatives_in_the_readers_language(app: Flask, as_token: AsToken) -> None:
    volunteer = make_person()
    make_membership(volunteer, sector=Sector.THIRD_SECTOR, job_role_code="volunteer", paid=False)
    client = as_token(volunteer)
    answer = client.post("/api/v1/courses/ECAMHS-4/enrolments", json={"language": "en"})
    assert (answer.status_code, answer.json["type"]) == (409, "/problems/not-for-your-work")
    assert answer.json["detail"] == "This module is only for clinical staff under supervision in NHS CAMHS teams."
    assert answer.json["way_out"] == "ECAMHS-1, ECAMHS-2 and ECAMHS-3 are open to you now."
    assert answer.json["alternatives"] == ["ECAMHS-1", "ECAMHS-2", "ECAMHS-3"]
    assert "/problems/supervision-not-attested" in [each["type"] for each in answer.json["reasons"]]
    standing = client.get("/api/v1/courses/ECAMHS-4/standing", headers={"Accept-Language": "cy"})
    assert (standing.json["kind"], standing.json["alternatives"]) == ("refused", ["ECAMHS-1", "ECAMHS-2", "ECAMHS-3"])
    assert "GIG Cymru" in str(standing.json["reasons"])


def test_enrolling_launching_and_leaving_by_api(app: Flask, as_token: AsToken) -> None:
    person, course = make_person(), make_course()
    client = as_token(person)
    assert client.get(f"/api/v1/courses/{course.code}/standing").json["kind"] == "open"
    made = client.post(f"/api/v1/courses/{course.code}/enrolments", json={"language": "cy"})
    assert (made.status_code, made.json["state"], made.json["course"]) == (201, "enrolled", course.code)
    assert made.headers["Location"].endswith(made.json["id"])
    again = client.post(f"/api/v1/courses/{course.code}/enrolments", json={"language": "cy"})
    assert (again.status_code, again.json["type"], again.json["enrolment"]) == (
        409,
        "/problems/already-enrolled",
        made.json["id"],
    )
    whole = client.get(f"/api/v1/enrolments/{made.json['id']}").json
    assert [need["met"] for need in whole["needs"]] == [False]
    assert [event["kind"] for event in whole["events"]] == ["enrolled"]
    launched = client.post(f"/api/v1/enrolments/{made.json['id']}/launches").json
    assert launched["activity"] == f"http://localhost/activities/{course.code}"
    assert launched["registration"] == made.json["registration"]
    left = client.post(f"/api/v1/enrolments/{made.json['id']}/withdrawal", json={"reason": "personal"})
    assert left.json["state"] == EnrolmentState.WITHDRAWN
    assert client.post(f"/api/v1/enrolments/{made.json['id']}/launches").status_code == 409


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({}, 422), ({"language": "fr"}, 422), ({"language": 1}, 422), ({"language": "en", "extra": 1}, 422),
        ({"language": "en", "declared": "x"}, 422), ({"language": "en", "membership_id": "x"}, 422),
        ({"language": "en", "learner_id": str(new_id())}, 403),
    ],
)  # fmt: skip
def test_bad_input_has_one_clear_answer(app: Flask, as_token: AsToken, body: dict[str, Any], status: int) -> None:
    client = as_token(make_person())
    answer = client.post(f"/api/v1/courses/{make_course().code}/enrolments", json=body)
    assert answer.status_code == status
    assert client.post("/api/v1/courses/NOWHERE/enrolments", json={"language": "en"}).status_code == 404
    assert client.get("/api/v1/courses/NOWHERE/standing").status_code == 404
