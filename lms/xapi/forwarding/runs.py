"""The work itself, job by job: look who is due, send, test. Each request stands between two short transactions."""

import time
from contextlib import closing
from typing import Any
from uuid import UUID

from flask import current_app
from sqlalchemy import select

from lms.core import clock, jobs
from lms.core.db import db, transaction
from lms.core.ids import new_id
from lms.xapi import queries
from lms.xapi.forwarding import progress
from lms.xapi.forwarding.models import Destination
from lms.xapi.forwarding.queries import due
from lms.xapi.forwarding.rules.delivery import deliver, shortened
from lms.xapi.forwarding.sending import Store

LONGEST_RUN = 15.0
"""Seconds. Then other work gets its turn, and another run is asked for."""


@jobs.job("xapi.forwarding.dispatch", retries=0, every="* * * * *")
def dispatch() -> None:
    """Ask for a run wherever something waits."""
    for destination_id in due(queries.consistent_through()):
        soon(destination_id)


def soon(destination_id: UUID) -> None:
    """Ask for a run when this transaction is committed. The lease sees to it that only one is at work."""
    jobs.enqueue(forward, destination_id=str(destination_id))


@jobs.job("xapi.forwarding.forward", queue="forwarding", retries=0, whole=False)
def forward(destination_id: str) -> None:
    """Send what waits, until nothing does or the destination holds it. The next minute tries again, so no retries."""
    lease, until = new_id(), time.monotonic() + LONGEST_RUN
    store: Store | None = None
    try:
        while True:
            with transaction():
                claimed = progress.claim(UUID(destination_id), lease)
            if claimed is None:
                return
            if store is None:
                store = Store(claimed.whereto, private=_private())
            if not _sent(claimed, store):
                return
            if time.monotonic() >= until:
                with transaction():
                    progress.release(UUID(destination_id), lease)
                    soon(UUID(destination_id))
                return
    finally:
        if store is not None:
            store.close()


@jobs.job("xapi.forwarding.test", queue="forwarding", retries=0, whole=False)
def try_out(destination_id: str) -> None:
    """Ask the other store about itself, and whether it would let us in; write down what it said."""
    with transaction():
        found = db.session.get(Destination, UUID(destination_id))
        whereto = progress.whereto_of(found) if found is not None and found.ended_at is None else None
    outcome: dict[str, Any] = {"about": None, "versions": [], "write": None, "text": ""}
    if whereto is None:
        outcome["text"] = "the secret cannot be read: give it again"
    else:
        with closing(Store(whereto, private=_private())) as store:
            about, versions = store.about()
            outcome |= {"about": about.status, "versions": versions, "text": about.text}
            if about.status is not None:
                knock = store.knock()
                outcome |= {"write": knock.status, "text": knock.text}
    with transaction():
        found = db.session.scalars(
            select(Destination).where(Destination.id == UUID(destination_id)).with_for_update()
        ).one_or_none()
        if found is not None:
            text = shortened(outcome["text"])
            found.test = outcome | {"text": text, "at": clock.now().isoformat()}


def _sent(claimed: progress.Claim, store: Store) -> bool:
    """Offer it, recording answer by answer. False: it is held, or the lease is another's."""
    for step in deliver(claimed.items, lambda part: store.post(part, claimed.parts)):
        with transaction():
            ours = progress.note(claimed, step)
        if not ours or step.verdict in progress.HOLDING:
            return False
    return True


def _private() -> bool:
    return bool(current_app.config["ALLOW_PRIVATE_ADDRESSES"])
