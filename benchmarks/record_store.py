"""Taking statements in, beside the limits of the same machine in the same run: about a minute.

    python benchmarks/record_store.py [folder for a throw-away database]

A real server of two processes, clients beside it on the same cores. Prints, as medians of interleaved rounds,
  batches of 250 and of 25, as a ratio to PostgreSQL's own COPY of such rows into the same indexed tables (one connection);
  single statements from 8 clients, as a ratio to the server's trivial request, with the 99th percentile;
  32 writers on the same few activities: how many answers were not 200;
  parsing and judging, as a ratio to parsing alone.
"""

import json
import os
import random
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from base64 import b64encode
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import orjson
import psycopg
from sqlalchemy.engine import make_url

sys.path.insert(0, str(Path(__file__).parents[1]))

from lms.app import create_app
from lms.core import config, embedded, migrate
from lms.core.db import db, transaction
from lms.core.permissions import Actor
from lms.run import web_command
from lms.xapi import identity, services
from lms.xapi.keeping import inserting
from lms.xapi.keeping.statements import judge, keep
from lms.xapi.models import TENANT
from lms.xapi.rules import parsing
from lms.xapi.rules.scopes import Bearer, Scope
from lms.xapi.rules.versions import NEWEST

VERBS = ("initialized", "progressed", "progressed", "progressed", "passed", "completed")
TABLES = ("statement_id", "statement", "statement_ref")
PORT = int(os.environ.get("PORT", "8231"))
SECONDS = float(os.environ.get("BENCH_SECONDS", "3"))
ROUNDS = 3
NAME = "record_store_benchmark"
CMI5 = "https://w3id.org/xapi/cmi5/context"


def statement(chance: random.Random) -> dict[str, Any]:
    """One of a cmi5-like session: 500 learners, 200 units in 20 courses."""
    learner, course, unit = chance.randrange(500), chance.randrange(20), chance.randrange(10)
    verb = chance.choice(VERBS)
    above = [{"objectType": "Activity", "id": f"https://courses.example/{course}"}]
    made: dict[str, Any] = {
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


def requests_of(authorization: str, size: int, count: int) -> list[bytes]:
    """Whole HTTP requests, made beforehand; `size` 0 is the trivial request."""
    common = f"Host: 127.0.0.1\r\nAuthorization: {authorization}\r\nX-Experience-API-Version: 1.0.3\r\n"
    if size == 0:
        return [f"GET /xapi/about HTTP/1.1\r\n{common}\r\n".encode()] * count
    chance, made = random.Random(uuid4().int), []
    for _ in range(count):
        body = json.dumps([statement(chance) for _ in range(size)]).encode()
        head = f"POST /xapi/statements HTTP/1.1\r\n{common}Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        made.append(head.encode() + body)
    return made


def clients(authorization: str, size: int, threads: int, count: int) -> tuple[int, float, list[float], int]:
    """One process of clients: (requests answered, seconds, milliseconds each took, answers that were not 200)."""
    made = [requests_of(authorization, size, count) for _ in range(threads)]
    taken: list[float] = []
    begun = time.perf_counter()
    with ThreadPoolExecutor(threads) as pool:
        refused = sum(pool.map(lambda each: _send(each, taken), made))
    return len(taken), time.perf_counter() - begun, taken, refused


def _send(made: list[bytes], taken: list[float]) -> int:
    refused, end = 0, time.perf_counter() + SECONDS
    with socket.create_connection(("127.0.0.1", PORT), timeout=60) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for request in made:
            start = time.perf_counter()
            if start > end:
                break
            connection.sendall(request)
            answer = connection.recv(65_536)
            head, _, body = answer.partition(b"\r\n\r\n")
            length = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
            while len(body) < length:
                body += connection.recv(65_536)
            taken.append(1000 * (time.perf_counter() - start))
            refused += not head.startswith(b"HTTP/1.1 200")
    return refused


def load(
    pool: ProcessPoolExecutor, authorization: str, size: int, writers: int, count: int
) -> tuple[float, list[float], int]:
    """(requests a second, milliseconds, answers that were not 200) of `writers` connections in two processes."""
    asked = [pool.submit(clients, authorization, size, writers // 2, count) for _ in range(2)]
    answers = [each.result() for each in asked]
    return (
        sum(number / seconds for number, seconds, _, _ in answers),
        sorted(each for _, _, taken, _ in answers for each in taken),
        sum(refused for *_, refused in answers),
    )


def copied(connection: psycopg.Connection[Any], chance: random.Random, size: int, times: int) -> float:
    """Statements a second by COPY: ready-made binary rows into the same tables, one commit a batch."""
    batches: list[list[tuple[str, bytes]]] = []
    real = inserting.insert

    def gather(tenant: int, rows: list[inserting.Row]) -> inserting.Inserted:
        batches.append(_binary(connection, rows))
        return inserting.Inserted({row.seq for row in rows}, set())

    inserting.insert = gather  # type: ignore[assignment]
    try:
        bearer = Bearer(None, TENANT, identity.house(), frozenset({Scope.ALL}))
        for _ in range(times):
            with transaction():
                keep(bearer, NEWEST, [statement(chance) for _ in range(size)])
    finally:
        inserting.insert = real
    connection.rollback()
    begun = time.perf_counter()
    for batch in batches:
        for table, rows in batch:
            with connection.cursor().copy(f"COPY {table} FROM STDIN (FORMAT binary)") as copy:
                copy.write(rows)
        connection.commit()
    return size * times / (time.perf_counter() - begun)


def _binary(connection: psycopg.Connection[Any], rows: list[inserting.Row]) -> list[tuple[str, bytes]]:
    """Rows as PostgreSQL's own COPY would have them: through tables that are gone again."""
    made = []
    connection.execute("".join(f"CREATE TEMP TABLE raw_{each} (LIKE {each}) ON COMMIT DROP;" for each in TABLES))
    cursor = connection.cursor()
    with cursor.copy("COPY raw_statement_id FROM STDIN") as copy:
        for row in rows:
            copy.write_row((TENANT, row.id, row.seq))
    with cursor.copy("COPY raw_statement FROM STDIN") as copy:
        for row in rows:
            keys = row.keys
            copy.write_row((TENANT, row.seq, row.id, row.timestamp, keys.verb, keys.actor, keys.activity, row.authority,
                            keys.registration, row.flags, row.payload))  # fmt: skip
    with cursor.copy("COPY raw_statement_ref (tenant, kind, key, seq, verb) FROM STDIN") as copy:
        for row in rows:
            for kind, key in row.keys.references:
                copy.write_row((TENANT, kind, key, row.seq, row.keys.verb))
    for table in TABLES:
        with cursor.copy(f"COPY raw_{table} TO STDOUT (FORMAT binary)") as copy:
            made.append((table, b"".join(map(bytes, copy))))
    connection.rollback()
    return made


def parsed() -> tuple[float, float]:
    """Microseconds a statement: parsing alone; parsing and judging."""
    bearer = Bearer(None, TENANT, identity.house(), frozenset({Scope.ALL}))
    chance = random.Random(3)
    bodies = [orjson.dumps([statement(chance) for _ in range(25)]) for _ in range(80)]
    times: list[list[float]] = [[], []]
    for body in bodies:
        begun = time.perf_counter()
        orjson.loads(body)
        times[0].append(time.perf_counter() - begun)
        begun = time.perf_counter()
        read = parsing.parse(body)
        judge(bearer, NEWEST, read.value)
        parsing.exactly(body, read)
        times[1].append(time.perf_counter() - begun)
    return statistics.median(times[0]) / 25e-6, statistics.median(times[1]) / 25e-6


@contextmanager
def served(url: str, instance: Path) -> Iterator[None]:
    """Two worker processes of the real server."""
    environment = {**os.environ, "DATABASE_URL": url, "LLWYBR_INSTANCE": str(instance), "LLWYBR_LOG_LEVEL": "ERROR"}
    command = web_command("127.0.0.1", PORT, 2)
    server = subprocess.Popen(command, cwd=Path(__file__).parents[1], env=environment)
    try:
        for _ in range(100):
            try:
                socket.create_connection(("127.0.0.1", PORT), timeout=5).close()
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
    with app.app_context(), ProcessPoolExecutor(2) as pool, psycopg.connect(url) as raw:
        migrate.upgrade()
        with transaction():
            credential, secret = services.issue_credential(Actor.system(), "benchmark", [Scope.ALL])
        authorization = "Basic " + b64encode(f"{credential.key}:{secret}".encode()).decode()
        with served(url, folder):
            for size in (0, 1, 25, 250):
                load(pool, authorization, size, 8, 20)  # warm
            copies, larges, mediums, singles, trivials = [], [], [], [], []
            p99: list[float] = []
            for _ in range(ROUNDS):
                copies.append(copied(raw, chance, 250, 8))
                larges.append(250 * load(pool, authorization, 250, 4, 40)[0])
                mediums.append(25 * load(pool, authorization, 25, 8, 200)[0])
                trivials.append(load(pool, authorization, 0, 8, 8000)[0])
                speed, taken, _ = load(pool, authorization, 1, 8, 4000)
                singles.append(speed)
                p99.append(taken[int(len(taken) * 0.99)])
            crowd, _, refused = load(pool, authorization, 5, 32, 100)
        limit, trivial = statistics.median(copies), statistics.median(trivials)
        print(f"COPY, 250 a commit, one connection   {limit:9.0f} statements/s")
        for name, speeds, goal in (("250", larges, 0.5), (" 25", mediums, 0.3)):
            speed = statistics.median(speeds)
            print(
                f"POST, {name} a request                {speed:9.0f} statements/s  {speed / limit:5.2f} x COPY; goal {goal}"
            )
        print(f"trivial request, 8 clients           {trivial:9.0f} requests/s")
        single = statistics.median(singles)
        print(
            f"POST, one a request, 8 clients       {single:9.0f} statements/s  {single / trivial:5.2f} x trivial; goal 0.4; "
            f"99th percentile {statistics.median(p99):.1f} ms; goal 25"
        )
        print(
            f"POST, 5 a request, 32 writers        {5 * crowd:9.0f} statements/s  {refused} answers that were not 200"
        )
        bare, judged = parsed()
        print(
            f"parse and judge                      {judged:9.1f} µs a statement  {judged / bare:5.2f} x parse; goal 5"
        )
        db.session.remove()
        db.engine.dispose()


if __name__ == "__main__":
    if len(sys.argv) > 1:
        main(Path(sys.argv[1]).resolve())
    else:
        with tempfile.TemporaryDirectory() as made:
            main(Path(made))
