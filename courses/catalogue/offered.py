"""The courses on offer in plain values: what lists, searches and the rules of enrolment read, kept while it holds."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from courses.catalogue.models import CapacityRule, Course, CourseLevel, CourseVersion
from lms.core.db import db
from lms.core.language import Bilingual
from lms.core.reference import kept

MOST_OFFERS = 5000
"""A national catalogue has some hundreds of courses; this bounds what is read at once."""


@dataclass(frozen=True)
class OfferedCourse:
    code: str
    programme_code: str | None
    position: int


@dataclass(frozen=True)
class Offered:
    """A version on offer. Names are those of `CourseVersion`, but for `serves`: its levels, as "PIMH:skilled"."""

    id: UUID
    course_id: UUID
    title: Bilingual
    summary: Bilingual
    note: Bilingual
    format_code: str
    topic_code: str
    minutes: int
    languages: tuple[str, ...]
    sectors: tuple[str, ...]
    capacity_rule: CapacityRule
    seats: int | None
    eligibility: Mapping[str, Any]
    prerequisites: Mapping[str, Any]
    serves: tuple[str, ...]
    course: OfferedCourse


_COLUMNS = (
    CourseVersion.id, CourseVersion.course_id, CourseVersion.title, CourseVersion.summary, CourseVersion.note,
    CourseVersion.format_code, CourseVersion.topic_code, CourseVersion.minutes, CourseVersion.languages,
    CourseVersion.sectors, CourseVersion.capacity_rule, CourseVersion.seats, CourseVersion.eligibility,
    CourseVersion.prerequisites,
)  # fmt: skip
_SERVES = (
    select(func.array_agg(CourseLevel.framework_code + ":" + CourseLevel.level_code))
    .where(CourseLevel.version_id == CourseVersion.id)
    .scalar_subquery()
)
_OFFERED = (
    select(*_COLUMNS, _SERVES.label("serves"), Course.code, Course.programme_code, Course.position)
    .join(Course, Course.published_version_id == CourseVersion.id)
    .order_by(Course.position, Course.code)
    .limit(MOST_OFFERS)
)


@kept
def on_offer() -> Mapping[str, Offered]:
    """Every course on offer by its code, in the order of the catalogue."""
    return {row.code: _offered(row._mapping) for row in db.session.execute(_OFFERED)}


def _offered(row: Mapping[Any, Any]) -> Offered:
    said = {column.key: row[column.key] for column in _COLUMNS}
    said |= {name: tuple(row[name] or ()) for name in ("languages", "sectors", "serves")}
    return Offered(**said, course=OfferedCourse(row["code"], row["programme_code"], row["position"]))
