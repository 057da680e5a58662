"""The pages and JSON routes of supervision: what they do, who may, and guessed ids."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from courses.supervision.models import Attestation, Supervision, SupervisorLicence
from lms.core import clock
from lms.core.db import db
from lms.core.ids import new_id
from lms.core.permissions import Role
from tests.counting import queries_of
from tests.factories.accounts import grant, make_membership, make_organisation, make_person, post_form
from tests.factories.supervision import make_attestation, make_licence, make_supervision

SignedIn = Callable[..., Any]
WHO = ("supervisor", "learner", "lead", "lead elsewhere", "nobody")
CONFIRMED = {"clinical_role": "true", "in_setting": "true", "under_supervision": "true"}

PAGES = [
    ("/en/supervision/learners", (200, 200, 200, 200, 303)),
    ("/en/supervision/learners/{supervision}/attest", (200, 403, 403, 403, 303)),
    ("/en/supervision/learners/{supervision}/end", (200, 404, 200, 404, 303)),
    ("/en/supervision/attestations/{attestation}/end", (200, 404, 200, 404, 303)),
    ("/en/manage/supervision", (403, 403, 200, 200, 303)),
    ("/en/manage/supervision/licences", (403, 403, 200, 200, 303)),
    ("/en/manage/supervision/licences/{licence}/withdraw", (403, 403, 200, 404, 303)),
]
API = [
    ("GET", "/api/v1/licences", None, (200, 200, 200, 200)),
    ("GET", "/api/v1/supervisions", None, (200, 200, 200, 200)),
    ("GET", "/api/v1/attestations", None, (200, 200, 200, 200)),
    ("POST", "/api/v1/attestations/{attestation}/end", {"ground": "left_role"}, (200, 404, 200, 404)),
    ("POST", "/api/v1/supervisions/{supervision}/end", None, (200, 404, 200, 404)),
    ("POST", "/api/v1/licences/{licence}/withdrawal", {"reason": "over"}, (403, 403, 200, 404)),
]


def day_in(name: str, day: Any) -> dict[str, str]:
    return {f"{name}-day": str(day.day), f"{name}-month": str(day.month), f"{name}-year": str(day.year)}


@pytest.fixture
def cast(app: Flask) -> dict[str, Any]:
    body = make_organisation()
    people = {name: make_person() for name in WHO[:-1]}
    make_membership(people["learner"], body)
    make_membership(people["supervisor"], body)
    grant(people["lead"], Role.LEAD_SUPERVISOR, body)
    grant(people["lead elsewhere"], Role.LEAD_SUPERVISOR, make_organisation())
    made = make_licence(people["supervisor"])
    return people | {
        "body": body,
        "licence": made,
        "supervision": make_supervision(people["learner"], people["supervisor"]),
        "attestation": make_attestation(people["learner"], people["supervisor"]),
    }


def ids(cast: dict[str, Any]) -> dict[str, Any]:
    return {name: cast[name].id for name in ("licence", "supervision", "attestation")}


@pytest.mark.parametrize(("address", "expected"), PAGES)
def test_page_access(app: Flask, cast: dict[str, Any], signed_in: SignedIn, address: str, expected: Any) -> None:
    browsers = [signed_in(cast[who]) if who != "nobody" else app.test_client() for who in WHO]
    assert tuple(browser.get(address.format(**ids(cast))).status_code for browser in browsers) == expected
    if "{" in address:
        guessed = dict.fromkeys(("licence", "supervision", "attestation"), new_id())
        assert browsers[2].get(address.format(**guessed)).status_code in (403, 404)


@pytest.mark.parametrize(("method", "address", "body", "expected"), API)
def test_api_access(
    app: Flask, cast: dict[str, Any], as_token: SignedIn, method: str, address: str, body: Any, expected: Any
) -> None:
    given = {} if body is None else {"json": body}
    for who, status in sorted(zip(WHO, expected, strict=False), key=lambda pair: pair[1] == 200):
        answer = as_token(cast[who]).open(method, address.format(**ids(cast)), **given)
        if status == 200 and method == "POST" and answer.status_code == 409:
            continue  # the one before has ended it
        assert answer.status_code == status, (who, answer.json)
    assert app.test_client().open(address.format(**ids(cast)), method=method, **given).status_code == 401


def test_supervisor_attests_and_ends_by_form_and_nothing_typed_is_lost(
    app: Flask, cast: dict[str, Any], signed_in: SignedIn
) -> None:
    browser = signed_in(cast["supervisor"])
    url = f"/en/supervision/learners/{cast['supervision'].id}/attest"
    until = clock.today() + timedelta(days=90)
    wrong = post_form(browser, url, {"team": "CAMHS Arfon", **day_in("ends_on", until + timedelta(days=400))})
    assert wrong.status_code == 422
    for words in ("CAMHS Arfon", "Confirm that the learner works in a clinical role"):
        assert words in wrong.text
    late = post_form(
        browser, url, {"team": "CAMHS Arfon", **CONFIRMED, **day_in("ends_on", until + timedelta(days=400))}
    )
    assert "Enter a date within the next 12 months" in late.text
    done = post_form(browser, url, {"team": "CAMHS Arfon", **CONFIRMED, **day_in("ends_on", until)})
    assert done.status_code == 303
    made = db.session.scalars(select(Attestation).where(Attestation.team == "CAMHS Arfon")).one()
    assert (made.ends_on, made.licence_number) == (until, cast["licence"].number)
    page = f"/cy/supervision/attestations/{made.id}/end"
    assert post_form(browser, page, {}).status_code == 422
    assert post_form(browser, page, {"ground": "left_setting"}).location == "/cy/supervision/learners"
    assert post_form(browser, f"/en/supervision/learners/{cast['supervision'].id}/end", {}).status_code == 303
    assert "No learners yet" in browser.get("/en/supervision/learners").text


def test_lead_issues_a_licence_assigns_and_withdraws_by_form(
    app: Flask, cast: dict[str, Any], signed_in: SignedIn
) -> None:
    browser, newcomer, learner = signed_in(cast["lead"]), make_person(), make_person()
    for person in (newcomer, learner):
        make_membership(person, cast["body"])
    page = "/en/manage/supervision/licences"
    assert (
        "Nobody here has this address"
        in post_form(browser, page, {"email": "x@example.org", "programme": "ECAMHS"}).text
    )
    given = {"email": newcomer.emails[0].address, "programme": "ECAMHS", "capacity": "2"}
    assert post_form(browser, page, given).status_code == 303
    licence = db.session.scalars(select(SupervisorLicence).where(SupervisorLicence.person_id == newcomer.id)).one()
    asked = {"email": learner.emails[0].address, "supervisor": str(licence.id)}
    assert post_form(browser, "/en/manage/supervision", asked).status_code == 303
    again = post_form(browser, "/en/manage/supervision", asked)
    assert "This supervisor already has this learner" in again.text
    foreign = make_person()
    make_membership(foreign, make_organisation())
    refused = post_form(browser, "/en/manage/supervision", asked | {"email": foreign.emails[0].address})
    assert "You do not have permission" in refused.text
    assert (
        db.session.scalars(select(Supervision.supervisor_id).where(Supervision.learner_id == learner.id)).one()
        == newcomer.id
    )
    db.session.rollback()
    url = f"{page}/{licence.id}/withdraw"
    assert post_form(browser, url, {"reason": ""}).status_code == 422
    assert post_form(browser, url, {"reason": "Has left the service"}).status_code == 303


def test_the_whole_by_api(app: Flask, cast: dict[str, Any], as_token: SignedIn) -> None:
    lead, supervisor = as_token(cast["lead"]), as_token(cast["supervisor"])
    learner = make_person()
    make_membership(learner, cast["body"])
    given = {"person_id": str(cast["supervisor"].id), "programme": "PIMH"}
    assert lead.post("/api/v1/licences", json=given).status_code == 201
    asked = {"learner_id": str(learner.id), "supervisor_id": str(cast["supervisor"].id), "programme": "PIMH"}
    assert lead.post("/api/v1/supervisions", json=asked).status_code == 201
    assert lead.post("/api/v1/supervisions", json=asked).json["type"] == "/problems/already-supervised"
    until = (clock.today() + timedelta(days=30)).isoformat()
    facts = {
        "clinical_role": True,
        "in_setting": True,
        "under_supervision": True,
        "team": "Amenedigol",
        "ends_on": until,
    }
    made = supervisor.post("/api/v1/attestations", json={"learner_id": str(learner.id), "programme": "PIMH", **facts})
    assert (made.status_code, made.json["team"], made.json["ends_on"]) == (201, "Amenedigol", until)
    bad = supervisor.post("/api/v1/attestations", json={"learner_id": str(learner.id), "programme": "PIMH", "team": ""})
    assert {each["pointer"] for each in bad.json["errors"]} >= {"#/clinical_role", "#/ends_on"}
    page = supervisor.get("/api/v1/attestations?programme=PIMH").json
    assert [each["id"] for each in page["items"]] == [made.json["id"]]


def test_lists_ask_the_same_whatever_the_rows(app: Flask, cast: dict[str, Any], signed_in: SignedIn) -> None:
    pages = [
        (signed_in(cast["supervisor"]), "/en/supervision/learners"),
        (signed_in(cast["lead"]), "/en/manage/supervision"),
        (signed_in(cast["lead"]), "/en/manage/supervision/licences"),
    ]
    for browser, url in pages:
        browser.get(url)
    before = [queries_of(browser, url) for browser, url in pages]
    for _ in range(6):
        learner = make_person()
        make_membership(learner, cast["body"])
        make_supervision(learner, cast["supervisor"])
        make_attestation(learner, cast["supervisor"])
        make_licence(learner)
    after = [queries_of(browser, url) for browser, url in pages]
    assert after == before
