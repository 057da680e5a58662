"""Asking an observer, and the observer's own page: they read what they sign, and need no account."""

from typing import Any
from uuid import UUID

from flask import current_app, request
from flask_babel import gettext as _

from courses.portfolios import schemas
from courses.portfolios.errors import EvidenceMissing
from courses.portfolios.models import Observation, ObserverAnswer
from courses.portfolios.pages import words
from courses.portfolios.pages.learner import EDIT, ITEM, about_portfolio, own_item, pages, why_not
from courses.portfolios.services import observing as services
from lms.core import throttle
from lms.core.permissions import Actor, Permission
from lms.core.web import edge, forms
from lms.core.web.pages import Pages, Redirect, actor_language
from lms.core.web.refusals import attempt

observer_pages = Pages("observers", "courses.portfolios", template_folder="templates")

PUBLIC = Permission.PUBLIC_READ
TRIES = 60
"""Links that one address may open in an hour: nobody observes so many, and a guess has one chance in 2^256."""


@pages.page(("GET", "POST"), f"{ITEM}/observer", needs=EDIT, template="portfolios/ask_observer.html")
def ask_observer(actor: Actor, enrolment_id: UUID, position: int) -> Any:
    """Ask whoever observed me to sign what I wrote."""
    shown = own_item(actor, enrolment_id, position)
    try:
        services.may_be_asked(shown)
        missing = []
    except EvidenceMissing as refusal:
        missing = words.missing(refusal)
    more = {
        "item": shown, "why_not": why_not(shown), "missing": missing, "asked": services.open_request(shown),
        "days": services.VALID.days,
    }  # fmt: skip
    if request.method == "GET":
        started = forms.start(
            schemas.ObserverForm, {"edition": shown.edition, "name": shown.observer, "language": actor_language(actor)}
        )
        return about_portfolio(shown.portfolio, form=started, **more)
    form, status = forms.read(schemas.ObserverForm, request.form), 422
    if form.ok:
        given = form.data
        with attempt(form) as tried:
            services.ask(
                actor, shown.id, given["edition"], name=given["name"], email=given["email"], language=given["language"]
            )
        if form.ok:
            said = _("%(who)s was asked by mail.", who=given["name"])
            return Redirect(".item", enrolment_id=enrolment_id, position=position, flash=said)
        status = tried.status
    return about_portfolio(shown.portfolio, form=form, **more), status


@pages.page("POST", f"{ITEM}/observer/withdraw", needs=EDIT)
def withdraw_observer(actor: Actor, enrolment_id: UUID, position: int) -> Redirect:
    shown = own_item(actor, enrolment_id, position)
    asked = services.open_request(shown)
    if asked is not None:
        services.withdraw(actor, shown.id, asked.id)
    return Redirect(
        ".item", enrolment_id=enrolment_id, position=position, flash=_("The link no longer opens anything.")
    )


@observer_pages.page(("GET", "POST"), "/observe/<secret>", needs=PUBLIC, template="observers/observe.html", keeps=False)
def observe(actor: Actor, secret: str) -> Any:
    """What somebody wrote about what I observed; I sign it, or say why not."""
    throttle.take(f"observe:{edge.origin()}", limit=TRIES, per_seconds=3600)
    asked = services.by_secret(actor, secret)
    if request.method == "GET":
        return _page(asked, forms.start(schemas.ObserverAnswerForm, {"name": asked.asked_name}))
    form, status = forms.read(schemas.ObserverAnswerForm, request.form), 422
    if form.ok:
        given = form.data
        with attempt(form) as tried:
            services.answer(
                actor, secret, given=ObserverAnswer(given["answer"]), name=given["name"], role=given["role"],
                words=given["words"], saw_it=given["saw_it"],
            )  # fmt: skip
        if form.ok:
            return Redirect(".thanks", what=given["answer"])
        status = tried.status
    return _page(asked, form), status


def _page(asked: Observation, form: forms.FormState) -> dict[str, Any]:
    return {
        "asked": asked, "content": asked.content, "form": form, "words": words, "longest": schemas.LONGEST_COMMENT,
        "service": current_app.config["PUBLIC_URL"],
    }  # fmt: skip


@observer_pages.page(
    "GET", "/observed/<any(signed,declined):what>", needs=PUBLIC, template="observers/thanks.html"
)  # fmt: skip
def thanks(actor: Actor, what: str) -> dict[str, Any]:
    """What was recorded, and that nothing more is to be done."""
    return {"signed": what == ObserverAnswer.SIGNED}
