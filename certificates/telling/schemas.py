"""Shapes of webhooks."""

from typing import Any

from marshmallow import Schema, fields, validate

from certificates.telling.models import Delivery, DeliveryState, Webhook
from certificates.telling.services import CODES
from lms.core.language import N_
from lms.core.web.fields import Text


class WebhookIn(Schema):
    name = Text(required=True, max=100, message=N_("Give it a name that you will know again"))
    endpoint = Text(required=True, max=500, message=N_("Give the address that is to be told"))


class WebhookOut(Schema):
    """`secret` is given once, when it is made: it signs every telling."""

    id = fields.UUID(required=True)
    name = fields.String(required=True)
    endpoint = fields.String(required=True)
    made_at = fields.DateTime(required=True)
    ended_at = fields.DateTime(required=True, allow_none=True)
    watches = fields.Integer(required=True)
    dead = fields.Integer(required=True)
    secret = fields.String(required=True, allow_none=True)


class WebhooksOut(Schema):
    items = fields.List(fields.Nested(WebhookOut), required=True)


class WatchIn(Schema):
    codes = fields.List(Text(max=200), required=True, validate=validate.Length(min=1, max=CODES))


class WatchForm(Schema):
    codes = Text(required=True, max=40_000, lines=True, message=N_("Paste the codes, one on a line"))


class WatchedOut(Schema):
    added = fields.Integer(required=True)
    watches = fields.Integer(required=True)


class DeliveryOut(Schema):
    id = fields.UUID(required=True)
    number = fields.String(required=True)
    body = fields.Dict(required=True)
    state = fields.Enum(DeliveryState, by_value=True, required=True)
    attempts = fields.Integer(required=True)
    status = fields.Integer(required=True, allow_none=True)
    answer = fields.String(required=True, allow_none=True)
    due_at = fields.DateTime(required=True)
    ended_at = fields.DateTime(required=True, allow_none=True)


def shown_webhook(it: Webhook, watches: int, dead: int, secret: str | None = None) -> dict[str, Any]:
    """For WebhookOut."""
    return {
        "id": it.id, "name": it.name, "endpoint": it.endpoint, "made_at": it.made_at, "ended_at": it.ended_at,
        "watches": watches, "dead": dead, "secret": secret,
    }  # fmt: skip


def shown_delivery(it: Delivery) -> dict[str, Any]:
    """For DeliveryOut."""
    return {
        "id": it.id, "number": it.award.number, "body": it.body, "state": it.state, "attempts": it.attempts,
        "status": it.status, "answer": it.answer, "due_at": it.due_at, "ended_at": it.ended_at,
    }  # fmt: skip
