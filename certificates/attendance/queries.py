"""Reads of certificates that registers contradict."""

from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.orm import contains_eager, selectinload

from certificates.attendance.models import AwardDoubt
from certificates.attendance.rules import Settlement
from certificates.models import Award
from certificates.queries import within
from lms.core.db import db
from lms.core.permissions import Reach


def open_in(reach: Reach) -> Select[AwardDoubt]:
    """Those that nobody has decided about, with their awards."""
    return (
        select(AwardDoubt)
        .join(AwardDoubt.award)
        .options(contains_eager(AwardDoubt.award).selectinload(Award.events))
        .where(AwardDoubt.settled_at.is_(None), within(reach))
    )


def how_many(reach: Reach) -> int:
    found = select(func.count()).select_from(AwardDoubt).join(AwardDoubt.award)
    return db.session.scalar(found.where(AwardDoubt.settled_at.is_(None), within(reach))) or 0


def open_of(award_id: UUID, *, lock: bool = False) -> AwardDoubt | None:
    found = select(AwardDoubt).where(AwardDoubt.award_id == award_id, AwardDoubt.settled_at.is_(None))
    return db.session.scalars(found.with_for_update() if lock else found).one_or_none()


def last_kept(award_id: UUID) -> AwardDoubt | None:
    """The newest about which somebody decided that the certificate stays as it is."""
    return db.session.scalars(
        select(AwardDoubt)
        .where(AwardDoubt.award_id == award_id, AwardDoubt.outcome == Settlement.KEPT)
        .order_by(AwardDoubt.settled_at.desc())
        .limit(1)
    ).one_or_none()


def doubt(doubt_id: UUID) -> AwardDoubt | None:
    return db.session.scalars(
        select(AwardDoubt)
        .join(AwardDoubt.award)
        .options(contains_eager(AwardDoubt.award).options(selectinload(Award.events)))
        .where(AwardDoubt.id == doubt_id)
    ).one_or_none()
