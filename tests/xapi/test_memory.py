"""Memory of a real web process stays flat, whatever goes through it: 100 MB in and out again, and a long export."""

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import orjson
import pytest
import requests
from flask import Flask
from sqlalchemy import text

from lms.core.db import db, transaction
from lms.xapi.api.edge import LARGEST_REQUEST
from tests.factories.accounts import TokenClient
from tests.factories.xapi import Store, make_keeper, make_statement, make_store, new_uuid
from tests.journeys.conftest import Server, serving

GROWTH = 30_000_000
"""Bytes that may come on top of what a process has after its first requests: connections, pieces, caches."""
PIECE = os.urandom(1_000_000)
STATEMENTS = 100_000

_MANY = text("""
    INSERT INTO statement (tenant, seq, id, timestamp, verb, actor, activity, authority, registration, flags, payload)
    SELECT tenant, seq - number, gen_random_uuid(), timestamp, verb, actor, activity, authority, registration, flags, payload
    FROM (SELECT * FROM statement LIMIT 1) AS one, generate_series(1, :count) AS number
""")

Live = tuple[Server, Flask]


@pytest.fixture(scope="module")
def live(server: str, template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    with contextmanager(serving)(server, template, tmp_path_factory) as running:
        yield running


class Watched:
    """The one web process of a server: how far its memory has grown at most since it was last looked at."""

    def __init__(self, server: Server) -> None:
        first = server.process.pid
        (pid,) = Path(f"/proc/{first}/task/{first}/children").read_text().split()
        self.place = Path("/proc", pid)
        self.place.joinpath("clear_refs").write_text("5")  # the peak is now what it has now
        self.before = self._bytes("VmRSS")

    def growth(self) -> int:
        return self._bytes("VmHWM") - self.before

    def _bytes(self, name: str) -> int:
        status = self.place.joinpath("status").read_text()
        return next(int(line.split()[1]) * 1024 for line in status.splitlines() if line.startswith(f"{name}:"))


def whole(statement: bytes, sha2: str, count: int) -> Iterator[bytes]:
    """A multipart body, piece by piece."""
    yield b"--B\r\nContent-Type: application/json\r\n\r\n" + statement
    yield f"\r\n--B\r\nX-Experience-API-Hash: {sha2}\r\nContent-Transfer-Encoding: binary\r\n\r\n".encode()
    for _ in range(count):
        yield PIECE
    yield b"\r\n--B--\r\n"


class Sized:
    """An iterable whose length is known beforehand, which `requests` sends as it is."""

    def __init__(self, pieces: Iterator[bytes], length: int) -> None:
        self.pieces, self.length = pieces, length

    def __len__(self) -> int:
        return self.length

    def __iter__(self) -> Iterator[bytes]:
        return self.pieces


def caller(store: Store) -> requests.Session:
    made = requests.Session()
    made.auth = (store.key, store.secret)
    made.headers["X-Experience-API-Version"] = "1.0.3"
    return made


def sent(client: requests.Session, address: str, count: int) -> tuple[str, str]:
    """Send a statement with a file of so many pieces; its id, and the file's hash."""
    digest = hashlib.sha256()
    for _ in range(count):
        digest.update(PIECE)
    sha2, id_ = digest.hexdigest(), new_uuid()
    declared = {"usageType": "urn:u", "display": {}, "contentType": "a/b", "length": count * len(PIECE), "sha2": sha2}
    statement = orjson.dumps(make_statement(id=id_, attachments=[declared]))
    length = sum(map(len, whole(statement, sha2, 0))) + count * len(PIECE)
    kind = {"Content-Type": "multipart/mixed; boundary=B"}
    answer = client.post(address, data=Sized(whole(statement, sha2, count), length), headers=kind, timeout=60)
    assert answer.status_code == 200, answer.text
    return id_, sha2


def fetched(client: requests.Session, address: str, id_: str, size: int) -> str:
    """The hash of the file that comes with the statement."""
    query = {"statementId": id_, "attachments": "true"}
    with client.get(address, params=query, stream=True, timeout=60) as answer:
        pieces, head = answer.iter_content(65_536), b""
        while (start := head.find(b"\r\n\r\n", head.find(b"X-Experience-API-Hash"))) < 0 or b"-Hash" not in head:
            head += next(pieces)
        digest, left = hashlib.sha256(head[start + 4 :]), size - len(head) + start + 4
        for piece in pieces:
            digest.update(piece[: max(left, 0)])
            left -= len(piece)
    return digest.hexdigest()


@pytest.mark.slow
def test_a_hundred_megabytes_go_in_and_come_back(live: Live) -> None:
    server, app = live
    client, address = caller(make_store(app)), f"{server.url}/xapi/statements"
    fetched(client, address, sent(client, address, 1)[0], len(PIECE))  # whatever is made once
    watched, count = Watched(server), LARGEST_REQUEST // len(PIECE) - 1
    id_, sha2 = sent(client, address, count)
    assert watched.growth() < GROWTH, f"taking it: {watched.growth():,} bytes"
    assert fetched(client, address, id_, count * len(PIECE)) == sha2
    assert watched.growth() < GROWTH, f"giving it: {watched.growth():,} bytes"


@pytest.mark.slow
def test_an_export_of_many_statements_is_not_held(live: Live) -> None:
    server, app = live
    make_store(app).keep(make_statement(result={"response": "An answer of some length. " * 20}))
    with transaction():
        db.session.execute(_MANY, {"count": STATEMENTS})
    headers = {"Authorization": f"Bearer {TokenClient(app, make_keeper()).secret}"}
    address = f"{server.url}/api/v1/record_store/statements/export"
    requests.get(address, params={"until": "2001-01-01"}, headers=headers, timeout=60)
    watched = Watched(server)
    lines = size = 0
    with requests.get(address, headers=headers, stream=True, timeout=60) as answer:
        assert answer.status_code == 200
        for piece in answer.iter_content(262_144):
            lines, size = lines + piece.count(b"\n"), size + len(piece)
    assert lines >= STATEMENTS
    assert size > 2 * GROWTH, "enough to be seen if it were held"
    assert watched.growth() < GROWTH, f"{watched.growth():,} bytes"
