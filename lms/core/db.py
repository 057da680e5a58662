"""The database: one declarative base, one session, one way to commit (house laws 1 and 5)."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime
from enum import StrEnum
from time import monotonic
from typing import Any, TypeVar
from uuid import UUID

import psycopg
from flask_sqlalchemy import SQLAlchemy
from flask_sqlalchemy.session import Session as BoundSession
from sqlalchemy import BindParameter, Date, DateTime, Enum, MetaData, Text, Uuid, bindparam, event, func
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.orm import DeclarativeBase, Mapped, MappedColumn, composite, mapped_column
from sqlalchemy.orm.descriptor_props import Composite
from sqlalchemy.pool import ConnectionPoolEntry, Pool

from lms.core.errors import NotFound
from lms.core.ids import new_id
from lms.core.language import Bilingual

Instant = DateTime(timezone=True)


class Base(DeclarativeBase):
    """Constraint names are chosen by rule, so that migrations can name them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "pk": "pk_%(table_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        }
    )


Base.registry.update_type_annotation_map({datetime: Instant, UUID: Uuid()})

REPLICA = "replica"
"""The key of the hot standby among the engines, if there is one."""


class Session(BoundSession):
    """A session of the primary; or of the `replica`, for all that it reads: see `lms/core/replica.py`."""

    def __init__(self, db: SQLAlchemy, *, replica: bool = False, **options: Any) -> None:
        super().__init__(db, **options)
        self._replica = replica

    def get_bind(self, *given: Any, **named: Any) -> Any:
        return self._db.engines[REPLICA] if self._replica else super().get_bind(*given, **named)


db = SQLAlchemy(model_class=Base, session_options={"expire_on_commit": False, "class_": Session})


RESTED = 1.0
"""Seconds after which a connection is tried before it is used again: the server may be another one by now."""


@event.listens_for(Pool, "checkin")
def _note_rest(_connection: Any, held: ConnectionPoolEntry) -> None:
    held.info["rests_since"] = monotonic()


@event.listens_for(Pool, "checkout")
def _try_rested(connection: Any, held: ConnectionPoolEntry, _proxy: Any) -> None:
    """What `pool_pre_ping` does, but for connections in constant use, where it would be a tenth of a page's time."""
    if monotonic() - held.info.get("rests_since", monotonic()) < RESTED:
        return
    try:
        connection.execute("SELECT 1")
        connection.rollback()
    except Exception as gone:
        raise DisconnectionError() from gone


class Record(db.Model):  # type: ignore[name-defined, misc]
    """A row with a UUIDv7. `recorded_at` is when the database heard of it."""

    __abstract__ = True

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id, sort_order=-10)
    recorded_at: Mapped[datetime] = mapped_column(server_default=func.now(), sort_order=90)


class Reference(db.Model):  # type: ignore[name-defined, misc]
    """A row of reference data, known by its code. `source` says where it comes from; `illustrative` that it is ours."""

    __abstract__ = True

    code: Mapped[str] = mapped_column(primary_key=True, sort_order=-10)
    source: Mapped[str | None] = mapped_column(sort_order=80)
    illustrative: Mapped[bool] = mapped_column(default=False, server_default="false", sort_order=81)


@contextmanager
def transaction() -> Iterator[None]:
    """Commit once on success, roll back on any error. Only edges open one: a request, a job, a command."""
    try:
        yield
        db.session.commit()
    except BaseException:
        db.session.rollback()
        raise


def driver_connection() -> psycopg.Connection[Any]:
    """The session's own connection, in its transaction, for what goes past SQLAlchemy (COPY, pipelines)."""
    found: psycopg.Connection[Any] = db.session.connection().connection.driver_connection  # type: ignore[assignment]
    return found


def in_one_statement(sql: str, given: Mapping[str, Any]) -> tuple[Any, ...]:
    """The row that it answers. The statement is a transaction by itself, on a connection of its own: one round trip."""
    held = db.engine.raw_connection()
    connection: psycopg.Connection[Any] = held.driver_connection  # type: ignore[assignment]
    try:
        connection.autocommit = True
        row: tuple[Any, ...] | None = connection.execute(sql, given).fetchone()
        assert row is not None
        return row
    except psycopg.OperationalError:
        held.invalidate()
        raise
    finally:
        if not connection.closed:
            connection.autocommit = False
        held.close()


def stored(kind: type[StrEnum]) -> Enum:
    """The column type of an enum: its values as text under a CHECK (a native enum is hard to migrate)."""
    return Enum(
        kind,
        native_enum=False,
        create_constraint=True,
        length=40,
        name=kind.__name__.lower(),
        values_callable=lambda members: [member.value for member in members],
    )


def bilingual(name: str) -> Composite[Bilingual]:
    """Two text columns, `<name>_en` and `<name>_cy`, read and written as one Bilingual."""
    return composite(Bilingual, _words(f"{name}_en"), _words(f"{name}_cy"))


Day = date | BindParameter[date]
"""What conditions on a day take: the day, or `DAY`."""


def _words(name: str) -> MappedColumn[Any]:
    return mapped_column(name, Text, nullable=False)


DAY = bindparam("day", type_=Date)
"""Stands for a day in statements that are built once: building one takes longer than most take to run."""

R = TypeVar("R")


def get_or_refuse(kind: type[R], id: Any, *, lock: bool = False) -> R:
    """The record, locked until the edge commits if asked. Raises NotFound."""
    found = db.session.get(kind, id, with_for_update=True if lock else None, populate_existing=lock)
    if found is None:
        raise NotFound()
    return found


def record(thing: R) -> R:
    """Add a new row and give it its defaults, so that what follows can refer to it."""
    db.session.add(thing)
    db.session.flush()  # defaults and constraint faults belong to the use case, not to the commit
    return thing
