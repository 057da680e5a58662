"""Rows of statements into the database, by the session's own driver connection and in its transaction.

A few go in one statement (one round trip, ids that are known are left out); many go by COPY, which fails as a whole
when an id is known, and then goes the first way. Measured: `benchmarks/record_store.py`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
import psycopg
from psycopg import errors

from lms.core.db import db
from lms.xapi.models import VOIDED, VOIDING
from lms.xapi.rules.keys import Keys

COPY_FROM = 40
"""Statements from which COPY is the faster way."""
NUL = rb"\u0000"
"""An escape that PostgreSQL's JSON cannot carry; a payload that has it goes in hexadecimal."""


@dataclass(frozen=True, slots=True)
class Row:
    """A statement as the table has it."""

    seq: int
    id: UUID
    timestamp: datetime
    keys: Keys
    authority: int
    flags: int
    payload: bytes


_INSERT = f"""
    WITH given AS (
        SELECT given.*, CASE WHEN f & {VOIDING} = 0 AND EXISTS (
            SELECT FROM statement_link WHERE tenant = %(tenant)s AND target = i AND voids
        ) THEN {VOIDED} ELSE 0 END AS voided
        FROM json_to_recordset(%(rows)s::json) AS given(
            q bigint, i uuid, t timestamptz, v bigint, a bigint, o bigint, u bigint, g uuid, f smallint,
            p json, x text, r json)
    ), new AS (
        INSERT INTO statement_id (tenant, id, seq) SELECT %(tenant)s, i, q FROM given ORDER BY i
        ON CONFLICT DO NOTHING RETURNING seq
    ), kept AS (
        INSERT INTO statement
            (tenant, seq, id, timestamp, verb, actor, activity, authority, registration, flags, payload)
        SELECT %(tenant)s, q, i, t, v, a, o, u, g, f | voided,
            coalesce(convert_to(p::text, 'UTF8'), decode(x, 'hex'))
        FROM given JOIN new ON seq = q
    ), found_by AS (
        INSERT INTO statement_ref (tenant, kind, key, seq, verb)
        SELECT %(tenant)s, (pair->>0)::smallint, (pair->>1)::bigint, q, v
        FROM given JOIN new ON seq = q, json_array_elements(r) AS pair
    )
    SELECT seq FROM new
"""  # ORDER BY i: writers that share ids wait for one another in the same order, so they cannot deadlock
_VOIDED_ALREADY = "SELECT target FROM statement_link WHERE tenant = %s AND voids AND target = ANY(%s::uuid[])"
_COPY_IDS = "COPY statement_id (tenant, id, seq) FROM STDIN (FORMAT binary)"
_COPY_ROWS = (
    "COPY statement (tenant, seq, id, timestamp, verb, actor, activity, authority, registration, flags, payload)"
    " FROM STDIN (FORMAT binary)"
)
_COPY_REFS = "COPY statement_ref (tenant, kind, key, seq, verb) FROM STDIN (FORMAT binary)"
_ROW_TYPES = ["int4", "int8", "uuid", "timestamptz", "int8", "int8", "int8", "int8", "uuid", "int2", "bytea"]


def insert(tenant: int, rows: Sequence[Row]) -> set[int]:
    """Keep those whose ids are new; return their numbers. Waits for others that are writing the same ids."""
    connection: psycopg.Connection[Any] = db.session.connection().connection.driver_connection  # type: ignore[assignment]
    if len(rows) >= COPY_FROM:
        try:
            with connection.transaction():
                _copy(connection, tenant, rows)
            return {row.seq for row in rows}
        except errors.UniqueViolation:
            pass  # some are known: the other way tells which
    return _insert(connection, tenant, rows)


def _insert(connection: psycopg.Connection[Any], tenant: int, rows: Sequence[Row]) -> set[int]:
    given = [
        {
            "q": row.seq, "i": row.id, "t": row.timestamp, "v": row.keys.verb, "a": row.keys.actor,
            "o": row.keys.activity, "u": row.authority, "g": row.keys.registration, "f": row.flags,
            "r": list(row.keys.references),
            **({"x": row.payload.hex()} if NUL in row.payload else {"p": orjson.Fragment(row.payload)}),
        }
        for row in rows
    ]  # fmt: skip
    found = connection.execute(_INSERT, {"tenant": tenant, "rows": orjson.dumps(given).decode()})
    return {seq for (seq,) in found}


def _copy(connection: psycopg.Connection[Any], tenant: int, rows: Sequence[Row]) -> None:
    ids = "{" + ",".join(str(row.id) for row in rows) + "}"
    voided = {target for (target,) in connection.execute(_VOIDED_ALREADY, [tenant, ids])}
    cursor = connection.cursor()
    with cursor.copy(_COPY_IDS) as copy:
        copy.set_types(["int4", "uuid", "int8"])
        for row in sorted(rows, key=lambda each: each.id):
            copy.write_row((tenant, row.id, row.seq))
    with cursor.copy(_COPY_ROWS) as copy:
        copy.set_types(_ROW_TYPES)
        for row in rows:
            keys = row.keys
            flags = row.flags | VOIDED if row.id in voided and not row.flags & VOIDING else row.flags
            copy.write_row(
                (tenant, row.seq, row.id, row.timestamp, keys.verb, keys.actor, keys.activity, row.authority,
                 keys.registration, flags, row.payload)
            )  # fmt: skip
    with cursor.copy(_COPY_REFS) as copy:
        copy.set_types(["int4", "int2", "int8", "int8", "int8"])
        for row in rows:
            for kind, key in row.keys.references:
                copy.write_row((tenant, kind, key, row.seq, row.keys.verb))
