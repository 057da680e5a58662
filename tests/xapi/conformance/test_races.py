"""Several at once: nothing is lost, nothing is torn, and what is voided stays voided."""

import itertools
import json
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from flask import Flask

from tests.factories.xapi import Store, learner, make_statement, new_uuid, voiding

Json = dict[str, Any]

STATE = {"activityId": "https://a.example/1", "agent": learner(), "stateId": "counter"}


def at_once(app: Flask, store: Store, work: Callable[[Store, int], Any], count: int) -> list[Any]:
    """Each in a thread with a client of its own, all begun together."""
    ready = threading.Barrier(count)

    def run(number: int) -> Any:
        client = Store(app, store.key, store.secret, store.version)
        ready.wait()
        return work(client, number)

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(run, range(count)))


@pytest.mark.parametrize("version", ["1.0.3", "2.0.0"])
def test_who_counts_by_etag_loses_no_count(app: Flask, new_store: Callable[[], Store], version: str) -> None:
    """XAPI-00322: read, add one, write back if nobody else did meanwhile; until five times each."""
    store = new_store()
    store.version = version
    assert (
        store.send("PUT", "/activities/state", query=STATE, data=b'{"n":0}', headers={"If-None-Match": "*"}).status_code
        == 204
    )

    def count(client: Store, _: int) -> int:
        refused = done = 0
        while done < 5:
            seen = client.send("GET", "/activities/state", query=STATE)
            body = json.dumps({"n": json.loads(seen.data)["n"] + 1})
            answer = client.send(
                "PUT", "/activities/state", query=STATE, data=body, headers={"If-Match": seen.headers["ETag"]}
            )
            assert answer.status_code in (204, 412)
            done += answer.status_code == 204
            refused += answer.status_code == 412
        return refused

    at_once(app, store, count, 4)
    assert json.loads(store.send("GET", "/activities/state", query=STATE).data) == {"n": 20}


def test_who_deletes_and_who_replaces_what_they_saw_do_not_both_win(app: Flask, new_store: Callable[[], Store]) -> None:
    """XAPI-00322: one of them is overtaken, and the outcome is the other's."""
    for _ in range(5):
        store = new_store()
        store.version = "2.0.0"
        store.send("PUT", "/activities/state", query=STATE, data=b"1", headers={"If-None-Match": "*"})
        seen = {"If-Match": store.send("GET", "/activities/state", query=STATE).headers["ETag"]}

        def write(client: Store, number: int, seen: dict[str, str] = seen) -> int:
            method, body = (("DELETE", b""), ("PUT", b"2"))[number % 2]
            return client.send(method, "/activities/state", query=STATE, data=body, headers=seen).status_code

        answers = at_once(app, store, write, 4)
        assert sorted(answers) == [204, 412, 412, 412]
        left = store.send("GET", "/activities/state", query=STATE)
        assert left.status_code == (404 if answers.index(204) % 2 == 0 else 200)


@pytest.mark.parametrize("size", [1, 45])
def test_a_target_that_arrives_with_its_voiding_is_voided_and_still_finds_it(
    app: Flask, new_store: Callable[[], Store], size: int
) -> None:
    """XAPI-00016 to XAPI-00020, XAPI-00162: whoever comes first. Four pairs race at once, the targets in small batches and
    in such that go in by COPY."""
    store = new_store()
    targets = [make_statement("passed", f"https://a.example/{number}", id=new_uuid()) for number in range(4)]
    voids = [voiding(each["id"]) | {"id": new_uuid()} for each in targets]

    def send(client: Store, number: int) -> int:
        batch = (
            [targets[number // 2], *(make_statement() for _ in range(size - 1))] if number % 2 else [voids[number // 2]]
        )
        return client.post(batch).status_code

    assert at_once(app, store, send, 8) == [200] * 8
    for target, void in zip(targets, voids, strict=True):
        assert store.get(statementId=target["id"]).status_code == 404
        assert store.get(voidedStatementId=target["id"]).status_code == 200
        assert store.ids(activity=target["object"]["id"]) == [void["id"]]


def test_of_two_that_void_each_other_both_stay(app: Flask, new_store: Callable[[], Store]) -> None:
    """XAPI-00018: a voiding statement cannot be voided, whichever of the two is written first."""
    store, one, two = new_store(), new_uuid(), new_uuid()
    pair = [voiding(two) | {"id": one}, voiding(one) | {"id": two}]
    assert at_once(app, store, lambda client, number: client.post(pair[number]).status_code, 2) == [200, 200]
    assert sorted(store.ids()) == sorted([one, two])
    assert sorted(store.ids(agent=learner())) == sorted([one, two])


def test_a_chain_written_all_at_once_is_found_by_its_end(app: Flask, new_store: Callable[[], Store]) -> None:
    """Part 3 §2.1.3: a refers to b refers to c …; every order of arrival leaves the same links."""
    store = new_store()
    ids = [new_uuid() for _ in range(5)]
    chain = [make_statement("passed", "https://a.example/end", id=ids[0])]
    chain += [
        make_statement("commented", id=id, object={"objectType": "StatementRef", "id": before})
        for before, id in itertools.pairwise(ids)
    ]
    assert at_once(app, store, lambda client, number: client.post(chain[number]).status_code, 5) == [200] * 5
    assert sorted(store.ids(activity="https://a.example/end")) == sorted(ids)
