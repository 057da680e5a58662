"""Completed courses, and what their learners say."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from courses.catalogue.models import Course
from courses.enrolments.models import Enrolment, EnrolmentState
from courses.evaluation import services
from courses.evaluation.models import EvaluationInvitation, InvitationState
from courses.evaluation.rules import Said
from lms.accounts.models import Organisation, Person, Sector
from lms.core import clock
from lms.core.db import db, transaction
from lms.core.permissions import Actor
from tests.factories.accounts import make_membership, make_person
from tests.factories.catalogue import make_course
from tests.factories.enrolments import make_enrolment
from tests.factories.portfolios import actor_of

CONTENT = {"aims": 5, "useful": 4, "care": 5, "access": 4, "recommend": 5, "before": 2, "after": 4}


def complete(
    learner: Person | None = None,
    course: Course | None = None,
    body: Organisation | None = None,
    days: int = 0,
    **given: Any,
) -> Enrolment:
    """A course completed so many days ago."""
    learner = learner or make_person()
    membership = make_membership(learner, body) if body else None
    day = clock.today() - timedelta(days=days)
    return make_enrolment(
        learner,
        course or make_course(),
        membership,
        state=EnrolmentState.COMPLETED,
        enrolled_on=day,
        completed_on=day,
        **given,
    )


def invite(enrolment: Enrolment | None = None, **given: Any) -> EvaluationInvitation:
    """Asked about a course that was just completed."""
    enrolment = enrolment or complete(**given)
    with transaction():
        made = services.invite_after(Actor.system(), enrolment.id)
    assert made is not None
    return made


def answer(
    it: EvaluationInvitation, ratings: Mapping[str, int] | None = None, language: str = "en",
    chosen: Mapping[str, tuple[str, ...]] | None = None, **texts: str,
) -> None:  # fmt: skip
    """Answer as the learner would."""
    said = Said(CONTENT if ratings is None else ratings, chosen or {}, texts)
    with transaction():
        services.answer(actor_of(it.enrolment.learner), it.id, said, language)


def answers(
    count: int, course: Course, body: Organisation | None = None, ratings: Mapping[str, int] | None = None,
    sector: Sector | None = None, **texts: str,
) -> None:  # fmt: skip
    """So many learners who complete the course and all say the same."""
    for _ in range(count):
        given = {"sector": sector} if sector else {}
        answer(invite(complete(None, course, body, **given)), ratings, **texts)


def shuffle() -> int:
    with transaction():
        return services.shuffle(Actor.system())


def state_of(invitation_id: UUID) -> InvitationState:
    db.session.expire_all()
    return db.session.get_one(EvaluationInvitation, invitation_id).state
