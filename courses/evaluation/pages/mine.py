"""Being asked: the questions, what is kept of the answers and who sees it, and not wanting to be asked."""

from typing import Any
from uuid import UUID

from flask import request
from flask_babel import gettext as _

from courses.evaluation import queries, services
from courses.evaluation.errors import AlreadyAnswered
from courses.evaluation.forms import Kind, newest
from courses.evaluation.models import EvaluationInvitation, InvitationState
from courses.evaluation.rules import ENOUGH, LONGEST
from courses.evaluation.schemas import said, shape_of
from courses.evaluation.services.answering import identifiers_in, is_open
from courses.portfolios.identifiers import Finding
from courses.portfolios.pages.words import finding_name
from lms.core.permissions import Actor, Permission
from lms.core.web import forms
from lms.core.web.forms import FormState
from lms.core.web.pages import Pages, Redirect, actor_language
from lms.core.web.refusals import attempt

pages = Pages("evaluation", "courses.evaluation", template_folder="templates")

ANSWER = Permission.EVALUATION_ANSWER


@pages.page("GET", "/evaluation", needs=ANSWER, template="evaluation/mine.html")
def mine(actor: Actor) -> dict[str, Any]:
    """What I am asked, what becomes of answers, and whether I want to be asked."""
    return {"asked": services.mine(actor), "silent": queries.is_silent(actor.me), "enough": ENOUGH}


@pages.page("POST", "/evaluation/asking", needs=ANSWER)
def asking(actor: Actor) -> Redirect:
    """Do not ask me; or ask me again."""
    silent = request.form.get("silent") == "yes"
    services.set_silence(actor, silent=silent)
    said_so = (
        _("You will not be asked any more.") if silent else _("You will be asked about courses that you complete.")
    )
    return Redirect(".mine", flash=said_so)


@pages.page(
    ("GET", "POST"), "/evaluation/<uuid:invitation_id>", needs=ANSWER, template="evaluation/answer.html", keeps=False
)
def answer(actor: Actor, invitation_id: UUID) -> Any:
    """The questions; once answered, thanks. Nothing that is typed here is kept beside the answer itself."""
    it = services.asked(actor, invitation_id)
    form = newest(it.form)
    if request.method == "GET":
        return _shown(it, FormState.empty())
    if not is_open(it):  # a second click, or a page that stood open for weeks
        return Redirect(".answer", invitation_id=it.id)
    typed = forms.read(shape_of(form), request.form)
    if not typed.ok:
        return _shown(it, typed), 422
    given = said(form, typed.data)
    found = identifiers_in(given)
    if found and "harmless" not in request.form:
        typed.refuse("harmless", _("Say that nobody can be recognised, or take it out"))
        return _shown(it, typed, found), 422
    with attempt(typed) as tried:
        services.answer(actor, it.id, given, actor_language(actor))
    if typed.ok or isinstance(tried.refusal, AlreadyAnswered):
        return Redirect(".answer", invitation_id=it.id)
    return _shown(it, typed), tried.status


@pages.page("POST", "/evaluation/<uuid:invitation_id>/decline", needs=ANSWER)
def decline(actor: Actor, invitation_id: UUID) -> Redirect:
    """Not this time."""
    services.decline(actor, invitation_id)
    return Redirect(".mine", flash=_("That is fine. You will not be asked about it again."))


def _shown(it: EvaluationInvitation, form: FormState, found: list[Finding] | None = None) -> dict[str, Any]:
    return {
        "it": it, "asks": newest(it.form), "course": it.enrolment.version.title, "form": form, "found": found or [],
        "open": is_open(it), "answered": it.state is InvitationState.ANSWERED, "longest": LONGEST, "enough": ENOUGH,
        "finding_name": finding_name, "first_text": next(iter(newest(it.form).of_kind(Kind.TEXT)), None),
    }  # fmt: skip
