"""Reads of launching and judging. Each function says how many queries it makes."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import func, select

from courses.catalogue.models import Course
from courses.enrolments.models import MISSED_STATES, Enrolment, EnrolmentState
from courses.launch.cmi5.rules import words
from courses.launch.packages.models import NodeKind, PackageNode
from courses.launch.sessions.models import Session
from lms.core.db import db
from lms.xapi.models import TENANT, StatementId

LEARNING = (EnrolmentState.ENROLLED, EnrolmentState.IN_PROGRESS, *MISSED_STATES, EnrolmentState.COMPLETED)


def unit(package_id: UUID, key: UUID) -> PackageNode | None:
    """One query."""
    return db.session.scalars(
        select(PackageNode).where(
            PackageNode.package_id == package_id, PackageNode.key == key, PackageNode.kind == NodeKind.UNIT
        )
    ).one_or_none()


def enrolment_on(learner_id: UUID, course_code: str) -> UUID | None:
    """The learner's newest enrolment on the course in which they can learn. One query."""
    return db.session.scalars(
        select(Enrolment.id)
        .join(Course, Course.id == Enrolment.course_id)
        .where(Enrolment.learner_id == learner_id, Course.code == course_code, Enrolment.state.in_(LEARNING))
        .order_by(Enrolment.id.desc())
    ).first()


def blocks(package_id: UUID, keys: Sequence[UUID]) -> list[PackageNode]:
    """Those of the keys that are blocks, or the course, in the order given. One query."""
    found = db.session.scalars(
        select(PackageNode).where(
            PackageNode.package_id == package_id, PackageNode.key.in_(keys), PackageNode.kind != NodeKind.UNIT
        )
    )
    return sorted(found, key=lambda each: keys.index(each.key))


def done_before(registration_id: UUID, key: UUID) -> frozenset[str]:
    """Those of "completed" and "passed" that any session of the registration has said of the unit. One query."""
    asked = select(func.count(Session.completed_at), func.count(Session.passed_at)).where(
        Session.registration_id == registration_id, Session.key == key
    )
    completed, passed = db.session.execute(asked).one()
    return frozenset({words.COMPLETED} if completed else ()) | ({words.PASSED} if passed else set())


def is_stored(statement_id: str) -> bool:
    """Has the record store a statement of that id? One query."""
    asked = select(StatementId.id).where(StatementId.tenant == TENANT, StatementId.id == UUID(statement_id))
    return db.session.scalars(asked).first() is not None
