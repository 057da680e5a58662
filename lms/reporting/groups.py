"""What reports are laid out by: reference data in plain values, kept while they hold."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from courses.catalogue.models import Course, CourseLevel, CourseVersion, Programme
from frameworks.models import Framework, FrameworkVersion, Level
from lms.accounts.models import Organisation, SectorName, ServiceSetting, StaffGroup
from lms.core.db import db
from lms.core.language import Bilingual
from lms.core.permissions import Reach
from lms.core.reference import kept


@dataclass(frozen=True)
class Body:
    """An organisation. `lineage`: ids from the root down to itself."""

    id: UUID
    code: str
    name: Bilingual
    parent_id: UUID | None
    lineage: tuple[UUID, ...]
    is_group: bool = False
    """It stands in the tree to hold others, as "Health boards" does."""


@kept
def organisations() -> tuple[Body, ...]:
    """All bodies by code. Their number is bounded by the reference data."""
    rows = db.session.execute(
        select(
            Organisation.id, Organisation.code, Organisation.name, Organisation.parent_id, Organisation.lineage,
            Organisation.kind == "group",
        ).order_by(Organisation.code)
    )  # fmt: skip
    return tuple(Body(id, code, name, parent, tuple(lineage), group) for id, code, name, parent, lineage, group in rows)


def within(places: frozenset[UUID] | None) -> list[Body]:
    """The bodies in the subtrees of those places; None: all of them."""
    return [each for each in organisations() if places is None or not places.isdisjoint(each.lineage)]


def bodies_below(place: Body | None) -> tuple[list[Body], list[Body]]:
    """What a place is laid out by: (bodies, each with all below it; bodies by themselves alone).

    Groups are looked through, so under Wales there are boards and councils, not "Health boards".
    """
    children: dict[UUID | None, list[Body]] = {}
    for body in organisations():
        children.setdefault(body.parent_id, []).append(body)
    tops = [place] if place else children.get(None, [])
    if place and place.id not in children:
        return [place], []
    below: list[Body] = []
    own: list[Body] = []
    waiting = list(tops)
    while waiting:
        body = waiting.pop(0)
        own.append(body)
        for child in children.get(body.id, []):
            (waiting if child.is_group and child.id in children else below).append(child)
    return below, own


def row_above(body: Body, scope: Body | None) -> Body | None:
    """The place in whose table that body is a row; None: Wales."""
    by_id = {each.id: each for each in organisations()}
    for id in reversed(body.lineage[:-1]):
        if not by_id[id].is_group or (scope and id == scope.id):
            return by_id[id]
    return None


@kept
def levels() -> Mapping[str, Bilingual]:
    """Levels of the frameworks that courses serve, as `framework/level`, in their order."""
    rows = db.session.execute(
        select(
            Framework.code, Level.code, Level.title_en, Level.title_cy, FrameworkVersion.short_title_en,
            FrameworkVersion.short_title_cy,
        )
        .join(FrameworkVersion, FrameworkVersion.id == Level.version_id)
        .join(Framework, Framework.id == FrameworkVersion.framework_id)
        .order_by(Framework.code, FrameworkVersion.number, Level.rank)
    )  # fmt: skip
    return {
        f"{framework}/{level}": Bilingual(f"{short_en}: {en}", f"{short_cy}: {cy}")
        for framework, level, en, cy, short_en, short_cy in rows
    }


@kept
def served(code: str) -> frozenset[str]:
    """The levels that a course serves, by any of its versions."""
    rows = db.session.execute(
        select(CourseLevel.framework_code, CourseLevel.level_code)
        .join(CourseVersion, CourseVersion.id == CourseLevel.version_id)
        .join(Course, Course.id == CourseVersion.course_id)
        .where(Course.code == code)
    )
    return frozenset(f"{framework}/{level}" for framework, level in rows)


@kept
def people_by(dimension: str) -> Mapping[str, Bilingual]:
    """The groups of people of a dimension, by code."""
    none = {"none": Bilingual("Not recorded", "Heb ei gofnodi")}
    if dimension == "sector":
        return sectors()
    if dimension == "language":
        return {"cy": Bilingual("Welsh", "Cymraeg"), "en": Bilingual("English", "Saesneg")}
    table = StaffGroup if dimension == "role" else ServiceSetting
    return {each.code: each.title for each in db.session.scalars(select(table).order_by(table.code))} | none


def top_of(places: frozenset[UUID]) -> Body | None:
    """The body that somebody with these places sees first: the highest, and of several the first by code.

    People of several bodies cannot be added up without counting some twice, so the others are chosen one by one.
    """
    found = [each for each in organisations() if each.id in places]
    return min(found, key=lambda each: (len(each.lineage), each.code), default=None)


def root_among(reach: Reach) -> bool:
    """Does this reach hold the top of the tree, and so everybody, with an organisation or without?"""
    return reach.everything or any(body.parent_id is None and body.id in reach.places for body in organisations())


@kept
def sectors() -> Mapping[str, Bilingual]:
    return {each.code: each.title for each in db.session.scalars(select(SectorName).order_by(SectorName.position))}


@kept
def programmes() -> Mapping[str, Bilingual]:
    return {each.code: each.title for each in db.session.scalars(select(Programme).order_by(Programme.position))}


@kept
def courses() -> Mapping[UUID, tuple[str, str | None, Bilingual]]:
    """(code, programme, title) of every course ever published, by its newest version."""
    newest = (
        select(CourseVersion.title_en, CourseVersion.title_cy)
        .where(CourseVersion.course_id == Course.id, CourseVersion.published_at.is_not(None))
        .order_by(CourseVersion.number.desc())
        .limit(1)
        .lateral()
    )
    rows = db.session.execute(
        select(Course.id, Course.code, Course.programme_code, newest.c.title_en, newest.c.title_cy)
        .join(newest, newest.c.title_en.is_not(None))
        .order_by(Course.position, Course.code)
    )
    return {id: (code, programme, Bilingual(en, cy)) for id, code, programme, en, cy in rows}
