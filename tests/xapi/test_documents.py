"""State and profiles over HTTP: what is written is what is read, and nobody overwrites what they have not seen."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from flask import Flask

from tests.factories.xapi import Store, learner, new_uuid

Json = dict[str, Any]

ACTIVITY = "https://a.example/module"
STATE = ("/activities/state", {"activityId": ACTIVITY, "agent": learner()}, "stateId")
AGENT = ("/agents/profile", {"agent": learner()}, "profileId")
PROFILE = ("/activities/profile", {"activityId": ACTIVITY}, "profileId")
RESOURCES = pytest.mark.parametrize("resource", [STATE, AGENT, PROFILE], ids=lambda each: each[0])
NEW = {"If-None-Match": "*"}


def call(store: Store, resource: Any, method: str, name: str | None = "d", **options: Any) -> Any:
    path, query, parameter = resource
    wanted = query | ({parameter: name} if name else {}) | options.pop("query", {})
    return store.send(method, path, query=wanted, **options)


def write(
    store: Store, resource: Any, body: bytes, kind: str = "application/json", method: str = "PUT", **headers: str
) -> int:
    answer = call(store, resource, method, data=body, headers={"Content-Type": kind, **headers})
    return int(answer.status_code)


@RESOURCES
def test_a_document_keeps_its_bytes_its_type_and_an_etag(store: Store, resource: Any) -> None:
    body = b'{ "a": 1.10,\x00\xff'
    assert write(store, resource, body, "application/x-own; charset=x", **NEW) == 204
    got = call(store, resource, "GET")
    assert (got.status_code, got.data, got.content_type) == (200, body, "application/x-own; charset=x")
    assert len(got.headers["ETag"].strip('"')) == 40
    assert got.headers["Last-Modified"]
    head = call(store, resource, "HEAD")
    assert (head.status_code, head.data, head.headers["ETag"]) == (200, b"", got.headers["ETag"])
    assert call(store, resource, "DELETE").status_code == 204
    assert call(store, resource, "GET").status_code == 404


@RESOURCES
def test_names_are_listed_and_since_leaves_out_the_older(store: Store, resource: Any) -> None:
    for name in ("b", "a"):
        assert call(store, resource, "PUT", name, data=b"x", headers=NEW).status_code == 204
    assert call(store, resource, "GET", None).json == ["a", "b"]
    assert call(store, resource, "GET", None, query={"since": "2100-01-01T00:00:00Z"}).json == []


@RESOURCES
def test_post_merges_objects_one_level_deep(store: Store, resource: Any) -> None:
    assert write(store, resource, b'{"a":{"x":1},"b":1}', method="POST") == 204
    assert write(store, resource, b'{"a":{"y":2},"c":1.10}', method="POST") == 204
    assert call(store, resource, "GET").data == b'{"a":{"y":2},"b":1,"c":1.10}'
    for body, kind in ((b"[1]", "application/json"), (b"{", "application/json"), (b"{}", "text/plain")):
        assert write(store, resource, body, kind, method="POST") == 400
    assert call(store, resource, "GET").data == b'{"a":{"y":2},"b":1,"c":1.10}'


@RESOURCES
@pytest.mark.parametrize("method", ["PUT", "POST", "DELETE"])
def test_what_was_not_seen_is_not_changed(store2: Store, resource: Any, method: str) -> None:
    assert write(store2, resource, b"{}", **NEW) == 204
    etag = call(store2, resource, "GET").headers["ETag"]
    assert write(store2, resource, b'{"a":1}', method=method, **{"If-Match": '"other"'}) == 412
    assert write(store2, resource, b'{"a":1}', method=method, **NEW) == 412
    assert call(store2, resource, "GET").data == b"{}"
    assert write(store2, resource, b'{"a":1}', method=method, **{"If-Match": etag}) == 204


@RESOURCES
def test_replacing_blindly_is_refused_with_the_way_out(store: Store, store2: Store, resource: Any) -> None:
    assert write(store2, resource, b"1") == 204
    refused = call(store2, resource, "PUT", data=b"2")
    assert (refused.status_code, refused.json["pointer"]) == (409, "If-Match")
    assert "GET it" in refused.json["detail"]
    expected = 204 if resource is STATE else 409
    assert write(store, resource, b"3") == expected


@RESOURCES
def test_of_many_writers_that_saw_the_same_one_wins(app: Flask, store2: Store, resource: Any) -> None:
    def attempt(number: int) -> int:
        client = Store(app, store2.key, store2.secret, "2.0.0")
        return write(client, resource, b'{"writer":%d}' % number, **seen)

    seen = NEW
    with ThreadPoolExecutor(8) as pool:
        assert sorted(pool.map(attempt, range(8))) == [204] + [412] * 7
        seen = {"If-Match": call(store2, resource, "GET").headers["ETag"]}
        assert sorted(pool.map(attempt, range(8, 16))) == [204] + [412] * 7


def test_concurrent_merges_lose_no_key(app: Flask, store: Store) -> None:
    def merge(number: int) -> int:
        return write(Store(app, store.key, store.secret), STATE, b'{"k%d":1}' % number, method="POST")

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(merge, range(16))) == {204}
    assert len(call(store, STATE, "GET").json) == 16


def test_state_of_one_registration_is_its_own(store: Store) -> None:
    one, two = new_uuid(), new_uuid()
    for registration in (one, two):
        answer = call(store, STATE, "PUT", data=registration.encode(), query={"registration": registration})
        assert answer.status_code == 204
    assert call(store, STATE, "GET", query={"registration": two}).data == two.encode()
    assert call(store, STATE, "GET").status_code == 404
    assert call(store, STATE, "DELETE", None, query={"registration": one}).status_code == 204
    assert call(store, STATE, "GET", None).json == ["d"]
    assert call(store, STATE, "DELETE", None).status_code == 204
    assert call(store, STATE, "GET", None).json == []


@pytest.mark.parametrize(
    ("resource", "method", "drop"),
    [(STATE, "GET", "activityId"), (STATE, "GET", "agent"), (STATE, "PUT", "stateId"), (AGENT, "DELETE", "profileId"),
     (AGENT, "GET", "agent"), (PROFILE, "POST", "profileId"), (PROFILE, "GET", "activityId")],
)  # fmt: skip
def test_a_missing_parameter_is_named(store: Store, resource: Any, method: str, drop: str) -> None:
    path, query, parameter = resource
    query = {name: value for name, value in {**query, parameter: "d"}.items() if name != drop}
    answer = store.send(method, path, query=query, data=b"x")
    assert (answer.status_code, answer.json["pointer"]) == (400, drop)


def test_agents_and_activities_tell_what_statements_told(store: Store, store2: Store) -> None:
    for name, language in (("Gwen", "en"), ("Gwen Ellis", "cy")):
        definition = {"name": {language: name}}
        store.keep({
            "actor": learner() | {"name": name}, "verb": {"id": "urn:v"},
            "object": {"id": ACTIVITY, "definition": definition},
        })  # fmt: skip
    person = store.send("GET", "/agents", query={"agent": learner()}).json
    assert person == {"objectType": "Person", "name": ["Gwen", "Gwen Ellis"], "account": [learner()["account"]]}
    assert store.send("GET", "/agents", query={"agent": learner(5)}).json["account"] == [learner(5)["account"]]
    activity = store2.send("GET", "/activities", query={"activityId": ACTIVITY}).json
    assert activity["definition"] == {"name": {"en": "Gwen", "cy": "Gwen Ellis"}}
    assert store.send("GET", "/activities", query={"activityId": "urn:unknown"}).json == {
        "objectType": "Activity", "id": "urn:unknown",
    }  # fmt: skip


def test_about_needs_no_credential_and_no_version(app: Flask) -> None:
    answer = app.test_client().get("/xapi/about")
    assert answer.status_code == 200
    assert {"1.0.3", "2.0.0"} <= set(answer.json["version"])


def test_content_from_elsewhere_may_ask_without_cookies(app: Flask) -> None:
    answer = app.test_client().options("/xapi/statements")
    assert answer.status_code == 204
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert "Access-Control-Allow-Credentials" not in answer.headers
    assert "Set-Cookie" not in answer.headers
