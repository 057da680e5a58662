"""Who works on a version, who must sign it, and what is said about it."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey, Index, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.accounts.models import Person
from lms.core.db import Record, stored


class Part(StrEnum):
    """What somebody was asked to do with a version."""

    COMMENT = "comment"
    EDIT = "edit"
    REVIEW = "review"
    SIGN = "sign"


class Participant(Record):
    """Somebody who was asked to take part in a version: to comment, to edit, to review, or to sign before it is published."""

    __tablename__ = "framework_participant"
    __table_args__ = (
        Index(
            "uq_framework_participant_open", "version_id", "person_id", unique=True,
            postgresql_where=text("ended_at IS NULL"),
        ),
    )  # fmt: skip
    version_id: Mapped[UUID] = mapped_column(ForeignKey("framework_version.id"))
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    part: Mapped[Part] = mapped_column(stored(Part))
    asked_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    asked_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    person: Mapped[Person] = relationship(foreign_keys=[person_id])


class FrameworkSignOff(Record):
    """A reviewer's word on exactly what `digest` is the SHA-256 of. Only ever appended to; a later word replaces it."""

    __tablename__ = "framework_sign_off"
    version_id: Mapped[UUID] = mapped_column(ForeignKey("framework_version.id"), index=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    digest: Mapped[str]
    agreed: Mapped[bool]
    comment: Mapped[str] = mapped_column(Text)
    signed_at: Mapped[datetime]
    person: Mapped[Person] = relationship()


class FrameworkComment(Record):
    """What somebody says about a version, or about a domain or statement of it. `thread_id`: the first of its thread.

    `about` keeps the code of what it is about, for when that has gone. `resolved_at` is of a thread's first comment.
    """

    __tablename__ = "framework_comment"
    version_id: Mapped[UUID] = mapped_column(ForeignKey("framework_version.id"), index=True)
    thread_id: Mapped[UUID | None] = mapped_column(ForeignKey("framework_comment.id"), index=True)
    statement_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("framework_statement.id", ondelete="SET NULL"), index=True
    )
    domain_id: Mapped[UUID | None] = mapped_column(ForeignKey("framework_domain.id", ondelete="SET NULL"), index=True)
    about: Mapped[str]
    author_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    body: Mapped[str] = mapped_column(Text)
    made_at: Mapped[datetime]
    resolved_at: Mapped[datetime | None]
    resolved_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    author: Mapped[Person] = relationship(foreign_keys=[author_id])
