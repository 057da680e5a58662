"""Reads of checks, and who is to hear of them."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Select, select

from certificates.integrity.models import LedgerCheck
from lms.accounts.models import Person
from lms.accounts.queries import holders
from lms.core.db import db
from lms.core.permissions import Permission

SHOWN = 10


def last_ended() -> LedgerCheck | None:
    found = select(LedgerCheck).where(LedgerCheck.ended_at.is_not(None))
    return db.session.scalars(found.order_by(LedgerCheck.started_at.desc()).limit(1)).one_or_none()


def under_way(since: datetime) -> LedgerCheck | None:
    """The newest that began after `since` and has not ended."""
    found = select(LedgerCheck).where(LedgerCheck.ended_at.is_(None), LedgerCheck.started_at > since)
    return db.session.scalars(found.order_by(LedgerCheck.started_at.desc()).limit(1)).one_or_none()


def checks() -> Select[LedgerCheck]:
    """All of them, also one that is under way."""
    return select(LedgerCheck)


def ended() -> Sequence[LedgerCheck]:
    """The newest first."""
    found = select(LedgerCheck).where(LedgerCheck.ended_at.is_not(None))
    return db.session.scalars(found.order_by(LedgerCheck.started_at.desc()).limit(SHOWN)).all()


def who_hears() -> Sequence[Person]:
    """Those who may read the trail of the whole house: the ledger is nobody's part of it."""
    found = {each.id: each for people in holders(Permission.AUDIT_READ).values() for each in people}
    return [found[each] for each in sorted(found)]
