"""The ADL conformance suite against a server of ours: `make conformance SUITE=<checkout with its packages installed>`.

    python -m tests.conformance.adl SUITE [SUITE_FOR_2]

Runs it as it is, for xAPI 1.0.3 and for 2.0, each on an empty database, one endpoint serving both. Prints passed/total
and every failing test; the exit status is 0 only when all passed. The suite's branches contradict each other in what a
request without a version is answered (its pull request 270), so a second checkout may be named for 2.0.
"""

import json
import os
import re
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import psycopg
from sqlalchemy.engine import make_url

from lms.app import create_app
from lms.core import config, embedded, migrate
from lms.core.db import db, transaction
from lms.core.permissions import Actor
from lms.xapi import services
from lms.xapi.rules.scopes import Scope

ROOT = Path(__file__).parents[2]
PATIENCE = 1500
"""Seconds: the suite waits for ever when it loses an answer."""


def main(suites: list[Path]) -> int:
    if shutil.which("node") is None:
        raise SystemExit("The suite needs node")
    passed = True
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        url = embedded.start(folder / "postgres")
        for version, suite in (("1.0.3", suites[0]), ("2.0.0", suites[-1])):
            with endpoint(url, folder) as (address, key, secret):
                passed &= run(suite, version, address, key, secret)
    return 0 if passed else 1


@contextmanager
def endpoint(server: str, folder: Path) -> Iterator[tuple[str, str, str]]:
    """A real server over an empty database: (address of the record store, key, secret)."""
    name = f"conformance_{secrets.token_hex(4)}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8'")
    url = make_url(server).set(database=name).render_as_string(hide_password=False)
    app = create_app(config.Settings(database_url=url, instance=folder, public_url="http://127.0.0.1"))
    with app.app_context():
        migrate.upgrade()
        with transaction():
            key, secret = _issued()
        db.session.remove()
        db.engine.dispose()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {**os.environ, "DATABASE_URL": url, "LLWYBR_INSTANCE": str(folder), "LLWYBR_LOG_LEVEL": "ERROR"}
    process = subprocess.Popen(
        [sys.executable, "-m", "granian", "--interface", "wsgi", "wsgi:app", "--port", str(port), "--workers", "2",
         "--no-ws", "--log-level", "error"], cwd=ROOT, env=environment,
    )  # fmt: skip
    try:
        for _ in range(600):  # it takes connections before it can answer, and the suite's first patience is short
            try:
                with urlopen(f"http://127.0.0.1:{port}/xapi/about", timeout=60):
                    break
            except OSError:
                time.sleep(0.1)
        yield f"http://127.0.0.1:{port}/xapi", key, secret
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:  # a client has left its connection open
            process.kill()
            process.wait()


def _issued() -> tuple[str, str]:
    """Key and secret. The suite's command line takes what begins with a hyphen for an option."""
    while True:
        credential, secret = services.issue_credential(Actor.system(), "conformance", [Scope.ALL])
        if "-" not in (credential.key[0], secret[0]):
            return credential.key, secret


def run(suite: Path, version: str, address: str, key: str, secret: str) -> bool:
    """One run of the suite; prints what came of it."""
    begun = time.monotonic()
    said = subprocess.run(
        ["node", "bin/console_runner.js", "-x", version, "-e", address, "-a", "-u", key, "-p", secret],
        cwd=suite, capture_output=True, text=True, timeout=PATIENCE,
    )  # fmt: skip  # its exit status is the number of failures modulo 256, and no use
    found = re.search(r"Full run log written to (.+)", said.stdout)
    if found is None:
        print(said.stdout[-2000:], said.stderr[-2000:])
        return False
    log = json.loads((suite / found[1].strip()).read_text(encoding="utf-8"))
    total, passed = log["summary"]["total"], log["summary"]["passed"]
    print(f"xAPI {version}: {passed}/{total} passed, {time.monotonic() - begun:.0f} s, suite {_commit(suite)}")
    for path, fault in _failures(log["log"], ()):
        print(f"  {' > '.join(path)}: {fault}")
    return bool(passed == total)


def _failures(node: dict[str, Any], above: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], str]]:
    path = (*above, node["title"]) if node.get("title") else above
    inner = node.get("tests") or []
    if not inner and node.get("status") == "failed":
        yield path, str(node.get("error"))[:300].replace("\n", " ")
    for each in inner:
        yield from _failures(each, path)


def _commit(suite: Path) -> str:
    asked = subprocess.run(["git", "rev-parse", "--short", "HEAD"], cwd=suite, capture_output=True, text=True)
    return asked.stdout.strip() or "of unknown commit"


if __name__ == "__main__":
    if len(sys.argv) not in (2, 3):
        raise SystemExit(__doc__)
    sys.exit(main([Path(each).resolve() for each in sys.argv[1:]]))
