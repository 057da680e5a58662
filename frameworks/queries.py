"""Reads of frameworks. What is in the making is not found here: `frameworks/editing/queries.py` says who reads that."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Select, String, cast, literal, select, tuple_, union_all
from sqlalchemy.orm import contains_eager, joinedload, selectinload

from frameworks.models import (
    PUBLIC,
    Crosswalk,
    Domain,
    Framework,
    FrameworkVersion,
    Level,
    Requirement,
    Statement,
    StatementMapping,
    Status,
)
from frameworks.rules import Needed
from frameworks.rules.carrying import Link
from frameworks.rules.content import Content, DomainSaid, LevelSaid, RequirementSaid, StatementSaid
from lms.accounts.models import JobRole, SectorName, ServiceSetting
from lms.core.db import db
from lms.core.errors import NotFound
from lms.core.language import Bilingual
from lms.core.reference import kept


@dataclass(frozen=True)
class LevelName:
    """A level as lists show it, with the short title of its framework. `rank` orders responsibility, lowest first."""

    framework: str
    code: str
    rank: int
    title: Bilingual
    framework_title: Bilingual

    @property
    def full(self) -> Bilingual:
        """Such as "Perinatal: Skilled"."""
        return Bilingual(f"{self.framework_title.en}: {self.title.en}", f"{self.framework_title.cy}: {self.title.cy}")


LARGEST_NUMBER = 100_000


def storable(code: str, number: int = 1) -> bool:
    """Whether PostgreSQL could hold them at all. An address may say anything."""
    return code.isprintable() and 0 < number <= LARGEST_NUMBER


def framework_called(code: str) -> Framework:
    """Raises NotFound."""
    found = (
        db.session.scalars(select(Framework).where(Framework.code == code)).one_or_none() if storable(code) else None
    )
    if found is None:
        raise NotFound()
    return found


def current_versions() -> Select[FrameworkVersion]:
    """The published version of each framework, with the framework, by code."""
    return (
        select(FrameworkVersion)
        .join(FrameworkVersion.framework)
        .options(contains_eager(FrameworkVersion.framework))
        .where(FrameworkVersion.status == Status.PUBLISHED)
        .order_by(Framework.code)
    )


WHOLE = (
    selectinload(FrameworkVersion.levels),
    selectinload(FrameworkVersion.domains),
    selectinload(FrameworkVersion.statements),
    selectinload(FrameworkVersion.requirements),
)
"""Options that load a version with everything in it: one query each."""


def whole_version(code: str, number: int | None = None) -> FrameworkVersion:
    """A version with everything in it: the published one, or the one of that number. Raises NotFound. Six queries."""
    if not storable(code, number or 1):
        raise NotFound()
    found = (
        select(FrameworkVersion)
        .join(FrameworkVersion.framework)
        .where(Framework.code == code, FrameworkVersion.status.in_(PUBLIC))
        .options(contains_eager(FrameworkVersion.framework).selectinload(Framework.versions), *WHOLE)
    )
    found = found.where(
        FrameworkVersion.status == Status.PUBLISHED if number is None else FrameworkVersion.number == number
    )
    version = db.session.scalars(found).one_or_none()
    if version is None:
        raise NotFound()
    return version


@kept
def requirements(code: str) -> tuple[Needed, ...]:
    """Who needs which level by the published version of a framework, for `rules.required_level`."""
    rows = db.session.execute(
        select(Requirement.condition, Level.code, Level.rank, Requirement.illustrative, Domain.code)
        .join(Level, Level.id == Requirement.level_id)
        .outerjoin(Domain, Domain.id == Requirement.domain_id)
        .join(FrameworkVersion, FrameworkVersion.id == Requirement.version_id)
        .join(FrameworkVersion.framework)
        .where(Framework.code == code, FrameworkVersion.status == Status.PUBLISHED)
        .order_by(Requirement.position)
    )
    return tuple(Needed(*row) for row in rows)


_LEVELS = (
    select(Framework.code, Level.code, Level.rank, Level.title, FrameworkVersion.short_title)
    .join(FrameworkVersion, FrameworkVersion.framework_id == Framework.id)
    .join(Level, Level.version_id == FrameworkVersion.id)
    .where(FrameworkVersion.status == Status.PUBLISHED)
    .order_by(Framework.code.desc(), Level.rank)
)


@kept
def level_names() -> Mapping[tuple[str, str], LevelName]:
    """Every level of the published versions, by (framework, level), in order of framework and responsibility."""
    return {(row[0], row[1]): LevelName(*row) for row in db.session.execute(_LEVELS)}


def statement_codes() -> set[tuple[str, str]]:
    """(framework, statement) of every statement of the published versions."""
    rows = db.session.execute(
        select(Framework.code, Statement.code)
        .join(FrameworkVersion, FrameworkVersion.framework_id == Framework.id)
        .join(Statement, Statement.version_id == FrameworkVersion.id)
        .where(FrameworkVersion.status == Status.PUBLISHED)
    )
    return {(framework, code) for framework, code in rows}


def statements_named(pairs: Collection[tuple[str, str]]) -> list[Statement]:
    """Those (framework, statement) as the published versions word them, with level and domain, in their order."""
    if not pairs:
        return []
    return list(
        db.session.scalars(
            select(Statement)
            .join(FrameworkVersion, FrameworkVersion.id == Statement.version_id)
            .join(Framework, Framework.id == FrameworkVersion.framework_id)
            .where(FrameworkVersion.status == Status.PUBLISHED, tuple_(Framework.code, Statement.code).in_(list(pairs)))
            .options(joinedload(Statement.level), joinedload(Statement.domain))
            .order_by(Framework.code, Statement.position)
        )
    )


_PLACES = union_all(
    *(
        select(literal(kind), cast(table.code, String), table.title_en, table.title_cy)
        for kind, table in {"role": JobRole, "setting": ServiceSetting, "sector": SectorName}.items()
    )
)


@kept
def place_names() -> Mapping[tuple[str, str], Bilingual]:
    """What job roles, service settings and sectors are called, by (kind, code): "role", "setting", "sector"."""
    return {(kind, code): Bilingual(en, cy) for kind, code, en, cy in db.session.execute(_PLACES)}


def content_of(version: FrameworkVersion, links: Iterable[Link] = ()) -> Content:
    """What a whole version says, as plain values. `links`: what the statements of the one before have become in it."""
    levels = {each.id: each.code for each in version.levels}
    domains = {each.id: each.code for each in version.domains}
    return Content(
        title=version.title, short_title=version.short_title, owner=version.owner, note=version.note,
        levels=[LevelSaid(each.code, each.rank, each.title, each.audience) for each in version.levels],
        domains=[DomainSaid(each.code, each.title, tuple(each.course_codes)) for each in version.domains],
        statements=[
            StatementSaid(
                key=str(each.id), code=each.code, wording=each.wording,
                level=levels.get(each.level_id) if each.level_id else None,
                domain=domains.get(each.domain_id) if each.domain_id else None,
                kind=each.kind.value if each.kind else None,
                came_from=str(each.came_from_id) if each.came_from_id else None,
            )
            for each in version.statements
        ],
        requirements=[
            RequirementSaid(each.condition, levels[each.level_id], domains[each.domain_id] if each.domain_id else None)
            for each in version.requirements
        ],
        mapping=[(link.old, link.new, link.kind) for link in links],
    )  # fmt: skip


def version_before(version: FrameworkVersion) -> FrameworkVersion | None:
    """The whole version that this one began as a copy of, or replaced. Six queries."""
    earlier = select(FrameworkVersion).options(*WHOLE)
    if version.based_on_id:
        earlier = earlier.where(FrameworkVersion.id == version.based_on_id)
    else:
        earlier = earlier.where(
            FrameworkVersion.framework_id == version.framework_id, FrameworkVersion.number == version.number - 1,
            FrameworkVersion.status.in_(PUBLIC),
        )  # fmt: skip
    return db.session.scalars(earlier).one_or_none()


def links_into(version_id: UUID) -> list[Link]:
    """What the statements of the version before have become in that version, as far as it is written down."""
    rows = db.session.scalars(
        select(StatementMapping).where(StatementMapping.version_id == version_id).order_by(StatementMapping.id)
    )
    return [Link(str(row.from_id), str(row.to_id) if row.to_id else None, row.kind.value) for row in rows]


def crosswalks_of(framework_id: UUID) -> Select[Crosswalk]:
    """The crosswalks from and to a framework that stand, oldest first."""
    return (
        select(Crosswalk)
        .where(
            Crosswalk.ended_at.is_(None),
            (Crosswalk.framework_id == framework_id) | (Crosswalk.other_id == framework_id),
        )
        .options(joinedload(Crosswalk.framework), joinedload(Crosswalk.other))
        .order_by(Crosswalk.id)
    )


@dataclass(frozen=True)
class Named:
    """What an identifier stands for, as it was published last."""

    kind: str
    framework: str
    version: int
    code: str
    text: Bilingual


def named(identifiers: Collection[UUID]) -> dict[UUID, Named]:
    """What those identifiers of published statements and domains stand for. Two queries."""
    found: dict[UUID, Named] = {}
    if not identifiers:
        return found
    for kind, table, text in (("statement", Statement, Statement.wording), ("domain", Domain, Domain.title)):
        rows = db.session.execute(
            select(table.identifier, Framework.code, FrameworkVersion.number, table.code, text)
            .join(FrameworkVersion, FrameworkVersion.id == table.version_id)
            .join(Framework, Framework.id == FrameworkVersion.framework_id)
            .where(table.identifier.in_(list(identifiers)), FrameworkVersion.status.in_(PUBLIC))
            .order_by(FrameworkVersion.number)
        )
        found |= {row[0]: Named(kind, *row[1:]) for row in rows}
    return found
