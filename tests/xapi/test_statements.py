"""Statements over HTTP: stored once, whole or not at all, and given back as they came."""

import hashlib
import json
import threading
from concurrent.futures import ThreadPoolExecutor
from email.utils import parsedate_to_datetime
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from lms.core import events
from lms.core.db import db, transaction
from lms.core.permissions import Actor
from lms.xapi import queries, services
from lms.xapi.events import StatementsRecorded
from lms.xapi.models import StatementId, StatementRef, StoredStatement
from lms.xapi.rules import patterns
from lms.xapi.rules.patterns import instant
from tests.factories.xapi import Store, learner, make_statement, new_uuid

COPY = 50
"""Enough for the other way of inserting."""


def kept() -> int:
    return db.session.scalar(select(func.count()).select_from(StoredStatement)) or 0


def test_a_statement_comes_back_as_it_was_sent_with_what_the_store_sets(store: Store) -> None:
    body = (
        b'{"verb":{"id":"https://v.example/did"},"actor":{"mbox":"mailto:a@example.org"},"object":{"id":"https://a.example/x"}'
        b',"result":{"score":{"raw":1.10,"max":1e2},"extensions":{"https://e.example/x":{"z":null,"a":"\\u0000"}}}}'
    )
    answer = store.send("POST", "/statements", data=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == 200
    (id_,) = answer.json
    got = store.get(statementId=id_)
    assert got.data.startswith(body[:-1])
    assert got.json["id"] == id_
    assert got.json["version"] == "1.0.0"
    assert got.json["timestamp"] == got.json["stored"]
    assert got.json["authority"]["account"] == {"homePage": "http://localhost", "name": store.key}
    assert parsedate_to_datetime(got.headers["Last-Modified"]) == instant(got.json["stored"]).replace(microsecond=0)
    assert got.headers["X-Experience-API-Version"] == "1.0.3"
    assert instant(got.headers["X-Experience-API-Consistent-Through"]) >= instant(got.json["stored"])


def test_put_stores_under_the_address(store: Store) -> None:
    id_ = new_uuid()
    assert store.send("PUT", "/statements", query={"statementId": id_}, json=make_statement()).status_code == 204
    assert store.get(statementId=id_).json["id"] == id_
    other = store.send("PUT", "/statements", query={"statementId": new_uuid()}, json=make_statement(id=id_))
    assert (other.status_code, other.json["pointer"]) == (400, "/id")
    assert store.send("PUT", "/statements", json=make_statement()).status_code == 400
    assert store.send("PUT", "/statements", query={"statementId": id_}, json=[make_statement()]).status_code == 400


@pytest.mark.parametrize("size", [1, 3, COPY])
def test_sending_again_changes_nothing_and_another_statement_is_refused(store: Store, size: int) -> None:
    batch = [make_statement(id=new_uuid()) for _ in range(size)]
    ids = store.keep(*batch)
    assert ids == [each["id"] for each in batch]
    assert store.keep(*batch, make_statement())[:size] == ids
    assert kept() == size + 1
    changed = [make_statement(), batch[-1] | {"actor": learner(7)}, *batch[:-1]]
    answer = store.post(changed)
    assert (answer.status_code, answer.json["title"]) == (409, "Contradiction")
    assert kept() == size + 1


@pytest.mark.parametrize("size", [3, COPY])
def test_a_batch_is_stored_whole_or_not_at_all(store: Store, size: int) -> None:
    batch = [make_statement(id=new_uuid()) for _ in range(size)]
    batch[-1]["verb"] = {"id": "no iri"}
    answer = store.post(batch)
    assert (answer.status_code, answer.json["pointer"]) == (400, f"/{size - 1}/verb/id")
    assert answer.json["rule"] == "Part 2 §2.4.3"
    assert store.get(statementId=batch[0]["id"]).status_code == 404
    assert kept() == 0


def test_a_batch_is_found_by_all_its_keys_whichever_way_it_went_in(store: Store) -> None:
    parent = {"contextActivities": {"parent": [{"id": "https://a.example/parent"}]}}
    for size in (2, COPY):
        store.keep(*[make_statement(context=parent) for _ in range(size)])
    found = db.session.execute(
        select(func.count(), func.count(func.distinct(StatementRef.seq))).select_from(StatementRef)
    ).one()
    assert tuple(found) == (2 * (COPY + 2), COPY + 2), "the parent, and the actor together with it"
    assert len(store.ids(activity="https://a.example/parent", related_activities="true")) == COPY + 2


def test_the_same_id_twice_in_a_batch_is_refused(store: Store) -> None:
    same = make_statement(id=new_uuid())
    assert store.post([same, same | {"id": same["id"].upper()}]).status_code == 400


def test_stored_is_strictly_increasing(store: Store) -> None:
    store.keep(*[make_statement() for _ in range(COPY)])
    store.keep(make_statement())
    store.keep(*[make_statement() for _ in range(5)])
    stored = [each["stored"] for each in store.found(ascending="true")]
    assert stored == sorted(set(stored))
    assert len(stored) == COPY + 6


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"{", 400), (b'{"actor":1,"actor":1}', 400), (b"[1]", 400), (b"", 400), (b"[" * 5000, 413),
        (b'"' + b"x" * 10_000_001 + b'"', 413), (json.dumps([make_statement()] * 1001).encode(), 413), (b"[]", 200),
    ],
)  # fmt: skip
def test_bad_bodies_have_one_clear_answer(store: Store, body: bytes, status: int) -> None:
    answer = store.send("POST", "/statements", data=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == status
    assert answer.headers["X-Experience-API-Consistent-Through"]
    if status != 200:
        assert answer.content_type == "application/problem+json"
        assert answer.json["detail"]


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_unknown_statements_are_not_found(store: Store, method: str) -> None:
    answer = store.send(method, "/statements", query={"statementId": new_uuid()})
    assert answer.status_code == 404
    assert (answer.data == b"") is (method == "HEAD")


def test_versions_do_not_mix(store: Store, store2: Store) -> None:
    context = {
        "contextAgents": [{"objectType": "contextAgent", "agent": learner(2), "relevantTypes": ["https://t.example"]}]
    }
    assert store.post(make_statement(context=context)).status_code == 400
    answer = store2.post(make_statement(context=context))
    assert (answer.status_code, answer.headers["X-Experience-API-Version"]) == (200, "2.0.0")
    assert store2.ids(agent=learner(2), related_agents="true") == answer.json
    assert store2.found()[0]["version"] == "2.0.0"
    missing = store.send("GET", "/statements", headers={"X-Experience-API-Version": None})
    assert missing.status_code == 400


def test_formats(store: Store) -> None:
    names = {"name": {"en": "Module", "cy": "Modiwl"}}
    store.keep(
        make_statement(object={"id": "https://a.example/x", "definition": names}, actor=learner() | {"name": "Gwen"})
    )
    store.keep(make_statement("https://v.example/v", "https://a.example/x"))
    shown = store.send("GET", "/statements", query={"format": "canonical"}, headers={"Accept-Language": "cy"}).json
    assert [each["object"]["definition"] for each in shown["statements"]] == [{"name": {"cy": "Modiwl"}}] * 2
    shown = store.get(format="ids").json["statements"]
    assert [each["object"] for each in shown] == [{"id": "https://a.example/x"}] * 2
    assert shown[1]["actor"] == learner()


@pytest.mark.parametrize("nested", [False, True])
def test_attachments_come_back_byte_for_byte(store: Store, nested: bool) -> None:
    content = b"\r\n--x\x00\xff\r\n"
    sha2 = hashlib.sha256(content).hexdigest()
    attachment = {
        "usageType": "https://u.example/x", "display": {"en": "x"}, "contentType": "text/plain", "length": len(content),
        "sha2": sha2,
    }  # fmt: skip
    statement = make_statement(id=new_uuid(), attachments=[attachment])
    if nested:
        inner = make_statement(attachments=[attachment]) | {"objectType": "SubStatement"}
        statement = make_statement(id=new_uuid(), object=inner)
    assert store.post(statement).status_code == 400, "it was not sent, and has no fileUrl"
    body = b"".join([
        b"--B\r\nContent-Type: application/json\r\n\r\n", json.dumps(statement).encode(),
        b"\r\n--B\r\nContent-Type: text/plain\r\nContent-Transfer-Encoding: binary\r\nX-Experience-API-Hash: ",
        sha2.encode(), b"\r\n\r\n", content, b"\r\n--B--",
    ])  # fmt: skip
    sent = store.send("POST", "/statements", data=body, headers={"Content-Type": "multipart/mixed; boundary=B"})
    assert sent.status_code == 200
    got = store.get(statementId=statement["id"], attachments="true")
    assert got.content_type.startswith("multipart/mixed; boundary=")
    assert b"X-Experience-API-Hash: " + sha2.encode() + b"\r\n\r\n" + content + b"\r\n--" in got.data
    assert store.get(statementId=statement["id"]).content_type == "application/json"
    surplus = body.replace(sha2.encode(), b"0" * 64, 1)
    refused = store.send("POST", "/statements", data=surplus, headers={"Content-Type": "multipart/mixed; boundary=B"})
    assert refused.status_code == 400


def test_twenty_threads_putting_the_same_id_store_one(app: Flask, store: Store) -> None:
    id_, ready = new_uuid(), threading.Barrier(20)

    def put(number: int) -> int:
        client = Store(app, store.key, store.secret)
        ready.wait()
        statement = make_statement() if number % 2 else make_statement(actor=learner(2))
        return client.send("PUT", "/statements", query={"statementId": id_}, json=statement).status_code

    with ThreadPoolExecutor(20) as pool:
        answers = sorted(pool.map(put, range(20)))
    assert answers == [204] * 10 + [409] * 10
    assert kept() == 1
    assert db.session.scalar(select(func.count()).select_from(StatementId)) == 1


@pytest.mark.parametrize("size", [5, COPY])
def test_concurrent_batches_that_share_ids_lose_nothing_and_do_not_deadlock(
    app: Flask, store: Store, size: int
) -> None:
    shared = [make_statement(id=new_uuid()) for _ in range(size)]
    own = [[make_statement(id=new_uuid()) for _ in range(size)] for _ in range(6)]

    def send(number: int) -> int:
        batch = [*shared, *own[number]]
        return Store(app, store.key, store.secret).post(batch if number % 2 else batch[::-1]).status_code

    with ThreadPoolExecutor(6) as pool:
        assert list(pool.map(send, range(6))) == [200] * 6
    wanted = {each["id"] for batch in [shared, *own] for each in batch}
    ids = store.ids()
    assert set(ids) == wanted
    assert len(ids) == len(wanted)


class TestEvents:
    """What the store tells the rooms above."""

    @pytest.fixture
    def heard(self) -> Any:
        told: list[StatementsRecorded] = []
        handler = told.append
        events.subscribe(StatementsRecorded, handler)
        yield told
        events._handlers[StatementsRecorded].remove(handler)

    def test_new_statements_are_told_once(self, store: Store, heard: list[StatementsRecorded]) -> None:
        registration = new_uuid()
        one = make_statement(id=new_uuid(), context={"registration": registration}, result={"success": True})
        store.keep(one)
        store.keep(one, make_statement())
        assert [len(each.statements) for each in heard] == [1, 1]
        (told,) = heard[0].statements
        assert (str(told.id), told.verb, told.object_id) == (one["id"], one["verb"]["id"], one["object"]["id"])
        assert (str(told.registration), told.result, told.actor) == (registration, {"success": True}, learner())
        assert patterns.written(told.seq) == store.get(statementId=one["id"]).json["stored"]
        assert told.credential is not None

    def test_what_a_listener_refuses_is_not_stored(self, store: Store) -> None:
        def refuse(event: StatementsRecorded) -> None:
            raise RuntimeError

        events.subscribe(StatementsRecorded, refuse)
        try:
            assert store.post(make_statement()).status_code == 500
        finally:
            events._handlers[StatementsRecorded].remove(refuse)
        assert kept() == 0

    def test_the_house_records_its_own_in_the_transaction_of_the_caller(
        self, store: Store, heard: list[StatementsRecorded]
    ) -> None:
        registration = new_uuid()
        statement = make_statement("https://w3id.org/xapi/adl/verbs/satisfied", context={"registration": registration})
        services.record_own(Actor.system(), statement)
        db.session.rollback()
        assert kept() == 0
        with transaction():
            id_ = services.record_own(Actor.system(), statement)
        assert heard[-1].statements[0].credential is None
        (found,) = queries.statements_of(heard[-1].statements[0].registration, 5)
        assert (found["id"], found["authority"]["account"]["name"]) == (str(id_), "llwybr")


def test_attachments_may_be_larger_than_what_a_form_uploads(app: Flask, store: Store) -> None:
    content = bytes(app.config["MAX_CONTENT_LENGTH"] + 1)
    sha2 = hashlib.sha256(content).hexdigest()
    attachment = {"usageType": "urn:u", "display": {}, "contentType": "a/b", "length": len(content), "sha2": sha2}
    statement = json.dumps(make_statement(attachments=[attachment])).encode()
    head = f"Content-Transfer-Encoding: binary\r\nX-Experience-API-Hash: {sha2}\r\n\r\n".encode()
    parts = (b"--B\r\nContent-Type: application/json\r\n\r\n" + statement, head + content)
    body = b"\r\n--B\r\n".join(parts) + b"\r\n--B--\r\n"
    answer = store.send("POST", "/statements", data=body, headers={"Content-Type": "multipart/mixed; boundary=B"})
    assert answer.status_code == 200, answer.text
