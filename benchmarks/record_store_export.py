"""A million statements out of the record store, beside COPY … TO of the same payloads, and what it costs in memory.

    python benchmarks/record_store_export.py [how many] [folder for a throw-away database]

Small statements are made by SQL, then streamed through a real server (one worker process) as NDJSON. Prints statements a
second, the ratio to COPY, and how far the worker's memory (RSS) grew above what it was after a first, small export.
"""

import http.client
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import psycopg
from sqlalchemy.engine import make_url

sys.path.insert(0, str(Path(__file__).parents[1]))

from lms.accounts.models import ApiToken, Person, RoleGrant
from lms.accounts.queries import body
from lms.app import create_app
from lms.core import clock, config, embedded, migrate
from lms.core.db import db, record, transaction
from lms.core.permissions import Actor, Role
from lms.core.secrets_ import digest, new_secret
from lms.xapi.services import record_own

PORT = 8232
NAME = "record_store_export_benchmark"
MANY = 1_000_000
MULTIPLY = """
    INSERT INTO statement (tenant, seq, id, timestamp, verb, actor, activity, authority, registration, flags, payload)
    SELECT tenant, seq - n * 64, gen_random_uuid(), timestamp, verb, actor, activity, authority, registration, flags, payload
    FROM statement, generate_series(1, %s) AS n
"""
PAYLOADS = "COPY (SELECT payload FROM statement ORDER BY seq) TO STDOUT (FORMAT binary)"
STATEMENT = {
    "actor": {"account": {"homePage": "https://people.example", "name": "learner-7"}},
    "verb": {"id": "http://adlnet.gov/expapi/verbs/completed", "display": {"en": "completed"}},
    "object": {"id": "https://courses.example/3/4"},
}


@contextmanager
def served(url: str, instance: Path) -> Iterator[int]:
    """One worker process of the real server; its process id."""
    environment = {**os.environ, "DATABASE_URL": url, "LLWYBR_INSTANCE": str(instance), "LLWYBR_LOG_LEVEL": "ERROR"}
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--port", str(PORT), "--workers", "1",
               "--blocking-threads", "2", "--log-level", "error", "wsgi:app"]  # fmt: skip
    server = subprocess.Popen(command, cwd=Path(__file__).parents[1], env=environment)
    try:
        for _ in range(200):
            try:
                connection = http.client.HTTPConnection("127.0.0.1", PORT, timeout=5)
                connection.request("GET", "/healthz")
                connection.getresponse().read()
                break
            except (ConnectionRefusedError, http.client.RemoteDisconnected):
                time.sleep(0.2)
        children = Path(f"/proc/{server.pid}/task/{server.pid}/children").read_text().split()
        yield int(children[0]) if children else server.pid
    finally:
        server.terminate()
        server.wait(20)


def rss(process: int) -> int:
    """Megabytes."""
    lines = Path(f"/proc/{process}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS")) // 1024


class Watch(threading.Thread):
    """The most memory that a process has while watched."""

    def __init__(self, process: int) -> None:
        super().__init__(daemon=True)
        self.process, self.peak, self.done = process, 0, threading.Event()

    def run(self) -> None:
        while not self.done.wait(0.1):
            self.peak = max(self.peak, rss(self.process))


def exported(secret: str, query: str = "") -> tuple[int, float]:
    """How many lines came, and in how many seconds. Nothing of them is kept."""
    connection = http.client.HTTPConnection("127.0.0.1", PORT, timeout=600)
    start, count = time.perf_counter(), 0
    connection.request(
        "GET",
        f"/api/v1/record_store/statements/export?format=ndjson{query}",
        headers={"Authorization": f"Bearer {secret}"},
    )
    answer = connection.getresponse()
    if answer.status != 200:
        raise SystemExit(f"{answer.status} {answer.read(500)!r}")
    while piece := answer.read(1 << 16):
        count += piece.count(b"\n")
    return count, time.perf_counter() - start


def copied(server: str) -> float:
    """Seconds that COPY … TO takes for the payloads alone, in the same order."""
    start = time.perf_counter()
    with psycopg.connect(server) as connection, connection.cursor() as cursor, cursor.copy(PAYLOADS) as copy:
        for _piece in copy:
            pass
    return time.perf_counter() - start


def a_reader() -> str:
    """The secret of a token of somebody who may read everything."""
    secret = new_secret()
    person = record(Person(display_name="Benchmark", legal_name="Benchmark"))
    root = body("")
    record(RoleGrant(person_id=person.id, role=Role.ADMINISTRATOR, organisation_id=root.id, starts_on=clock.today()))
    record(
        ApiToken(person_id=person.id, name="benchmark", digest=digest(secret), hint=secret[:6], scopes=None,
                 created_at=clock.now(), until=clock.now() + timedelta(days=1))
    )  # fmt: skip
    return secret


def main(many: int, folder: Path) -> None:
    server = embedded.start(folder / "postgres")
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {NAME} WITH (FORCE)")
        connection.execute(f"CREATE DATABASE {NAME} TEMPLATE template0 ENCODING 'UTF8'")
    url = make_url(server).set(database=NAME).render_as_string(hide_password=False)
    app = create_app(config.Settings(database_url=url, instance=folder, public_url="http://127.0.0.1"))
    with app.app_context():
        migrate.upgrade()
        for load in app.extensions["llwybr.loaders"][:1]:
            with transaction():
                load(Actor.system())
        with transaction():
            secret = a_reader()
            record_own(Actor.system(), STATEMENT)
        db.session.remove()
        db.engine.dispose()
    with served(url, folder) as process:
        exported(secret)
        before = rss(process)
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(MULTIPLY, [many - 1])
            connection.execute("ANALYZE statement")
        limit = copied(url)
        watch = Watch(process)
        watch.start()
        count, taken = exported(secret)
        watch.done.set()
    print(f"COPY … TO of {many} payloads {many / limit:9.0f} statements/s")
    print(f"GET export of {count:7}       {count / taken:9.0f} statements/s  {limit / taken:5.2f} x COPY")
    print(f"memory of the worker         {before} MB before, {watch.peak} MB at most")
    if count != many:
        raise SystemExit(f"{count} came of {many}")


if __name__ == "__main__":
    wanted = int(sys.argv[1]) if len(sys.argv) > 1 else MANY
    if len(sys.argv) > 2:
        main(wanted, Path(sys.argv[2]).resolve())
    else:
        with tempfile.TemporaryDirectory() as made:
            main(wanted, Path(made))
