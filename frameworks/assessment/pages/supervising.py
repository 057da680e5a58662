"""A supervisor's pages: who shares their self-assessment, and what to say to it."""

from typing import Any
from uuid import UUID

from flask import request
from flask_babel import gettext as _
from flask_babel import ngettext

from frameworks.assessment import queries, services, upstairs, words
from frameworks.assessment.pages.blueprint import supervisor_pages as pages
from frameworks.assessment.schemas import AssessmentAnswerForm
from frameworks.assessment.views import Assessment
from lms.accounts.queries import names_of
from lms.core.errors import Conflict, Invalid, NotFound
from lms.core.language import N_
from lms.core.permissions import Actor, Permission
from lms.core.web import forms
from lms.core.web.forms import FormState
from lms.core.web.pages import Redirect
from lms.core.web.problems import status_of

CONFIRM = Permission.ASSESSMENT_CONFIRM


@pages.page("GET", "/supervision/assessments", needs=CONFIRM, template="assessment/waiting.html")
def waiting(actor: Actor) -> dict[str, Any]:
    """Those of my learners who share with me, longest waiting first."""
    return {"rows": services.supervised(actor), "titles": queries.outlines()}


@pages.page(
    ("GET", "POST"), "/supervision/assessments/<uuid:person_id>/<code>", needs=CONFIRM, template="assessment/answer.html"
)  # fmt: skip
def answer(actor: Actor, person_id: UUID, code: str) -> Any:
    """What a learner shares; confirm or return what waits, one or several."""
    it, as_ = services.of_person(actor, person_id, code)
    if as_ != "supervisor":
        raise NotFound()
    if request.method == "GET":
        return _answer(it, forms.start(AssessmentAnswerForm, {"outcome": "confirm"}))
    form, status = forms.read(AssessmentAnswerForm, request.form), 422
    if form.ok:
        try:
            chosen = _picks(form.data["shown" if form.data["everything"] else "picks"])
            done = services.answer(
                actor, person_id, code, chosen, confirmed=form.data["outcome"] == "confirm",
                reason=form.data["reason"], lapses_on=form.data["lapses_on"],
            )  # fmt: skip
            told = ngettext("%(num)d rating answered.", "%(num)d ratings answered.", done)
            return Redirect(".answer", person_id=person_id, code=code, flash=told)
        except (Invalid, Conflict) as refusal:
            status = status_of(refusal)
            for name, text in refusal.fields.items():
                form.refuse(name, _(text))
            if not refusal.fields:
                form.refuse("_", f"{_(refusal.title)}. {_(refusal.way_out or '')}")
    return _answer(it, form), status


def _picks(given: list[str]) -> list[services.Pick]:
    found = []
    for each in given:
        statement, _sign, edition = each.partition(":")
        try:
            found.append((UUID(statement), int(edition)))
        except ValueError as fault:
            raise Invalid(fields={"picks": N_("Choose at least one rating")}) from fault
    return found


def _answer(it: Assessment, form: FormState) -> dict[str, Any]:
    rated = [line for line in it.lines if line.row is not None]
    refs = {ref for line in rated if line.row for ref in line.row.rating.evidence}
    return {
        "it": it, "form": form, "words": words, "name": names_of([it.person_id]).get(it.person_id, ""),
        "waiting": [line for line in rated if line.row and line.row.state.value == "confirmation_asked"],
        "others": [line for line in rated if line.row and line.row.state.value != "confirmation_asked"],
        "evidence": {each.ref: each for each in upstairs.evidence_of(it.person_id, refs, 0)},
    }  # fmt: skip
