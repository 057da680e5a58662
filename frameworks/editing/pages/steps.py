"""The steps of a version's life, each on a page that says what it will do; and a reviewer's word."""

from typing import Any

from flask import request
from flask_babel import gettext as _

from frameworks.editing import queries, services
from frameworks.editing.pages.blueprint import BOTH, READ, VERSION, Answer, pages, shown, tell, to_version
from frameworks.editing.pages.versions import lack_text, steps_of
from frameworks.editing.schemas import FrameworkReasonIn, SignOffForm
from frameworks.editing.words import STEP_TEXTS, STEPS, STEPS_DONE
from frameworks.models import FrameworkVersion
from lms.core.errors import Forbidden, NotFound, Refusal
from lms.core.permissions import Actor
from lms.core.web import forms


@pages.page(
    BOTH, f"{VERSION}/<any(consult,submit,return,publish,retire):step>", needs=READ,
    template="frameworks/editing/step.html",
)  # fmt: skip
def step(actor: Actor, code: str, number: int, step: str) -> Answer:
    """One step, with a check of what it means."""
    found, may, page = shown(actor, code, number, whole=True)
    if step not in steps_of(found, may):
        if not (may.manage or may.publish):
            raise Forbidden()
        raise NotFound()
    asks = step in ("return", "retire")
    _digest, missing = queries.standing(found)
    page |= {
        "step": step,
        "asks": asks,
        "text": _(STEP_TEXTS[step]),
        "action": _(STEPS[step]),
        "missing": missing,
        "lacks": [lack_text(each) for each in missing.lacks[:30]] if step in ("submit", "publish") else [],
        "more_lacks": max(0, len(missing.lacks) - 30),
        "warns": (missing.nobody_asked and step == "submit"),
    }
    if request.method == "GET":
        return page | {"form": forms.start(FrameworkReasonIn)}
    form = forms.read(FrameworkReasonIn, request.form) if asks else forms.FormState.empty()
    if not form.ok:
        return page | {"form": form}, 422
    try:
        return to_version(_take(step, actor, found, form.data.get("reason", "")), _(STEPS_DONE[step]))
    except Refusal as refusal:
        tell(form, refusal)
        return page | {"form": form}, 409


def _take(step: str, actor: Actor, found: FrameworkVersion, reason: str) -> FrameworkVersion:
    match step:
        case "consult":
            return services.consult(actor, found.id)
        case "submit":
            return services.submit(actor, found.id)
        case "return":
            return services.return_to_draft(actor, found.id, reason)
        case "publish":
            return services.publish(actor, found.id)
        case _:
            return services.retire(actor, found.id, reason)


@pages.page(BOTH, f"{VERSION}/sign", needs=READ, template="frameworks/editing/sign.html")
def sign(actor: Actor, code: str, number: int) -> Answer:
    """A reviewer's word on exactly what they read."""
    found, may, page = shown(actor, code, number, whole=True)
    if not may.sign:
        raise NotFound()
    digest, _missing = queries.standing(found)
    page |= {
        "digest": digest,
        "words": [each for each in queries.sign_offs(found.id) if each.person_id == actor.person],
    }
    if request.method == "GET":
        return page | {"form": forms.start(SignOffForm, {"digest": digest})}
    form = forms.read(SignOffForm, request.form)
    if form.ok:
        given: dict[str, Any] = form.data
        try:
            services.sign(actor, found.id, given["digest"], given["agreed"] == "yes", given["comment"])
            return to_version(found, _("Your word is recorded, with the content that it is about."))
        except Refusal as refusal:
            tell(form, refusal)
            return page | {"form": form}, 409
    return page | {"form": form}, 422
