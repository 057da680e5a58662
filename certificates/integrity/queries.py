"""Reads of checks, and who is to hear of them."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import selectinload

from certificates.integrity.models import LedgerCheck
from lms.accounts.models import Organisation, Person, RoleGrant
from lms.core import clock
from lms.core.db import db
from lms.core.permissions import GRANTED, Permission

SHOWN = 10


def last_ended() -> LedgerCheck | None:
    found = select(LedgerCheck).where(LedgerCheck.ended_at.is_not(None))
    return db.session.scalars(found.order_by(LedgerCheck.started_at.desc()).limit(1)).one_or_none()


def under_way(since: datetime) -> LedgerCheck | None:
    """The newest that began after `since` and has not ended."""
    found = select(LedgerCheck).where(LedgerCheck.ended_at.is_(None), LedgerCheck.started_at > since)
    return db.session.scalars(found.order_by(LedgerCheck.started_at.desc()).limit(1)).one_or_none()


def ended() -> Sequence[LedgerCheck]:
    """The newest first."""
    found = select(LedgerCheck).where(LedgerCheck.ended_at.is_not(None))
    return db.session.scalars(found.order_by(LedgerCheck.started_at.desc()).limit(SHOWN)).all()


def who_hears() -> Sequence[Person]:
    """Those who may read the trail of the whole house: the ledger is nobody's part of it."""
    today = clock.today()
    roles = [role for role, permissions in GRANTED.items() if Permission.AUDIT_READ in permissions]
    holding = (
        select(RoleGrant.person_id)
        .join(Organisation, Organisation.id == RoleGrant.organisation_id)
        .where(
            RoleGrant.role.in_(roles), Organisation.parent_id.is_(None), RoleGrant.starts_on <= today,
            or_(RoleGrant.ends_on.is_(None), RoleGrant.ends_on >= today),
        )
    )  # fmt: skip
    who = select(Person).options(selectinload(Person.emails)).where(Person.id.in_(holding))
    return db.session.scalars(who.order_by(Person.id)).all()
