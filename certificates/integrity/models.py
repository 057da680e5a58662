"""Checks of the ledger, one row a night."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Index
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from lms.core.db import Record


class LedgerCheck(Record):
    """One look at all awards and at the ledger. `ended_at` None: under way, `after_id` being the award it has come to.

    `awards` and `lines` were looked at so far; `line_hash` is the hash of the last line, so that the next check can tell
    whether it is still there. `found` counts what does not hold, and `faults` names the first `MOST` of it, as
    `{"what", "which"}` (`certificates.ledger.Fault`).
    """

    __tablename__ = "ledger_check"
    __table_args__ = (Index("ix_ledger_check_started_at", "started_at"),)
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    after_id: Mapped[UUID | None]
    awards: Mapped[int] = mapped_column(default=0)
    awards_done: Mapped[bool] = mapped_column(default=False)
    lines: Mapped[int] = mapped_column(BigInteger, default=0)
    line_hash: Mapped[str] = mapped_column(default="")
    found: Mapped[int] = mapped_column(default=0)
    faults: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, default=list)
