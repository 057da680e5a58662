"""A statement of SQL that is a transaction by itself, for what is asked a thousand times a second.

By libpq alone, on connections that do nothing else. A pool's checkout, the change to autocommit and back, and a driver that is
ready for any value cost more than the statement: without them single xAPI statements come in a fifth faster.
"""

import threading
from collections import deque
from typing import Any

import psycopg
from flask import current_app
from psycopg import pq
from sqlalchemy import Engine, event

from lms.core.db import db

NAME = b"direct"


class Direct:
    """`sql` has its parameters as $1, $2 … and answers one row of one column."""

    def __init__(self, sql: str) -> None:
        self._sql = sql.encode()
        self._idle: dict[Engine, deque[psycopg.Connection[Any]]] = {}
        self._opening = threading.Lock()
        event.listen(Engine, "engine_disposed", self._close)

    def ask(self, *values: str | int) -> bytes | None:
        """What the row says, as PostgreSQL writes it; None: NULL. Raises psycopg.Error, also when an idle connection has died
        meanwhile: the next one is new."""
        connection = self._connection()
        given = [str(each).encode() for each in values]
        if current_app.config["DATABASE_PREPARE"]:
            result = connection.pgconn.exec_prepared(NAME, given)
        else:
            result = connection.pgconn.exec_params(self._sql, given)
        if result.status != pq.ExecStatus.TUPLES_OK:
            message = result.error_message.decode(errors="replace")
            if connection.pgconn.status != pq.ConnStatus.OK:
                connection.close()
                raise psycopg.OperationalError(message)
            self._idle_of(db.engine).append(connection)
            raise psycopg.DatabaseError(message)
        self._idle_of(db.engine).append(connection)
        return result.get_value(0, 0)

    def _connection(self) -> psycopg.Connection[Any]:
        try:
            return self._idle_of(db.engine).pop()
        except IndexError:
            return self._opened()

    def _opened(self) -> psycopg.Connection[Any]:
        held = db.engine.raw_connection()
        connection: psycopg.Connection[Any] = held.driver_connection  # type: ignore[assignment]
        held.detach()
        connection.autocommit = True
        if current_app.config["DATABASE_PREPARE"]:
            result = connection.pgconn.prepare(NAME, self._sql)
            if result.status != pq.ExecStatus.COMMAND_OK:
                connection.close()
                raise psycopg.DatabaseError(result.error_message.decode(errors="replace"))
        return connection

    def _idle_of(self, engine: Engine) -> deque[psycopg.Connection[Any]]:
        """Those that nobody is asking by."""
        found = self._idle.get(engine)
        if found is None:
            with self._opening:
                found = self._idle.setdefault(engine, deque())
        return found

    def _close(self, engine: Engine) -> None:
        for connection in self._idle.pop(engine, ()):
            connection.close()
