"""Reference data kept in each process: read again when somebody has changed it, not on every page.

`reference_edition` holds one random id. Migration 0010 puts a trigger on every table of WATCHED that renews it in the
transaction of the change: whoever can see the change can see the new edition, in whichever process, so nothing stale is
ever shown. Ids are random, not counted, so that an edition that was rolled back is never met again.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import wraps
from typing import ParamSpec, TypeVar, cast
from uuid import UUID

from flask import g, has_request_context, request
from sqlalchemy import ScalarSelect, select
from sqlalchemy.orm import Mapped, mapped_column

from lms.core.db import db

WATCHED = (
    "sector", "staff_group", "register", "service_setting", "job_role", "organisation",
    "framework", "framework_version", "framework_level", "framework_domain", "framework_statement",
    "framework_requirement", "topic", "course_format", "funding", "programme", "course", "course_version",
    "course_level", "course_statement", "baseline",
)  # fmt: skip
"""Tables of which a kept reading may tell."""

MOST = 5000
"""Readings kept at once, about: a bound, for those that depend on what an address says."""

P = ParamSpec("P")
R = TypeVar("R")


class ReferenceEdition(db.Model):  # type: ignore[name-defined, misc]
    """One row: which edition of the reference data this is."""

    __tablename__ = "reference_edition"
    edition: Mapped[UUID] = mapped_column(primary_key=True)


EDITION: ScalarSelect[UUID] = select(ReferenceEdition.edition).scalar_subquery()
"""For a query that is asked anyway; hand what it finds to `noted`."""
_EDITION = select(ReferenceEdition.edition)

Readings = dict[object, object]
_shelf: tuple[UUID | None, Readings] = (None, {})
_apart: ContextVar[Readings | None] = ContextVar("readings_apart", default=None)


def kept(load: Callable[P, R]) -> Callable[P, R]:
    """Keep what `load` returns for its arguments while the edition lasts.

    It may read WATCHED tables only, and returns plain values that nobody changes, never rows of a session. Arguments are
    positional; a language is one of them where the value depends on it.
    """

    @wraps(load)
    def read(*given: P.args, **named: P.kwargs) -> R:
        readings = _readings()
        key = (load, given)
        if key not in readings:
            readings[key] = load(*given, **named)
        return cast(R, readings[key])

    return read


def noted(edition: UUID) -> None:
    """The edition of this request, as another query found it. A request that only reads need not ask again."""
    if has_request_context() and request.method in ("GET", "HEAD"):
        g.reference_readings = _of(edition)


@contextmanager
def apart() -> Iterator[None]:
    """Inside, readings are made anew and kept for the block alone: for who reads the data as they were."""
    token = _apart.set({})
    try:
        yield
    finally:
        _apart.reset(token)


def _readings() -> Readings:
    """What is kept of the edition that this request knows, or else of today's."""
    if (own := _apart.get()) is not None:
        return own
    if has_request_context() and "reference_readings" in g:
        known: Readings = g.reference_readings
        return known
    edition = db.session.scalars(_EDITION).one()
    noted(edition)
    return _of(edition)


def _of(edition: UUID) -> Readings:
    """The readings of that edition; those of another one are let go, and so are too many.

    A request that still holds what is let go reads on in it, so that all it reads fits together.
    """
    global _shelf
    of, readings = _shelf
    if of != edition or len(readings) > MOST:
        readings = {}
        _shelf = edition, readings
    return readings
