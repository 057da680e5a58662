"""Plans that others share with me, and my team beside what its work asks."""

from typing import Any
from uuid import UUID

from flask import request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from courses.plans import exporting, services, team, words
from courses.plans.models import GoalState, Outcome
from courses.plans.pages.blueprint import team_pages as pages
from courses.plans.schemas import PlanAnswerForm, PlanReviewIn
from frameworks.assessment import queries as assessment
from frameworks.assessment import services as assessments
from frameworks.assessment import words as assessment_words
from frameworks.assessment.rules import Reach
from lms.accounts.queries import names_of
from lms.core import audit
from lms.core.errors import Invalid, NotFound
from lms.core.permissions import Actor, Permission
from lms.core.web import forms
from lms.core.web.forms import FormState
from lms.core.web.pages import Redirect
from lms.core.web.refusals import attempt
from lms.core.web.site import translated

AGREE, TEAM = Permission.PLAN_AGREE, Permission.TEAM_READ


@pages.page("GET", "/team", needs=TEAM, template="plans/team.html")
def matrix(actor: Actor) -> dict[str, Any]:
    """People and domains: meets, partly, not yet, not shared."""
    known = {it.code: it for it in assessment.rateable()}
    code = request.args.get("framework") or next(iter(known), "")
    found = team.team(actor, code, request.args.get("cursor"))
    return {
        "team": found, "words": assessment_words, "Reach": Reach, "first": "cursor" not in request.args,
        "form": FormState.empty({"framework": code}),
        "frameworks": [(each, translated(it.short_title)) for each, it in known.items()],
        "next_url": url_for(".matrix", framework=code, cursor=found.next) if found.next else None,
        "waiting": sum(each.state is GoalState.SHARED for each in services.shared_with_me(actor)),
    }  # fmt: skip


@pages.page("GET", "/team/people/<uuid:person_id>/<code>", needs=TEAM, template="plans/member.html")
def member(actor: Actor, person_id: UUID, code: str) -> dict[str, Any]:
    """One of the team, where they share it: ratings without comments. That it was read is recorded."""
    it, as_ = assessments.of_person(actor, person_id, code)
    if as_ != "manager":
        raise NotFound()
    audit.record(actor, "assessment.read", about=person_id, framework=code)
    return {"it": it, "name": names_of([person_id]).get(person_id, ""), "words": assessment_words}


@pages.page("GET", "/team/plans", needs=AGREE, template="plans/shared.html")
def shared(actor: Actor) -> dict[str, Any]:
    """Whose plans are shared with me; those that wait first."""
    people: dict[UUID, list[Any]] = {}
    for each in services.shared_with_me(actor):
        people.setdefault(each.person_id, []).append(each)
    return {"people": people, "GoalState": GoalState}


@pages.page(("GET", "POST"), "/team/plans/<uuid:person_id>", needs=AGREE, template="plans/answer.html")
def answer(actor: Actor, person_id: UUID) -> Any:
    """Goals that somebody shares with me: agree them, or return them with a comment."""
    goals = services.shared_with_me(actor, person_id)
    if request.method == "GET":
        return _answer(goals, forms.start(PlanAnswerForm, {"outcome": "agree"}))
    form, status = forms.read(PlanAnswerForm, request.form), 422
    if form.ok:
        with attempt(form) as tried:
            agreed = form.data["outcome"] == "agree"
            done = services.answer(
                actor, person_id, _picks(form.data["picks"]), agreed=agreed, comment=form.data["comment"]
            )  # fmt: skip
        if form.ok:
            return Redirect(".shared", flash=ngettext("%(num)d goal answered.", "%(num)d goals answered.", done))
        status = tried.status
        goals = services.shared_with_me(actor, person_id)
    return _answer(goals, form), status


def _picks(given: list[str]) -> list[tuple[UUID, int]]:
    found = []
    for each in given:
        goal, _sign, edition = each.partition(":")
        try:
            found.append((UUID(goal), int(edition)))
        except ValueError as fault:
            raise Invalid(fields={"picks": "Choose at least one goal"}) from fault
    return found


def _answer(goals: list[Any], form: FormState) -> dict[str, Any]:
    return {
        "person": goals[0].person, "form": form, "words": words, "titles": exporting.titles_of(goals),
        "waiting": [each for each in goals if each.state is GoalState.SHARED], "title": exporting.action_title,
        "others": [each for each in goals if each.state is not GoalState.SHARED], "GoalState": GoalState,
    }  # fmt: skip


@pages.page(
    ("GET", "POST"), "/team/plans/<uuid:person_id>/<uuid:goal_id>/review", needs=AGREE, template="plans/review.html"
)  # fmt: skip
def review(actor: Actor, person_id: UUID, goal_id: UUID) -> Any:
    """How a goal went that I agreed with somebody."""
    it = next((each for each in services.shared_with_me(actor, person_id) if each.id == goal_id), None)
    if it is None:
        raise NotFound()
    if request.method == "GET":
        return {"it": it, "form": forms.start(PlanReviewIn), "words": words}
    form, status = forms.read(PlanReviewIn, request.form), 422
    if form.ok:
        with attempt(form) as tried:
            services.review(actor, goal_id, Outcome(form.data["outcome"]), form.data["comment"], of=person_id)
        if form.ok:
            return Redirect(".answer", person_id=person_id, flash=_("Reviewed"))
        status = tried.status
    return {"it": it, "form": form, "words": words}, status
