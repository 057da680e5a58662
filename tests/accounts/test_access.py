"""Who may do what: method × address × who, and other people's ids."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient

from lms.core import clock
from lms.core.permissions import Role
from tests.factories.accounts import (
    TokenClient,
    grant,
    make_membership,
    make_person,
    organisation,
    post_form,
    sign_in_browser,
)

SIGN_IN = 303
# address, then what somebody not signed in, a learner, an administrator of BCU, of HDU, and of Wales are answered
PAGES = [
    ("/en/sign-in", (200, SIGN_IN, SIGN_IN, SIGN_IN, SIGN_IN)),
    ("/en/join", (200, 200, 200, 200, 200)),
    ("/en/forgotten-password", (200, 200, 200, 200, 200)),
    ("/en/mail-sent/join", (200, 200, 200, 200, 200)),
    ("/cy/mail-sent/password", (200, 200, 200, 200, 200)),
    ("/en/outbox", (200, 200, 200, 200, 200)),
    ("/en/profile", (SIGN_IN, 200, 200, 200, 200)),
    ("/en/profile/details", (SIGN_IN, 200, 200, 200, 200)),
    ("/en/profile/emails", (SIGN_IN, 200, 200, 200, 200)),
    ("/en/profile/registrations", (SIGN_IN, 200, 200, 200, 200)),
    ("/en/profile/memberships/add", (SIGN_IN, 200, 200, 200, 200)),
    ("/en/profile/memberships/{membership}/end", (SIGN_IN, 200, 404, 404, 404)),
    ("/en/profile/password", (SIGN_IN, 200, 200, 200, 200)),
    ("/en/profile/tokens", (SIGN_IN, 200, 200, 200, 200)),
    ("/en/profile/sign-ins", (SIGN_IN, 200, 200, 200, 200)),
    ("/en/admin/people", (SIGN_IN, 403, 200, 200, 200)),
    ("/en/admin/people/{learner}", (SIGN_IN, 403, 200, 404, 200)),
    ("/en/admin/people/{carer}", (SIGN_IN, 403, 404, 404, 200)),
    ("/en/admin/grants/{grant}/end", (SIGN_IN, 403, 200, 404, 200)),
    ("/en/admin/organisations", (SIGN_IN, 403, 200, 200, 200)),
    ("/en/admin/organisations/add", (SIGN_IN, 403, 200, 200, 200)),
    ("/en/admin/audit", (SIGN_IN, 403, 200, 200, 200)),
    ("/en/admin/people/{nobody}", (SIGN_IN, 403, 404, 404, 404)),
]
API = [
    ("GET", "/api/v1/me", None, (401, 200, 200, 200, 200)),
    ("PATCH", "/api/v1/me", {}, (401, 428, 428, 428, 428)),
    ("GET", "/api/v1/me/memberships", None, (401, 200, 200, 200, 200)),
    ("GET", "/api/v1/tokens", None, (401, 200, 200, 200, 200)),
    ("DELETE", "/api/v1/tokens/{nobody}", None, (401, 404, 404, 404, 404)),
    ("GET", "/api/v1/organisations", None, (200, 200, 200, 200, 200)),
    ("GET", "/api/v1/people", None, (401, 403, 200, 200, 200)),
    ("GET", "/api/v1/people/{learner}", None, (401, 403, 200, 404, 200)),
    ("GET", "/api/v1/people/{carer}", None, (401, 403, 404, 404, 200)),
    ("GET", "/api/v1/people/{nobody}", None, (401, 403, 404, 404, 404)),
    ("POST", "/api/v1/people/{learner}/memberships", {"sector": "nhs", "paid": True, "starts_on": "2025-01-01"},
     (401, 403, 201, 404, 409)),
    ("PATCH", "/api/v1/memberships/{membership}", {"ends_on": "2030-01-01"}, (401, 200, 200, 404, 200)),
    ("POST", "/api/v1/grants", {"person_id": "{learner}", "role": "author", "organisation_id": "{bcu}",
                                "starts_on": "2025-01-01"}, (401, 403, 201, 403, 409)),
    ("PATCH", "/api/v1/grants/{grant}", {"ends_on": "2030-01-01"}, (401, 403, 200, 404, 200)),
]  # fmt: skip


@pytest.fixture
def cast(app: Flask) -> dict[str, Any]:
    """A learner at BCU, a carer without a body, an organiser, and three administrators."""
    bcu = organisation("BCU")
    people = {
        name: make_person(display_name=name) for name in ("learner", "carer", "organiser", "here", "there", "top")
    }
    membership = make_membership(people["learner"], bcu)
    make_membership(people["organiser"], bcu)
    granted = grant(people["organiser"], Role.ORGANISER, bcu)
    for name, code in (("here", "BCU"), ("there", "HDU"), ("top", "WALES")):
        grant(people[name], Role.ADMINISTRATOR, organisation(code))
    return people | {"bcu": bcu, "membership": membership, "grant": granted}


def filled(text: Any, cast: dict[str, Any]) -> Any:
    if isinstance(text, dict):
        return {name: filled(value, cast) for name, value in text.items()}
    if not isinstance(text, str):
        return text
    for name, thing in cast.items():
        text = text.replace(f"{{{name}}}", str(thing.id))
    return text.replace("{nobody}", str(uuid4()))


def test_pages(app: Flask, cast: dict[str, Any]) -> None:
    who = ["learner", "here", "there", "top"]
    browsers = [app.test_client(), *(sign_in_browser(app, cast[name]) for name in who)]
    for address, expected in PAGES:
        got = tuple(each.get(filled(address, cast)).status_code for each in browsers)
        assert got == expected, address


def test_api(app: Flask, cast: dict[str, Any]) -> None:
    tokens = [TokenClient(app, cast[name]) for name in ("learner", "here", "there", "top")]
    for method, address, body, expected in API:
        options = {"json": filled(body, cast)} if body is not None else {}
        nobody = app.test_client().open(filled(address, cast), method=method, **options).status_code
        got = (nobody, *(each.open(method, filled(address, cast), **options).status_code for each in tokens))
        assert got == expected, (method, address)


def test_lists_show_only_who_is_within_reach(app: Flask, cast: dict[str, Any]) -> None:
    def names(who: str, query: str = "") -> set[str]:
        answer = TokenClient(app, cast[who]).get(f"/api/v1/people{query}")
        return {each["display_name"] for each in answer.json["items"]}

    assert names("here") == {"learner", "organiser"}
    assert names("there") == set()
    assert names("top") >= {"learner", "organiser", "carer"}
    assert names("top", "?q=CÂRER") == {"carer"}
    assert names("top", "?q=%25") == set()
    page = sign_in_browser(app, cast["here"]).get("/en/admin/people").text
    assert "learner" in page
    assert "carer" not in page


def test_nobody_grants_beyond_their_reach_or_to_themselves(app: Flask, cast: dict[str, Any]) -> None:
    here = sign_in_browser(app, cast["here"])
    url = f"/en/admin/people/{cast['learner'].id}"
    form = {"role": "author", "starts_on-day": "1", "starts_on-month": "1", "starts_on-year": "2026"}
    beyond = post_form(here, url, form | {"organisation_id": str(organisation("WALES").id)})
    assert beyond.status_code == 403
    assert post_form(here, url, form | {"organisation_id": str(cast["bcu"].id)}).status_code == 303
    token = TokenClient(app, cast["top"])
    body = {"role": "author", "organisation_id": str(cast["bcu"].id), "starts_on": "2026-01-01"}
    own = token.post("/api/v1/grants", json=body | {"person_id": str(cast["top"].id)})
    assert (own.status_code, own.json["type"]) == (403, "/problems/not-yourself")
    stranger = TokenClient(app, cast["here"]).post("/api/v1/grants", json=body | {"person_id": str(cast["carer"].id)})
    assert stranger.status_code == 404


def test_the_trail_tells_only_about_people_within_reach(app: Flask, cast: dict[str, Any]) -> None:
    TokenClient(app, cast["learner"]).patch(
        f"/api/v1/memberships/{cast['membership'].id}", json={"ends_on": "2030-01-01"}
    )
    seen = {name: sign_in_browser(app, cast[name]).get("/en/admin/audit").text for name in ("here", "there", "top")}
    assert "membership.ended" in seen["here"]
    assert "membership.ended" in seen["top"]
    assert "membership.ended" not in seen["there"]
    top, here = (sign_in_browser(app, cast[name]) for name in ("top", "here"))
    assert "reference.loaded" in top.get("/en/admin/audit?thing=reference").text
    assert "reference.loaded" not in here.get("/en/admin/audit?thing=reference").text
    today = clock.today().isoformat()
    assert "membership.ended" in top.get(f"/en/admin/audit?thing=membership&since={today}&until={today}").text
    assert "membership.ended" not in top.get("/en/admin/audit?until=2020-01-01").text
    assert "membership.ended" not in top.get(f"/en/admin/audit?person={cast['carer'].id}").text
    wrong = top.get("/en/admin/audit?since=yesterday&person=nobody@example.org")
    assert wrong.status_code == 200
    assert "Nobody with this address" in wrong.text


def test_a_role_that_has_ended_opens_nothing(app: Flask, signed_in: Callable[..., FlaskClient]) -> None:
    person = make_person()
    grant(person, Role.ADMINISTRATOR, organisation("WALES"), ends_on=clock.today().replace(year=2025))
    assert signed_in(person).get("/en/admin/people").status_code == 403


def test_the_outbox_is_not_there_outside_development(app: Flask, client: FlaskClient, monkeypatch: Any) -> None:
    monkeypatch.setitem(app.config, "DEVELOPMENT", False)
    assert client.get("/en/outbox").status_code == 404
