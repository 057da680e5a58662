"""Reads from a hot standby (LLWYBR_REPLICA_URL), tried against a real one: what it answers, what it says, what it leaves."""

import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.exc import InternalError

from lms.app import create_app
from lms.core import config, replica
from lms.core.db import db, transaction
from lms.core.permissions import Actor
from lms.xapi import exporting, queries, replicated, services, verifying
from lms.xapi.keeping import knowing
from lms.xapi.rules import patterns
from lms.xapi.rules.parameters import Filter
from tests.conftest import Browser
from tests.factories.accounts import TokenClient
from tests.factories.xapi import Store, credential_of, make_keeper, make_statement, make_store, new_uuid, voiding
from tests.xapi.standby import Pair

THROUGH = "X-Experience-API-Consistent-Through"
WHERE = text("SELECT pg_is_in_recovery()")


@pytest.fixture(scope="module")
def pair() -> Iterator[Pair]:
    with tempfile.TemporaryDirectory() as folder:  # pytest's own folders are closed to PostgreSQL's user
        Path(folder).chmod(0o755)
        made = Pair(Path(folder))
        yield made
        made.stop()


@pytest.fixture(scope="module")
def replicated_app(pair: Pair, tmp_path_factory: pytest.TempPathFactory) -> Flask:
    made = create_app(
        config.Settings(database_url=pair.primary.url, replica_url=pair.standby.url, secret_key="k" * 40,
                        instance=tmp_path_factory.mktemp("instance"), public_url="http://localhost")
    )  # fmt: skip
    made.test_client_class = Browser
    return made


@pytest.fixture
def app(replicated_app: Flask, pair: Pair) -> Iterator[Flask]:
    """The app over the pair, which is kept between these tests."""
    for each in (knowing, verifying, replicated):
        each.forget()
    with replicated_app.app_context():
        yield replicated_app
        db.session.remove()
        for engine in db.engines.values():
            engine.dispose()
    if pair.standby.keeper.poll() is None:
        pair.standby.ask("SELECT pg_wal_replay_resume()")


@pytest.fixture
def store(app: Flask) -> Store:
    return make_store(app)


@pytest.fixture
def held_back(pair: Pair, store: Store) -> Iterator[None]:
    """The standby has what the store had until now, knows so, and gets nothing more."""
    pair.caught_up()
    store.get(limit="1")
    pair.caught_up()
    store.get(limit="1")
    pair.standby.ask("SELECT pg_wal_replay_pause()")
    yield
    pair.standby.ask("SELECT pg_wal_replay_resume()")


def where() -> bool:
    """Is this read sent to the standby?"""
    return replicated.read(lambda _: bool(db.session.scalar(WHERE)))


def instant(written: str) -> datetime:
    return patterns.instant(written)


def test_reads_of_statements_come_from_the_standby_and_nothing_else_does(app: Flask, pair: Pair, store: Store) -> None:
    store.keep(make_statement())
    pair.caught_up()
    assert where() is True
    assert db.session.scalar(WHERE) is False, "beside it the session is the primary's"


def test_a_standby_that_is_behind_shows_what_it_has_and_says_so(store: Store, held_back: None) -> None:
    """Read-your-writes: a client sees what it wrote, or is told of an earlier time than that of its statement."""
    before = store.ids()
    written = store.keep(make_statement())[0]
    sent = store.get(statementId=written)
    for query in ({}, {"ascending": "true"}):
        answer = store.get(**query)
        assert written not in [each["id"] for each in answer.json["statements"]]  # type: ignore[index]
        assert instant(answer.headers[THROUGH]) < instant(sent.json["stored"])  # type: ignore[index]
    assert store.ids() == before


def test_what_follows_a_write_is_told_as_it_can_be_read(store: Store, held_back: None) -> None:
    answer = store.post(make_statement())
    stored = store.get(statementId=answer.json[0]).json["stored"]  # type: ignore[index]
    assert instant(answer.headers[THROUGH]) < instant(stored), "a reader would look for it on the standby"


def test_a_statement_asked_for_by_id_is_there_at_once(store: Store, held_back: None) -> None:
    written = store.keep(make_statement())[0]
    got = store.get(statementId=written)
    assert (got.status_code, got.json["id"]) == (200, written)  # type: ignore[index]
    assert instant(got.headers[THROUGH]) <= datetime.now(UTC)
    assert store.get(statementId=new_uuid()).status_code == 404


def test_a_voiding_that_has_not_arrived_is_found_by_its_id(store: Store, pair: Pair) -> None:
    target = store.keep(make_statement())[0]
    pair.caught_up()
    pair.standby.ask("SELECT pg_wal_replay_pause()")
    store.keep(voiding(target))
    assert store.get(voidedStatementId=target).status_code == 200


def test_it_catches_up_and_says_so(store: Store, pair: Pair) -> None:
    written = store.keep(make_statement())[0]
    pair.caught_up()
    answer = store.get(ascending="true", since="2020-01-01T00:00:00Z", limit="500")
    found = {each["id"]: each for each in answer.json["statements"]}  # type: ignore[index]
    assert instant(answer.headers[THROUGH]) >= instant(found[written]["stored"])
    assert where() is True


def test_a_page_goes_on_where_the_one_before_ended_even_if_the_standby_is_not_there_yet(
    store: Store, pair: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first page is the primary's, the second would be the standby's, who knows none of these."""
    pair.caught_up()
    store.get()
    pair.standby.ask("SELECT pg_wal_replay_pause()")
    ids = store.keep(*[make_statement(activity="https://a.example/paged") for _ in range(6)])
    for order, expected in (({}, ids[::-1]), ({"ascending": "true"}, ids)):
        with monkeypatch.context() as away:
            away.setattr(replica, "is_set", lambda: False)
            first = store.get(activity="https://a.example/paged", limit="2", **order)
        found = [each["id"] for each in first.json["statements"]]  # type: ignore[index]
        more = first.json["more"]  # type: ignore[index]
        while more:
            page = store.send("GET", more.removeprefix("/xapi")).json
            found, more = found + [each["id"] for each in page["statements"]], page["more"]  # type: ignore[index]
        assert found == expected


def test_a_revoked_credential_opens_nothing_though_the_standby_does_not_know(store: Store, held_back: None) -> None:
    assert store.get().status_code == 200
    with transaction():
        services.revoke(Actor.system(), credential_of(store).id)
    assert store.get().status_code == 401


def test_a_write_among_reads_for_the_standby_fails_loudly(store: Store, pair: Pair) -> None:
    pair.caught_up()
    store.get()

    def write(_through: int) -> int:
        db.session.execute(text("UPDATE credential SET name = 'changed'"))
        return 1

    with pytest.raises(InternalError) as caught:
        replicated.read(write)
    assert isinstance(caught.value.orig, psycopg.errors.ReadOnlySqlTransaction)
    assert credential_of(store).name != "changed"
    assert store.get().status_code == 200, "and the standby is asked again"


def test_further_behind_than_the_bound_the_primary_answers(
    store: Store, held_back: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    written = store.keep(make_statement())[0]
    assert where() is True
    monkeypatch.setattr(replicated, "MOST_BEHIND", 0)
    assert where() is False
    answer = store.get(limit="1")
    assert answer.json["statements"][0]["id"] == written  # type: ignore[index]
    assert instant(answer.headers[THROUGH]) >= instant(answer.json["statements"][0]["stored"])  # type: ignore[index]


def test_an_export_holds_all_that_was_there_when_it_began(app: Flask, store: Store, held_back: None) -> None:
    """Its bound is the primary's, so a standby that is behind is not asked."""
    written = store.keep(make_statement())[0]
    answer = TokenClient(app, make_keeper()).get("/api/v1/record_store/statements/export?format=ndjson")
    assert written in answer.text


def test_exports_and_searches_read_the_standby(
    app: Flask, store: Store, pair: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = TokenClient(app, make_keeper())
    store.keep(make_statement())
    seen: list[bool] = []
    page = queries.page

    def noted(*given: object) -> object:
        seen.append(bool(db.session.scalar(WHERE)))
        return page(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(queries, "page", noted)
    pair.caught_up()
    assert token.get("/api/v1/record_store/statements/export?format=ndjson").text
    list(exporting.pages_of(lambda work: work(), Filter(ascending=True, limit=1)))
    assert seen.count(True) >= len(seen) - 2, "the first may come before the standby is that far"
    assert True in seen


def test_with_the_standby_gone_the_primary_answers(app: Flask, store: Store, pair: Pair) -> None:
    """Last of these tests: it does not come back."""
    pair.caught_up()
    assert where() is True
    pair.standby.kill()
    written = store.keep(make_statement())[0]
    answer = store.get(limit="1")
    assert (answer.status_code, answer.json["statements"][0]["id"]) == (200, written)  # type: ignore[index]
    assert instant(answer.headers[THROUGH]) >= instant(answer.json["statements"][0]["stored"])  # type: ignore[index]
    assert where() is False
