"""The app of `wsgi.py`, saying in the header `Server-Timing` how many milliseconds it took for an answer."""

import time
from collections.abc import Iterable
from typing import Any

from wsgi import app as untimed


def app(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    """One request. Pages are whole before they are begun, so what follows `start_response` is the wire's time."""
    begun = time.perf_counter()

    def start(status: str, headers: list[tuple[str, str]], *more: Any) -> Any:
        spent = 1000 * (time.perf_counter() - begun)
        return start_response(status, [*headers, ("Server-Timing", f"app;dur={spent:.2f}")], *more)

    return untimed(environ, start)
