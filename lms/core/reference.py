"""Reference data kept in each process: read again when somebody has changed it, not on every page.

`reference_edition` holds one random id. Migration 0010 puts a trigger on every table of WATCHED that renews it in the
transaction of the change: whoever can see the change can see the new edition, in whichever process, so nothing stale is
ever shown. Ids are random, not counted, so that an edition that was rolled back is never met again.
"""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar
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

MOST = 1000
"""Readings kept at once: a bound, for those that depend on what an address says."""

P = ParamSpec("P")
R = TypeVar("R")


class ReferenceEdition(db.Model):  # type: ignore[name-defined, misc]
    """One row: which edition of the reference data this is."""

    __tablename__ = "reference_edition"
    edition: Mapped[UUID] = mapped_column(primary_key=True)


EDITION: ScalarSelect[UUID] = select(ReferenceEdition.edition).scalar_subquery()
"""For a query that is asked anyway; hand what it finds to `noted`."""
_EDITION = select(ReferenceEdition.edition)

_shelf: tuple[UUID | None, dict[object, object]] = (None, {})


def kept(load: Callable[P, R]) -> Callable[P, R]:
    """Keep what `load` returns for its arguments while the edition lasts.

    It may read WATCHED tables only, and returns plain values that nobody changes, never rows of a session. Arguments are
    positional.
    """

    @wraps(load)
    def read(*given: P.args, **named: P.kwargs) -> R:
        readings = _readings(_edition())
        key = (load, given)
        if key not in readings:
            if len(readings) >= MOST:
                readings.clear()
            readings[key] = load(*given, **named)
        return readings[key]  # type: ignore[return-value]

    return read


def noted(edition: UUID) -> None:
    """The edition of this request, as another query found it. A request that only reads need not ask again."""
    if has_request_context() and request.method in ("GET", "HEAD"):
        g.reference_edition = edition


def _edition() -> UUID:
    if has_request_context() and "reference_edition" in g:
        known: UUID = g.reference_edition
        return known
    edition = db.session.scalars(_EDITION).one()
    noted(edition)
    return edition


def _readings(edition: UUID) -> dict[object, object]:
    """The readings of that edition; those of another one are let go."""
    global _shelf
    of, readings = _shelf
    if of != edition:
        readings = {}
        _shelf = edition, readings
    return readings
