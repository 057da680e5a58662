"""The sending itself. Each request stands between two short transactions; a telling is claimed, so that one sends it."""

from datetime import timedelta
from uuid import UUID

import orjson
from flask import current_app

from certificates.telling import rules, sending
from certificates.telling.models import Delivery, DeliveryState
from certificates.telling.queries import due
from lms.core import clock, jobs
from lms.core.db import db, transaction
from lms.xapi.forwarding.sealing import Unreadable, unseal

CLAIM = timedelta(seconds=60)
"""Longer than a request may take: until then nobody else sends the same."""


@jobs.job("certificates.tell_due", retries=0, every="* * * * *")
def dispatch() -> None:
    """Ask for another attempt wherever one is due."""
    for delivery_id in due(clock.now(), 200):
        jobs.enqueue(deliver, delivery_id=str(delivery_id))


@jobs.job("certificates.tell", queue="forwarding", retries=0, whole=False)
def deliver(delivery_id: str) -> None:
    """One attempt. When to try again is in the row, so the job itself is not retried."""
    with transaction():
        found = db.session.get(Delivery, UUID(delivery_id), with_for_update=True)
        now = clock.now()
        if found is None or found.state is not DeliveryState.WAITING or found.due_at > now:
            return
        if found.webhook.ended_at is not None:
            found.state, found.ended_at, found.answer = DeliveryState.DEAD, now, "the address is no longer in use"
            return
        found.attempts += 1
        found.due_at = now + CLAIM
        endpoint, body = found.webhook.endpoint, orjson.dumps(found.body)
        try:
            secret = unseal(found.webhook.secret, found.webhook_id)
        except Unreadable:
            found.state, found.ended_at, found.answer = (
                DeliveryState.DEAD,
                now,
                "the secret cannot be read: make a new one",
            )
            return
    headers = {
        "Content-Type": "application/json", "User-Agent": "Llwybr", "Llwybr-Delivery": delivery_id,
        rules.SIGNATURE: rules.signature(secret, int(now.timestamp()), body),
    }  # fmt: skip
    private = bool(current_app.config["ALLOW_PRIVATE_ADDRESSES"])
    status, answer = sending.post(endpoint, body, headers, private=private)
    with transaction():
        found = db.session.get_one(Delivery, UUID(delivery_id), with_for_update=True)
        if found.state is not DeliveryState.WAITING:
            return
        found.status, found.answer, now = status, answer, clock.now()
        if rules.delivered(status):
            found.state, found.ended_at = DeliveryState.DELIVERED, now
        elif (wait := rules.next_wait(found.attempts)) is None:
            found.state, found.ended_at = DeliveryState.DEAD, now
        else:
            found.due_at = now + wait
