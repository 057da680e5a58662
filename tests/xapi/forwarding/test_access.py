"""Who may look after destinations, by pages and by API; where nothing is sent to; and that no secret shows."""

import io
import logging
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask
from sqlalchemy import select

from lms.core import clock, jobs
from lms.core.db import db
from lms.core.permissions import Role
from lms.xapi.forwarding import services
from lms.xapi.forwarding.models import Destination, LetterState
from lms.xapi.forwarding.rules.delivery import Verdict
from tests.factories.accounts import grant, make_organisation, make_person, post_form
from tests.factories.forwarding import (
    KEY,
    SECRET,
    OtherStore,
    Serving,
    allow_private,
    filled_form,
    forward,
    later,
    letters_of,
    make_destination,
    make_refused,
    self_signed,
)  # fmt: skip
from tests.factories.xapi import Store, make_statement

URL = "/en/manage/record-store/destinations"
API = "/api/v1/record_store/destinations"

Json = dict[str, Any]


PATHS = ["", "/new", "/{id}", "/{id}/edit", "/{id}/replay", "/{id}/end", "/{id}/letters", "/{id}/letters/{letter}"]
ACTS = ["/{id}/pause", "/{id}/resume", "/{id}/test", "/{id}/skip", "/{id}/letters/{letter}/again",
        "/{id}/letters/{letter}/aside"]  # fmt: skip
CALLS = [
    ("GET", ""), ("POST", ""), ("GET", "/{id}"), ("PATCH", "/{id}"), ("DELETE", "/{id}"), ("POST", "/{id}/pause"),
    ("POST", "/{id}/resume"), ("POST", "/{id}/tests"), ("POST", "/{id}/replays"), ("POST", "/{id}/skips"),
    ("GET", "/{id}/dead_letters"), ("GET", "/{id}/dead_letters/{letter}"),
    ("POST", "/{id}/dead_letters/{letter}/sendings"), ("POST", "/{id}/dead_letters/{letter}/setting_aside"),
]  # fmt: skip


class TestAccess:
    @pytest.mark.parametrize("who", ["administrator below", "organiser", "learner", "nobody"])
    def test_only_an_administrator_of_the_whole_service(
        self, app: Flask, store: Store, other: OtherStore, signed_in: Any, as_token: Any, who: str
    ) -> None:
        made, letter = make_refused(store, other)
        person = make_person()
        if who == "administrator below":
            grant(person, Role.ADMINISTRATOR, make_organisation(make_organisation()))
        if who == "organiser":
            grant(person, Role.ORGANISER, make_organisation())
        browser = app.test_client() if who == "nobody" else signed_in(person)
        names = {"id": made.id, "letter": letter.id}
        for path in PATHS:
            answer = browser.get(URL + path.format(**names))
            assert answer.status_code == (303 if who == "nobody" else 403), path
        if who != "nobody":
            for path in ACTS:
                answer = post_form(browser, URL + path.format(**names), {}, page="/en/profile")
                assert answer.status_code == 403, path
        client = as_token(person)
        whole = {"name": "x", "endpoint": other.url, "key": "k", "secret": "s", "since": "2026-01-01T00:00:00Z"}
        for method, path in CALLS:
            given = {"since": whole["since"]} if path.endswith("replays") else whole
            options = {"json": given} if method in ("POST", "PATCH") else {}
            if who == "nobody":
                answer = app.test_client().open(API + path.format(**names), method=method, **options)
            else:
                answer = client.open(method, API + path.format(**names), **options)
            assert answer.status_code == (401 if who == "nobody" else 403), (method, path, answer.text)
        db.session.expire_all()
        assert (made.paused_at, made.ended_at, made.name, letter.state) == (None, None, "Analysis", LetterState.WAITING)


class TestApi:
    def test_the_whole_life_of_a_destination(self, store: Store, other: OtherStore, token: Any) -> None:
        given = {"name": "A", "endpoint": other.url + "/", "key": KEY, "secret": SECRET, "version": "2.0.0",
                 "verbs": ["urn:v"], "actors": ["mailto:a@b.example"], "registrations": [str(uuid4())], "batch": 7}  # fmt: skip
        made = token.post(API, json=given)
        assert made.status_code == 201, made.text
        body = made.json
        assert {name: body[name] for name in given if name not in ("secret", "endpoint")} == {
            name: given[name] for name in given if name not in ("secret", "endpoint")
        }
        assert (body["endpoint"], body["actors"], body["standing"]) == (other.url, given["actors"], "up_to_date")
        assert "secret" not in body
        one = f"{API}/{body['id']}"
        changed = token.patch(one, json={"verbs": [], "actors": [], "registrations": []}).json
        assert (changed["verbs"], changed["batch"]) == ([], 7)
        ids = store.keep(make_statement(), make_statement("passed"))
        other.refuses = lambda each: each["id"] == ids[0]
        assert (token.get(one).json["waiting"], token.get(one).json["standing"]) == (2, "behind")
        jobs.run_pending()
        token.post(f"{one}/resume")
        jobs.run_pending()
        body = token.get(one).json
        assert (body["delivered"], body["dead_letters"], body["waiting"], body["behind"]) == (1, 1, 0, 0)
        letters = token.get(f"{one}/dead_letters").json["items"]
        assert [each["statement_id"] for each in letters] == ids[:1]
        letter = f"{one}/dead_letters/{letters[0]['id']}"
        whole = token.get(letter).json
        assert (whole["statement"]["id"], whole["status"]) == (ids[0], 400)
        assert token.post(f"{letter}/sendings").json["state"] == "queued"
        assert token.post(f"{letter}/setting_aside").json["state"] == "set_aside"
        assert token.post(f"{letter}/setting_aside").status_code == 409
        assert token.get(f"{one}/dead_letters?state=set_aside").json["items"][0]["settled_at"] is not None
        assert token.post(f"{one}/replays", json={"since": "2026-01-01T00:00:00Z"}).status_code == 202
        assert token.post(f"{one}/replays", json={"since": "2126-01-01T00:00:00Z"}).status_code == 422
        assert token.post(f"{one}/skips").status_code == 409
        assert token.post(f"{one}/pause").json["standing"] == "paused"
        assert token.post(f"{one}/tests").status_code == 202
        jobs.run_pending()
        assert token.get(one).json["test"]["write"] == 200
        assert token.get(API).json["items"][0]["id"] == body["id"]
        assert token.delete(one).status_code == 204
        assert token.get(one).status_code == 404

    def test_replay_does_not_reach_back_beyond_the_filter(self, other: OtherStore, token: Any) -> None:
        made = make_destination(other.url, since=clock.now() - timedelta(days=1))
        early = (clock.now() - timedelta(days=2)).isoformat()
        answer = token.post(f"{API}/{made.id}/replays", json={"since": early})
        assert answer.status_code == 422
        assert answer.json["errors"][0]["pointer"] == "#/since"

    @pytest.mark.parametrize("endpoint", ["http://store.example/xapi", "https://127.0.0.1/xapi", "https://[::1]/xapi",
                                          "https://169.254.169.254/latest"])  # fmt: skip
    def test_inner_addresses_are_refused_where_the_settings_say_so(
        self, app: Flask, other: OtherStore, token: Any, endpoint: str
    ) -> None:
        given = {"name": "x", "endpoint": endpoint, "key": "k", "secret": "s"}
        allow_private(False)
        try:
            answer = token.post(API, json=given)
            assert (answer.status_code, answer.json["type"]) == (422, "/problems/address-not-allowed")
        finally:
            allow_private(True)

    def test_a_name_that_leads_inside_is_refused_when_it_is_used(
        self, store: Store, other: OtherStore, monkeypatch: Any
    ) -> None:
        store.keep(make_statement())
        port = other.url.split(":")[2].split("/")[0]
        made = make_destination(f"https://rebound.example:{port}/xapi")
        monkeypatch.setattr("socket.getaddrinfo", lambda *_a, **_k: [(2, 1, 6, "", ("127.0.0.1", int(port)))])
        allow_private(False)
        try:
            done = forward(made)
        finally:
            allow_private(True)
        assert (done.trouble, done.status) == (Verdict.CLOSED, None)
        assert "not a public address" in str(done.answer)
        assert (other.got, other.asked, letters_of(done)) == ([], [], [])


def test_the_secret_is_nowhere(
    store: Store, other: OtherStore, keeper: Any, token: Any, server: str, caplog: pytest.LogCaptureFixture
) -> None:
    """Not on pages, in the API, the audit trail, the logs, the queue, nor readable in any table."""
    caplog.set_level(logging.DEBUG)
    answer = post_form(keeper, f"{URL}/new", filled_form(other))
    made = db.session.scalars(select(Destination)).one()
    other.script = [(500, {}, f"you said {SECRET}".encode())]
    store.keep(make_statement())
    jobs.run_pending()
    with later(60):
        forward(made)
    seen = io.StringIO()
    for address in (answer.location, f"{URL}/{made.id}/edit", URL):
        seen.write(keeper.get(address).text)
    seen.write(token.get(f"{API}/{made.id}").text)
    seen.write(caplog.text)
    tables = db.session.scalars(
        db.text("SELECT quote_ident(tablename) FROM pg_tables WHERE schemaname = 'public'")
    ).all()
    for table in tables:
        for row in db.session.scalars(
            db.text(f"SELECT row::text FROM (SELECT t.*::text AS row FROM {table} AS t) AS r")
        ):
            seen.write(row)
    assert len(tables) > 40
    assert str(made.id) in seen.getvalue()
    assert SECRET not in seen.getvalue()
    assert SECRET.encode().hex() not in seen.getvalue()
    assert other.ids() != []


def test_a_secret_of_another_key_asks_to_be_given_again(app: Flask, store: Store, other: OtherStore) -> None:
    store.keep(make_statement())
    made = make_destination(other.url)
    other_id, before = UUID(int=5), app.config["SECRET_KEY"]
    app.config["SECRET_KEY"] = "another key of at least thirty-two characters"
    try:
        done = forward(made)
    finally:
        app.config["SECRET_KEY"] = before
    assert done.trouble is Verdict.CLOSED
    assert "give it again" in str(done.answer)
    with pytest.raises(services.sealing.Unreadable):
        services.sealing.unseal(made.secret or b"", other_id)


def test_a_certificate_that_nobody_vouches_for_is_refused(store: Store, tmp_path: Path, monkeypatch: Any) -> None:
    ids = store.keep(make_statement())
    with Serving(self_signed(tmp_path)) as other:
        made = forward(make_destination(other.url))
        assert (made.trouble, made.status, other.got) == (Verdict.HELD, None, [])
        assert "certificate" in str(made.answer)
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "both.pem"))
        with later(60):
            forward(made)
        assert other.ids() == ids, "and taken once the machine trusts it"
