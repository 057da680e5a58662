"""Courses of which the record store has heard: statements as content and its house write them, in the store itself."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from courses.catalogue.models import Course
from courses.launch.cmi5.rules import words
from courses.launch.cmi5.rules.durations import written
from courses.launch.packages import queries as packages
from courses.launch.packages.identity import part_activity
from courses.launch.packages.models import PackageNode
from courses.launch.sessions import noting
from courses.launch.sessions.models import Fact, Registration
from courses.launch.sessions.services import for_launch
from lms.accounts.models import Membership
from lms.core import clock
from lms.core.db import transaction
from lms.core.permissions import Actor
from lms.reporting.learning.jobs import learn
from lms.xapi.identity import agent_of
from lms.xapi.rules import patterns
from lms.xapi.services import record_own
from tests.factories.accounts import make_person
from tests.factories.content import make_package, make_registration, unit

Json = dict[str, Any]


def said(
    registration: Registration, node: PackageNode, session: UUID, verb: str, at: datetime, **result: Any
) -> Json:  # fmt: skip
    """A statement about a unit, in a session."""
    activity = part_activity(registration.package.course.code, node.key)
    made: Json = {
        "id": str(uuid4()), "actor": agent_of(registration.learner_id), "verb": {"id": verb},
        "object": {"objectType": "Activity", "id": activity}, "timestamp": patterns.written(patterns.microseconds(at)),
        "context": {"registration": str(registration.id), "extensions": {words.SESSION: str(session)}},
    }  # fmt: skip
    return made | ({"result": result} if result else {})


def answered(
    registration: Registration, node: PackageNode, session: UUID, question: str, at: datetime, *, right: bool
) -> Json:  # fmt: skip
    """An answer to a question of a unit, named by its context."""
    made = said(registration, node, session, f"{words.ADL}answered", at, success=right, response="a")
    unit_ = made["object"]
    made["object"] = {
        "id": f"{unit_['id']}/{question}",
        "definition": {
            "type": "http://adlnet.gov/expapi/activities/cmi.interaction", "interactionType": "choice",
            "name": {"en": f"Question {question}", "cy": f"Cwestiwn {question}"},
        },
    }  # fmt: skip
    made["context"]["contextActivities"] = {"parent": [unit_]}
    return made


def sat(
    registration: Registration, node: PackageNode, at: datetime, minutes: int, *, answers: Sequence[tuple[str, bool]] = (),
    done: bool = True,
) -> None:  # fmt: skip
    """A session of so many minutes at a unit, with its answers; `done`: it is completed in it."""
    session, end = uuid4(), at + timedelta(minutes=minutes)
    told = [said(registration, node, session, words.INITIALIZED, at)]
    told += [
        answered(registration, node, session, question, at + timedelta(seconds=n + 1), right=right)
        for n, (question, right) in enumerate(answers)
    ]
    if done:
        told.append(
            said(registration, node, session, words.COMPLETED, end, completion=True, duration=written(end - at))
        )
    told.append(said(registration, node, session, words.TERMINATED, end, duration=written(end - at)))
    with transaction():
        for each in told:
            record_own(Actor.system(), each)
        if done:
            locked = for_launch(Actor.system(), registration.id)
            noting.achieved(locked, node.key, Fact.COMPLETED, end, source="statement")


def learnt(people: int, course: Course | None = None, *, learners: Sequence[Membership] = ()) -> Course:
    """A course of three units: everybody finishes the first in ten minutes, every second person the next one in twenty, and
    nobody the last. Of two questions the first is answered rightly by all, the other by every fourth. It is counted."""
    package = make_package(course, (unit("one"), unit("two"), unit("three")))
    first, second, _third = packages.units(package.id)
    long_ago = clock.now() - timedelta(days=60)
    for number in range(people):
        membership = learners[number] if learners else None
        registration = make_registration(
            package, membership.person if membership else make_person(), membership=membership
        )
        sat(registration, first, long_ago, 10, answers=(("q1", True), ("q2", number % 4 == 0), ("q2", True)))
        if number % 2 == 0:
            sat(registration, second, long_ago + timedelta(days=1), 20)
    learn()
    return package.course
