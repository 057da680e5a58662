"""Visits to what people are asked about courses, to what reviewers read, and to a course's results."""

from collections.abc import Callable

from sqlalchemy import func, select

from courses.catalogue.models import Course
from courses.enrolments.models import Enrolment
from courses.evaluation import services
from courses.evaluation.models import EvaluationInvitation, EvaluationTally, EvaluationText, InvitationState
from lms.core import clock
from lms.core.permissions import Actor
from tests.journeys.visiting import Visit, as_, demo, one


def an_invitation() -> Visit:
    mine = (
        select(EvaluationInvitation.id)
        .join(Enrolment, Enrolment.id == EvaluationInvitation.enrolment_id)
        .where(Enrolment.learner_id == demo("nurse2"), EvaluationInvitation.state == InvitationState.OPEN,
               EvaluationInvitation.closes_on >= clock.today())
    )  # fmt: skip
    return Visit({"invitation_id": one(mine)}, demo("nurse2"))


def a_text() -> Visit:
    reviewer = demo("publisher")
    found = services.to_review(Actor(person=reviewer, is_system=True)).with_only_columns(EvaluationText.id)
    return Visit({"text_id": one(found.order_by(EvaluationText.id))}, reviewer)


def a_course() -> Visit:
    most = (
        select(Course.code)
        .join(EvaluationTally, EvaluationTally.course_id == Course.id)
        .where(EvaluationTally.item == "answered")
        .group_by(Course.code)
        .order_by(func.sum(EvaluationTally.n).desc())
    )
    return Visit({"code": one(most)}, demo("author"))


VISITS: dict[str, Callable[[], Visit]] = {
    "evaluation.mine": as_("nurse2"),
    "evaluation.answer": an_invitation,
    "evaluation_texts.listed": as_("publisher"),
    "evaluation_texts.one": a_text,
    "course_results.results": a_course,
}
