"""The whole chain through the JSON API alone, against a real server, every answer held against the OpenAPI document."""

import io
from datetime import timedelta
from typing import Any

import pytest
import zxingcpp
from flask import Flask
from PIL import Image

from lms.core import clock
from tests.journeys.api_client import ApiClient
from tests.journeys.cast import Cast, gather
from tests.journeys.conftest import Server, pages_of
from tests.journeys.xapi_client import report

REFLECTION = "I prepared for the meeting with the family and thought afterwards about what had helped. " * 3


@pytest.fixture(scope="module")
def cast(live: tuple[Server, Flask]) -> Cast:
    return gather()


def learn(client: ApiClient, code: str, *, language: str = "en") -> str:
    """Enrol, launch, and let the content report; return the enrolment's id."""
    enrolment = client.post(f"/courses/{code}/enrolments", {"language": language})["id"]
    launch = client.post(f"/enrolments/{enrolment}/launches")
    report(launch, "initialized", "progressed")
    assert client.get(f"/enrolments/{enrolment}")["progress"] == 60
    report(launch, "completed", "passed")
    return enrolment


def give_evidence(client: ApiClient, enrolment: str) -> dict[str, Any]:
    """Write and submit everything that the portfolio of this enrolment asks for."""
    found = client.get("/portfolios", params={"size": 100})["items"]
    portfolio = client.get("/portfolios/" + next(each["id"] for each in found if each["enrolment_id"] == enrolment))
    for item in portfolio["items"]:
        submit(client, portfolio["id"], item["position"], item["kind"])
    return client.get(f"/portfolios/{portfolio['id']}")


def submit(client: ApiClient, portfolio: str, position: int, kind: str, more: str = "") -> None:
    place = f"/portfolios/{portfolio}/items/{position}"
    item = client.get(place)
    if kind == "file" and item["file"] is None:
        item = client.post(
            f"{place}/file", None, 200, files={"file": ("plan.txt", b"What we changed, and why.\n", "text/plain")},
            headers={"If-Match": f'"{item["edition"]}"'},
        )  # fmt: skip
    observed = {"observer": "A colleague", "observed_on": "2026-03-02"} if kind == "observed_practice" else {}
    item = client.put(place, {"body": REFLECTION + more, **observed}, headers={"If-Match": f'"{item["edition"]}"'})
    client.post(f"{place}/submission", {"edition": item["edition"], "no_identifiers": True}, 200)


def accept_all(client: ApiClient, portfolio: str) -> None:
    for item in client.get(f"/portfolios/{portfolio}")["items"]:
        if item["state"] == "submitted":
            decision = {"edition": item["edition"], "outcome": "accepted", "individually_supervised": True}
            client.post(f"/portfolios/{portfolio}/items/{item['position']}/decisions", decision)


def sign_off(learner: ApiClient, supervisor: ApiClient, portfolio: str) -> dict[str, Any]:
    learner.post(f"/portfolios/{portfolio}/submission", {"declared": True}, 200)
    seen = supervisor.get(f"/portfolios/{portfolio}")["evidence_hash"]
    return supervisor.post(f"/portfolios/{portfolio}/sign-off", {"seen": seen, "statement": "I have read all of it."})


def test_enrol_learn_sign_off_certify_report(live: tuple[Server, Flask], cast: Cast) -> None:
    server, _app = live
    nurse, supervisor, organiser, commissioner, volunteer = (
        ApiClient(server.url, who) for who in ("nurse", "supervisor", "organiser", "commissioner", "volunteer")
    )
    anyone = ApiClient(server.url, None)
    before = commissioner.get("/reports/uptake")

    # Anyone searches in either language; the circumflex may be left out.
    found = anyone.get("/courses", params={"q": "datblygiad plant"})["items"]
    assert "ECAMHS-1" in {course["code"] for course in found}
    assert anyone.get("/courses", params={"q": "child development"})["items"]

    # Module 4 refuses the nurse with every reason, and the volunteer with what is open instead.
    refused = nurse.post("/courses/ECAMHS-4/enrolments", {"language": "cy"}, 409, headers={"Accept-Language": "cy"})
    assert refused["type"].startswith("/problems/")
    assert refused["way_out"]
    standing = volunteer.get("/courses/ECAMHS-4/standing")
    assert (standing["kind"], set(standing["alternatives"])) == ("refused", {"ECAMHS-1", "ECAMHS-2", "ECAMHS-3"})
    summary, *facts = standing["reasons"]
    assert "clinical staff" in summary["detail"]
    assert facts
    assert all(fact["detail"] and fact["who"] for fact in facts)
    volunteer.post("/courses/ECAMHS-4/enrolments", {"language": "en"}, 409)

    # The organiser licenses the supervisor and gives her the nurse.
    organiser.post("/licences", {"person_id": str(cast.supervisor.id), "programme": "ECAMHS", "capacity": 4})
    organiser.post(
        "/supervisions",
        {"learner_id": str(cast.nurse.id), "supervisor_id": str(cast.supervisor.id), "programme": "ECAMHS"},
    )

    # The nurse learns; the content reports; evidence is returned once, corrected, accepted and signed off.
    enrolment = learn(nurse, "ECAMHS-1", language="cy")
    assert nurse.get(f"/enrolments/{enrolment}")["state"] == "in_progress"
    portfolio = give_evidence(nurse, enrolment)
    first = portfolio["items"][0]
    place = f"/portfolios/{portfolio['id']}/items/{first['position']}"
    returned = {"edition": first["edition"], "outcome": "returned", "comment": "Say more about what changed."}
    supervisor.post(f"{place}/decisions", returned)
    again = supervisor.post(f"{place}/decisions", returned | {"outcome": "accepted"}, 409)
    assert again["title"]
    server.kill()  # what was acknowledged is there after a kill -9
    server.start()
    assert nurse.get(place)["state"] == "returned"
    submit(nurse, portfolio["id"], first["position"], first["kind"], "More about what changed.")
    accept_all(supervisor, portfolio["id"])
    signature = sign_off(nurse, supervisor, portfolio["id"])
    assert len(signature["content_hash"]) == 64
    assert nurse.get(f"/enrolments/{enrolment}")["state"] == "completed"

    # The certificate says so on paper, and its QR code leads to a page that says the same.
    (award,) = nurse.get("/awards")["items"]
    for language in ("en", "cy"):
        pdf = nurse.get(f"/awards/{award['id']}/certificate", params={"language": language})
        (code,) = {
            found.text for image in pages_of(pdf) for found in zxingcpp.read_barcodes(Image.open(io.BytesIO(image)))
        }
        assert code == award["address"]
    checked = anyone.get(f"/verify/{code.rsplit('/', 1)[1]}")
    assert checked["status"]["state"] == "active", checked["status"]

    # Modules 2 and 3, and the attestation, open module 4.
    for code in ("ECAMHS-2", "ECAMHS-3"):
        more = give_evidence(nurse, learn(nurse, code))
        accept_all(supervisor, more["id"])
        sign_off(nurse, supervisor, more["id"])
    nurse.post("/courses/ECAMHS-4/enrolments", {"language": "cy"}, 409)
    attestation = {
        "learner_id": str(cast.nurse.id), "programme": "ECAMHS", "team": "North Wales CAMHS", "clinical_role": True,
        "in_setting": True, "under_supervision": True, "ends_on": str(clock.today() + timedelta(days=300)),
    }  # fmt: skip
    supervisor.post("/attestations", attestation)
    assert nurse.post("/courses/ECAMHS-4/enrolments", {"language": "cy"})["state"] == "enrolled"

    # The volunteer learns something that is open to everyone.
    learned = learn(volunteer, "PIMH-01")
    assert volunteer.get(f"/enrolments/{learned}")["state"] == "completed"

    # The commissioner does not see what two people did, since figures stand for their ten, and no name in any format.
    after = commissioner.get("/reports/uptake")
    assert [each["people"] for each in after["figures"]] == [each["people"] for each in before["figures"]]
    raw = str(after) + commissioner.get("/reports/uptake.csv").decode()
    assert not [
        person for person in (cast.nurse, cast.volunteer) if person.display_name in raw or str(person.id) in raw
    ]

    # Learner B knows nothing of learner A.
    for path in (f"/enrolments/{enrolment}", f"/portfolios/{portfolio['id']}", place, f"/awards/{award['id']}"):
        volunteer.get(path, 404)
    assert sum(each.checked for each in (nurse, supervisor, organiser, commissioner, volunteer, anyone)) > 60
