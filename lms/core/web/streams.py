"""Answers that are written while they are sent. The request's own transaction has ended by then, so each read of such
an answer is an edge of its own: a new session, one short transaction, nothing held while the reader is slow."""

from collections.abc import Callable, Iterable
from contextlib import ExitStack
from typing import Any, TypeVar
from uuid import UUID

from flask import Flask, Response, current_app, g

from lms.core import audit, files
from lms.core.db import transaction
from lms.core.web import edge

T = TypeVar("T")
Step = Callable[[Callable[[], T]], T]


def steps() -> Callable[[Callable[[], Any]], Any]:
    """A function that runs another one as a step: in a context and a transaction of its own, as this request's."""
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    origin, language = edge.origin(), g.get("lang", "en")

    def step(work: Callable[[], T]) -> T:
        with app.app_context(), audit.acting_from(origin), transaction():
            g.lang = language
            return work()

    return step


def file(pieces: Iterable[bytes], name: str, media_type: str) -> Response:
    """The pieces as a download under that name (letters, figures, hyphens and dots only)."""
    answer = Response(pieces, content_type=media_type)
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


def stored(kept: UUID, name: str, media_type: str) -> Response:
    """A file that we keep, read while it is sent, however large it is. Raises Unavailable when its bytes are gone."""
    holding = ExitStack()
    source = holding.enter_context(files.opened(kept))
    answer = file(iter(lambda: source.read(files.CHUNK), b""), name, media_type)
    answer.call_on_close(holding.close)
    return answer
