"""Evidence that serves more than once: earlier evidence of mine, other requirements, statements of a framework."""

from typing import Any
from uuid import UUID

from flask import request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from courses.portfolios import schemas
from courses.portfolios.models import EvidenceItem
from courses.portfolios.pages.learner import EDIT, ITEM, about_portfolio, own_item, pages, why_not
from courses.portfolios.services import reuse as services
from lms.core.permissions import Actor
from lms.core.web import forms
from lms.core.web.pages import Redirect
from lms.core.web.paging import page_of
from lms.core.web.refusals import attempt

PAGE = 10


@pages.page(("GET", "POST"), f"{ITEM}/reuse", needs=EDIT, template="portfolios/reuse.html")
def reuse(actor: Actor, enrolment_id: UUID, position: int) -> Any:
    """Begin with something that I have shown before."""
    shown = own_item(actor, enrolment_id, position)
    page = page_of(
        services.reusable(actor, shown), request.args.get("cursor"), PAGE,
        key=(EvidenceItem.saved_at, EvidenceItem.id), descending=True,
    )  # fmt: skip
    more = {
        "item": shown,
        "why_not": why_not(shown),
        "earlier": page.items,
        "next_url": url_for(".reuse", enrolment_id=enrolment_id, position=position, cursor=page.next)
        if page.next
        else None,
    }
    if request.method == "GET":
        return about_portfolio(shown.portfolio, form=forms.start(schemas.ReuseForm, {"edition": shown.edition}), **more)
    form, status = forms.read(schemas.ReuseForm, request.form), 422
    if form.ok:
        with attempt(form) as tried:
            services.reuse(actor, shown.id, form.data["edition"], form.data["source"])
        if form.ok:
            said = _("It is here as a draft. Change it so that it answers what is asked.")
            return Redirect(".item", enrolment_id=enrolment_id, position=position, flash=said)
        status = tried.status
    return about_portfolio(shown.portfolio, form=form, **more), status


@pages.page(("GET", "POST"), f"{ITEM}/also", needs=EDIT, template="portfolios/also.html")
def also(actor: Actor, enrolment_id: UUID, position: int) -> Any:
    """Use this for other requirements of the same portfolio as well."""
    shown = own_item(actor, enrolment_id, position)
    more = {"item": shown, "why_not": why_not(shown), "others": services.open_for(shown)}
    if request.method == "GET":
        return about_portfolio(shown.portfolio, form=forms.start(schemas.AlsoForm), **more)
    form, status = forms.read(schemas.AlsoForm, request.form), 422
    if form.ok and not form.data["positions"]:
        form.refuse("positions", _("Choose at least one"))
    if form.ok:
        with attempt(form) as tried:
            made = services.use_also(actor, shown.id, form.data["positions"])
        if form.ok:
            said = ngettext(
                "It is a draft for %(num)d other requirement.",
                "It is a draft for %(num)d other requirements.",
                len(made),
            )
            return Redirect(".portfolio", enrolment_id=enrolment_id, flash=said)
        status = tried.status
    return about_portfolio(shown.portfolio, form=form, **more), status


@pages.page(("GET", "POST"), f"{ITEM}/statements", needs=EDIT, template="portfolios/statements.html")
def statements(actor: Actor, enrolment_id: UUID, position: int) -> Any:
    """Say which statements of the framework it shows."""
    shown = own_item(actor, enrolment_id, position)
    more = {"item": shown, "why_not": why_not(shown), "choices": services.statements_for(shown)}
    if request.method == "GET":
        chosen = {"edition": shown.edition, "statements": [each.id for each in shown.statements]}
        return about_portfolio(shown.portfolio, form=forms.start(schemas.StatementsForm, chosen), **more)
    form, status = forms.read(schemas.StatementsForm, request.form), 422
    if form.ok:
        with attempt(form) as tried:
            services.choose_statements(actor, shown.id, form.data["edition"], form.data["statements"])
        if form.ok:
            return Redirect(".item", enrolment_id=enrolment_id, position=position, flash=_("The statements are saved."))
        status = tried.status
    return about_portfolio(shown.portfolio, form=form, **more), status
