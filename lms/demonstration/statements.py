"""What learners did in the demonstration's own small course, as statements tell it: each thing at the time at which it was done."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from courses.catalogue.models import Course
from courses.enrolments.models import Enrolment
from courses.launch.packages.identity import course_activity
from lms.accounts.models import Person
from lms.core.db import db
from lms.core.permissions import Actor
from lms.demonstration.content import COURSES
from lms.xapi.identity import agent_of
from lms.xapi.services import record_own

MOST = 60
"""Learners, those who began last."""
PROGRESS = "https://w3id.org/xapi/cmi5/result/extensions/progress"


def tell() -> None:
    """Once histories are written."""
    begun = (
        select(Enrolment)
        .join(Enrolment.course)
        .join(Enrolment.learner)
        .where(Course.code.in_(COURSES), Enrolment.started_at.is_not(None), Person.is_demonstration)
        .order_by(Enrolment.started_at.desc(), Enrolment.id)
        .limit(MOST)
        .options(joinedload(Enrolment.course), joinedload(Enrolment.version))
    )
    told = [each for enrolment in db.session.scalars(begun) for each in _story(enrolment)]
    for at, said in sorted(told, key=lambda each: each[0]):
        record_own(Actor.system(), said | {"timestamp": at.isoformat()})


def _story(it: Enrolment) -> Iterator[tuple[datetime, dict[str, Any]]]:
    assert it.started_at is not None
    yield it.started_at, _said(it, "initialized")
    if it.learning_completed_at is not None:
        yield it.learning_completed_at, _said(it, "completed", {"completion": True})
    elif it.last_active_at is not None and it.last_active_at > it.started_at:
        yield it.last_active_at, _said(it, "progressed", {"completion": False, "extensions": {PROGRESS: it.progress}})


def _said(it: Enrolment, verb: str, result: dict[str, Any] | None = None) -> dict[str, Any]:
    made: dict[str, Any] = {
        "actor": agent_of(it.learner_id),
        "verb": {"id": f"http://adlnet.gov/expapi/verbs/{verb}", "display": {"en": verb}},
        "object": {
            "id": course_activity(it.course.code),
            "definition": {
                "type": "http://adlnet.gov/expapi/activities/course",
                "name": {"en": it.version.title.en, "cy": it.version.title.cy},
            },
        },
        "context": {"registration": str(it.registration)},
    }
    return made | ({"result": result} if result else {})
