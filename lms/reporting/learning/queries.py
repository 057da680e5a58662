"""Reads of the counts, with the names of what was counted. Each function says how many queries it makes."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import distinct_on

from courses.launch.packages.models import NodeKind, Package, PackageNode
from lms.core.db import db
from lms.reporting.facts.shares import NIL
from lms.reporting.learning.models import Question, QuestionCount, UnitCount
from lms.reporting.learning.rules.shown import Counted

MOST_QUESTIONS = 500


@dataclass(frozen=True)
class UnitOf:
    """A unit of a course, by its newest package, and its raw counts in a place. `title`: text by language tag."""

    course: UUID
    key: UUID
    position: int
    title: dict[str, Any]
    counted: Counted


@dataclass(frozen=True)
class Asked:
    """A question, where it stands, and its raw counts."""

    iri: str
    title: dict[str, Any]
    unit: UUID
    answered: int
    right: int


def courses(place: UUID) -> dict[UUID, Counted]:
    """Of every course that anybody of the place has opened. One query."""
    found = db.session.scalars(select(UnitCount).where(UnitCount.place == place, UnitCount.key == NIL))
    return {each.course_id: _counted(each) for each in found}


def of_course(course_id: UUID) -> Counted:
    """In all of Wales. One query."""
    found = db.session.get(UnitCount, (course_id, NIL, NIL))
    return _counted(found) if found else Counted()


def units(place: UUID, course_ids: Sequence[UUID]) -> list[UnitOf]:
    """In the order of each course's newest package that has the unit. Two queries."""
    counts = {
        (each.course_id, each.key): _counted(each)
        for each in db.session.scalars(
            select(UnitCount).where(UnitCount.place == place, UnitCount.course_id.in_(course_ids), UnitCount.key != NIL)
        )
    }
    nodes = db.session.execute(
        select(Package.course_id, PackageNode.key, Package.number, PackageNode.position, PackageNode.title)
        .join(Package, Package.id == PackageNode.package_id)
        .where(Package.course_id.in_(course_ids), PackageNode.kind == NodeKind.UNIT)
        .ext(distinct_on(Package.course_id, PackageNode.key))
        .order_by(Package.course_id, PackageNode.key, Package.number.desc())
    ).all()
    ordered = sorted(nodes, key=lambda node: (node.course_id, -node.number, node.position))
    return [
        UnitOf(node.course_id, node.key, n, node.title, counts.get((node.course_id, node.key), Counted()))
        for n, node in enumerate(ordered)
    ]


def questions(course_id: UUID) -> list[Asked]:
    """One query."""
    rows = db.session.execute(
        select(Question.iri, Question.title, Question.key, QuestionCount.answered, QuestionCount.is_right)
        .join(
            QuestionCount,
            (QuestionCount.course_id == Question.course_id) & (QuestionCount.question == Question.question),
        )
        .where(Question.course_id == course_id)
        .order_by(QuestionCount.answered.desc(), Question.iri)
        .limit(MOST_QUESTIONS)
    )
    return [Asked(*row) for row in rows]


def _counted(it: UnitCount) -> Counted:
    return Counted(it.opened, it.finished, it.stopped, it.timed, it.seconds)
