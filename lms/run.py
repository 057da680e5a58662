"""`make run`: everything on one machine, started together and stopped together.

Starts the embedded PostgreSQL unless DATABASE_URL names another, migrates, loads the real catalogue and the demonstration,
then serves with granian and works the job queue, each in a process of its own. If one dies it is started again.
"""

import argparse
import ctypes
import fcntl
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from types import FrameType
from typing import IO, Any

from lms.core import config, embedded

PR_SET_PDEATHSIG = 1
STOP = (signal.SIGINT, signal.SIGTERM)


def say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


@dataclass
class Child:
    """One process that we keep running."""

    name: str
    command: list[str]
    environment: dict[str, str]
    process: subprocess.Popen[bytes] | None = None
    starts: int = 0

    def start(self) -> None:
        self.starts += 1
        self.process = subprocess.Popen(
            self.command, env=self.environment, start_new_session=True, preexec_fn=_die_with_parent
        )

    def stop(self) -> None:
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)

    def wait(self, seconds: float) -> None:
        if self.process is None:
            return
        try:
            self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.process.kill()


def _die_with_parent() -> None:
    """Linux: a `kill -9` of the parent ends the child too, so that the next start finds its port free."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def main() -> int:
    arguments = _arguments()
    try:
        settings = config.load()
    except config.ConfigurationFault as fault:
        say(str(fault))
        return 2
    instance = settings.instance.resolve()
    instance.mkdir(parents=True, exist_ok=True)
    with (instance / "run.lock").open("a+") as lock:
        if not _only_one(lock):
            lock.seek(0)
            say(f"Llwybr is already running on this data: {lock.read().strip() or settings.public_url}")
            return 0
        if not _free(arguments.host, arguments.port):
            say(f"Port {arguments.port} is taken by another program. Choose one with: make run PORT=8001")
            return 1
        address = f"http://{arguments.host}:{arguments.port}"
        _note(lock, address)
        return _run(arguments, settings, address)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--processes", type=int, default=2, help="web processes")
    parser.add_argument("--no-demo", action="store_true", help="load no demonstration people")
    return parser.parse_args()


def _run(arguments: argparse.Namespace, settings: config.Settings, address: str) -> int:
    os.environ.setdefault("LLWYBR_PUBLIC_URL", address)
    os.environ.setdefault("LLWYBR_DEMONSTRATION", "no" if arguments.no_demo else "yes")
    started = time.monotonic()
    _step(1, "Database", "the one that DATABASE_URL names" if settings.database_url else "embedded PostgreSQL")
    os.environ["DATABASE_URL"] = settings.database_url or embedded.start(settings.instance.resolve() / "postgres")
    sign_ins = _prepare(demo=not arguments.no_demo)
    _step(5, "Serving", f"{arguments.processes} web processes and one worker")
    children = [_web(arguments), _worker()]
    stopping = _stop_on_signal()
    for child in children:
        child.start()
    if not _answers(arguments, children, stopping):
        return _stop(children, 1)
    say(f"\nReady after {time.monotonic() - started:.1f} s:  {address}/en/   {address}/cy/")
    say(f"API: {address}/api/v1/openapi.json   Record store: {address}/xapi   Outbox: {address}/en/outbox")
    say(sign_ins)
    say("Ctrl-C stops everything.")
    while not stopping():
        for child in children:
            if child.process and child.process.poll() is not None:
                if child.starts > 5:
                    say(f"The {child.name} ended {child.starts} times; giving up. Its messages are above.")
                    return _stop(children, 1)
                say(f"The {child.name} ended (exit {child.process.returncode}); starting it again.")
                child.start()
        time.sleep(0.3)
    say("\nStopping …")
    return _stop(children, 0)


def _prepare(*, demo: bool) -> str:
    """Migrate and load, in this process; return the table of demonstration sign-ins."""
    from lms.app import create_app
    from lms.core import migrate
    from lms.core.db import db, transaction
    from lms.core.permissions import Actor

    app = create_app()
    with app.app_context():
        _step(2, "Migrations", "to the newest form")
        migrate.upgrade()
        _step(3, "Reference data", "frameworks, catalogue, organisations, roles")
        for load in app.extensions["llwybr.loaders"]:
            with transaction():
                load(Actor.system())
        sign_ins = ""
        if demo:
            _step(4, "Demonstration", "people who are invented, with two years of history")
            result = app.test_cli_runner().invoke(args=["load-demo"], catch_exceptions=False)
            say("    " + result.output.strip().replace("\n", "\n    "))
            sign_ins = app.test_cli_runner().invoke(args=["demo-sign-ins"], catch_exceptions=False).output
        db.session.remove()
        db.engine.dispose()
    return sign_ins


def web_command(host: str, port: int, processes: int, app: str = "wsgi:app") -> list[str]:
    """What serves the pages."""
    return [
        sys.executable, "-m", "granian", "--interface", "wsgi", app, "--host", host, "--port", str(port),
        "--workers", str(processes), "--blocking-threads", "8", "--backpressure", "64", "--no-ws",
        "--log-level", "warning", "--workers-kill-timeout", "20", "--respawn-failed-workers",
    ]  # fmt: skip


def _web(arguments: argparse.Namespace) -> Child:
    command = web_command(arguments.host, arguments.port, arguments.processes)
    return Child("web server", command, dict(os.environ))


def _worker() -> Child:
    return Child("worker", [sys.executable, "-m", "flask", "--app", "wsgi", "worker"], dict(os.environ))


def _answers(arguments: argparse.Namespace, children: list[Child], stopping: Callable[[], bool]) -> bool:
    """Wait until the server takes connections; False when a child died first or we were told to stop."""
    until = time.monotonic() + 60
    while time.monotonic() < until and not stopping():
        if any(child.process and child.process.poll() is not None for child in children):
            say("A process did not start; its messages are above.")
            return False
        if not _free(arguments.host, arguments.port):
            return True
        time.sleep(0.1)
    return False


def _stop(children: list[Child], code: int) -> int:
    for child in children:
        child.stop()
    for child in children:
        child.wait(25)
    return code


def _stop_on_signal() -> Callable[[], bool]:
    asked: list[int] = []

    def ask(number: int, _frame: FrameType | None) -> None:
        asked.append(number)

    for each in STOP:
        signal.signal(each, ask)
    return lambda: bool(asked)


def _only_one(lock: IO[str]) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _note(lock: IO[str], address: str) -> None:
    lock.seek(0)
    lock.truncate()
    lock.write(f"{address} (process {os.getpid()})\n")
    lock.flush()


def _free(host: str, port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex((host, port)) != 0


def _step(number: int, what: str, how: Any) -> None:
    say(f"[{number}/5] {what}: {how}")


if __name__ == "__main__":
    sys.exit(main())
