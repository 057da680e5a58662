"""Making returns, and seeing once a month that they can be made again."""

import logging
import time
from uuid import UUID

from sqlalchemy import select, text

from lms.core import clock
from lms.core.db import db, get_or_refuse, transaction
from lms.core.errors import Unavailable
from lms.core.jobs import job
from lms.reporting.returns import making, queries
from lms.reporting.returns.models import Return, ReturnEvent, ReturnEventKind, ReturnProgress

log = logging.getLogger(__name__)

PATIENCE = 60.0
"""Seconds that are waited for whoever was recording something when the return was asked for."""
TOGETHER = 200


@job("reporting.make_return", whole=False, retries=2)
def make(return_id: str) -> None:
    """Put it together and keep it. Done again it finds it made."""
    id = UUID(return_id)
    _wait_for_who_was_recording()
    try:
        with transaction():
            it = get_or_refuse(Return, id)
            if queries.content_of(id) is None:
                making.keep(it, making.put_together(it, tell=True))
    except Exception:
        with transaction():
            get_or_refuse(ReturnProgress, id).failed_at = clock.now()
        raise
    with transaction():
        progress = get_or_refuse(ReturnProgress, id, lock=True)
        progress.done, progress.failed_at = progress.steps, None


def _wait_for_who_was_recording() -> None:
    """Facts are of the instant that they were recorded at, and seen when their transaction ends."""
    with transaction():
        upto = int(db.session.scalar(text("SELECT pg_snapshot_xmax(pg_current_snapshot())::text")))
    until = time.monotonic() + PATIENCE
    while True:
        with transaction():
            oldest = int(db.session.scalar(text("SELECT pg_snapshot_xmin(pg_current_snapshot())::text")))
        if oldest >= upto:
            return
        if time.monotonic() > until:
            raise Unavailable()
        time.sleep(0.1)


@job("reporting.verify_returns", every="23 4 2 * *", whole=False)
def verify_signed() -> None:
    """On the second of the month: every signed return is made again. Whatever is not the same is told in the log."""
    with transaction():
        signed = select(ReturnEvent.return_id).where(ReturnEvent.kind == ReturnEventKind.SIGNED)
        newest = select(Return.number).where(Return.id.in_(signed)).order_by(Return.id.desc()).limit(TOGETHER)
        numbers = list(db.session.scalars(newest))
    for number in numbers:
        with transaction():
            if (found := making.verify(number)) != "identical":
                log.error("reporting.return_not_made_again", extra={"number": number, "found": found})
