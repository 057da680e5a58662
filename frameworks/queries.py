"""Reads of frameworks. Drafts are nobody's to read yet: they are not found."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlalchemy import Select, String, cast, literal, select, tuple_, union_all
from sqlalchemy.orm import contains_eager, joinedload, selectinload

from frameworks.models import Framework, FrameworkVersion, Level, Requirement, Statement, Status
from frameworks.rules import Needed
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


def current_versions() -> Select[FrameworkVersion]:
    """The published version of each framework, with the framework, by code."""
    return (
        select(FrameworkVersion)
        .join(FrameworkVersion.framework)
        .options(contains_eager(FrameworkVersion.framework))
        .where(FrameworkVersion.status == Status.PUBLISHED)
        .order_by(Framework.code)
    )


def whole_version(code: str, number: int | None = None) -> FrameworkVersion:
    """A version with everything in it: the published one, or the one of that number. Raises NotFound. Six queries."""
    if not storable(code, number or 1):
        raise NotFound()
    found = (
        select(FrameworkVersion)
        .join(FrameworkVersion.framework)
        .where(Framework.code == code, FrameworkVersion.status != Status.DRAFT)
        .options(
            contains_eager(FrameworkVersion.framework).selectinload(Framework.versions),
            selectinload(FrameworkVersion.levels),
            selectinload(FrameworkVersion.domains),
            selectinload(FrameworkVersion.statements),
            selectinload(FrameworkVersion.requirements),
        )
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
        select(Requirement.condition, Level.code, Level.rank, Requirement.illustrative)
        .join(Level, Level.id == Requirement.level_id)
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
