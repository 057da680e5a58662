"""The record store beside the database's own limit, on this machine, in one run of under a minute.

    python benchmarks/record_store.py [folder for a throw-away database]

Prints statements a second over HTTP (a real server, one keep-alive client beside it) at batches of 1, 25 and 250, each
as a ratio to COPY of the same rows into the same indexed tables, and the medians of filtered reads.
"""

import http.client
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlencode
from uuid import UUID

import psycopg
from sqlalchemy.engine import make_url

sys.path.insert(0, str(Path(__file__).parents[1]))

from lms.app import create_app
from lms.core import config, embedded, migrate
from lms.core.db import db, transaction
from lms.core.permissions import Actor
from lms.xapi import identity, services
from lms.xapi.keeping import inserting
from lms.xapi.keeping.statements import keep
from lms.xapi.models import TENANT
from lms.xapi.rules.scopes import Bearer, Scope
from lms.xapi.rules.versions import NEWEST

VERBS = ("initialized", "progressed", "progressed", "progressed", "passed", "completed")
PORT = 8231
SECONDS = 3
NAME = "record_store_benchmark"
CMI5 = "https://w3id.org/xapi/cmi5/context"


def statement(chance: random.Random) -> dict[str, object]:
    """One of a cmi5-like session: 500 learners, 200 units in 20 courses."""
    learner, course, unit = chance.randrange(500), chance.randrange(20), chance.randrange(10)
    verb = chance.choice(VERBS)
    above = [{"objectType": "Activity", "id": f"https://courses.example/{course}"}]
    made: dict[str, object] = {
        "id": str(UUID(int=chance.getrandbits(128), version=4)),
        "actor": {"account": {"homePage": "https://people.example", "name": f"learner-{learner}"}},
        "verb": {"id": f"http://adlnet.gov/expapi/verbs/{verb}", "display": {"en": verb}},
        "object": {
            "objectType": "Activity", "id": f"https://courses.example/{course}/{unit}",
            "definition": {"name": {"en": f"Unit {unit}", "cy": f"Uned {unit}"}, "type": f"{CMI5}/unit"},
        },
        "context": {
            "registration": str(UUID(int=learner * 20 + course, version=4)),
            "contextActivities": {"grouping": above, "category": [{"id": f"{CMI5}/categories/cmi5"}]},
            "extensions": {f"{CMI5}/extensions/sessionid": str(UUID(int=learner))},
        },
        "timestamp": datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
    }  # fmt: skip
    if verb == "passed":
        made["result"] = {"score": {"scaled": 0.85}, "success": True, "duration": "PT10M12.5S"}
    return made


class Client:
    """One keep-alive connection."""

    def __init__(self, key: str, secret: str) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", PORT, timeout=30)
        basic = b64encode(f"{key}:{secret}".encode()).decode()
        self.headers = {
            "Authorization": f"Basic {basic}", "X-Experience-API-Version": "1.0.3", "Content-Type": "application/json",
        }  # fmt: skip

    def send(self, method: str, path: str, body: bytes | None = None) -> bytes:
        self.connection.request(method, f"/xapi{path}", body, self.headers)
        answer = self.connection.getresponse()
        content = answer.read()
        if answer.status != 200:
            raise SystemExit(f"{method} {path}: {answer.status} {content[:300]!r}")
        return content


def posted(client: Client, chance: random.Random, size: int) -> float:
    """Statements a second."""
    bodies = [json.dumps([statement(chance) for _ in range(size)]).encode() for _ in range(max(30, 4000 // size))]
    count, start = 0, time.perf_counter()
    for body in bodies:
        client.send("POST", "/statements", body)
        count += size
        if time.perf_counter() - start > SECONDS:
            break
    return count / (time.perf_counter() - start)


def copied(chance: random.Random, size: int = 250, times: int = 8) -> float:
    """Statements a second by COPY alone: rows made ready beforehand, same tables and indexes, one commit a batch."""
    batches: list[list[inserting.Row]] = []
    real = inserting.insert

    def gather(tenant: int, rows: list[inserting.Row]) -> set[int]:
        batches.append(rows)
        return {row.seq for row in rows}

    inserting.insert = gather  # type: ignore[assignment]
    try:
        bearer = Bearer(None, TENANT, identity.house(), frozenset({Scope.ALL}))
        for _ in range(times):
            with transaction():
                keep(bearer, NEWEST, [statement(chance) for _ in range(size)])
    finally:
        inserting.insert = real
    start = time.perf_counter()
    for rows in batches:
        with transaction():
            real(TENANT, rows)
    return size * times / (time.perf_counter() - start)


READS = {
    "latest 100": {},
    "agent": {"agent": '{"account":{"homePage":"https://people.example","name":"learner-7"}}'},
    "verb": {"verb": "http://adlnet.gov/expapi/verbs/completed"},
    "activity": {"activity": "https://courses.example/3/4"},
    "related activity": {"activity": "https://courses.example/3", "related_activities": "true"},
    "registration": {"registration": str(UUID(int=7 * 20 + 3, version=4))},
    "verb + related activity": {
        "verb": "http://adlnet.gov/expapi/verbs/passed", "activity": "https://courses.example/3",
        "related_activities": "true",
    },
    "since, ascending": {"since": "2026-01-01T00:00:00Z", "ascending": "true"},
}  # fmt: skip


def read(client: Client, query: dict[str, str]) -> tuple[float, float]:
    """Median and 95th percentile, in milliseconds."""
    path, taken = "/statements?" + urlencode({**query, "limit": "100"}), []
    for _ in range(40):
        start = time.perf_counter()
        client.send("GET", path)
        taken.append((time.perf_counter() - start) * 1000)
    return statistics.median(taken), sorted(taken)[-2]


@contextmanager
def served(url: str, instance: Path) -> Iterator[None]:
    """Two worker processes of the real server."""
    environment = {**os.environ, "DATABASE_URL": url, "LLWYBR_INSTANCE": str(instance), "LLWYBR_LOG_LEVEL": "ERROR"}
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--port", str(PORT), "--workers", "2",
               "--blocking-threads", "2", "--log-level", "error", "wsgi:app"]  # fmt: skip
    server = subprocess.Popen(command, cwd=Path(__file__).parents[1], env=environment)
    try:
        for _ in range(100):
            try:
                http.client.HTTPConnection("127.0.0.1", PORT, timeout=5).request("GET", "/xapi/about")
                break
            except ConnectionRefusedError:
                time.sleep(0.2)
        yield
    finally:
        server.terminate()
        server.wait(20)


def main(folder: Path) -> None:
    server = embedded.start(folder / "postgres")
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {NAME} WITH (FORCE)")
        connection.execute(f"CREATE DATABASE {NAME} TEMPLATE template0 ENCODING 'UTF8'")
    url = make_url(server).set(database=NAME).render_as_string(hide_password=False)
    app = create_app(config.Settings(database_url=url, instance=folder, public_url="http://127.0.0.1"))
    chance = random.Random(7)
    with app.app_context():
        migrate.upgrade()
        with transaction():
            credential, secret = services.issue_credential(Actor.system(), "benchmark", [Scope.ALL])
        with served(url, folder):
            client = Client(credential.key, secret)
            limit = statistics.median(copied(chance) for _ in range(3))
            print(f"COPY, 250 a commit      {limit:9.0f} statements/s")
            for size in (1, 25, 250):
                speed = posted(client, chance, size)
                print(f"POST {size:3} a request     {speed:9.0f} statements/s  {speed / limit:5.2f} x COPY")
            rows = db.session.execute(db.text("SELECT count(*) FROM statement")).scalar_one()
            print(f"\nGET, 100 a page, of {rows} statements; median / p95 ms")
            for name, query in READS.items():
                print(f"{name:24}{'{:8.1f} / {:.1f}'.format(*read(client, query))}")
        db.session.remove()
        db.engine.dispose()


if __name__ == "__main__":
    if len(sys.argv) > 1:
        main(Path(sys.argv[1]).resolve())
    else:
        with tempfile.TemporaryDirectory() as made:
            main(Path(made))
