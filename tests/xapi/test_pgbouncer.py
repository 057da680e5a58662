"""The record store behind PgBouncer in transaction mode (LLWYBR_DATABASE_PREPARE=no), with fewer connections to the
database than there are clients: whatever relied on the session would be another's."""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select, text
from sqlalchemy.engine import URL, make_url

from lms.app import create_app
from lms.core import config
from lms.core.db import db, transaction
from lms.core.permissions import Actor
from lms.xapi import erasing, numbering, people, replicated, verifying
from lms.xapi.keeping import knowing
from lms.xapi.models import Erasure
from tests.conftest import ROOT, Browser
from tests.factories.accounts import make_person
from tests.factories.xapi import Store, learner, make_statement, make_store, new_uuid, voiding

CONNECTIONS = 2
STATE = {"activityId": "https://a.example/module", "agent": learner(), "stateId": "place"}


@pytest.fixture(scope="module")
def pooler(server: str) -> Iterator[URL]:
    """The address of a PgBouncer over the tests' server, for any of its databases."""
    program = shutil.which("pgbouncer", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    assert program, "PgBouncer is missing: run make machine"
    real = make_url(server)
    host = str(real.host or real.query["host"])
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        written = Path(folder) / "pgbouncer.ini"
        given = f" password={real.password}" if real.password else ""
        owner = pwd.getpwuid(Path(host).stat().st_uid).pw_name if host.startswith("/") else "nobody"
        written.write_text(
            f"[databases]\n* = host={host} port={real.port or 5432} user={real.username}{given}\n"
            f"[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {port}\nunix_socket_dir =\nauth_type = any\n"
            f"pool_mode = transaction\ndefault_pool_size = {CONNECTIONS}\nmax_client_conn = 200\n"
            + (f"user = {owner}\n" if os.geteuid() == 0 else "")
        )
        running = subprocess.Popen([program, "--quiet", str(written)])
        try:
            _wait_for(port, running)
            yield URL.create("postgresql", username=real.username, host="127.0.0.1", port=port)
        finally:
            running.terminate()
            running.wait(10)


def _wait_for(port: int, running: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + 10
    while time.monotonic() < until:
        assert running.poll() is None, "PgBouncer did not start"
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.05)
    raise AssertionError("PgBouncer does not answer")


@pytest.fixture
def pooled(app: Flask, pooler: URL, tmp_path: Path) -> Iterator[Flask]:
    """A second app over the test's own database, which reaches it through PgBouncer only."""
    url = pooler.set(database=app.extensions["test.database"]).render_as_string(hide_password=False)
    made = create_app(
        config.Settings(database_url=url, database_prepare=False, instance=tmp_path, secret_key="k" * 40,
                        public_url="http://localhost", database_pool=12)
    )  # fmt: skip
    made.test_client_class = Browser
    for each in (knowing, verifying, replicated):
        each.forget()
    with made.app_context():
        yield made
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def store(pooled: Flask) -> Store:
    return make_store(pooled)


def test_clients_share_fewer_connections_than_they_are(pooled: Flask) -> None:
    """What the other tests stand on: this is transaction mode."""
    with ExitStack() as stack:
        clients = [stack.enter_context(db.engine.connect()) for _ in range(8)]
        seen = set()
        for client in clients:
            seen.add(client.scalar(text("SELECT pg_backend_pid()")))
            client.commit()
        assert len(seen) <= CONNECTIONS < len(clients)


def test_statements_go_in_and_out(store: Store) -> None:
    ids = [
        store.keep(make_statement(id=new_uuid()))[0] for _ in range(12)
    ]  # as often as would make a driver prepare it
    ids += store.keep(*[make_statement(id=new_uuid()) for _ in range(60)])
    assert store.ids(limit="20", ascending="true") == ids, "filters, pages and their plans, more than five times"
    for _ in range(7):
        assert store.ids(agent=learner(), activity="https://a.example/module", limit="100") == ids[::-1]
    store.keep(voiding(ids[0]))
    assert store.get(statementId=ids[0]).status_code == 404
    assert store.get(voidedStatementId=ids[0]).status_code == 200
    assert store.post(make_statement(id=ids[1], activity="https://a.example/other")).status_code == 409


def test_threads_that_write_together_lose_nothing(pooled: Flask, store: Store) -> None:
    """Group commit, marks of what is being written, and the writer's lease, from more threads than connections."""
    batches = [[make_statement(id=new_uuid()) for _ in range(1 + number % 3)] for number in range(80)]

    def send(batch: list[dict[str, object]]) -> int:
        return Store(pooled, store.key, store.secret).post(batch).status_code

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(send, batches)) == {200}
    found = store.found(ascending="true", limit="100")
    assert sorted(each["id"] for each in found) == sorted(str(each["id"]) for batch in batches for each in batch)
    stored = [each["stored"] for each in found]
    assert stored == sorted(set(stored)), "strictly increasing"
    assert db.session.scalar(text("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND database = "
                                  "(SELECT oid FROM pg_database WHERE datname = current_database())")) == 0  # fmt: skip


def test_a_process_keeps_its_place_among_writers(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(numbering, "_lease", None)  # that of the test before was another database's
    store.keep(make_statement())
    first = numbering._held()
    monkeypatch.setattr(numbering, "_lease", None)  # another process
    monkeypatch.setattr(numbering.socket, "gethostname", lambda: "another")
    store.keep(make_statement())
    second = numbering._held()
    assert second.writer != first.writer
    held = dict(
        db.session.execute(text("SELECT writer, process FROM writer_lease WHERE until > clock_timestamp()")).all()
    )  # type: ignore[arg-type]
    assert (held[first.writer], held[second.writer]) == (first.process, second.process)


def test_documents_are_not_overwritten_unseen(pooled: Flask, store: Store) -> None:
    def put(body: str, **headers: str) -> int:
        return Store(pooled, store.key, store.secret).send(
            "PUT", "/activities/state", query=STATE, data=body, headers={"Content-Type": "text/plain", **headers}
        ).status_code  # fmt: skip

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda number: put(str(number), **{"If-None-Match": "*"}), range(8)))
    assert sorted(answers) == [204] + [412] * 7
    got = store.send("GET", "/activities/state", query=STATE)
    etag = got.headers["ETag"]
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda number: put(f"again {number}", **{"If-Match": etag}), range(8)))
    assert sorted(answers) == [204] + [412] * 7


def test_jobs_are_done_by_a_worker_that_nobody_can_wake(pooled: Flask, store: Store, tmp_path: Path) -> None:
    """`flask worker` as in production, behind the same PgBouncer, which prepares nothing however often it asks."""
    persons = [make_person(display_name=f"Siân {each}", email=f"sian{each}@example.org").id for each in range(8)]
    store.keep(*[make_statement(actor=mailbox(each % 8)) for each in range(24)])
    url = db.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
    worker = subprocess.Popen(
        [sys.executable, "-m", "flask", "--app", "wsgi", "worker"], cwd=ROOT, start_new_session=True,
        env={**os.environ, "DATABASE_URL": url, "LLWYBR_DATABASE_PREPARE": "no", "LLWYBR_INSTANCE": str(tmp_path),
             "LLWYBR_LOG_LEVEL": "ERROR"},
    )  # fmt: skip
    try:
        time.sleep(3)  # it is up, and has found nothing to do
        for person in persons:
            with transaction():
                erasing.begin(Actor.system(), people.of_person(person), "They asked for it")
        until = time.monotonic() + 30
        while db.session.scalar(select(func.count()).where(Erasure.ended_at.is_not(None))) < len(persons):
            assert worker.poll() is None, "the worker ended"
            assert time.monotonic() < until, "the worker does nothing"
            db.session.rollback()
            time.sleep(0.1)
        assert prepared() == [[]] * CONNECTIONS, "the next client of that connection would meet them"
    finally:
        worker.send_signal(signal.SIGTERM)
        worker.wait(30)
    assert all(store.ids(agent=mailbox(each)) == [] for each in range(8))


def test_what_asks_to_be_prepared_is_not(store: Store) -> None:
    """Lists of statements say so to the driver themselves."""
    store.keep(make_statement())
    for _ in range(8):
        assert len(store.ids(agent=learner())) == 1
    assert prepared() == [[]] * CONNECTIONS


def mailbox(number: int) -> dict[str, str]:
    return {"objectType": "Agent", "mbox": f"mailto:sian{number}@example.org"}


def prepared() -> list[list[str]]:
    """What lies prepared in each connection to the database."""
    db.session.rollback()
    with ExitStack() as stack:
        every = [stack.enter_context(db.engine.connect()) for _ in range(CONNECTIONS)]  # in a transaction each
        return [list(each.scalars(text("SELECT statement FROM pg_prepared_statements"))) for each in every]
