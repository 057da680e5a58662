"""Levels, domains, statements and requirements of a draft: write, move, remove.

Each row has its own edition, so that two editors at work on two statements do not stand in each other's way.
"""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, select

from frameworks.editing.errors import FrameworkCodeTaken, InUse
from frameworks.editing.services.opening import edited, open_to, require_edition
from frameworks.models import Domain, FrameworkVersion, Level, Requirement, Statement, StatementMapping
from lms.core import clock
from lms.core.db import db, record
from lms.core.errors import Invalid, NotFound
from lms.core.language import N_
from lms.core.permissions import Actor

TABLES: dict[str, type[Any]] = {
    "levels": Level, "domains": Domain, "statements": Statement, "requirements": Requirement,
}  # fmt: skip
Given = dict[str, Any]


def put(
    actor: Actor, version_id: UUID, kind: str, given: Given, *, part_id: UUID | None = None, edition: int = 0
) -> Any:
    """Write a new part of that kind, or change one that was seen at `edition`.

    `given` has the fields of the kind; `level` and `domain` are codes. Raises StandsStill, StaleEdit, FrameworkCodeTaken,
    Invalid, NotFound.
    """
    version = open_to(actor, version_id, "edit")
    values = _with_ids(version, given)
    if part_id is None:
        _require_free(version, kind, values)
        part = record(TABLES[kind](version_id=version.id, **_FIRST[kind](version), **values))
    else:
        part = part_in(version, kind, part_id)
        require_edition(part, edition)
        _require_free(version, kind, values, besides=part.id)
        for name, value in values.items():
            setattr(part, name, value)
        part.edition += 1
        db.session.flush()  # constraint faults belong to the use case
    if hasattr(part, "changed_at"):
        part.changed_at = clock.now()
    edited(actor, version, kind, code=getattr(part, "code", None))
    return part


def move(actor: Actor, version_id: UUID, kind: str, part_id: UUID, steps: int) -> None:
    """A domain, statement or requirement, so many places down among its neighbours (negative: up)."""
    version = open_to(actor, version_id, "edit")
    if kind not in ("domains", "statements", "requirements"):
        raise NotFound()
    part = part_in(version, kind, part_id)
    neighbours = _neighbours(version, kind, part)
    places = sorted(each.position for each in neighbours)
    neighbours.insert(max(0, min(len(places), neighbours.index(part) + steps)), neighbours.pop(neighbours.index(part)))
    for place, each in zip(places, neighbours, strict=True):
        each.position = place
    edited(actor, version, kind, code=getattr(part, "code", None), moved=steps)


def remove(actor: Actor, version_id: UUID, kind: str, part_id: UUID, edition: int) -> None:
    """Take a part out of a draft. What is said about it stays. Raises StandsStill, StaleEdit, InUse."""
    version = open_to(actor, version_id, "edit")
    part = part_in(version, kind, part_id)
    require_edition(part, edition)
    if kind in ("levels", "domains"):
        column = "level_id" if kind == "levels" else "domain_id"
        for table in (Statement, Requirement):
            if db.session.scalars(select(table.id).where(getattr(table, column) == part.id).limit(1)).first():
                raise InUse()
    if kind == "statements":
        db.session.execute(
            delete(StatementMapping).where(StatementMapping.version_id == version.id, StatementMapping.to_id == part.id)
        )
    db.session.delete(part)
    edited(actor, version, kind, code=getattr(part, "code", None), removed=True)


def part_in(version: FrameworkVersion, kind: str, part_id: UUID) -> Any:
    """The part, if it is one of that version. Raises NotFound."""
    found = db.session.get(TABLES[kind], part_id, populate_existing=True) if kind in TABLES else None
    if found is None or found.version_id != version.id:
        raise NotFound()
    return found


def _with_ids(version: FrameworkVersion, given: Given) -> Given:
    """What was given, with the ids of the level and the domain in place of their codes."""
    values = dict(given)
    for name, table in (("level", Level), ("domain", Domain)):
        if name not in values:
            continue
        code = values.pop(name)
        found = None
        if code:
            found = db.session.scalars(
                select(table.id).where(table.version_id == version.id, table.code == code)
            ).one_or_none()
            if found is None:
                raise Invalid(fields={name: N_("Choose from the list")})
        values[f"{name}_id"] = found
    return values


def _require_free(version: FrameworkVersion, kind: str, values: Given, besides: UUID | None = None) -> None:
    table = TABLES[kind]
    for name in ("code", "rank"):
        if name in values and hasattr(table, name):
            taken = select(table.id).where(table.version_id == version.id, getattr(table, name) == values[name])
            if db.session.scalars(taken.where(table.id != besides) if besides else taken).first():
                raise FrameworkCodeTaken(fields={name: N_("Another one in this version has this already")})


def _at_the_end(table: type[Any]) -> Callable[[FrameworkVersion], Given]:
    def last(version: FrameworkVersion) -> Given:
        found = db.session.scalar(select(func.max(table.position)).where(table.version_id == version.id))
        return {"position": 0 if found is None else found + 1}

    return last


_FIRST: dict[str, Callable[[FrameworkVersion], Given]] = {
    "levels": lambda version: {},
    "domains": _at_the_end(Domain),
    "statements": _at_the_end(Statement),
    "requirements": _at_the_end(Requirement),
}


def _neighbours(version: FrameworkVersion, kind: str, part: Any) -> list[Any]:
    table = TABLES[kind]
    found = select(table).where(table.version_id == version.id)
    if kind == "statements":
        found = found.where(
            table.domain_id.is_not_distinct_from(part.domain_id), table.level_id.is_not_distinct_from(part.level_id)
        )
    return list(db.session.scalars(found.order_by(table.position, table.id)))
