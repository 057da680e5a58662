"""One goal: what, why, by when, how I will know, and what I will do."""

from typing import Any
from uuid import UUID

from flask import request
from flask_babel import gettext as _

from courses.catalogue.offered import on_offer
from courses.delivery import queries as dates
from courses.plans import exporting, services, words
from courses.plans.models import ActionKind, Goal, GoalState, Outcome
from courses.plans.pages.blueprint import pages
from courses.plans.schemas import LONGEST, PlanActionForm, PlanEditionQuery, PlanGoalForm, PlanReviewIn
from courses.plans.services import Words
from frameworks.assessment.queries import outlines
from lms.core.errors import Conflict, Invalid, StaleEdit
from lms.core.permissions import Actor, Permission
from lms.core.web import forms
from lms.core.web.forms import FormState
from lms.core.web.pages import Redirect
from lms.core.web.refusals import attempt
from lms.core.web.site import day, translated

READ, EDIT = Permission.PLAN_READ, Permission.PLAN_EDIT
GOAL = "/plan/goals/<uuid:goal_id>"


@pages.page(("GET", "POST"), "/plan/goals/new", needs=EDIT, template="plans/new.html")
def new(actor: Actor) -> Any:
    """A new goal; from a gap, the domain is already said, and a course may be the first action."""
    came = {name: request.args.get(name) or None for name in ("framework", "domain", "course")}
    it = outlines().get(came["framework"] or "")
    domain = next((each for each in it.domains if each.code == came["domain"]), None) if it else None
    if request.method == "GET":
        values = {"what": translated(domain.title, None) if domain else None}
        return _new(forms.start(PlanGoalForm, values), it, domain)
    form, status = forms.read(PlanGoalForm, request.form), 422
    if form.ok:
        with attempt(form) as tried:
            made = services.add(actor, _words(form, it.code if it else None, domain.code if domain else None))
            if came["course"] in on_offer():
                services.add_action(actor, made.id, made.edition, ActionKind.COURSE, course=came["course"])
        if form.ok:
            return Redirect(
                ".goal", goal_id=made.id, flash=_("It is in your plan. Nobody else sees it until you share it.")
            )
        status = tried.status
    return _new(form, it, domain), status


def _new(form: FormState, it: Any, domain: Any) -> dict[str, Any]:
    return {"form": form, "outline": it, "domain": domain, "longest": LONGEST}


def _words(form: FormState, framework: str | None, domain: str | None) -> Words:
    data = form.data
    return Words(data["what"], data["why"], data["how_known"], data["by_when"], framework, domain)


@pages.page(("GET", "POST"), GOAL, needs=EDIT, template="plans/goal.html")
def goal(actor: Actor, goal_id: UUID) -> Any:
    """Read a goal and change it. Two tabs do not overwrite each other."""
    it = services.goal(actor, goal_id)
    if request.method == "GET":
        return _goal(actor, it, forms.start(PlanGoalForm, _facts(it)))
    form, status = forms.read(PlanGoalForm, request.form), 422
    if form.ok:
        with attempt(form) as tried:
            services.save(actor, goal_id, form.data["edition"], _words(form, it.framework_code, it.domain_code))
        if form.ok:
            return Redirect(".goal", goal_id=goal_id, flash=_("Saved"))
        status = tried.status
        if isinstance(tried.refusal, StaleEdit):  # what was typed stays in the boxes, what is saved is shown beside it
            it = services.goal(actor, goal_id, lock=True)
            form.errors = {"_": _("This was saved from another tab or device since you opened it. Compare the two.")}
            form.values["edition"] = it.edition
            return _goal(actor, it, form, saved=it), 409
    return _goal(actor, it, form), status


def _facts(it: Goal) -> dict[str, Any]:
    return {"what": it.what, "why": it.why, "how_known": it.how_known, "by_when": it.by_when, "edition": it.edition}


def _goal(actor: Actor, it: Goal, form: FormState, **more: Any) -> dict[str, Any]:
    chosen = FormState.empty({"edition": it.edition})
    mine = dates.coming(it.person_id)
    return {
        "it": it, "form": form, "action_form": chosen, "words": words, "title": exporting.action_title, "saved": None,
        "titles": exporting.titles_of([it]), "longest": LONGEST, "open": it.state is not GoalState.REVIEWED,
        "courses": [(code, translated(each.title)) for code, each in on_offer().items()],
        "dates": [
            (each.series.id, f"{translated(each.series.version.title)}, {day(each.series.starts_at)}")
            for each in mine if each.series is not None
        ],
    } | more  # fmt: skip


@pages.page("POST", f"{GOAL}/actions", needs=EDIT)
def act(actor: Actor, goal_id: UUID) -> Redirect:
    """Add something to do: a course, a date of one, or an activity of one's own."""
    form = forms.read(PlanActionForm, request.form)
    if not form.ok:
        return Redirect(".goal", goal_id=goal_id, flash=next(iter(form.errors.values())))
    data = form.data
    kind = ActionKind.DATE if data["series"] else ActionKind.COURSE if data["course"] else ActionKind.OWN
    with attempt(form):
        services.add_action(
            actor, goal_id, data["edition"], kind, course=data["course"], series=data["series"],
            words=data["words"] if kind is ActionKind.OWN else "", by_when=data["by_when"],
        )  # fmt: skip
    return Redirect(".goal", goal_id=goal_id, flash=_("Added") if form.ok else next(iter(form.errors.values())))


@pages.page("POST", f"{GOAL}/actions/<uuid:action_id>/done", needs=EDIT)
def done(actor: Actor, goal_id: UUID, action_id: UUID) -> Redirect:
    """Tick it, or untick it."""
    services.set_done(actor, goal_id, action_id, done=request.form.get("done") == "yes")
    return Redirect(".goal", goal_id=goal_id)


@pages.page("POST", f"{GOAL}/actions/<uuid:action_id>/remove", needs=EDIT)
def remove(actor: Actor, goal_id: UUID, action_id: UUID) -> Redirect:
    form = forms.read(PlanEditionQuery, request.form)
    if form.ok:
        with attempt(form):
            services.remove_action(actor, goal_id, action_id, form.data["edition"])
    return Redirect(".goal", goal_id=goal_id, flash=_("Removed") if form.ok else next(iter(form.errors.values())))


@pages.page("POST", f"{GOAL}/take-back", needs=EDIT)
def take_back(actor: Actor, goal_id: UUID) -> Redirect:
    """A draft again, that nobody else sees."""
    return _stepped(goal_id, lambda: services.take_back(actor, goal_id), _("It is a draft again. Nobody else sees it."))


@pages.page("POST", f"{GOAL}/drop", needs=EDIT)
def drop(actor: Actor, goal_id: UUID) -> Redirect:
    services.drop(actor, goal_id)
    return Redirect(".plan", flash=_("It is not in your plan any more."))


def _stepped(goal_id: UUID, step: Any, told: str) -> Redirect:
    try:
        step()
    except (Conflict, Invalid) as refusal:
        return Redirect(".goal", goal_id=goal_id, flash=_(refusal.detail or refusal.title))
    return Redirect(".goal", goal_id=goal_id, flash=told)


@pages.page(("GET", "POST"), f"{GOAL}/review", needs=EDIT, template="plans/review.html")
def review(actor: Actor, goal_id: UUID) -> Any:
    """How an agreed goal went."""
    it = services.goal(actor, goal_id)
    if request.method == "GET":
        return {"it": it, "form": forms.start(PlanReviewIn), "words": words}
    form, status = forms.read(PlanReviewIn, request.form), 422
    if form.ok:
        with attempt(form) as tried:
            services.review(actor, goal_id, Outcome(form.data["outcome"]), form.data["comment"])
        if form.ok:
            return Redirect(".plan", flash=_("Reviewed. It stays in your plan, below."))
        status = tried.status
    return {"it": it, "form": form, "words": words}, status
