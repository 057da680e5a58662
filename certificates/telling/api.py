"""JSON routes of webhooks."""

from typing import Any
from uuid import UUID

from flask import current_app

from certificates.telling import queries, services
from certificates.telling.errors import NoCodes, NotDead, TooManyWebhooks
from certificates.telling.models import Delivery
from certificates.telling.schemas import (
    DeliveryOut,
    WatchedOut,
    WatchIn,
    WebhookIn,
    WebhookOut,
    WebhooksOut,
    shown_delivery,
    shown_webhook,
)
from lms.core.permissions import Actor, Permission
from lms.core.web.api import Api
from lms.core.web.paging import PageQuery, page_of, page_schema

api = Api("webhooks", __name__, description="Being told when a certificate that you rely on changes")

WATCH = Permission.CERTIFICATE_WATCH
ALL, ONE = "/certificate-webhooks", "/certificate-webhooks/<uuid:webhook_id>"
Json = dict[str, Any]


@api.operation("GET", ALL, needs=WATCH, returns=(200, WebhooksOut))
def webhooks(actor: Actor) -> Json:
    """Your addresses."""
    assert actor.person is not None
    found = queries.webhooks_of(actor.person)
    counts = queries.counts([each.id for each in found])
    return {"items": [shown_webhook(each, *counts[each.id]) for each in found]}


@api.operation(
    "POST", ALL, needs=WATCH, body=WebhookIn, returns=(201, WebhookOut), raises=(TooManyWebhooks,), remembers=False
)
def add(actor: Actor, name: str, endpoint: str) -> Json:
    """Give an address. Every telling to it is signed with the secret that is shown now and never again."""
    private = bool(current_app.config["ALLOW_PRIVATE_ADDRESSES"])
    made, secret = services.add(actor, name, endpoint, private=private)
    return shown_webhook(made, 0, 0, secret)


@api.operation("POST", f"{ONE}/end", needs=WATCH, returns=(200, WebhookOut))
def end(actor: Actor, webhook_id: UUID) -> Json:
    """Be told nothing there any more."""
    found = services.end(actor, webhook_id)
    return shown_webhook(found, *queries.counts([found.id])[found.id])


@api.operation("POST", f"{ONE}/watches", needs=WATCH, body=WatchIn, returns=(200, WatchedOut), raises=(NoCodes,))
def watch(actor: Actor, webhook_id: UUID, codes: list[str]) -> Json:
    """Be told about the certificates with these codes."""
    return {"added": services.watch(actor, webhook_id, codes), "watches": services.watched(actor, webhook_id)}


@api.operation("GET", f"{ONE}/deliveries", needs=WATCH, query=PageQuery, returns=(200, page_schema(DeliveryOut)))
def deliveries(actor: Actor, webhook_id: UUID, cursor: str | None, size: int) -> Json:
    """What was told there, newest first, and what came back."""
    found = services.webhook(actor, webhook_id)
    page = page_of(queries.deliveries_of(found.id), cursor, size, key=(Delivery.id,), descending=True)
    return {"items": [shown_delivery(each) for each in page.items], "next": page.next}


@api.operation(
    "POST", "/certificate-webhooks/deliveries/<uuid:delivery_id>/again", needs=WATCH, returns=(200, DeliveryOut),
    raises=(NotDead,),
)  # fmt: skip
def again(actor: Actor, delivery_id: UUID) -> Json:
    """Try one that failed for good anew."""
    return shown_delivery(services.send_again(actor, delivery_id))
