"""Once is once, and bad input has one clear answer: through the edges, on the routes of accounts."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from courses.enrolments.models import Enrolment
from lms.accounts.models import Membership
from lms.accounts.passwords import hash_password
from lms.core.db import db
from lms.core.web.submissions import Submission
from tests.factories.accounts import TokenClient, hidden_of, make_person
from tests.factories.catalogue import make_course

URL = "/api/v1/me/memberships"
BODY = {"sector": "public", "paid": False, "starts_on": "2026-01-01"}
KEY = {"Idempotency-Key": "a-key-of-mine"}


def count(kind: Any) -> int:
    return db.session.scalar(select(func.count()).select_from(kind)) or 0


def test_a_repeated_key_answers_as_before_and_does_nothing_again(app: Flask) -> None:
    token = TokenClient(app, make_person())
    first, second = (token.post(URL, json=BODY, headers=KEY) for _ in range(2))
    assert first.status_code == second.status_code == 201
    assert first.json == second.json
    assert count(Membership) == 1
    other = token.post(URL, json=BODY | {"paid": True}, headers=KEY)
    assert other.status_code == 422
    assert "already used" in other.json["detail"]
    assert TokenClient(app, make_person()).post(URL, json=BODY, headers=KEY).status_code == 201


def test_twins_at_the_same_time_make_one_row(app: Flask) -> None:
    token = TokenClient(app, make_person())

    def send(_: int) -> int:
        with app.app_context():
            client = app.test_client()
            headers = KEY | {"Authorization": f"Bearer {token.secret}"}
            return client.post(URL, json=BODY, headers=headers).status_code

    with ThreadPoolExecutor(5) as pool:
        assert list(pool.map(send, range(5))) == [201] * 5
    assert count(Membership) == 1


def test_a_refused_request_keeps_no_answer(app: Flask) -> None:
    token = TokenClient(app, make_person())
    assert token.post(URL, json=BODY | {"starts_on": "soon"}, headers=KEY).status_code == 422
    assert token.post(URL, json=BODY, headers=KEY).status_code == 201


def test_no_secret_is_kept_for_a_repeated_key(app: Flask, client: FlaskClient) -> None:
    make_person(email="mari@example.org", password_hash=hash_password("three words apart"))
    body = {"address": "mari@example.org", "password": "three words apart"}
    answers = [client.post("/api/v1/tokens", json=body, headers=KEY) for _ in range(2)]
    assert [each.status_code for each in answers] == [201, 201]
    assert answers[0].json["secret"] != answers[1].json["secret"]
    assert count(Submission) == 0
    wrong = client.post("/api/v1/tokens", json=body | {"password": "wrong"})
    assert (wrong.status_code, wrong.json["type"]) == (401, "/problems/wrong-credentials")
    for _ in range(9):
        client.post("/api/v1/tokens", json=body | {"password": "wrong"})
    late = client.post("/api/v1/tokens", json=body)
    assert late.status_code == 429
    assert int(late.headers["Retry-After"]) > 0


@pytest.mark.parametrize(
    ("sent", "status", "pointer"),
    [
        ({"json": BODY | {"surprise": 1}}, 422, "#/surprise"),
        ({"json": BODY | {"paid": "perhaps"}}, 422, "#/paid"),
        ({"json": BODY | {"job_role": "x" * 500}}, 422, "#/job_role"),
        ({"json": BODY | {"job_role": "a\u0000b"}}, 422, "#/job_role"),
        ({"json": BODY | {"organisation_id": "not-an-id"}}, 422, "#/organisation_id"),
        ({"json": BODY | {"ends_on": "2025-01-01"}}, 422, "#/ends_on"),
        ({"json": []}, 422, None),
        ({"data": "{broken", "content_type": "application/json"}, 400, None),
    ],
)
def test_bad_input_has_one_clear_answer(app: Flask, sent: dict[str, Any], status: int, pointer: str | None) -> None:
    token = TokenClient(app, make_person())
    for language, word in (("en", "roblem"), ("cy", "")):
        answer = token.post(URL, headers={"Accept-Language": language}, **sent)
        assert answer.status_code == status, answer.json
        assert answer.mimetype == "application/problem+json"
        assert answer.headers["Content-Language"] == language
        assert answer.json["title"]
        if pointer:
            assert [each["pointer"] for each in answer.json["errors"]] == [pointer]
        assert word in str(answer.json)
    assert count(Membership) == 0


def test_a_stale_edit_is_refused(app: Flask) -> None:
    token = TokenClient(app, make_person(display_name="Mari"))
    tag = token.get("/api/v1/me").headers["ETag"]
    change = {"display_name": "Mari Ann"}
    assert token.patch("/api/v1/me", json=change).status_code == 428
    done = token.patch("/api/v1/me", json=change, headers={"If-Match": tag})
    assert (done.status_code, done.json["display_name"]) == (200, "Mari Ann")
    late = token.patch("/api/v1/me", json={"display_name": "Other"}, headers={"If-Match": tag})
    assert (late.status_code, late.json["type"]) == (412, "/problems/stale-edit")
    assert token.patch("/api/v1/me", json={}, headers={"If-Match": done.headers["ETag"]}).status_code == 200


def test_lists_are_paged_by_key(client: FlaskClient) -> None:
    seen: list[str] = []
    url = "/api/v1/organisations?size=30"
    while True:
        page = client.get(url).json
        seen += [each["code"] for each in page["items"]]
        if page["next"] is None:
            break
        url = f"/api/v1/organisations?size=30&cursor={page['next']}"
    assert len(seen) == len(set(seen)) > 60
    assert seen == sorted(seen)
    assert client.get("/api/v1/organisations?cursor=nonsense").status_code == 422
    assert client.get("/api/v1/organisations?size=1000").status_code == 422
    found = client.get("/api/v1/organisations?q=ynys mon").json["items"]
    assert [each["code"] for each in found] == ["W06000001"]


def test_a_second_click_is_told_what_the_first_was(app: Flask, signed_in: Callable[..., Any]) -> None:
    """The browser cuts the first answer off, with the cookie that carried its message; once is still once."""
    course, learner = make_course(), make_person()
    url = f"/en/training/{course.code}/enrol"
    browser = signed_in(learner)
    sent = {"language": "en"} | hidden_of(browser.get(url).text)
    name = app.config["SESSION_COOKIE_NAME"]
    before = browser.get_cookie(name)
    cut_off = browser.post(url, data=sent)
    browser.set_cookie(name, before.value)
    again = browser.post(url, data=sent)
    assert cut_off.status_code == again.status_code == 303
    assert cut_off.location == again.location
    assert count(Enrolment) == 1
    pages = [browser.get(again.location).text for _ in range(2)]
    assert [page.count("You are enrolled.") for page in pages] == [1, 0]
