"""Views that readers have saved, who gets a letter about them, and which letters went."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Date, ForeignKey, Index, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from lms.core.db import Record


class SavedView(Record):
    """A report's slug and what its address chose. It holds no figures: whoever opens it sees what they may."""

    __tablename__ = "saved_view"
    __table_args__ = (Index("ix_saved_view_person", "person_id", "name"),)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    name: Mapped[str]
    report: Mapped[str]
    query: Mapped[dict[str, str]] = mapped_column(JSONB)
    deleted_at: Mapped[datetime | None]


class ViewSubscription(Record):
    """A person's wish for a monthly letter about a view."""

    __tablename__ = "view_subscription"
    __table_args__ = (
        Index(
            "uq_view_subscription_live", "view_id", "person_id", unique=True, postgresql_where="ended_at IS NULL"
        ),
    )  # fmt: skip
    view_id: Mapped[UUID] = mapped_column(ForeignKey("saved_view.id"))
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    ended_at: Mapped[datetime | None]


class ViewLetter(Record):
    """That the letter of a month went. `month`: its first day."""

    __tablename__ = "view_letter"
    __table_args__ = (UniqueConstraint("subscription_id", "month"),)
    subscription_id: Mapped[UUID] = mapped_column(ForeignKey("view_subscription.id"))
    month: Mapped[date] = mapped_column(Date)
