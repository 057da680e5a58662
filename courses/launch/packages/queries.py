"""Reads of packages. Each function says how many queries it makes."""

from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

from sqlalchemy import Select, select, text
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import joinedload

from courses.catalogue.models import Course
from courses.launch.packages.models import NodeKind, Package, PackageImport, PackageNode, PackageOffer
from frameworks.queries import storable
from lms.core.db import db
from lms.core.errors import NotFound

MOST = 2**31 - 1


def course(code: str) -> Course:
    """A course by its code, in whatever state its versions are. Raises NotFound."""
    found = db.session.scalars(select(Course).where(Course.code == code)).one_or_none() if storable(code) else None
    if found is None:
        raise NotFound()
    return found


def offered(course_id: UUID) -> dict[str, PackageOffer]:
    """What is on offer by language, the newest decision of each; one that offers nothing is left out. One query."""
    newest = (
        select(PackageOffer)
        .where(PackageOffer.course_id == course_id)
        .ext(distinct_on(PackageOffer.language))
        .order_by(PackageOffer.language, PackageOffer.id.desc())
    )
    return {each.language: each for each in db.session.scalars(newest) if each.package_id is not None}


def package_for(course_id: UUID, language: str) -> Package | None:
    """The package that a learner who begins in this language gets: of another language, where there is none of it.

    One query, and one for the package.
    """
    found = offered(course_id)
    offer = found.get(language) or next(iter(found.values()), None)
    return offer.package if offer else None


def packages(course_id: UUID) -> Select[Package]:
    """The newest first."""
    return select(Package).where(Package.course_id == course_id).order_by(Package.number.desc())


def parts(package_id: UUID) -> Select[PackageNode]:
    """All nodes, to be paged."""
    return select(PackageNode).where(PackageNode.package_id == package_id)


def package(id: UUID | None) -> Package:
    """Raises NotFound."""
    found = db.session.get(Package, id) if id is not None else None
    if found is None:
        raise NotFound()
    return found


def numbered(code: str, number: int) -> Package:
    """A course's package by its number. Raises NotFound."""
    asked = select(Package).where(Package.course_id == course(code).id, Package.number == number)
    if number > MOST or (found := db.session.scalars(asked).one_or_none()) is None:
        raise NotFound()
    return found


def decisions(course_id: UUID, most: int = 50) -> Sequence[PackageOffer]:
    """What was put on offer and taken off, the newest first. One query."""
    asked = (
        select(PackageOffer)
        .where(PackageOffer.course_id == course_id)
        .options(joinedload(PackageOffer.package), joinedload(PackageOffer.decider))
    )
    return db.session.scalars(asked.order_by(PackageOffer.id.desc()).limit(most)).all()


def imports(course_id: UUID, most: int = 5) -> Sequence[PackageImport]:
    """What was sent lately and is no package, or not yet. One query."""
    asked = select(PackageImport).where(PackageImport.course_id == course_id, PackageImport.package_id.is_(None))
    return db.session.scalars(asked.order_by(PackageImport.id.desc()).limit(most)).all()


def depths(package_id: UUID) -> dict[UUID, int]:
    """How deep each node lies, the course at nought. One query."""
    found: dict[UUID, int] = {}
    rows = db.session.execute(
        select(PackageNode.id, PackageNode.parent_id)
        .where(PackageNode.package_id == package_id)
        .order_by(PackageNode.position)
    )
    for id_, parent_id in rows:
        found[id_] = found[parent_id] + 1 if parent_id else 0
    return found


def learners_on(package_ids: Collection[UUID]) -> dict[UUID, int]:
    """How many learners are on each package, test launches left out. One query."""
    rows = db.session.execute(
        text(
            "SELECT package_id, count(*) AS learners FROM content_registration"
            " WHERE package_id = ANY(:ids) AND enrolment_id IS NOT NULL GROUP BY package_id"
        ),
        {"ids": list(package_ids)},
    )
    return {row.package_id: row.learners for row in rows}


def nodes(package_id: UUID) -> Sequence[PackageNode]:
    """All of them, in the package's order. One query."""
    return db.session.scalars(
        select(PackageNode).where(PackageNode.package_id == package_id).order_by(PackageNode.position)
    ).all()


def units(package_id: UUID) -> Sequence[PackageNode]:
    """What can be launched, in order. One query."""
    return [each for each in nodes(package_id) if each.kind is NodeKind.UNIT]


def known_keys(course_id: UUID) -> Mapping[tuple[NodeKind, str], UUID]:
    """The keys that the course's packages gave by kind and the publisher's id. One query."""
    rows = db.session.execute(
        select(PackageNode.kind, PackageNode.publisher_id, PackageNode.key)
        .join(Package, Package.id == PackageNode.package_id)
        .where(Package.course_id == course_id)
        .order_by(Package.number)
    )
    return {(kind, publisher_id): key for kind, publisher_id, key in rows}


def twin(package: Package) -> list[tuple[str, UUID]]:
    """(kind, key) of the parts of the course's newest package in another language, in order. Empty: there is none.

    Two queries.
    """
    other = db.session.scalars(
        select(Package.id)
        .where(Package.course_id == package.course_id, Package.languages != package.languages, Package.id != package.id)
        .order_by(Package.number.desc())
        .limit(1)
    ).first()
    return [(each.kind.value, each.key) for each in nodes(other)] if other else []
