"""Who wants to be told about which certificates, and what became of each telling."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, LargeBinary, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from certificates.models import Award
from lms.core.db import Record, stored


class Webhook(Record):
    """An address of somebody's own system. `secret` is sealed under the service's key; `ended_at`: they want no more."""

    __tablename__ = "award_webhook"
    owner_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    name: Mapped[str]
    endpoint: Mapped[str]
    secret: Mapped[bytes] = mapped_column(LargeBinary)
    made_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class Watch(Record):
    """A certificate whose code they had."""

    __tablename__ = "award_watch"
    __table_args__ = (UniqueConstraint("webhook_id", "award_id"), Index("ix_award_watch_award_id", "award_id"))
    webhook_id: Mapped[UUID] = mapped_column(ForeignKey("award_webhook.id"))
    award_id: Mapped[UUID] = mapped_column(ForeignKey("award.id"))
    award: Mapped[Award] = relationship()


class DeliveryState(StrEnum):
    WAITING = "waiting"
    DELIVERED = "delivered"
    DEAD = "dead"


class Delivery(Record):
    """One telling. `body` is what is sent, the same at every attempt; `answer` is what came back last, shortened."""

    __tablename__ = "award_delivery"
    __table_args__ = (
        Index("ix_award_delivery_due", "due_at", postgresql_where="state = 'waiting'"),
        Index("ix_award_delivery_webhook_id", "webhook_id", "recorded_at"),
    )
    webhook_id: Mapped[UUID] = mapped_column(ForeignKey("award_webhook.id"))
    award_id: Mapped[UUID] = mapped_column(ForeignKey("award.id"), index=True)
    body: Mapped[dict[str, Any]] = mapped_column(JSONB)
    state: Mapped[DeliveryState] = mapped_column(stored(DeliveryState))
    attempts: Mapped[int] = mapped_column(default=0)
    due_at: Mapped[datetime]
    status: Mapped[int | None]
    answer: Mapped[str | None]
    ended_at: Mapped[datetime | None]
    webhook: Mapped[Webhook] = relationship()
    award: Mapped[Award] = relationship()
