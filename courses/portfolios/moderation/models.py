"""What happened to a signature after it was given. Only ever appended to: the signature itself is never changed."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from courses.portfolios.models import SignOff
from lms.accounts.models import Person
from lms.core.db import Record, stored


class WithdrawalGround(StrEnum):
    MODERATION = "moderation"
    SIGNED_IN_ERROR = "signed_in_error"
    NOT_OWN_WORK = "not_own_work"
    EVIDENCE_NOT_SOUND = "evidence_not_sound"


class SignOffWithdrawal(Record):
    """A signature that no longer stands, since when, by whom and why."""

    __tablename__ = "portfolio_sign_off_withdrawal"
    sign_off_id: Mapped[UUID] = mapped_column(ForeignKey("portfolio_sign_off.id"), unique=True)
    by: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime]
    ground: Mapped[WithdrawalGround] = mapped_column(stored(WithdrawalGround))
    reason: Mapped[str]
    sign_off: Mapped[SignOff] = relationship()
    withdrawn_by: Mapped[Person] = relationship()


class ModerationSample(Record):
    """A signature that was drawn to be looked at by somebody else. `percent`: the share that was drawn then."""

    __tablename__ = "portfolio_moderation_sample"
    __table_args__ = (CheckConstraint("percent BETWEEN 0 AND 100", name="percent"),)
    sign_off_id: Mapped[UUID] = mapped_column(ForeignKey("portfolio_sign_off.id"), unique=True)
    percent: Mapped[int]
    drawn_at: Mapped[datetime]
    sign_off: Mapped[SignOff] = relationship()
    outcome: Mapped["ModerationOutcome | None"] = relationship(back_populates="sample")


class ModerationOutcome(Record):
    """What the moderator found. Disagreement withdraws the signature and opens the portfolio again."""

    __tablename__ = "portfolio_moderation_outcome"
    __table_args__ = (CheckConstraint("agrees OR comment <> ''", name="says_why"),)
    sample_id: Mapped[UUID] = mapped_column(ForeignKey("portfolio_moderation_sample.id"), unique=True)
    by: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime]
    agrees: Mapped[bool]
    comment: Mapped[str]
    sample: Mapped[ModerationSample] = relationship(back_populates="outcome")
    moderator: Mapped[Person] = relationship()
