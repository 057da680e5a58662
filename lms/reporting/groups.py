"""What reports are laid out by: reference data in plain values, kept while they hold."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from courses.catalogue.models import Course, CourseVersion, Programme
from lms.accounts.models import Organisation, SectorName
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


@kept
def organisations() -> tuple[Body, ...]:
    """All bodies by code. Their number is bounded by the reference data."""
    rows = db.session.execute(
        select(
            Organisation.id, Organisation.code, Organisation.name, Organisation.parent_id, Organisation.lineage
        ).order_by(Organisation.code)
    )  # fmt: skip
    return tuple(Body(id, code, name, parent, tuple(lineage)) for id, code, name, parent, lineage in rows)


def within(places: frozenset[UUID] | None) -> list[Body]:
    """The bodies in the subtrees of those places; None: all of them."""
    return [each for each in organisations() if places is None or not places.isdisjoint(each.lineage)]


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
