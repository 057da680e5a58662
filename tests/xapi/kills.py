"""The record store and PostgreSQL killed (`kill -9`) at random moments under load: what was acknowledged is there, once.

    python -m tests.xapi.kills 200

Each round kills the web server's or the database's processes while writers send batches, single statements, voidings and
attachments; both are started again; in the end the tables are compared with what was answered. `test_kills.py` does a few.
"""

import hashlib
import http.client
import json
import os
import random
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
from sqlalchemy.engine import make_url

from tests.factories.xapi import make_statement, voiding

ROOT = Path(__file__).parents[2]
WRITERS = 4
KEEPER = """
import sys; from pathlib import Path; from lms.core import embedded
print(embedded.start(Path(sys.argv[1])), flush=True); sys.stdin.read()
"""
PREPARE = """
import sys; from pathlib import Path
from lms.app import create_app
from lms.core import config, migrate
from lms.core.db import transaction
from lms.core.permissions import Actor
from lms.xapi import services
from lms.xapi.rules.scopes import Scope
app = create_app(config.Settings(database_url=sys.argv[1], instance=Path(sys.argv[2]), log_level="ERROR"))
with app.app_context():
    migrate.upgrade()
    with transaction():
        made, secret = services.issue_credential(Actor.system(), "kills", [Scope.ALL])
    print(made.key, secret)
"""


class Trial:
    """A database and a server of their own in `folder`, and what the writers were told."""

    def __init__(self, folder: Path, chance: random.Random) -> None:
        self.folder, self.chance = folder, chance
        self.batches: list[tuple[list[str], bool]] = []
        """Ids sent together, and whether they were acknowledged."""
        self.attached: dict[str, bytes] = {}
        self.voided: set[str] = set()
        self.stopping = threading.Event()
        self.start_database()
        with psycopg.connect(self.maintenance, autocommit=True) as connection:
            connection.execute("CREATE DATABASE kills TEMPLATE template0 ENCODING 'UTF8'")
        made = subprocess.run(
            [sys.executable, "-c", PREPARE, self.url, str(folder)], cwd=ROOT, capture_output=True, text=True, check=True
        )
        key, secret = made.stdout.split()[-2:]
        self.authorization = "Basic " + b64encode(f"{key}:{secret}".encode()).decode()
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.start_server()

    @property
    def url(self) -> str:
        return make_url(self.maintenance).set(database="kills").render_as_string(hide_password=False)

    def start_database(self) -> None:
        self.keeper = subprocess.Popen(
            [sys.executable, "-c", KEEPER, str(self.folder / "postgres")], cwd=ROOT, text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        )  # fmt: skip
        assert self.keeper.stdout is not None
        self.maintenance = self.keeper.stdout.readline().strip()
        assert self.maintenance, "PostgreSQL did not start"

    def kill_database(self) -> None:
        """The postmaster and every process of it, at once; and whoever would stop it in good order."""
        first = int((self.folder / "postgres" / "postmaster.pid").read_text().split()[0])
        children = Path(f"/proc/{first}/task/{first}/children").read_text().split()
        for pid in (first, *map(int, children)):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.keeper.kill()
        self.keeper.wait()
        until = time.monotonic() + 10
        while _runs(first):
            assert time.monotonic() < until, "PostgreSQL does not die"
            time.sleep(0.01)

    def start_server(self) -> None:
        environment = {
            **os.environ, "DATABASE_URL": self.url, "LLWYBR_INSTANCE": str(self.folder), "LLWYBR_LOG_LEVEL": "ERROR",
        }  # fmt: skip
        self.server = subprocess.Popen(
            [sys.executable, "-m", "granian", "--interface", "wsgi", "wsgi:app", "--port", str(self.port), "--workers", "2",
             "--blocking-threads", "2", "--no-ws", "--log-level", "critical"],
            cwd=ROOT, env=environment, start_new_session=True, stderr=subprocess.DEVNULL,  # it complains of a dead database
        )  # fmt: skip

    def kill_server(self) -> None:
        os.killpg(self.server.pid, signal.SIGKILL)
        self.server.wait()

    def stop(self) -> None:
        self.kill_server()
        assert self.keeper.stdin is not None
        with suppress(BrokenPipeError):
            self.keeper.stdin.close()
        self.keeper.wait(60)

    def answers(self) -> bool:
        with suppress(OSError, http.client.HTTPException):
            return self._sent([make_statement(id=str(uuid4()))]) == 200
        return False

    def round(self) -> None:
        """Write for a moment, kill one of the two in the middle of it, start it again, and see it answer."""
        time.sleep(self.chance.uniform(0.1, 0.8))
        if self.chance.random() < 0.5:
            self.kill_server()
            self.start_server()
        else:
            self.kill_database()
            self.start_database()
        until = time.monotonic() + 60
        while not self.answers():
            assert time.monotonic() < until, "it does not answer again"
            time.sleep(0.05)

    @contextmanager
    def under_load(self) -> Iterator[None]:
        threads = [threading.Thread(target=self._write, args=(self.chance.random(),)) for _ in range(WRITERS)]
        for each in threads:
            each.start()
        try:
            yield
        finally:
            self.stopping.set()
            for each in threads:
                each.join(60)

    def _write(self, seed: float) -> None:
        chance, own = random.Random(seed), []
        while not self.stopping.is_set():
            batch, content = [make_statement(id=str(uuid4())) for _ in range(chance.choice([1, 5, 60]))], None
            if chance.random() < 0.1:
                content = os.urandom(300_000)
                sha2 = hashlib.sha256(content).hexdigest()
                batch[0]["attachments"] = [
                    {"usageType": "urn:u", "display": {}, "contentType": "a/b", "length": len(content), "sha2": sha2}
                ]
                self.attached[batch[0]["id"]] = content
            target = own.pop() if own and chance.random() < 0.2 else None
            if target:
                batch = [voiding(target) | {"id": str(uuid4())}]
                content = None
            ids = [each["id"] for each in batch]
            try:
                kept = self._sent(batch, content) == 200
            except (OSError, http.client.HTTPException):
                kept = False
                time.sleep(0.05)
            self.batches.append((ids, kept))
            if kept and target:
                self.voided.add(target)
            elif kept:
                own.append(ids[-1])

    def _sent(self, batch: list[dict[str, Any]], content: bytes | None = None) -> int:
        headers = {
            "Authorization": self.authorization,
            "X-Experience-API-Version": "1.0.3",
            "Content-Type": "application/json",
        }
        body = json.dumps(batch).encode()
        if content is not None:
            headers["Content-Type"] = "multipart/mixed; boundary=b"
            head = f"Content-Transfer-Encoding: binary\r\nX-Experience-API-Hash: {hashlib.sha256(content).hexdigest()}\r\n\r\n"
            body = (
                b"--b\r\nContent-Type: application/json\r\n\r\n"
                + body
                + b"\r\n--b\r\n"
                + head.encode()
                + content
                + b"\r\n--b--\r\n"
            )
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            connection.request("POST", "/xapi/statements", body, headers)
            answer = connection.getresponse()
            answer.read()
            return answer.status
        finally:
            connection.close()

    def check(self) -> dict[str, int]:
        """Compare the tables with what was answered; the counts of what was looked at."""
        with psycopg.connect(self.url) as connection:
            rows = connection.execute("SELECT id::text, seq, flags, payload FROM statement").fetchall()
            known = dict(connection.execute("SELECT id::text, seq FROM statement_id").fetchall())
            refs = {seq for (seq,) in connection.execute("SELECT DISTINCT seq FROM statement_ref")}
            links = {seq for (seq,) in connection.execute("SELECT DISTINCT seq FROM statement_link")}
            held = dict(connection.execute("SELECT sha2, size FROM attachment").fetchall())
            pieces = dict(
                connection.execute("SELECT sha2, sum(length(body)) FROM attachment_piece GROUP BY sha2").fetchall()
            )
        stored = {id_: seq for id_, seq, *_ in rows}
        assert len(stored) == len(rows), "a statement is there twice"
        assert known == stored, "ids and statements differ"
        lost = [id_ for ids, kept in self.batches if kept for id_ in ids if id_ not in stored]
        assert not lost, f"{len(lost)} acknowledged statements are lost"
        halves = [ids for ids, _ in self.batches if 0 < sum(id_ in stored for id_ in ids) < len(ids)]
        assert not halves, f"{len(halves)} batches are there by half"
        seqs = set(stored.values())
        assert refs <= seqs, "a reference has no statement"
        assert links <= seqs, "a link has no statement"
        declared = {hashlib.sha256(content).hexdigest() for id_, content in self.attached.items() if id_ in stored}
        assert set(held) == declared, "attachments and the statements that declare them differ"
        assert {sha2: int(size) for sha2, size in pieces.items()} == held, "an attachment is there by half"
        flags = {id_: flag for id_, _, flag, _ in rows}
        assert all(flags[id_] & 1 for id_ in self.voided), "an acknowledged voiding did not void"
        return {
            "acknowledged": sum(len(ids) for ids, kept in self.batches if kept),
            "stored": len(rows),
            "attachments": len(held),
        }


def _runs(pid: int) -> bool:
    """Not when nobody has taken notice of its death yet."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def run(kills: int, seed: int) -> dict[str, int]:
    """In a folder of its own, which PostgreSQL may enter when it runs as another user."""
    with tempfile.TemporaryDirectory() as made:
        Path(made).chmod(0o755)
        trial = Trial(Path(made), random.Random(seed))
        try:
            with trial.under_load():
                for _ in range(kills):
                    trial.round()
            return trial.check()
        finally:
            trial.stop()


if __name__ == "__main__":
    sys.stdout.write(f"{run(int(sys.argv[1]), seed=int(time.time()))}\n")
