"""Our own store as the other one: a second server, in a process and on a database of its own."""

import hashlib
import random
from base64 import b64encode
from contextlib import contextmanager
from typing import Any

import orjson
import pytest
import requests
from flask import Flask

from lms.xapi.rules import multipart
from tests.factories.forwarding import forward, letters_of, make_destination
from tests.factories.xapi import Store, make_statement, make_store, some_statement, voiding
from tests.journeys.conftest import serving

CONTENT = b"%PDF-1.7 \x00\xff\r\n--not a fence"
SHA2 = hashlib.sha256(CONTENT).hexdigest()


@pytest.mark.slow
def test_a_second_llwybr_ends_with_the_same_statements(
    app: Flask, store: Store, server: str, template: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    chance = random.Random(3)
    ids = store.keep(*(some_statement(chance) for _ in range(40)))
    attached = make_statement(
        attachments=[{"usageType": "urn:x", "display": {"cy": "tystysgrif"}, "contentType": "application/pdf",
                      "length": len(CONTENT), "sha2": SHA2}]
    )  # fmt: skip
    body = multipart.joined("fence", orjson.dumps(attached), [("application/pdf", SHA2, CONTENT)])
    kind = {"Content-Type": "multipart/mixed; boundary=fence"}
    assert store.send("POST", "/statements", data=body, headers=kind).status_code == 200
    store.keep(voiding(ids[3]))
    with contextmanager(serving)(server, template, tmp_path_factory) as (running, second):
        receiver = make_store(second)
        with app.app_context():
            destination = make_destination(
                f"{running.url}/xapi", key=receiver.key, secret=receiver.secret, version="2.0.0", batch=16
            )
            done = forward(destination)
            assert (done.delivered, done.trouble, letters_of(done)) == (42, None, [])
            ours = store.found(ascending="true")
        pair = b64encode(f"{receiver.key}:{receiver.secret}".encode()).decode()
        headers = {"Authorization": f"Basic {pair}", "X-Experience-API-Version": "2.0.0"}

        def asked(**query: str) -> Any:
            return requests.get(f"{running.url}/xapi/statements", params=query, headers=headers, timeout=10)

        theirs = asked(ascending="true").json()["statements"]
        assert [said(each) for each in theirs] == [said(each) for each in ours]
        assert ids[3] not in {each["id"] for each in theirs}
        assert asked(voidedStatementId=ids[3]).status_code == 200
        assert CONTENT in asked(attachments="true").content


def said(statement: dict[str, Any]) -> dict[str, Any]:
    """Without what each store sets itself."""
    return {key: value for key, value in statement.items() if key not in ("stored", "authority")}
