"""How many statements reach the database, and how a page's number is found."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import event

from lms.core.db import db


@contextmanager
def counted_queries() -> Iterator[list[str]]:
    """The statements that reach the database meanwhile."""
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        seen.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(db.engine, "before_cursor_execute", note)


def queries_of(browser: FlaskClient, url: str) -> int:
    """How many a page takes the second time. The first may note that a sign-in was used, or read what is kept."""
    assert browser.get(url).status_code == 200
    with counted_queries() as seen:
        assert browser.get(url).status_code == 200
    return len(seen)
