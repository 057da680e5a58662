"""The page that answers "Why is this not complete?", for the learner and whoever helps them."""

from typing import Any
from uuid import UUID

from flask import request, url_for
from flask_babel import gettext as _

from courses.enrolments import services as enrolments
from courses.enrolments import wording
from courses.enrolments.models import Enrolment
from courses.launch.completion import queries, services, words
from courses.launch.completion.rules import Step, next_step
from courses.launch.completion.schemas import WHOLE, CorrectionForm
from courses.launch.packages.words import title_of
from courses.launch.sessions.models import OPEN_SESSIONS
from lms.core.errors import Refusal
from lms.core.permissions import Actor, Permission
from lms.core.web import forms
from lms.core.web.pages import Pages, Redirect

pages = Pages("completion", __name__, template_folder="templates")

ONE = "/learning/<uuid:enrolment_id>/completion"
READ = Permission.ENROLMENT_READ
MOST = 100
"""Units shown of each kind: those that are missing, and those that are done."""


@pages.page("GET", ONE, needs=READ, template="completion/completion.html")
def completion(actor: Actor, enrolment_id: UUID) -> dict[str, Any]:
    """The rule, each condition, the evidence received, what is missing, and the next step."""
    it = enrolments.readable(actor, enrolment_id)
    found = queries.explained(it)
    step = next_step(words.facts(found))
    return {
        "it": it,
        "found": found,
        "mine": actor.person == it.learner_id,
        "state": [_(each) if at == 0 else each for at, each in enumerate(wording.STATES[it.state])],
        "open_units": [each for each in found.units if each.satisfied_at is None][:MOST],
        "done_units": [each for each in found.units if each.satisfied_at is not None][:MOST],
        "most": MOST,
        "next": _(words.NEXT[step]),
        "may_start": step in (Step.START, Step.RESUME, Step.TRY_AGAIN, Step.DO_TEST, Step.FINISH)
        and actor.person == it.learner_id,
        "may_correct": may_correct(actor, it),
        "may_close": found.last is not None
        and found.last.state in OPEN_SESSIONS
        and actor.may(Permission.ENROLMENT_LAUNCH, about=it.learner_id, at=it.organisation_lineage),
        "needs": wording.needs(it, ()),
        "words": words,
        "title_of": title_of,
    }


@pages.page("POST", f"{ONE}/again", needs=READ)
def again(actor: Actor, enrolment_id: UUID) -> Redirect:
    """Decide again from what is there."""
    changed = services.evaluate_again(actor, enrolment_id)
    told = _("Evaluated again: more is done than before.") if changed else _("Evaluated again: nothing has changed.")
    return Redirect("completion.completion", enrolment_id=enrolment_id, flash=told)


@pages.page("POST", f"{ONE}/close", needs=Permission.ENROLMENT_LAUNCH)
def close(actor: Actor, enrolment_id: UUID) -> Redirect:
    """End a session that hangs."""
    closed = services.close_session(actor, enrolment_id)
    told = _("The session is ended. The content can be started again.") if closed else _("No session was open.")
    return Redirect("completion.completion", enrolment_id=enrolment_id, flash=told)


@pages.page(("GET", "POST"), f"{ONE}/correct", needs=Permission.ENROLMENT_COMPLETE, template="completion/correct.html")
def correct(actor: Actor, enrolment_id: UUID) -> Any:
    """An organiser records what was done and never reported."""
    it = enrolments.readable(actor, enrolment_id)
    actor.require_or_hide(Permission.ENROLMENT_COMPLETE, at=it.organisation_lineage)
    found = queries.explained(it)
    missing = [each for each in found.units if each.satisfied_at is None][:MOST]
    choices = [(WHOLE, _("All of the content"))]
    if len(found.units) > 1:
        choices += [(str(each.key), title_of(each.title)) for each in missing]
    shown = {"it": it, "choices": choices, "back": url_for("completion.completion", enrolment_id=it.id)}
    if request.method == "GET":
        return shown | {"form": forms.start(CorrectionForm, {"unit": WHOLE})}
    form = forms.read(CorrectionForm, request.form)
    if form.ok and form.data["unit"] not in dict(choices):
        form.refuse("unit", _("Choose what was done"))
    if form.ok:
        keys = [] if form.data["unit"] == WHOLE else [UUID(form.data["unit"])]
        try:
            services.correct(actor, enrolment_id, keys, form.data["on"], form.data["reason"])
            return Redirect("completion.completion", enrolment_id=it.id, flash=_("The correction is recorded."))
        except Refusal as refusal:
            name = next(iter(refusal.fields), "unit")
            form.refuse(name, _(refusal.fields.get(name) or refusal.title))
    return shown | {"form": form}, 422


def may_correct(actor: Actor, it: Enrolment) -> bool:
    """Somebody else's, where one organises."""
    return (
        actor.person != it.learner_id
        and it.state in enrolments.LEARNING
        and it.completed_on is None
        and actor.may(Permission.ENROLMENT_COMPLETE, at=it.organisation_lineage)
    )
