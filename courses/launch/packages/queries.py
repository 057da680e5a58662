"""Reads of packages. Each function says how many queries it makes."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.dialects.postgresql import distinct_on

from courses.launch.packages.models import NodeKind, Package, PackageNode, PackageOffer
from lms.core.db import db


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
