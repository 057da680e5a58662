"""Reads of the catalogue. What is not published is for those who may edit: see `manage_list` and `version_numbered`."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

from sqlalchemy import Select, String, cast, func, literal, select, text, union_all
from sqlalchemy.orm import contains_eager, joinedload, selectinload

from courses.catalogue.models import Course, CourseStatus, CourseVersion, Format, Funding, Programme, Topic
from courses.catalogue.offered import on_offer
from courses.catalogue.rules import search
from courses.catalogue.rules.content import Content
from frameworks import queries as frameworks
from lms.accounts.models import JobRole, SectorName, ServiceSetting, StaffGroup
from lms.core.audit import AuditEntry
from lms.core.db import db
from lms.core.errors import NotFound
from lms.core.language import Bilingual
from lms.core.reference import kept

_HITS = """
WITH asked AS (
    SELECT to_tsquery('english', :words) || to_tsquery('simple', :words) AS en, to_tsquery('simple', :welsh) AS cy,
           to_tsquery('english', :title_words) || to_tsquery('simple', :title_words) AS title_en,
           to_tsquery('simple', :title_welsh) AS title_cy
), hit AS (
    SELECT id, max(rank) AS rank FROM (
        SELECT v.id, (v.search_en @@ asked.title_en)::int + ts_rank(v.search_en, asked.en) AS rank
        FROM asked JOIN course_version v ON v.search_en @@ asked.en
        UNION ALL
        SELECT v.id, (v.search_cy @@ asked.title_cy)::int + ts_rank(v.search_cy, asked.cy)
        FROM asked JOIN course_version v ON v.search_cy @@ asked.cy
        UNION ALL
        SELECT c.published_version_id, 10.0 FROM course c WHERE c.code LIKE :code
        UNION ALL
        SELECT c.published_version_id, 0.0
        FROM asked, course c JOIN programme p ON p.code = c.programme_code
        WHERE to_tsvector('english', fold(p.title_en)) @@ asked.en
           OR to_tsvector('simple', fold(p.title_cy)) @@ asked.cy
        UNION ALL
        SELECT v.id, 0.0 FROM asked, course_version v JOIN topic t ON t.code = v.topic_code
        WHERE to_tsvector('english', fold(t.title_en)) @@ asked.en
           OR to_tsvector('simple', fold(t.title_cy)) @@ asked.cy
    ) found GROUP BY id
)
"""
"""Each language through its own index. A code that was typed comes first, then titles, then summaries, and last what is
only in a programme or topic of that name."""

SEARCH = text(_HITS + "SELECT id, rank FROM hit")


def offers(words: str = "", open_to: Collection[str] = ()) -> list[search.Offer]:
    """The courses on offer that hold all those words in either language; every one when there are none.

    One query where there are words.
    """
    ranks = _ranks(words) if words.strip() else None
    return [
        replace(offer, rank=ranks[offer.version_id] if ranks else 0.0, open_to_me=offer.code in open_to)
        for offer in _all_offers()
        if ranks is None or offer.version_id in ranks
    ]


def _ranks(words: str) -> dict[UUID, float]:
    """How well each version fits the words; without those that do not."""
    return {id: rank for id, rank in db.session.execute(SEARCH, search_parameters(words))}  # noqa: C416


@kept
def _all_offers() -> tuple[search.Offer, ...]:
    return tuple(
        search.Offer(
            it.id, it.course.code, it.title, it.format_code, it.topic_code, it.sectors, it.languages, it.serves,
            it.course.position,
        )
        for it in on_offer().values()
    )  # fmt: skip


def search_parameters(words: str) -> dict[str, str]:
    """What `SEARCH` is given for them. Signs alone find nothing; they are no error."""
    found = search.words(words)
    prefix = search.code_prefix(words)
    return {
        "words": search.tsquery(found),
        "welsh": search.welsh_tsquery(found),
        "title_words": search.tsquery(found, only="A"),
        "title_welsh": search.welsh_tsquery(found, only="A"),
        "code": f"{prefix}%" if prefix else "",
    }


def versions_of(found: Iterable[search.Offer]) -> list[CourseVersion]:
    """Those offers' versions, in their order."""
    ids = [offer.version_id for offer in found]
    rows = db.session.scalars(
        select(CourseVersion)
        .join(CourseVersion.course)
        .options(contains_eager(CourseVersion.course), selectinload(CourseVersion.levels))
        .where(CourseVersion.id.in_(ids))
    )
    versions = {version.id: version for version in rows}
    return [versions[id] for id in ids]


def course_on_offer(code: str) -> CourseVersion:
    """The published version of a course, with everything in it. Raises NotFound."""
    if not frameworks.storable(code):
        raise NotFound()
    version = db.session.scalars(
        _whole().where(Course.code == code, Course.published_version_id == CourseVersion.id)
    ).one_or_none()
    if version is None:
        raise NotFound()
    return version


def version_numbered(code: str, number: int) -> CourseVersion:
    """A version in any state, for those who may edit. Raises NotFound."""
    if not frameworks.storable(code, number):
        raise NotFound()
    version = db.session.scalars(_whole().where(Course.code == code, CourseVersion.number == number)).one_or_none()
    if version is None:
        raise NotFound()
    return version


def _whole() -> Select[CourseVersion]:
    return (
        select(CourseVersion)
        .join(Course, Course.id == CourseVersion.course_id)
        .options(
            contains_eager(CourseVersion.course).joinedload(Course.programme),
            joinedload(CourseVersion.format),
            joinedload(CourseVersion.topic),
            selectinload(CourseVersion.levels),
            selectinload(CourseVersion.statements),
        )
    )


PLAIN = ("title", "summary", "note", "format_code", "topic_code", "minutes", "seats", "eligibility", "prerequisites",
          "validity_months", "portfolio_template_code", "source")  # fmt: skip
LISTS = ("languages", "sectors", "funding", "plan_actions", "illustrative_fields")
"""Columns that a version and its `Content` name alike."""


def content_of(version: CourseVersion) -> Content:
    """What a version says."""
    said: dict[str, Any] = {name: getattr(version, name) for name in PLAIN}
    said |= {name: tuple(getattr(version, name)) for name in LISTS}
    said["capacity_rule"], said["certificate_kind"] = version.capacity_rule.value, version.certificate_kind.value
    said["levels"] = tuple((each.framework_code, each.level_code) for each in version.levels)
    said["statements"] = tuple((each.framework_code, each.statement_code) for each in version.statements)
    return Content(**said)


def manage_list(status: CourseStatus | None = None) -> Select[CourseVersion]:
    """Versions with their course, of one state when given."""
    found = (
        select(CourseVersion)
        .join(Course, Course.id == CourseVersion.course_id)
        .options(contains_eager(CourseVersion.course))
    )
    return found.where(CourseVersion.status == status) if status else found


def count_by_status() -> dict[CourseStatus, int]:
    rows = db.session.execute(select(CourseVersion.status, func.count()).group_by(CourseVersion.status))
    return {status: number for status, number in rows}  # noqa: C416 - rows are no pairs to mypy


def history(version_id: UUID) -> list[AuditEntry]:
    """The last steps in a version's life, newest first."""
    return list(
        db.session.scalars(
            select(AuditEntry)
            .where(AuditEntry.thing_kind == CourseVersion.__tablename__, AuditEntry.thing_id == str(version_id))
            .order_by(AuditEntry.at.desc())
            .limit(50)
        )
    )


def version_in_the_making(course_id: UUID) -> CourseVersion | None:
    return db.session.scalars(
        select(CourseVersion).where(
            CourseVersion.course_id == course_id, CourseVersion.status.in_([CourseStatus.DRAFT, CourseStatus.IN_REVIEW])
        )
    ).first()


def worked_on(version_id: UUID, person_id: UUID) -> bool:
    """Whether this person wrote any of it, as the audit trail tells."""
    return (
        db.session.scalars(
            select(AuditEntry.id).where(
                AuditEntry.thing_kind == CourseVersion.__tablename__,
                AuditEntry.thing_id == str(version_id),
                AuditEntry.actor_id == person_id,
                AuditEntry.action.in_(["course.drafted", "course.edited"]),
            )
        ).first()
        is not None
    )


def titles_on_offer(codes: Collection[str]) -> dict[str, Bilingual]:
    """Titles of the courses on offer among those codes."""
    return {code: it.title for code, it in on_offer().items() if code in codes}


_NAMED: dict[str, Any] = {
    "topic": Topic, "format": Format, "funding": Funding, "programme": Programme, "sector": SectorName,
    "setting": ServiceSetting, "role": JobRole, "staff_group": StaffGroup,
}  # fmt: skip
_NAMES = union_all(
    *(
        select(
            literal(kind).label("kind"), cast(table.code, String), table.title_en, table.title_cy,
            (table.position if hasattr(table, "position") else literal(0)).label("position"),
        )
        for kind, table in _NAMED.items()
    )
).order_by("position")  # fmt: skip
"""Built once: writing it anew for each page would cost more than asking it."""


@kept
def names() -> Mapping[tuple[str, str], Bilingual]:
    """What the codes in the catalogue are called, by (kind, code), in the order of their lists.

    Kinds: topic, format, funding, programme, sector, setting, role, staff_group; and level, coded "PIMH:skilled".
    """
    found = {(kind, code): Bilingual(en, cy) for kind, code, en, cy, _ in db.session.execute(_NAMES)}
    for level in frameworks.level_names().values():
        found["level", f"{level.framework}:{level.code}"] = level.full
    return found
