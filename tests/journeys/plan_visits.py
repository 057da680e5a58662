"""Visits to self-assessment, plans and teams."""

from collections.abc import Callable

from sqlalchemy import select

from courses.plans.models import Goal, GoalState
from tests.factories.reporting import reach_taken_in
from tests.journeys.visiting import Visit, as_, demo, one


def _of_goal(state: GoalState) -> Callable[[], Visit]:
    def found() -> Visit:
        goal = one(select(Goal).where(Goal.state == state, Goal.person_id == demo("visitor")))
        return Visit({"goal_id": goal.id}, goal.person_id)

    return found


def _with_lead(state: GoalState) -> Callable[[], Visit]:
    def found() -> Visit:
        goal = one(select(Goal).where(Goal.state == state, Goal.partner_id == demo("teamlead")))
        return Visit({"person_id": goal.person_id, "goal_id": goal.id}, demo("teamlead"))

    return found


VISITS = {
    "assessment.listed": as_("visitor"),
    "assessment.framework": as_("visitor", code="PIMH"),
    "assessment.sharing": as_("visitor", code="PIMH"),
    "assessment.domain": as_("visitor", code="PIMH", domain="D2"),
    "assessment.history": as_("visitor", code="PIMH"),
    "assessment.lapse": as_("author", code="PIMH"),
    "assessment_answers.waiting": as_("supervisor"),
    "assessment_answers.answer": lambda: Visit({"person_id": demo("visitor"), "code": "PIMH"}, demo("supervisor")),
    "plans.plan": as_("visitor"),
    "plans.share": as_("visitor"),
    "plans.new": as_("visitor"),
    "plans.goal": _of_goal(GoalState.AGREED),
    "plans.review": _of_goal(GoalState.AGREED),
    "plans.gaps": as_("visitor", code="PIMH"),
    "team.matrix": as_("teamlead"),
    "team.member": lambda: Visit({"person_id": demo("visitor"), "code": "PIMH"}, demo("teamlead")),
    "team.shared": as_("teamlead"),
    "team.answer": lambda: Visit({"person_id": demo("visitor")}, demo("teamlead")),
    "team.review": _with_lead(GoalState.AGREED),
    "framework_gaps.gaps": lambda: reach_taken_in() or as_("commissioner")(),
}
