"""One's own plan: goals, with whom they are agreed, and copies of it."""

from typing import Any
from uuid import UUID

from flask import Response, g, jsonify, request
from flask_babel import gettext as _

from courses.plans import exporting, queries, services, words
from courses.plans.models import Goal, GoalState, PlanCopy
from courses.plans.pages.blueprint import pages
from courses.plans.schemas import PlanShareIn
from courses.portfolios.downloads import download
from frameworks.assessment import queries as assessment
from frameworks.assessment import views as assessments
from lms.core import clock
from lms.core.errors import Forbidden, NotFound
from lms.core.permissions import Actor, Permission
from lms.core.web import forms
from lms.core.web.forms import FormState
from lms.core.web.pages import Redirect, actor_language
from lms.core.web.refusals import attempt

READ, EDIT = Permission.PLAN_READ, Permission.PLAN_EDIT


@pages.page("GET", "/plan", needs=READ, template="plans/plan.html")
def plan(actor: Actor) -> dict[str, Any]:
    """What my work asks, my goals, with whom I agree them, and the plan to take along."""
    if actor.person is None:
        raise Forbidden()
    goals = services.mine(actor)
    its = [
        assessments.assessment(actor.person, code, clock.today())
        for code, it in assessment.outlines().items() if it.statements
    ]  # fmt: skip
    return {
        "goals": [each for each in goals if each.state is not GoalState.REVIEWED], "words": words,
        "reviewed": [each for each in goals if each.state is GoalState.REVIEWED],
        "frameworks": [it for it in its if it.needed], "titles": exporting.titles_of(goals), "title": exporting.action_title,
        "drafts": sum(each.state is GoalState.DRAFT for each in goals), "copies": queries.copies_of(actor.person),
        "told": told, "today": clock.today(),
    }  # fmt: skip


@pages.page(("GET", "POST"), "/plan/share", needs=EDIT, template="plans/share.html")
def share(actor: Actor) -> Any:
    """With whom to agree the drafts; the page says what they will see."""
    if actor.person is None:
        raise Forbidden()
    partners = queries.partners_of(actor.person, clock.today())
    drafts = [each for each in services.mine(actor) if each.state is GoalState.DRAFT]
    if request.method == "GET":
        first = str(partners[0].id) if len(partners) == 1 else None
        return _share(forms.start(PlanShareIn, {"partner": first}), partners, drafts)
    form, status = forms.read(PlanShareIn, request.form), 422
    if form.ok:
        with attempt(form) as tried:
            services.share(actor, form.data["partner"])
        if form.ok:
            return Redirect(".plan", flash=_("Shared. You hear from us when they have looked at it."))
        status = tried.status
    return _share(form, partners, drafts), status


def _share(form: FormState, partners: list[queries.Partner], drafts: list[Goal]) -> dict[str, Any]:
    return {"form": form, "partners": partners, "drafts": drafts, "words": words}


@pages.page("POST", "/plan/copy", needs=READ)
def ask(actor: Actor) -> Redirect:
    """Ask for the plan as a PDF, in the language of the page."""
    exporting.ask(actor, actor_language(actor))
    return Redirect(".plan", flash=_("The PDF is being made."))


@pages.page("GET", "/plan/copy/<uuid:copy_id>", needs=READ)
def copied(actor: Actor, copy_id: UUID) -> Response:
    """The PDF itself."""
    found = exporting.copy_of(actor, copy_id)
    if found.file is None:
        raise NotFound()
    return download(found.file, "cynllun-datblygu.pdf" if found.language == "cy" else "development-plan.pdf")


@pages.page("GET", "/plan/copy/<uuid:copy_id>/progress", needs=READ)
def copy_progress(actor: Actor, copy_id: UUID) -> Response:
    found = exporting.copy_of(actor, copy_id)
    return jsonify({"done": found.ended_at is not None, "percent": None, "text": told(found)})


def told(found: PlanCopy) -> str:
    return _("It is there.") if found.ended_at else _("The copy is being made.")


@pages.page("GET", "/plan/days.ics", needs=READ)
def calendar(actor: Actor) -> Response:
    """The days of the plan, for a calendar."""
    answer = Response(exporting.calendar_of(actor, g.lang, _("My development plan")), content_type="text/calendar")
    answer.headers.set("Content-Disposition", "attachment", filename="llwybr-plan.ics")
    answer.headers["Cache-Control"] = "private, no-store"
    return answer
