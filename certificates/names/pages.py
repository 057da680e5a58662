"""Pages of requests for another name."""

from typing import Any
from uuid import UUID

from flask import request, url_for
from flask_babel import gettext as _

from certificates.errors import NameNotPrintable
from certificates.models import NameChange, NameChangeState
from certificates.names import queries, services
from certificates.names.errors import AlreadyAsked, SameName
from certificates.names.schemas import NameChangeIn, NameDecisionIn
from certificates.queries import printed_name_of
from lms.core.permissions import Actor, Permission
from lms.core.web import forms
from lms.core.web.pages import Pages, Redirect
from lms.core.web.paging import page_of

pages = Pages("names", __name__, template_folder="templates")


@pages.page(("GET", "POST"), "/record/name-change", needs=Permission.AWARD_SHARE, template="names/ask.html")
def ask(actor: Actor) -> Any:
    """Ask for one's certificates in another name, or see what became of it."""
    assert actor.person is not None
    form = forms.start(NameChangeIn)
    if request.method == "POST":
        form = forms.read(NameChangeIn, request.form)
        if form.ok:
            try:
                services.ask(actor, form.data["new_name"], form.data["reason"])
                return Redirect("names.ask", flash=_("Your request has been sent. You will hear by e-mail."))
            except (SameName, NameNotPrintable, AlreadyAsked) as refused:
                form.refuse("new_name", _(refused.title))
    last = queries.last_of(actor.person)
    context = {
        "form": form, "now": printed_name_of(actor.person), "last": last,
        "open": last is not None and last.state is NameChangeState.ASKED,
    }  # fmt: skip
    return context, 200 if form.ok else 422


@pages.page("POST", "/record/name-change/<uuid:change_id>/withdrawal", needs=Permission.AWARD_SHARE)
def take_back(actor: Actor, change_id: UUID) -> Redirect:
    services.take_back(actor, change_id)
    return Redirect("names.ask", flash=_("Your request has been taken back."))


@pages.page("GET", "/manage/awards/names", needs=Permission.AWARD_RENAME, template="names/waiting.html")
def waiting(actor: Actor) -> dict[str, Any]:
    found = queries.waiting_in(actor.reach(Permission.AWARD_RENAME))
    page = page_of(found, request.args.get("cursor"), 25, key=(NameChange.id,))
    return {"page": page, "next_url": url_for("names.waiting", cursor=page.next) if page.next else None}


@pages.page(
    ("GET", "POST"),
    "/manage/awards/names/<uuid:change_id>",
    needs=Permission.AWARD_RENAME,
    template="names/decide.html",
)
def decide(actor: Actor, change_id: UUID) -> Any:
    found = services.change(actor, change_id)
    form = forms.start(NameDecisionIn)
    if request.method == "POST":
        form = forms.read(NameDecisionIn, request.form)
        if form.ok:
            approve = form.data["decision"] == "approve"
            services.decide(actor, change_id, approve=approve, note=form.data["note"])
            done = _("Their certificates carry the new name.") if approve else _("The request has been declined.")
            return Redirect("names.waiting", flash=done)
    context = {
        "form": form,
        "it": found,
        "own": found.learner_id == actor.person,
        "open": found.state is NameChangeState.ASKED,
    }
    return context, 200 if form.ok else 422
