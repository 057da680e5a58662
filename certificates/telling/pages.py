"""Pages of webhooks."""

import re
from typing import Any
from uuid import UUID

from flask import current_app, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from certificates import wording
from certificates.telling import queries, services
from certificates.telling.errors import NoCodes, TooManyWebhooks
from certificates.telling.models import Delivery, DeliveryState
from certificates.telling.rules import SIGNATURE
from certificates.telling.schemas import WatchForm, WebhookIn
from lms.core.errors import Invalid
from lms.core.language import N_
from lms.core.permissions import Actor, Permission
from lms.core.web import forms
from lms.core.web.pages import Pages, Redirect
from lms.core.web.paging import page_of

pages = Pages("telling", __name__, template_folder="templates")

WATCH = Permission.CERTIFICATE_WATCH
STATES = {
    DeliveryState.WAITING: (N_("On its way"), "yellow"),
    DeliveryState.DELIVERED: (N_("Delivered"), "green"),
    DeliveryState.DEAD: (N_("Given up"), "red"),
}
ANSWERS = (
    ("no connection", N_("No connection could be made")),
    ("no answer in time", N_("No answer in time")),
    ("the address is no longer in use", N_("The address is no longer in use")),
    ("the secret cannot be read", N_("Its secret cannot be read any more: add the address anew")),
)
"""How `runs` and `sending` begin what they write down where no answer came."""


@pages.page(("GET", "POST"), "/verify/webhooks", needs=WATCH, template="telling/webhooks.html", keeps=False)
def webhooks(actor: Actor) -> Any:
    """One's addresses; a new one's secret is shown once, on the answer itself."""
    assert actor.person is not None
    form, made, secret = forms.start(WebhookIn), None, ""
    if request.method == "POST":
        form = forms.read(WebhookIn, request.form)
        if form.ok:
            try:
                private = bool(current_app.config["ALLOW_PRIVATE_ADDRESSES"])
                made, secret = services.add(actor, form.data["name"], form.data["endpoint"], private=private)
                form = forms.FormState.empty()
            except Invalid as refused:
                for name, message in refused.fields.items():
                    form.refuse(name, _(message))
            except TooManyWebhooks as refused:
                form.refuse("name", _(refused.title))
    found = queries.webhooks_of(actor.person)
    context = {
        "form": form, "made": made, "secret": secret, "found": found, "counts": queries.counts([each.id for each in found]),
        "header": SIGNATURE,
    }  # fmt: skip
    return context, 200 if form.ok else 422


@pages.page(("GET", "POST"), "/verify/webhooks/<uuid:webhook_id>", needs=WATCH, template="telling/webhook.html")
def webhook(actor: Actor, webhook_id: UUID) -> Any:
    """What it watches, and what was told."""
    found = services.webhook(actor, webhook_id)
    form = forms.start(WatchForm)
    if request.method == "POST":
        form = forms.read(WatchForm, request.form)
        if form.ok:
            try:
                added = services.watch(actor, found.id, re.split(r"[\n,;]+", form.data["codes"]))
                said = ngettext("%(num)s certificate more is watched.", "%(num)s certificates more are watched.", added)
                return Redirect("telling.webhook", webhook_id=found.id, flash=said)
            except NoCodes as refused:
                form.refuse("codes", _(refused.title))
    page = page_of(queries.deliveries_of(found.id), request.args.get("cursor"), 25, key=(Delivery.id,), descending=True)
    context = {
        "it": found, "form": form, "page": page, "states": {key: (_(text), colour) for key, (text, colour) in STATES.items()},
        "watches": services.watched(actor, found.id), "worth": wording.STATES, "said": _said,
        "next_url": url_for("telling.webhook", webhook_id=found.id, cursor=page.next) if page.next else None,
    }  # fmt: skip
    return context, 200 if form.ok else 422


def _said(it: Delivery) -> str:
    """What came back: the status, or why there was none."""
    if it.status or not it.answer:
        return str(it.status or "–")
    return next((_(text) for start, text in ANSWERS if it.answer.startswith(start)), it.answer)


@pages.page("POST", "/verify/webhooks/<uuid:webhook_id>/end", needs=WATCH)
def end(actor: Actor, webhook_id: UUID) -> Redirect:
    services.end(actor, webhook_id)
    return Redirect("telling.webhooks", flash=_("Nothing is told there any more."))


@pages.page("POST", "/verify/webhooks/deliveries/<uuid:delivery_id>/again", needs=WATCH)
def again(actor: Actor, delivery_id: UUID) -> Redirect:
    found = services.send_again(actor, delivery_id)
    return Redirect("telling.webhook", webhook_id=found.webhook_id, flash=_("It is being sent again."))
