"""Reads of webhooks and what was told."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.orm import joinedload

from certificates.telling.models import Delivery, DeliveryState, Watch, Webhook
from lms.core.db import db


def webhooks_of(owner_id: UUID) -> Sequence[Webhook]:
    """Those that are in use, newest first."""
    return db.session.scalars(
        select(Webhook).where(Webhook.owner_id == owner_id, Webhook.ended_at.is_(None)).order_by(Webhook.made_at.desc())
    ).all()


def deliveries_of(webhook_id: UUID) -> Select[Delivery]:
    return select(Delivery).options(joinedload(Delivery.award)).where(Delivery.webhook_id == webhook_id)


def counts(webhook_ids: Sequence[UUID]) -> dict[UUID, tuple[int, int]]:
    """How many certificates each watches, and how many tellings are dead."""
    watched = dict(
        db.session.execute(
            select(Watch.webhook_id, func.count()).where(Watch.webhook_id.in_(webhook_ids)).group_by(Watch.webhook_id)
        ).all()
    )
    dead = dict(
        db.session.execute(
            select(Delivery.webhook_id, func.count())
            .where(Delivery.webhook_id.in_(webhook_ids), Delivery.state == DeliveryState.DEAD)
            .group_by(Delivery.webhook_id)
        ).all()
    )
    return {each: (watched.get(each, 0), dead.get(each, 0)) for each in webhook_ids}


def who_watches(award_id: UUID) -> Sequence[UUID]:
    return db.session.scalars(
        select(Watch.webhook_id)
        .join(Webhook, Webhook.id == Watch.webhook_id)
        .where(Watch.award_id == award_id, Webhook.ended_at.is_(None))
    ).all()


def due(at: datetime, most: int) -> Sequence[UUID]:
    return db.session.scalars(
        select(Delivery.id)
        .where(Delivery.state == DeliveryState.WAITING, Delivery.due_at <= at)
        .order_by(Delivery.due_at)
        .limit(most)
    ).all()
