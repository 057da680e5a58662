"""Real PostgreSQL for every test: each gets a clone of a migrated template with the reference data in it.

The server is the embedded one (or TEST_DATABASE_URL); the template is made once per state of migrations and data, and the
clone of a worker is made anew for each test that asks for `app`.
"""

import fcntl
import hashlib
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from zlib import crc32

import psycopg
import pytest
from flask import Flask, g, has_app_context, request_started
from flask.testing import FlaskClient
from hypothesis import HealthCheck, settings
from sqlalchemy.engine import make_url
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

from lms.core import config, embedded
from tests import scratch

ROOT = Path(__file__).parents[1]
SECRET = "j" * 40
settings.register_profile("house", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("house")  # how long an example takes is the machine's affair: no test asserts a time
WATCHED = ("migrations", "lms", "courses", "frameworks", "certificates")


LONG = (
    "test_schemathesis.py",
    "test_every_page.py",
    "tests/journeys/",
    "test_kills.py",
    "test_replica.py",
    "test_memory.py",
    "test_packager.py",
    "test_pgbouncer.py",
)
"""In this order: while one process is busy with the first, the other loads the demonstration, for which all others wait."""


SHARED = "tests/journeys/test_every_page.py"
"""A file so long that both processes take half of it, each with a server of its own. Pages of one room stay together, for
what one visit makes the next one finds."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The long ones come first, so that no process is left with one of them when the other has nothing to do."""
    items.sort(key=lambda item: next((place for place, name in enumerate(LONG) if name in item.nodeid), len(LONG)))


class ByFile(LoadScopeScheduling):  # type: ignore[misc]
    """A file stays in one process, for its tests share a server."""

    def _split_scope(self, nodeid: str) -> str:
        file, _, test = nodeid.partition("::")
        return f"{file} {crc32(test.partition('.')[0].encode()) % 2}" if file == SHARED else file


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> ByFile:
    return ByFile(config, log)


@pytest.fixture(scope="session")
def server() -> str:
    """URL of the server's maintenance database."""
    if given := os.environ.get("TEST_DATABASE_URL"):
        return given
    url = embedded.start(scratch.folder() / "postgres")
    with psycopg.connect(url, autocommit=True) as connection:  # these data are thrown away
        connection.execute("ALTER SYSTEM SET fsync = off")
        connection.execute("ALTER SYSTEM SET full_page_writes = off")
        connection.execute("ALTER SYSTEM SET autovacuum = off")
        connection.execute("ALTER SYSTEM SET max_wal_size = '160MB'")
        connection.execute("ALTER SYSTEM SET max_connections = 200")
        connection.execute("SELECT pg_reload_conf()")
    return url


@pytest.fixture(scope="session")
def template(server: str) -> str:
    """Name of the database that all others are clones of: migrated, with the reference data in it."""

    def counts(path: Path) -> bool:
        return path.name in ("models.py", "loading.py") or path.suffix == ".yaml" or path.parent.name == "versions"

    return made_once(server, "template", counts, prepare)


def prepare(url: str) -> None:
    """Migrate and load what every installation has."""
    command("prepare", url, LLWYBR_INSTANCE=str(ROOT / "var" / "test"))


def made_once(
    server: str, kind: str, counts: Callable[[Path], bool], fill: Callable[[str], None], of: str = "template0"
) -> str:
    """Name of a database to clone, filled by whichever process comes first; anew when a file that `counts` has changed."""
    digest = hashlib.sha256()
    for path in sorted(p for top in WATCHED for p in (ROOT / top).rglob("*")):
        if path.is_file() and counts(path):
            digest.update(path.name.encode() + path.read_bytes())
    name = f"{kind}_{digest.hexdigest()[:12]}"
    (ROOT / "var").mkdir(exist_ok=True)
    with open(ROOT / "var" / f"test-{kind}.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with psycopg.connect(server, autocommit=True) as connection:
            there = {row[0] for row in connection.execute("SELECT datname FROM pg_database")}
            if name in there:
                return name
            for old in (each for each in there if each.startswith(f"{kind}_")):
                connection.execute(f"DROP DATABASE IF EXISTS {old} WITH (FORCE)")
            connection.execute(f"CREATE DATABASE {name}_making TEMPLATE {of} ENCODING 'UTF8'")
            fill(database_url(server, f"{name}_making"))
            with psycopg.connect(database_url(server, f"{name}_making"), autocommit=True) as filled:
                filled.execute("ANALYZE")
            connection.execute(f"ALTER DATABASE {name}_making RENAME TO {name}")
    return name


def command(name: str, url: str, **environment: str) -> None:
    """One of our commands, in a process of its own, so that no connection to the database stays open."""
    import subprocess
    import sys

    done = subprocess.run(
        [sys.executable, "-m", "flask", "--app", "wsgi", name], cwd=ROOT, capture_output=True, text=True,
        env={**os.environ, "DATABASE_URL": url, **environment},
    )  # fmt: skip
    if done.returncode:
        raise RuntimeError(done.stdout + done.stderr)


def database_url(server: str, name: str) -> str:
    return make_url(server).set(database=name).render_as_string(hide_password=False)


@pytest.fixture(scope="session")
def demonstrated(server: str, template: str) -> tuple[str, Path]:
    """The demonstration, loaded once: the name of a database to clone, and the folder with its files."""
    files = scratch.folder() / "demonstration"

    def load(url: str) -> None:
        shutil.rmtree(files, ignore_errors=True)
        command("load-demo", url, LLWYBR_INSTANCE=str(files), LLWYBR_SECRET_KEY=SECRET, LLWYBR_DEVELOPMENT="yes")

    return made_once(server, "demonstrated", lambda path: path.suffix in (".py", ".yaml"), load, of=template), files


@pytest.fixture(scope="session")
def worker_app(server: str, template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """One app per test process, on a database of its own."""
    from lms.app import create_app

    name = f"test_{os.getpid()}"
    instance = tmp_path_factory.mktemp("instance")
    made = create_app(
        config.Settings(database_url=database_url(server, name), instance=instance, secret_key=SECRET,
                        public_url="http://localhost")
    )  # fmt: skip
    made.test_client_class = Browser
    made.config.update(TESTING=False, PROPAGATE_EXCEPTIONS=False)
    made.extensions["test.database"] = name
    request_started.connect(_forget_the_request_before, made)
    yield made
    with made.app_context():
        _dispose()
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


def _forget_the_request_before(_app: Flask, **_more: Any) -> None:
    """Requests in a test share the test's app context, and with it `g`: who asks now is not who asked before."""
    g.__dict__.clear()


def _dispose() -> None:
    from lms.core.db import db

    db.session.remove()
    db.engine.dispose()


@pytest.fixture
def source(template: str) -> str:
    """What `app` clones."""
    return template


@pytest.fixture
def app(worker_app: Flask, server: str, source: str) -> Iterator[Flask]:
    """The app over a fresh clone, with an app context pushed."""
    name = worker_app.extensions["test.database"]
    with worker_app.app_context():
        _dispose()
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
            connection.execute(f"CREATE DATABASE {name} TEMPLATE {source} STRATEGY file_copy")
        yield worker_app
        _dispose()


class Browser(FlaskClient):
    """Each request in an app context of its own, as on a server: no `g` and no session are shared with the test."""

    def open(self, *args: Any, **kwargs: Any) -> Any:
        from lms.core.db import db

        with self.application.app_context():
            answer = super().open(*args, **kwargs)
        if has_app_context():  # a thread of a race has none
            db.session.expire_all()  # what the test holds is read again
        return answer


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A browser that nobody is signed in to."""
    return app.test_client()


@pytest.fixture
def signed_in(app: Flask) -> Callable[..., FlaskClient]:
    """`signed_in(person)` is a browser in which that person is signed in."""
    from tests.factories.accounts import sign_in_browser

    return lambda person: sign_in_browser(app, person)


@pytest.fixture
def as_token(app: Flask) -> Callable[..., Any]:
    """`as_token(person)` is an API client with a token of that person's: .get, .post… with the header set."""
    from tests.factories.accounts import TokenClient

    return lambda person, **given: TokenClient(app, person, **given)
