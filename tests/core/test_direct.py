"""What is asked by libpq alone."""

from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest
from flask import Flask
from sqlalchemy import text

from lms.core.db import db
from lms.core.direct import Direct


@pytest.fixture(params=[True, False], ids=["prepared", "not prepared"])
def prepared(app: Flask, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> bool:
    monkeypatch.setitem(app.config, "DATABASE_PREPARE", request.param)
    return bool(request.param)


def pid(direct: Direct) -> int:
    return int(direct.ask(0) or 0)


def test_it_answers_what_the_row_says(prepared: bool) -> None:
    said = Direct("SELECT nullif($1::text || $2::integer, 'nothing0')")
    assert said.ask("Llŷn ", -7) == "Llŷn -7".encode()
    assert said.ask("nothing", 0) is None


def test_each_question_is_a_transaction_and_they_share_a_connection(prepared: bool) -> None:
    """A fault costs neither: what the database refuses leaves the connection as it was."""
    asked = Direct("SELECT pg_backend_pid() + 0 / (1 - $1::integer)")
    first = pid(asked)
    with pytest.raises(psycopg.DatabaseError, match="division by zero"):
        asked.ask(1)
    assert pid(asked) == first
    state = text("SELECT state FROM pg_stat_activity WHERE pid = :pid")
    assert db.session.scalar(state, {"pid": first}) == "idle"


def test_a_connection_that_has_died_is_found_out_once(prepared: bool) -> None:
    asked = Direct("SELECT pg_backend_pid() + $1::integer")
    first = pid(asked)
    assert db.session.scalar(text("SELECT pg_terminate_backend(:pid, 2000)"), {"pid": first})
    with pytest.raises(psycopg.OperationalError):
        asked.ask(0)
    assert pid(asked) != first


def test_who_asks_at_the_same_time_has_a_connection_each(app: Flask, prepared: bool) -> None:
    asked = Direct("SELECT pg_backend_pid() FROM pg_sleep(0.1 * $1::integer)")

    def ask(_number: int) -> int:
        with app.app_context():
            return int(asked.ask(1) or 0)

    with ThreadPoolExecutor(4) as pool:
        assert len(set(pool.map(ask, range(4)))) == 4
    found = text("SELECT count(*) FROM pg_stat_activity WHERE pid = ANY(:pids) AND state = 'idle'")
    assert db.session.scalar(found, {"pids": [int(asked.ask(0) or 0)]}) == 1


def test_they_close_with_the_engine(prepared: bool) -> None:
    asked = Direct("SELECT pg_backend_pid() + $1::integer")
    first = pid(asked)
    db.session.remove()
    db.engine.dispose()
    gone = text("SELECT count(*) FROM generate_series(1, 100) AS turn, pg_sleep(0.02)"
                " WHERE NOT EXISTS (SELECT FROM pg_stat_get_activity(:pid))")  # fmt: skip
    assert db.session.scalar(gone, {"pid": first})


def test_what_the_database_cannot_read_is_refused_and_nothing_is_left(prepared: bool) -> None:
    wrong = Direct("SELECT no_such_function($1)")
    for _ in range(2):
        with pytest.raises(psycopg.DatabaseError, match="no_such_function"):
            wrong.ask("x")
