"""Reads of self-assessment. Each function says how many queries it makes, whatever it is asked about."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from frameworks import rules as frameworks
from frameworks.assessment.models import AssessmentSharing, LapseSetting, Rating, RatingAnswer, RatingStanding
from frameworks.assessment.rules import Asked, Rated
from frameworks.models import (
    PUBLIC,
    Domain,
    Framework,
    FrameworkVersion,
    Level,
    Statement,
    StatementMapping,
    Status,
)
from frameworks.queries import requirements, storable
from frameworks.rules import Place
from frameworks.rules.carrying import Carried, Link, carry_on
from lms.accounts.models import JobRole, Membership, Organisation, Person, RoleGrant
from lms.accounts.queries import gives, live
from lms.core.db import db
from lms.core.errors import NotFound
from lms.core.language import Bilingual
from lms.core.permissions import Permission
from lms.core.reference import kept

WHOLE = ""
"""The key of what stands in no domain."""


@dataclass(frozen=True)
class LevelLine:
    code: str
    rank: int
    title: Bilingual
    audience: Bilingual


@dataclass(frozen=True)
class DomainLine:
    """`code` WHOLE: the statements that stand in no domain."""

    id: UUID | None
    code: str
    title: Bilingual
    course_codes: tuple[str, ...]


@dataclass(frozen=True)
class StatementLine:
    """`level` None and `rank` 0: it is asked at every level."""

    id: UUID
    code: str
    domain: str
    level: str | None
    rank: int
    kind: str | None
    wording: Bilingual
    illustrative: bool


@dataclass(frozen=True)
class Outline:
    """The version in force of a framework, in plain values."""

    framework_id: UUID
    organisation_id: UUID | None
    version_id: UUID
    code: str
    number: int
    published_on: date | None
    title: Bilingual
    short_title: Bilingual
    levels: tuple[LevelLine, ...]
    domains: tuple[DomainLine, ...]
    statements: tuple[StatementLine, ...]

    @cached_property
    def asked(self) -> tuple[Asked, ...]:
        return tuple(Asked(str(each.id), each.domain, each.rank) for each in self.statements)

    @cached_property
    def domain_codes(self) -> tuple[str, ...]:
        return tuple(each.code for each in self.domains)

    def domain(self, code: str) -> DomainLine:
        """Raises NotFound."""
        for each in self.domains:
            if each.code == code:
                return each
        raise NotFound()

    def level(self, code: str | None) -> LevelLine | None:
        return next((each for each in self.levels if each.code == code), None)

    def level_of_rank(self, rank: int) -> LevelLine | None:
        return next((each for each in self.levels if each.rank == rank), None)


@kept
def outlines() -> Mapping[str, Outline]:
    """Every framework in force by code. Four queries, while it holds."""
    versions = db.session.execute(
        select(FrameworkVersion, Framework.code, Framework.organisation_id)
        .join(Framework, Framework.id == FrameworkVersion.framework_id)
        .where(FrameworkVersion.status == Status.PUBLISHED)
        .order_by(Framework.code.desc())
    ).all()
    ids = [version.id for version, _, _ in versions]
    levels: dict[UUID, list[Level]] = {}
    for level in db.session.scalars(select(Level).where(Level.version_id.in_(ids)).order_by(Level.rank)):
        levels.setdefault(level.version_id, []).append(level)
    domains: dict[UUID, list[Domain]] = {}
    for domain in db.session.scalars(select(Domain).where(Domain.version_id.in_(ids)).order_by(Domain.position)):
        domains.setdefault(domain.version_id, []).append(domain)
    statements: dict[UUID, list[Statement]] = {}
    for one in db.session.scalars(select(Statement).where(Statement.version_id.in_(ids)).order_by(Statement.position)):
        statements.setdefault(one.version_id, []).append(one)
    return {
        code: _outline(
            version,
            code,
            keeper,
            levels.get(version.id, []),
            domains.get(version.id, []),
            statements.get(version.id, []),
        )
        for version, code, keeper in versions
    }


def _outline(
    version: FrameworkVersion, code: str, keeper: UUID | None, levels: list[Level], domains: list[Domain],
    statements: list[Statement],
) -> Outline:  # fmt: skip
    of_level, of_domain = {each.id: each for each in levels}, {each.id: each.code for each in domains}
    lines = []
    for each in statements:
        level = of_level.get(each.level_id) if each.level_id else None
        lines.append(
            StatementLine(
                each.id, each.code, of_domain[each.domain_id] if each.domain_id else WHOLE, level.code if level else None,
                level.rank if level else 0, each.kind.value if each.kind else None, each.wording, each.illustrative,
            )
        )  # fmt: skip
    found = [DomainLine(each.id, each.code, each.title, tuple(each.course_codes)) for each in domains]
    if any(each.domain == WHOLE for each in lines):
        found.append(DomainLine(None, WHOLE, version.short_title, ()))
    return Outline(
        version.framework_id, keeper, version.id, code, version.number, version.published_on, version.title,
        version.short_title, tuple(LevelLine(each.code, each.rank, each.title, each.audience) for each in levels),
        tuple(found), tuple(lines),
    )  # fmt: skip


@kept
def rateable() -> tuple[Outline, ...]:
    """Frameworks that somebody can be held against: what most kinds of work ask for comes first. A query each, while it holds."""
    found = [it for it in outlines().values() if it.statements]
    return tuple(sorted(found, key=lambda it: (-len(requirements(it.code)), it.code)))


def outline(code: str) -> Outline:
    """Raises NotFound where no version of it is in force."""
    found = outlines().get(code) if storable(code) else None
    if found is None:
        raise NotFound()
    return found


@kept
def becoming(code: str) -> Mapping[str, tuple[Carried, ...]]:
    """What each statement of every published version has become in the one in force, by id.

    A mapping is fixed when its version is published, and that renews the edition by which this is kept.
    """
    it = outline(code)
    ids = db.session.scalars(
        select(FrameworkVersion.id)
        .where(FrameworkVersion.framework_id == it.framework_id, FrameworkVersion.status.in_(PUBLIC))
        .where(FrameworkVersion.number <= it.number)
        .order_by(FrameworkVersion.number)
    ).all()
    links: dict[UUID, dict[str, list[Link]]] = {}
    for row in db.session.scalars(select(StatementMapping).where(StatementMapping.version_id.in_(ids))):
        link = Link(str(row.from_id), str(row.to_id) if row.to_id else None, row.kind.value)
        links.setdefault(row.version_id, {}).setdefault(link.old, []).append(link)
    found: dict[str, tuple[Carried, ...]] = {}
    rows = db.session.execute(select(Statement.id, Statement.version_id).where(Statement.version_id.in_(ids)))
    for statement, version in rows:
        found[str(statement)] = _followed(
            str(statement), [links.get(each, {}) for each in ids[ids.index(version) + 1 :]]
        )
    return found


@kept
def version_numbers(code: str) -> Mapping[str, int]:
    """Under which version each statement was made, by id."""
    rows = db.session.execute(
        select(Statement.id, FrameworkVersion.number)
        .join(FrameworkVersion, FrameworkVersion.id == Statement.version_id)
        .where(FrameworkVersion.framework_id == outline(code).framework_id, FrameworkVersion.status.in_(PUBLIC))
    )
    return {str(statement): number for statement, number in rows}


def _followed(old: str, steps: list[dict[str, list[Link]]]) -> tuple[Carried, ...]:
    """`carry_on`, with only those links that can be reached from the statement."""
    reached, needed = {old}, []
    for step in steps:
        some = [link for key in reached for link in step.get(key, ())]
        needed.append(some)
        reached = {link.new for link in some if link.new}
    return carry_on(old, needed)


def standings_of(person_id: UUID, framework_id: UUID) -> dict[str, RatingStanding]:
    """Everything that stands of that person, with the ratings, by the statement's id. One query."""
    rows = db.session.scalars(
        select(RatingStanding)
        .where(RatingStanding.person_id == person_id, RatingStanding.framework_id == framework_id)
        .options(joinedload(RatingStanding.rating).joinedload(Rating.version))
        .options(joinedload(RatingStanding.rating).joinedload(Rating.statement))
    )
    return {str(each.statement_id): each for each in rows}


def rated(row: RatingStanding) -> Rated:
    return Rated(str(row.statement_id), row.value, row.state, row.met, row.rating.version.number, row.lapses_on)


def places_of(people: Collection[UUID], day: date) -> dict[UUID, list[Place]]:
    """What those people do and where, that day. One query."""
    rows = db.session.execute(
        select(
            Membership.person_id, Membership.job_role_code, Membership.setting_code, Membership.sector,
            func.coalesce(JobRole.clinical, False),
        )
        .outerjoin(JobRole, JobRole.code == Membership.job_role_code)
        .where(Membership.person_id.in_(people), live(day))
    )  # fmt: skip
    found: dict[UUID, list[Place]] = {}
    for person, role, setting, sector, clinical in rows:
        found.setdefault(person, []).append(Place(role, setting, sector.value, clinical))
    return found


def needed(it: Outline, places: Iterable[Place]) -> dict[str, int]:
    """The rank that is asked for in each domain, of somebody with those places. No query, while it holds."""
    return needed_of(it, [tuple(places)])[0]


def needed_of(it: Outline, people: Sequence[tuple[Place, ...]]) -> list[dict[str, int]]:
    """The same of several people; those with the same places are worked out once."""
    asked = requirements(it.code)
    levels = {each: frameworks.required_levels(asked, each, it.domain_codes) for each in set(people)}
    return [{domain: need.rank for domain, need in levels[each].items()} for each in people]


@dataclass(frozen=True)
class Shared:
    """With whom."""

    to_supervisor: bool = False
    to_manager: bool = False


PRIVATE = Shared()


def sharing_of(people: Collection[UUID], framework_id: UUID) -> dict[UUID, Shared]:
    """One query. Who is not in it shares with nobody."""
    rows = db.session.execute(
        select(AssessmentSharing.person_id, AssessmentSharing.to_supervisor, AssessmentSharing.to_manager).where(
            AssessmentSharing.person_id.in_(people), AssessmentSharing.framework_id == framework_id
        )
    )
    return {person: Shared(supervisor, manager) for person, supervisor, manager in rows}


def managers_of(person_id: UUID, day: date) -> list[tuple[UUID, str]]:
    """(id, name) of the line managers, and of those who may read a team's gaps at the person's organisations. Two queries."""
    mine = select(Membership).where(Membership.person_id == person_id, live(day)).subquery()
    line = select(Person.id, Person.display_name).where(Person.id.in_(select(mine.c.line_manager_id)))
    leads = (
        select(Person.id, Person.display_name)
        .join(RoleGrant, RoleGrant.person_id == Person.id)
        .where(
            gives(Permission.TEAM_READ, day),
            RoleGrant.organisation_id.in_(
                select(func.unnest(Organisation.lineage)).where(Organisation.id.in_(select(mine.c.organisation_id)))
            ),
        )
        .order_by(Person.display_name)
        .limit(20)
    )  # fmt: skip
    found = {row.id: row.display_name for row in (*db.session.execute(line), *db.session.execute(leads))}
    return [(id, name) for id, name in found.items() if id != person_id]


def lapse_months(framework_id: UUID) -> int | None:
    """After how many months ratings lapse. One query."""
    newest = select(LapseSetting.months).order_by(LapseSetting.set_at.desc(), LapseSetting.id.desc()).limit(1)
    return db.session.scalar(newest.where(LapseSetting.framework_id == framework_id))


@dataclass(frozen=True)
class Said:
    """A rating of the past, with the last word on it."""

    rating: Rating
    answer: RatingAnswer | None


def history(person_id: UUID, framework_id: UUID, limit: int = 300) -> list[Said]:
    """What somebody said of themselves, newest first, with what was answered. Two queries."""
    ratings = list(
        db.session.scalars(
            select(Rating)
            .where(Rating.person_id == person_id, Rating.framework_id == framework_id)
            .options(
                joinedload(Rating.version),
                joinedload(Rating.statement).joinedload(Statement.domain),
                joinedload(Rating.statement).joinedload(Statement.level),
            )
            .order_by(Rating.made_at.desc(), Rating.id.desc())
            .limit(limit)
        )
    )
    answers = answers_of([each.id for each in ratings])
    return [Said(each, answers.get(each.id)) for each in ratings]


def answers_of(ratings: Collection[UUID]) -> dict[UUID, RatingAnswer]:
    """The last word on each, with whose it is. One query."""
    found = db.session.scalars(
        select(RatingAnswer)
        .where(RatingAnswer.rating_id.in_(ratings))
        .options(joinedload(RatingAnswer.by))
        .order_by(RatingAnswer.at)
    )
    return {each.rating_id: each for each in found}


@dataclass(frozen=True)
class Waits:
    """A learner who shares with supervisors, in one framework; how many ratings wait, and since when."""

    person_id: UUID
    name: str
    framework: str
    waiting: int
    since: datetime | None


def waiting_with(learners: Collection[UUID], most: int = 200) -> list[Waits]:
    """Those of the learners who share with supervisors, longest waiting first. One query."""
    asked = RatingStanding.state == "confirmation_asked"
    rows = db.session.execute(
        select(
            AssessmentSharing.person_id, Person.display_name, Framework.code,
            func.count(RatingStanding.statement_id).filter(asked),
            func.min(RatingStanding.asked_at).filter(asked).label("since"),
        )
        .join(Person, Person.id == AssessmentSharing.person_id)
        .join(Framework, Framework.id == AssessmentSharing.framework_id)
        .outerjoin(
            RatingStanding,
            (RatingStanding.person_id == AssessmentSharing.person_id)
            & (RatingStanding.framework_id == AssessmentSharing.framework_id),
        )
        .where(AssessmentSharing.person_id.in_(learners), AssessmentSharing.to_supervisor)
        .group_by(AssessmentSharing.person_id, Person.display_name, Framework.code)
        .order_by(func.min(RatingStanding.asked_at).filter(asked).nulls_last(), Person.display_name, Framework.code)
        .limit(most)
    )  # fmt: skip
    return [Waits(*row) for row in rows]
