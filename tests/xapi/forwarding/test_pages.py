"""Those who look after the store see how each destination stands, and act. Nobody else does; no secret shows."""

import io
import logging
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask
from sqlalchemy import select

from lms.core import clock, jobs
from lms.core.audit import AuditEntry
from lms.core.db import db, transaction
from lms.core.permissions import Actor, Role
from lms.xapi.forwarding import services
from lms.xapi.forwarding.models import DeadLetter, Destination, LetterState
from lms.xapi.forwarding.rules.delivery import Verdict
from tests.counting import queries_of
from tests.factories.accounts import grant, make_organisation, make_person, post_form
from tests.factories.forwarding import (
    KEY,
    SECRET,
    OtherStore,
    allow_private,
    forward,
    later,
    letters_of,
    make_destination,
)  # fmt: skip
from tests.factories.xapi import Store, learner, make_statement

URL = "/en/manage/record-store/destinations"
API = "/api/v1/record_store/destinations"

Json = dict[str, Any]


@pytest.fixture
def administrator(app: Flask) -> Any:
    person = make_person()
    grant(person, Role.ADMINISTRATOR, make_organisation())
    return person


@pytest.fixture
def keeper(administrator: Any, signed_in: Any) -> Any:
    return signed_in(administrator)


@pytest.fixture
def token(administrator: Any, as_token: Any) -> Any:
    return as_token(administrator)


def filled(other: OtherStore, **given: Any) -> Json:
    return {"name": "Dadansoddi", "endpoint": other.url, "key": KEY, "secret": SECRET, "version": "1.0.3", "batch": "20",
            **given}  # fmt: skip


def refused(store: Store, other: OtherStore) -> tuple[Destination, DeadLetter]:
    """A destination that took all but one."""
    ids = store.keep(*(make_statement(actor=learner(n)) for n in range(3)))
    other.refuses = lambda each: each["id"] == ids[1]
    destination = forward(make_destination(other.url))
    return destination, letters_of(destination)[0]


class TestPages:
    def test_a_destination_is_added_and_sent_to(self, store: Store, other: OtherStore, keeper: Any) -> None:
        assert "Nothing is sent on yet" in keeper.get(URL).text
        ids = store.keep(make_statement("passed"), make_statement("failed"), make_statement("passed", actor=learner(2)))
        given = filled(other, verbs="http://adlnet.gov/expapi/verbs/passed\r\n\r\nurn:x",
                       actors="https://people.example learner-1\nmailto:a@b.example")  # fmt: skip
        answer = post_form(keeper, f"{URL}/new", given)
        assert answer.status_code == 303, answer.text
        made = db.session.scalars(select(Destination)).one()
        assert made.verbs == ["http://adlnet.gov/expapi/verbs/passed", "urn:x"]
        assert made.actors == ["account https://people.example learner-1", "mbox mailto:a@b.example"]
        jobs.run_pending()
        assert other.ids() == ids[:1]
        shown = keeper.get(answer.location).text
        for words in ("Up to date", "Nothing waits", "https://people.example learner-1", other.url):
            assert words in shown
        assert SECRET not in shown

    def test_the_day_from_which_on_is_the_first_that_counts(self, other: OtherStore, keeper: Any) -> None:
        days = {"since-day": "1", "since-month": "6", "since-year": "2026"}
        assert post_form(keeper, f"{URL}/new", filled(other) | days).status_code == 303
        made = db.session.scalars(select(Destination)).one()
        assert made.since is not None
        assert (made.since + timedelta(microseconds=1)).isoformat() == "2026-05-31T23:00:00+00:00"
        assert "1 June 2026" in keeper.get(f"{URL}/{made.id}").text
        shown = keeper.get(f"{URL}/{made.id}/edit").text
        assert 'value="6"' in shown
        before = made.since
        assert post_form(keeper, f"{URL}/{made.id}/edit", filled(other, secret="") | days).status_code == 303
        assert made.since == before

    def test_what_was_typed_is_shown_again_with_the_faults_but_for_the_secret(
        self, other: OtherStore, keeper: Any
    ) -> None:
        answer = post_form(
            keeper, f"{URL}/new",
            filled(other, name="", verbs="no iri", actors="who?", registrations="x", batch="0", endpoint="ftp://x"),
        )  # fmt: skip
        assert answer.status_code == 422
        for words in ("Enter a name for the destination", "full identifiers", "no iri", "who?", "whole number from 1",
                      "UUIDs", "ftp://x"):  # fmt: skip
            assert words in answer.text, words
        assert SECRET not in answer.text

    def test_another_address_needs_the_secret_again(self, other: OtherStore, keeper: Any) -> None:
        made = make_destination(other.url)
        url = f"{URL}/{made.id}/edit"
        sealed = made.secret
        elsewhere = filled(other, endpoint="https://elsewhere.example/xapi", secret="")
        answer = post_form(keeper, url, elsewhere)
        assert answer.status_code == 422
        assert "the address has changed" in answer.text
        assert post_form(keeper, url, filled(other, name="Other name", secret="")).status_code == 303
        assert (made.name, made.secret, made.endpoint) == ("Other name", sealed, other.url)
        assert post_form(keeper, url, elsewhere | {"secret": "new"}).status_code == 303
        assert (made.endpoint, made.secret == sealed) == ("https://elsewhere.example/xapi", False)

    def test_trouble_is_told_in_words_and_can_be_tried_at_once(
        self, store: Store, other: OtherStore, keeper: Any
    ) -> None:
        ids = store.keep(make_statement())
        other.script = [(503, {}, b"<b>closed</b> for the night")]
        made = forward(make_destination(other.url))
        shown = keeper.get(f"{URL}/{made.id}").text
        for words in ("Waiting to try again", "503", "&lt;b&gt;closed", "1 statement, the oldest from"):
            assert words in shown
        assert "next attempt" in keeper.get(URL).text
        assert post_form(keeper, f"{URL}/{made.id}/resume", {}, page=f"{URL}/{made.id}").status_code == 303
        jobs.run_pending()
        assert other.ids() == ids
        assert "Up to date" in keeper.get(f"{URL}/{made.id}").text

    def test_pause_and_resume(self, store: Store, other: OtherStore, keeper: Any) -> None:
        made = make_destination(other.url)
        page = f"{URL}/{made.id}"
        assert post_form(keeper, f"{page}/pause", {}, page=page).status_code == 303
        ids = store.keep(make_statement())
        forward(made)
        assert other.got == []
        assert "Paused" in keeper.get(page).text
        post_form(keeper, f"{page}/resume", {}, page=page)
        jobs.run_pending()
        assert other.ids() == ids

    def test_a_test_tells_what_it_found(self, other: OtherStore, keeper: Any) -> None:
        made = make_destination(other.url)
        page = f"{URL}/{made.id}"
        assert post_form(keeper, f"{page}/test", {}, page=page).status_code == 303
        assert "is under way" in keeper.get(page).text
        jobs.run_pending()
        shown = keeper.get(page).text
        assert "It answers, and speaks the version of xAPI that is set here." in shown
        assert "It takes statements from us." in shown
        assert "1.0.3, 2.0.0" in shown
        assert other.asked == ["/xapi/about"]
        assert [got.statements for got in other.got] == [[]]
        with transaction():
            services.change(Actor.system(), made.id, private=True, secret="wrong")
        other.about = (200, b'{"version": "nonsense"}')
        post_form(keeper, f"{page}/test", {}, page=page)
        jobs.run_pending()
        shown = keeper.get(page).text
        assert "It does not know this key and secret." in shown
        assert "not as a record store does" in shown

    def test_a_dead_letter_is_read_sent_again_and_settled(self, store: Store, other: OtherStore, keeper: Any) -> None:
        made, letter = refused(store, other)
        assert str(letter.statement_id) in keeper.get(f"{URL}/{made.id}/letters").text
        page = f"{URL}/{made.id}/letters/{letter.id}"
        shown = keeper.get(page).text
        assert "one of these is not for us" in shown
        assert "learner-1" in shown
        post_form(keeper, f"{page}/again", {}, page=page)
        jobs.run_pending()
        db.session.expire_all()
        assert (letter.state, letter.attempts) == (LetterState.WAITING, 2), "refused once more"
        other.refuses = lambda each: False
        post_form(keeper, f"{page}/again", {}, page=page)
        jobs.run_pending()
        db.session.expire_all()
        assert letter.state is LetterState.SENT
        assert str(letter.statement_id) in other.kept
        assert "Delivered" in keeper.get(page).text
        assert "There are no such statements" in keeper.get(f"{URL}/{made.id}/letters").text
        assert str(letter.statement_id) in keeper.get(f"{URL}/{made.id}/letters?state=sent").text

    def test_a_dead_letter_is_set_aside_once(self, store: Store, other: OtherStore, keeper: Any) -> None:
        made, letter = refused(store, other)
        page = f"{URL}/{made.id}/letters/{letter.id}"
        assert post_form(keeper, f"{page}/aside", {}, page=page).status_code == 303
        assert letter.state is LetterState.SET_ASIDE
        assert letter.settled_by is not None
        assert post_form(keeper, f"{page}/again", {}, page=f"{URL}/{made.id}").status_code == 409
        told = db.session.scalars(select(AuditEntry.action).where(AuditEntry.action.like("forwarding.%"))).all()
        assert told.count("forwarding.set_aside") == 1

    def test_replay_sends_again_and_settles_what_is_taken_now(
        self, store: Store, other: OtherStore, keeper: Any
    ) -> None:
        made, letter = refused(store, other)
        other.refuses = lambda each: False
        page = f"{URL}/{made.id}/replay"
        today = clock.today()
        typed = {"since-day": today.day, "since-month": today.month, "since-year": today.year, "at": "0.00"}
        assert post_form(keeper, page, typed).status_code == 303
        jobs.run_pending()
        assert [len(got.statements) for got in other.got][-1] == 3
        db.session.expire_all()
        assert letter.state is LetterState.SENT
        assert len(other.order) == 3
        tomorrow = typed | {"since-year": today.year + 1}
        assert "Enter a time that has passed" in post_form(keeper, page, tomorrow).text
        assert "Enter a time such as" in post_form(keeper, page, typed | {"at": "25:00"}).text

    def test_an_ended_destination_is_gone_with_its_secret(self, other: OtherStore, keeper: Any) -> None:
        made = make_destination(other.url)
        assert post_form(keeper, f"{URL}/{made.id}/end", {}).status_code == 303
        assert (made.secret, made.ended_at is None) == (None, False)
        assert keeper.get(f"{URL}/{made.id}").status_code == 404
        assert "Nothing is sent on yet" in keeper.get(URL).text

    def test_the_list_costs_the_same_however_long_it_is(self, other: OtherStore, keeper: Any) -> None:
        costs = []
        for _ in range(2):
            for _ in range(3):
                make_destination(other.url)
            costs.append(queries_of(keeper, URL))
        assert costs[0] == costs[1]


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
        made, letter = refused(store, other)
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
    answer = post_form(keeper, f"{URL}/new", filled(other))
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
