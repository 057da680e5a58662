"""Background work, on procrastinate: a job is a row, written in the transaction that asks for it.

Delivery is at least once, so every job is idempotent. Worker: `flask worker`.
"""

import json
import logging
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from typing import Any, TypeVar

import procrastinate
from flask import Flask, current_app
from sqlalchemy import text

from lms.core import audit
from lms.core.db import db, transaction

F = TypeVar("F", bound=Callable[..., None])

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Job:
    """`every` is a cron line in UTC; `retries` counts further attempts, each waiting longer.

    `whole`: it runs in one transaction. Otherwise it opens its own, between which it may wait for the network.
    """

    name: str
    function: Callable[..., None]
    queue: str
    retries: int
    every: str | None
    whole: bool = True


REGISTERED: dict[str, Job] = {}


def job(
    name: str, *, queue: str = "default", retries: int = 5, every: str | None = None, whole: bool = True
) -> Callable[[F], F]:
    """Declare background work. The function takes JSON-able keyword arguments."""

    def declare(function: F) -> F:
        REGISTERED[name] = Job(name, function, queue, retries, every, whole)
        function.job_name = name  # type: ignore[attr-defined]
        return function

    return declare


def enqueue(function: Callable[..., None], *, lock: str | None = None, **arguments: Any) -> None:
    """Ask for the work. A rolled back transaction asks for nothing. Jobs with the same `lock` run one at a time."""
    asked = REGISTERED[function.job_name]  # type: ignore[attr-defined]
    db.session.execute(
        text(
            "SELECT procrastinate_defer_jobs_v1(ARRAY[ROW(:queue, :name, 0, :lock, NULL, CAST(:arguments AS jsonb), NULL)"
            "::procrastinate_job_to_defer_v1])"
        ),
        {"queue": asked.queue, "name": asked.name, "lock": lock, "arguments": json.dumps(arguments)},
    )


def procrastinate_app(app: Flask) -> procrastinate.App:
    """The queue library's own app, knowing every registered job."""
    conninfo = db.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
    prepared: dict[str, Any] = {} if app.config["DATABASE_PREPARE"] else {"kwargs": {"prepare_threshold": None}}
    queue = procrastinate.App(
        connector=procrastinate.PsycopgConnector(conninfo=conninfo, min_size=1, max_size=4, **prepared)
    )
    for each in REGISTERED.values():
        retry = procrastinate.RetryStrategy(max_attempts=each.retries, exponential_wait=4) if each.retries else False
        task = queue.task(name=each.name, queue=each.queue, retry=retry)(_edge(app, each))
        if each.every:
            queue.periodic(cron=each.every)(task)
    return queue


def _edge(app: Flask, asked: Job) -> Callable[..., None]:
    def run(timestamp: int | None = None, **arguments: Any) -> None:
        with _at_work(), app.app_context(), audit.acting_from(f"job {asked.name}"):
            try:
                with transaction() if asked.whole else nullcontext():
                    asked.function(**arguments)
            finally:
                db.session.remove()

    return run


_idle = threading.Condition()
_busy = 0


@contextmanager
def _at_work() -> Iterator[None]:
    global _busy
    with _idle:
        _busy += 1
    try:
        yield
    finally:
        with _idle:
            _busy -= 1
            _idle.notify_all()


def _wait_until_idle() -> None:
    """A worker that does not wait may be gone while the thread of its last job is still at it."""
    with _idle:
        _idle.wait_for(lambda: _busy == 0, timeout=60)


def run_worker(app: Flask, *, wait: bool = True) -> None:
    """Work until told to stop (`wait`), or until nothing is left."""
    with app.app_context():
        queue = procrastinate_app(app)
    hears = app.config[
        "DATABASE_PREPARE"
    ]  # behind PgBouncer nobody is told (LISTEN is the session's): ask often instead
    queue.run_worker(
        wait=wait, listen_notify=wait and hears, fetch_job_polling_interval=5.0 if hears else 1.0, concurrency=4,
        install_signal_handlers=wait, delete_jobs="successful", shutdown_graceful_timeout=20,
        update_heartbeat_interval=10,
    )  # fmt: skip


def run_pending() -> None:
    """Run what is committed and due, and what that asks for in turn, here and now, and return: for tests and loaders.

    In a thread of its own, for the caller may have an event loop running.
    """
    app = current_app._get_current_object()  # type: ignore[attr-defined]
    with ThreadPoolExecutor(1) as thread:
        thread.submit(run_worker, app, wait=False).result()
        _wait_until_idle()
        while _is_due():  # what the last jobs asked for
            thread.submit(run_worker, app, wait=False).result()
            _wait_until_idle()


def _is_due() -> bool:
    asked = "SELECT EXISTS (SELECT FROM procrastinate_jobs WHERE status = 'todo' AND coalesce(scheduled_at, now()) <= now())"
    with db.engine.connect() as connection:
        return bool(connection.scalar(text(asked)))


__all__ = ["REGISTERED", "Job", "enqueue", "job", "run_pending", "run_worker"]
