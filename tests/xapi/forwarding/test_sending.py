"""From our store to another over a real connection: whole, in order, and again when something breaks."""

import hashlib
import random
from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from unittest import mock

import pytest

from lms.core import clock, jobs
from lms.core.db import db, transaction
from lms.core.permissions import Actor
from lms.xapi.forwarding import progress, queries, runs, sending, services
from lms.xapi.forwarding.models import LetterState
from lms.xapi.forwarding.rules.delivery import Verdict
from lms.xapi.numbering import consistent_through
from tests.factories.forwarding import (
    DROP,
    SECRET,
    OtherStore,
    Serving,
    fill,
    forward,
    later,
    letters_of,
    make_destination,
)
from tests.factories.xapi import Store, learner, make_statement, some_statement

Json = dict[str, Any]


def mine(ids: Sequence[str], actors: int = 3) -> dict[str, list[str]]:
    return {f"learner-{n}": list(ids[n::actors]) for n in range(actors) if ids[n::actors]}


def test_everything_arrives_as_it_is_stored_and_in_order(store: Store, other: OtherStore) -> None:
    chance = random.Random(7)
    ids = store.keep(*(some_statement(chance) for _ in range(120)))
    done = forward(make_destination(other.url))
    assert other.ids() == ids
    assert [len(got.statements) for got in other.got] == [50, 50, 20]
    assert other.order == sorted(store.found(), key=lambda each: each["stored"])
    assert (done.delivered, done.failures, done.lease) == (120, 0, None)
    assert other.got[0].headers["X-Experience-API-Version"] == "1.0.3"
    assert other.got[0].headers["Content-Type"] == "application/json"


def test_numbers_keep_their_digits(store: Store, other: OtherStore) -> None:
    raw = b'{"actor":{"mbox":"mailto:a@b.c"},"verb":{"id":"urn:v"},"object":{"id":"urn:a"},"result":{"score":{"scaled":0.10}}}'
    store.send("POST", "/statements", data=raw, headers={"Content-Type": "application/json"})
    forward(make_destination(other.url))
    assert b'"scaled":0.10}' in other.got[0].raw


def test_a_second_run_sends_only_what_is_new(store: Store, other: OtherStore) -> None:
    destination = make_destination(other.url)
    first = fill(store, 3)
    forward(destination)
    second = fill(store, 2)
    forward(destination)
    assert [[each["id"] for each in got.statements] for got in other.got] == [first, second]
    forward(destination)
    assert len(other.got) == 2


def test_a_long_run_gives_way_and_asks_for_another(store: Store, other: OtherStore, monkeypatch: Any) -> None:
    monkeypatch.setattr(runs, "LONGEST_RUN", 0)
    ids = fill(store, 6)
    destination = make_destination(other.url, batch=2)
    for arrived in (2, 4, 6, 6):
        jobs.run_pending()
        assert other.ids()[:arrived] == ids[:arrived]
    db.session.expire_all()
    assert (destination.delivered, destination.lease) == (6, None)


def test_attachments_go_with_their_bytes(store: Store, other: OtherStore) -> None:
    content = bytes(range(256)) * 40
    sha2 = hashlib.sha256(content).hexdigest()
    attachment = {"usageType": "urn:x", "display": {"en": "x"}, "contentType": "image/png", "length": len(content),
                  "sha2": sha2}  # fmt: skip
    inner = make_statement() | {"objectType": "SubStatement", "attachments": [attachment]}
    for statement in (make_statement(attachments=[attachment]), make_statement(object=inner)):
        boundary = "xyz"
        body = sending.multipart.joined(boundary, sending.orjson.dumps(statement), [("image/png", sha2, content)])
        kept = store.send(
            "POST", "/statements", data=body, headers={"Content-Type": f"multipart/mixed; boundary={boundary}"}
        )
        assert kept.status_code == 200, kept.text
    fill(store, 1)
    destination = make_destination(other.url, batch=1)
    forward(destination)
    assert [[part.body for part in got.parts] for got in other.got] == [[content], [content], []]
    assert other.got[0].parts[0].headers["x-experience-api-hash"] == sha2
    assert other.got[0].parts[0].headers["content-type"] == "image/png"


class TestMisbehaving:
    """A store that fails, refuses, breaks off or is slow."""

    def test_a_store_that_fails_twice_holds_everything_and_loses_nothing(self, store: Store, other: OtherStore) -> None:
        ids = fill(store, 9)
        other.script = [(500, {}, b"oh"), (503, {}, b"dear")]
        destination = forward(make_destination(other.url))
        assert (destination.trouble, destination.failures, destination.status) == (Verdict.HELD, 1, 500)
        assert destination.answer == "oh"
        first = destination.next_attempt_at - clock.now()  # type: ignore[operator]
        assert timedelta(seconds=10) < first <= timedelta(seconds=30)
        forward(destination)
        assert len(other.got) == 1, "not before its time"
        with later(31):
            destination = forward(destination)
            assert destination.failures == 2
            assert destination.next_attempt_at - clock.now() >= timedelta(seconds=30)  # type: ignore[operator]
            with later(61):
                destination = forward(destination)
        assert other.ids() == ids
        assert other.by_actor() == mine(ids)
        assert (destination.failures, destination.trouble, destination.next_attempt_at) == (0, None, None)
        assert letters_of(destination) == []

    def test_who_asks_for_patience_gets_it(self, store: Store, other: OtherStore) -> None:
        ids = fill(store, 2)
        other.script = [(429, {"Retry-After": "600"}, b"slow down")]
        destination = forward(make_destination(other.url))
        for seconds, arrived in ((590, []), (20, ids)):
            with later(seconds if arrived == [] else 610):
                forward(destination)
            assert other.ids() == arrived

    def test_one_bad_statement_becomes_a_dead_letter_and_the_rest_go_on(self, store: Store, other: OtherStore) -> None:
        ids = fill(store, 30)
        bad = {ids[4], ids[17]}
        other.refuses = lambda each: each["id"] in bad
        destination = forward(make_destination(other.url))
        good = [each for each in ids if each not in bad]
        assert other.ids() == good
        assert all(
            found == [each for each in mine(ids)[who] if each not in bad] for who, found in other.by_actor().items()
        )
        letters = letters_of(destination)
        assert [str(each.statement_id) for each in letters] == [ids[4], ids[17]]
        assert {(each.status, each.state, each.attempts) for each in letters} == {(400, LetterState.WAITING, 1)}
        assert "not for us" in letters[0].answer
        assert (destination.delivered, destination.failures) == (28, 0)
        assert len(other.got) < 30

    @pytest.mark.parametrize("status", [413, 409, 422])
    def test_refused_for_good_is_told_apart_from_refused_for_now(
        self, store: Store, other: OtherStore, status: int
    ) -> None:
        ids = fill(store, 2)
        other.script = [(status, {}, b"")] * 2
        destination = forward(make_destination(other.url))
        assert [(str(each.statement_id), each.status) for each in letters_of(destination)] == [(ids[0], status)]
        assert other.ids() == ids[1:]

    def test_what_is_there_already_is_delivered(self, store: Store, other: OtherStore) -> None:
        ids = fill(store, 3)
        known = next(each for each in store.found() if each["id"] == ids[1])
        other.kept[ids[1]] = known | {"stored": "2020-01-01T00:00:00Z", "authority": {"mbox": "mailto:them@b.c"}}
        other.kept[ids[2]] = known | {"id": ids[2], "actor": learner(77)}
        other.script = [
            (409, {}, b"conflict"),
            None,
            (409, {}, b"conflict"),
            (409, {}, b"conflict"),
            (409, {}, b"conflict"),
        ]
        destination = forward(make_destination(other.url))
        assert destination.delivered == 2
        assert [str(each.statement_id) for each in letters_of(destination)] == [ids[2]]

    def test_a_connection_that_breaks_after_they_kept_it_costs_a_duplicate_at_most(
        self, store: Store, other: OtherStore
    ) -> None:
        ids = fill(store, 6)
        other.script = [DROP]
        destination = forward(make_destination(other.url))
        assert (destination.trouble, destination.status, destination.delivered) == (Verdict.HELD, None, 0)
        with later(60):
            destination = forward(destination)
        sent = [each["id"] for got in other.got for each in got.statements]
        assert sent == ids * 2, "at least once"
        assert other.ids() == ids, "and known by its id"
        assert destination.delivered == 6

    def test_a_store_that_is_down_is_waited_for(self, store: Store) -> None:
        ids = fill(store, 2)
        with Serving() as gone:
            url = gone.url
        destination = forward(make_destination(url))
        assert (destination.trouble, destination.status) == (Verdict.HELD, None)
        assert "no connection" in str(destination.answer)
        assert destination.sent_through == 0
        assert len(ids) == 2

    def test_a_slow_store_has_a_deadline(self, store: Store, other: OtherStore, monkeypatch: Any) -> None:
        fill(store, 1)
        monkeypatch.setattr(sending, "DEADLINE", 0.3)
        other.seconds = 1
        destination = forward(make_destination(other.url))
        assert (destination.trouble, destination.answer) == (Verdict.HELD, "no answer in time")

    @pytest.mark.parametrize("status", [401, 403, 404, 302])
    def test_a_store_that_turns_us_away_makes_no_dead_letters(
        self, store: Store, other: OtherStore, status: int
    ) -> None:
        ids = fill(store, 4)
        other.script = [
            (status, {"Location": "https://elsewhere.example/xapi/statements"}, f"not you, {SECRET}".encode())
        ]
        destination = forward(make_destination(other.url))
        assert (destination.trouble, destination.status) == (Verdict.CLOSED, status)
        assert letters_of(destination) == []
        assert SECRET not in str(destination.answer)
        with later(60):
            forward(destination)
        assert other.ids() == ids

    def test_a_statement_on_which_it_breaks_is_found_and_can_be_put_aside(
        self, store: Store, other: OtherStore
    ) -> None:
        ids = fill(store, 8)
        destination = make_destination(other.url, batch=4)
        usual = other.take

        def breaks(got: Any) -> Any:
            return (500, {}, b"crash") if any(each["id"] == ids[1] for each in got.statements) else usual(got)

        other.take = breaks  # type: ignore[method-assign]
        moment = clock.now()
        with clock.frozen(moment):
            destination = forward(destination)
            with pytest.raises(services.NothingHeld), transaction():
                services.skip(Actor.system(), destination.id)
        for _ in range(4):
            moment += timedelta(hours=2)
            with clock.frozen(moment):
                destination = forward(destination)
        assert other.ids() == ids[:1], "fewer at a time, so what is good before it has arrived"
        with transaction():
            letter = services.skip(Actor.system(), destination.id)
        assert (str(letter.statement_id), letter.status, letter.answer) == (ids[1], 500, "crash")
        forward(destination)
        assert other.ids() == [each for each in ids if each != ids[1]]


class TestCrashes:
    """Between sending and recording, anything may break."""

    def test_what_was_sent_and_not_recorded_is_sent_again(self, store: Store, other: OtherStore) -> None:
        ids = fill(store, 5)
        destination = make_destination(other.url)
        with mock.patch.object(progress, "note", side_effect=KeyboardInterrupt), pytest.raises(KeyboardInterrupt):
            runs.forward(str(destination.id))
        assert other.ids() == ids
        db.session.expire_all()
        assert destination.sent_through == 0
        runs.forward(str(destination.id))
        assert len(other.got) == 1, "the lease of the dead run still holds"
        with later(progress.LEASE.total_seconds() + 1):
            done = forward(destination)
        assert [each["id"] for got in other.got for each in got.statements] == ids * 2
        assert other.ids() == ids
        assert done.delivered == 5

    def test_only_one_run_is_at_work(self, store: Store, other: OtherStore) -> None:
        fill(store, 2)
        destination = make_destination(other.url)
        with transaction():
            claimed = progress.claim(destination.id, services.new_id())
        assert claimed is not None
        forward(destination)
        assert other.got == []

    def test_who_pauses_meanwhile_has_the_last_word(self, store: Store, other: OtherStore) -> None:
        ids = fill(store, 4)
        destination = make_destination(other.url, batch=2)
        usual = other.take

        def paused_meanwhile(got: Any) -> Any:
            with destination_app.app_context(), transaction():
                services.pause(Actor.system(), destination_id)
            return usual(got)

        destination_app, destination_id = store.client.application, destination.id
        other.take = paused_meanwhile  # type: ignore[method-assign]
        done = forward(destination)
        assert (other.ids(), done.sent_through, done.delivered) == (ids[:2], 0, 0)
        other.take = usual  # type: ignore[method-assign]
        with transaction():
            services.resume(Actor.system(), destination_id)
        forward(destination)
        assert other.ids() == ids


def test_the_minutes_job_finds_who_is_due(store: Store, other: OtherStore) -> None:
    ids = fill(store, 3)
    destination = make_destination(other.url)
    paused = make_destination(other.url)
    with transaction():
        services.pause(Actor.system(), paused.id)
        db.session.execute(db.text("DELETE FROM procrastinate_jobs WHERE status = 'todo'"))
        runs.dispatch()
    jobs.run_pending()
    db.session.expire_all()
    assert other.ids() == ids
    assert (destination.delivered, paused.delivered) == (3, 0)
    assert queries.due(consistent_through()) == [], (
        "nothing waits where it was sent, and nothing moves where it is paused"
    )
    fill(store, 1)
    assert queries.due(consistent_through()) == [destination.id]
