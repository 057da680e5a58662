"""Rows of statements into the database, by the session's own driver connection and in its transaction.

A few go in one statement (one round trip, ids that are known are left out); many go by COPY, which fails as a whole
when an id is known, and then goes the first way. Measured: `benchmarks/record_store.py`.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import orjson
import psycopg
from psycopg import errors

from lms.core.db import driver_connection
from lms.xapi.models import VOIDED, VOIDING
from lms.xapi.rules.keys import Keys

COPY_FROM = 40
"""Statements from which COPY is the faster way."""
NUL = rb"\u0000"
"""An escape that PostgreSQL's JSON cannot carry; a payload that has it goes in hexadecimal."""


class Row(NamedTuple):
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
        SELECT given.*, EXISTS (
            SELECT FROM statement_link WHERE tenant = %(tenant)s AND target = i
        ) AS awaited, CASE WHEN f & {VOIDING} = 0 AND EXISTS (
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
    SELECT new.seq, awaited FROM new JOIN given ON q = new.seq
"""  # ORDER BY i: writers that share ids wait for one another in the same order, so they cannot deadlock
_REFERRED_TO = """
    SELECT target, bool_or(voids) FROM statement_link WHERE tenant = %s AND target = ANY(%s::uuid[]) GROUP BY target
"""
_COPY_IDS = "COPY statement_id (tenant, id, seq) FROM STDIN (FORMAT binary)"
_COPY_ROWS = (
    "COPY statement (tenant, seq, id, timestamp, verb, actor, activity, authority, registration, flags, payload)"
    " FROM STDIN (FORMAT binary)"
)
_COPY_REFS = "COPY statement_ref (tenant, kind, key, seq, verb) FROM STDIN (FORMAT binary)"
_ROW_TYPES = ["int4", "int8", "uuid", "timestamptz", "int8", "int8", "int8", "int8", "uuid", "int2", "bytea"]


class Inserted(NamedTuple):
    """Numbers of those whose ids are new; `awaited` are those of them to which others referred before they came."""

    new: set[int]
    awaited: set[int]


def insert(tenant: int, rows: Sequence[Row]) -> Inserted:
    """Keep those whose ids are new. Waits for others that are writing the same ids."""
    connection = driver_connection()
    if len(rows) >= COPY_FROM:
        try:
            with connection.transaction():
                return _copy(connection, tenant, rows)
        except errors.UniqueViolation:
            pass  # some are known: the other way tells which
    return _insert(connection, tenant, rows)


def as_json(rows: Sequence[Row]) -> str:
    """As `json_to_recordset` reads them."""
    given = [
        {
            "q": row.seq, "i": row.id, "t": row.timestamp, "v": row.keys.verb, "a": row.keys.actor,
            "o": row.keys.activity, "u": row.authority, "g": row.keys.registration, "f": row.flags,
            "r": list(row.keys.references),
            **({"x": row.payload.hex()} if NUL in row.payload else {"p": orjson.Fragment(row.payload)}),
        }
        for row in rows
    ]  # fmt: skip
    return orjson.dumps(given).decode()


def _insert(connection: psycopg.Connection[Any], tenant: int, rows: Sequence[Row]) -> Inserted:
    found = connection.execute(_INSERT, {"tenant": tenant, "rows": as_json(rows)}).fetchall()
    return Inserted({seq for seq, _ in found}, {seq for seq, awaited in found if awaited})


def _copy(connection: psycopg.Connection[Any], tenant: int, rows: Sequence[Row]) -> Inserted:
    ids = "{" + ",".join(str(row.id) for row in rows) + "}"
    referred: dict[UUID, bool] = dict(connection.execute(_REFERRED_TO, [tenant, ids]).fetchall())
    cursor = connection.cursor()
    with cursor.copy(_COPY_IDS) as copy:
        copy.set_types(["int4", "uuid", "int8"])
        for row in sorted(rows, key=lambda each: each.id):
            copy.write_row((tenant, row.id, row.seq))
    with cursor.copy(_COPY_ROWS) as copy:
        copy.set_types(_ROW_TYPES)
        for row in rows:
            keys = row.keys
            flags = row.flags | VOIDED if referred.get(row.id) and not row.flags & VOIDING else row.flags
            copy.write_row(
                (tenant, row.seq, row.id, row.timestamp, keys.verb, keys.actor, keys.activity, row.authority,
                 keys.registration, flags, row.payload)
            )  # fmt: skip
    with cursor.copy(_COPY_REFS) as copy:
        copy.set_types(["int4", "int2", "int8", "int8", "int8"])
        for row in rows:
            for kind, key in row.keys.references:
                copy.write_row((tenant, kind, key, row.seq, row.keys.verb))
    return Inserted({row.seq for row in rows}, {row.seq for row in rows if row.id in referred})
