"""Reads for the CASE service: published and retired versions only."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import contains_eager, joinedload

from frameworks import queries as frameworks
from frameworks.case.addresses import uri
from frameworks.case.rules import Json, link
from frameworks.models import (
    PUBLIC,
    Crosswalk,
    Domain,
    Framework,
    FrameworkVersion,
    Statement,
    StatementMapping,
    Status,
)
from frameworks.queries import WHOLE
from lms.core.db import db


def public() -> Select[FrameworkVersion]:
    """Every version that everyone may read, with its framework."""
    return (
        select(FrameworkVersion)
        .join(FrameworkVersion.framework)
        .options(contains_eager(FrameworkVersion.framework))
        .where(FrameworkVersion.status.in_(PUBLIC))
        .order_by(Framework.code, FrameworkVersion.number)
    )


def version_known_by(identifier: UUID, *, whole: bool = False) -> FrameworkVersion | None:
    found = public().where(FrameworkVersion.identifier == identifier).options(*(WHOLE if whole else ()))
    return db.session.scalars(found).one_or_none()


def part_known_by(identifier: UUID) -> tuple[FrameworkVersion, Domain | Statement] | None:
    """The statement or domain of that identifier as it was published last. Two queries."""
    for table in (Statement, Domain):
        row = db.session.execute(
            select(FrameworkVersion, table)
            .join(table, table.version_id == FrameworkVersion.id)
            .where(table.identifier == identifier, FrameworkVersion.status.in_(PUBLIC))
            .options(joinedload(FrameworkVersion.framework))
            .order_by(FrameworkVersion.number.desc())
            .limit(1)
        ).first()
        if row:
            return row[0], row[1]
    return None


def mapping_into(version: FrameworkVersion) -> list[tuple[StatementMapping, UUID]]:
    """What old statements became in it, with their identifiers. One query."""
    rows = db.session.execute(
        select(StatementMapping, Statement.identifier)
        .join(Statement, Statement.id == StatementMapping.from_id)
        .where(StatementMapping.version_id == version.id)
        .order_by(StatementMapping.id)
    )
    return [(row[0], row[1]) for row in rows]


def crosswalks_from(version: FrameworkVersion) -> list[tuple[Crosswalk, Json, Json]]:
    """The crosswalks that begin in a framework, if this is its version in force, with both ends. Three queries."""
    if version.status is not Status.PUBLISHED:
        return []
    found = frameworks.crosswalks_of(version.framework_id)
    return _with_ends(found.where(Crosswalk.framework_id == version.framework_id))


def crosswalks_to(identifier: UUID) -> list[tuple[Crosswalk, Json, Json]]:
    """The crosswalks of other frameworks that end in this statement or domain."""
    return _with_ends(
        select(Crosswalk)
        .where(Crosswalk.to_identifier == identifier, Crosswalk.ended_at.is_(None))
        .order_by(Crosswalk.id)
        .limit(1000)
    )


def version_of_crosswalk(identifier: UUID) -> UUID | None:
    """The version in force of the framework in which a crosswalk begins."""
    return db.session.scalars(
        select(FrameworkVersion.identifier)
        .join(Crosswalk, Crosswalk.framework_id == FrameworkVersion.framework_id)
        .where(Crosswalk.identifier == identifier, FrameworkVersion.status == Status.PUBLISHED)
    ).one_or_none()


def _with_ends(found: Select[Crosswalk]) -> list[tuple[Crosswalk, Json, Json]]:
    rows = list(db.session.scalars(found))
    names = frameworks.named({each for row in rows for each in (row.from_identifier, row.to_identifier)})
    ends = {each: link(name.text.in_("en")[:200], each, uri("CFItems", each)) for each, name in names.items()}
    return [
        (row, ends[row.from_identifier], ends[row.to_identifier])
        for row in rows
        if row.from_identifier in ends and row.to_identifier in ends
    ]


def all_public() -> list[FrameworkVersion]:
    """Every public version, with its framework: there are a handful of each framework."""
    return list(db.session.scalars(public().limit(5000)))


def taken(identifiers: Collection[UUID], besides: UUID | None = None) -> set[UUID]:
    """Those identifiers that a statement, domain or version here has already; `besides` those of that framework."""
    wanted = list(identifiers)
    found: set[UUID] = set()
    for table in (Statement, Domain, FrameworkVersion):
        had = select(table.identifier).where(table.identifier.in_(wanted))
        if besides is not None:
            had = (
                had
                if table is FrameworkVersion
                else had.join(FrameworkVersion, FrameworkVersion.id == table.version_id)
            )
            had = had.where(FrameworkVersion.framework_id != besides)
        found |= set(db.session.scalars(had))
    return found


def whole_of(version: FrameworkVersion) -> FrameworkVersion:
    """The same version with everything in it."""
    return db.session.scalars(public().where(FrameworkVersion.id == version.id).options(*WHOLE)).one()


def everything_public() -> list[FrameworkVersion]:
    """Every public version with everything in it: for what only an association or definition is known by."""
    return list(db.session.scalars(public().options(*WHOLE)))
