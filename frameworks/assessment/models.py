"""Ratings, answers to them, and how somebody stands now."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column, relationship

from frameworks.assessment.rules import RatingState
from frameworks.models import FrameworkVersion, Statement
from lms.accounts.models import Person
from lms.core.db import Record, db, stored


class Rating(Record):
    """What somebody said of themselves about a statement, under that version. `bar`: code of the level that their work asked
    for in that domain when they said it; None: none.

    What is typed on one day is one rating; later a new one is appended, so the rows are the history. `evidence` holds
    "<kind>:<id>" of things of their own. `lapses_on`: from that day it does not count any more.
    """

    __tablename__ = "assessment_rating"
    __table_args__ = (Index("ix_assessment_rating_person", "person_id", "framework_id", "made_at"),)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    framework_id: Mapped[UUID] = mapped_column(ForeignKey("framework.id"))
    version_id: Mapped[UUID] = mapped_column(ForeignKey("framework_version.id"))
    statement_id: Mapped[UUID] = mapped_column(ForeignKey("framework_statement.id"))
    value: Mapped[str]
    comment: Mapped[str] = mapped_column(Text, default="")
    evidence: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list)
    bar: Mapped[str | None]
    made_at: Mapped[datetime]
    lapses_on: Mapped[date | None] = mapped_column(Date)
    version: Mapped[FrameworkVersion] = relationship()
    statement: Mapped[Statement] = relationship()


class RatingAnswer(Record):
    """A supervisor's word on a rating: confirmed, or returned with a reason. Only ever appended to."""

    __tablename__ = "assessment_answer"
    rating_id: Mapped[UUID] = mapped_column(ForeignKey("assessment_rating.id"), index=True)
    by_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    confirmed: Mapped[bool]
    reason: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime]
    by: Mapped[Person] = relationship()


class RatingStanding(db.Model):  # type: ignore[name-defined, misc]
    """The newest rating of a person's for a statement, and what became of it. Lapsed is derived from `lapses_on`.

    `met`: it is enough (frameworks.yaml, `gap_rule`). `edition` counts changes: whoever saves says what they saw.
    """

    __tablename__ = "assessment_standing"
    __table_args__ = (
        Index(
            "ix_assessment_standing_statement", "statement_id",
            postgresql_include=["person_id", "met", "state", "lapses_on"],
        ),
    )  # fmt: skip
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), primary_key=True)
    statement_id: Mapped[UUID] = mapped_column(ForeignKey("framework_statement.id"), primary_key=True)
    framework_id: Mapped[UUID] = mapped_column(ForeignKey("framework.id"))
    rating_id: Mapped[UUID] = mapped_column(ForeignKey("assessment_rating.id"))
    state: Mapped[RatingState] = mapped_column(stored(RatingState))
    asked_at: Mapped[datetime | None]
    value: Mapped[str]
    met: Mapped[bool]
    lapses_on: Mapped[date | None] = mapped_column(Date)
    edition: Mapped[int] = mapped_column(default=1)
    rating: Mapped[Rating] = relationship()


class AssessmentSharing(Record):
    """With whom somebody shares what they say of themselves, in one framework. No row: nobody."""

    __tablename__ = "assessment_sharing"
    __table_args__ = (UniqueConstraint("person_id", "framework_id"),)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    framework_id: Mapped[UUID] = mapped_column(ForeignKey("framework.id"))
    to_supervisor: Mapped[bool] = mapped_column(default=False)
    to_manager: Mapped[bool] = mapped_column(default=False)
    changed_at: Mapped[datetime]


class LapseSetting(Record):
    """After how many months ratings of a framework lapse; None: never. The newest row counts."""

    __tablename__ = "assessment_lapse"
    __table_args__ = (CheckConstraint("months BETWEEN 1 AND 120", name="months"),)
    framework_id: Mapped[UUID] = mapped_column(ForeignKey("framework.id"), index=True)
    months: Mapped[int | None]
    set_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    set_at: Mapped[datetime]


class AskedAgain(Record):
    """That somebody was told what is to be rated again under that version: so many statements, because their words changed
    or because a rating lapsed. 0: there was nothing, so nothing was said. Only ever appended to.
    """

    __tablename__ = "assessment_asked_again"
    __table_args__ = (UniqueConstraint("person_id", "version_id", "on_day"),)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    framework_id: Mapped[UUID] = mapped_column(ForeignKey("framework.id"))
    version_id: Mapped[UUID] = mapped_column(ForeignKey("framework_version.id"))
    on_day: Mapped[date] = mapped_column(Date)
    changed: Mapped[int]
    lapsed: Mapped[int]
