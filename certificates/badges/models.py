"""Badges as they were signed, and the lists that say which still count."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from lms.core.db import Record, db, stored


class Form(StrEnum):
    """How a credential is secured: a proof inside it, or a token around it."""

    JSON = "json"
    JWT = "jwt"


class StatusList(db.Model):  # type: ignore[name-defined, misc]
    """A list of bits, and how it was last signed. `stale`: something on it has changed since.

    `document` is signed by `document_key_id`, `token` (the same as a JWT) by `token_key_id`; both until `expires_at`.
    """

    __tablename__ = "status_list"
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    stale: Mapped[bool] = mapped_column(default=True)
    document: Mapped[str | None]
    token: Mapped[str | None]
    document_key_id: Mapped[UUID | None] = mapped_column(ForeignKey("signing_key.id"))
    token_key_id: Mapped[UUID | None] = mapped_column(ForeignKey("signing_key.id"))
    signed_at: Mapped[datetime | None]
    expires_at: Mapped[datetime | None]


class StatusEntry(db.Model):  # type: ignore[name-defined, misc]
    """An award's place: drawn at random, so that it says nothing of when it was issued or what came before it."""

    __tablename__ = "award_status_entry"
    __table_args__ = (UniqueConstraint("list_number", "index"),)
    award_id: Mapped[UUID] = mapped_column(ForeignKey("award.id"), primary_key=True)
    list_number: Mapped[int] = mapped_column(ForeignKey("status_list.number"))
    index: Mapped[int]


class AwardBadge(Record):
    """A credential as it was handed out; only appended to. `credential_id` is the urn:uuid in it.

    `basis`: SHA-256 of what it says, but for the salt; as long as that and the key hold, it is handed out again.
    """

    __tablename__ = "award_badge"
    __table_args__ = (
        Index("ix_award_badge_award", "award_id", "form", "language", "basis"),
        Index("ix_award_badge_credential", "credential_id"),
    )
    award_id: Mapped[UUID] = mapped_column(ForeignKey("award.id"))
    form: Mapped[Form] = mapped_column(stored(Form))
    language: Mapped[str]
    credential_id: Mapped[UUID]
    basis: Mapped[str]
    content: Mapped[str]
    key_id: Mapped[UUID] = mapped_column(ForeignKey("signing_key.id"))
    signed_at: Mapped[datetime]
