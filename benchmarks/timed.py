"""The app of `wsgi.py`, saying in the header `Server-Timing` how many milliseconds it took once it was its turn."""

import time
from collections.abc import Iterable
from wsgiref.types import StartResponse, WSGIEnvironment

from wsgi import app

untimed = app.wsgi_app.beside.app  # type: ignore[attr-defined]


def timed(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    """One request. Pages are whole before they are begun, so what follows `start_response` is the wire's time."""
    begun = time.perf_counter()

    def start(status: str, headers: list[tuple[str, str]], *more: object) -> object:
        spent = 1000 * (time.perf_counter() - begun)
        return start_response(status, [*headers, ("Server-Timing", f"app;dur={spent:.2f}")], *more)  # type: ignore[arg-type]

    return untimed(environ, start)  # type: ignore[no-any-return]


app.wsgi_app.beside.app = timed  # type: ignore[attr-defined]
