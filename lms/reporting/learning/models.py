"""What statements say of each learner's way through a course, and the counts of it that pages read.

Both are made anew from statements whenever these change (`gathering`, `rolling`); nothing here is a record of its own.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Index, PrimaryKeyConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from lms.core.db import db


class Passage(db.Model):  # type: ignore[name-defined, misc]
    """One registration's way through a unit, by its key. `seconds` None: its content tells no time."""

    __tablename__ = "learning_passage"
    __table_args__ = (
        PrimaryKeyConstraint("registration_id", "key"),
        Index("ix_learning_passage_course_id", "course_id"),
    )
    registration_id: Mapped[UUID] = mapped_column(ForeignKey("content_registration.id"))
    key: Mapped[UUID]
    course_id: Mapped[UUID] = mapped_column(ForeignKey("course.id"))
    first_at: Mapped[datetime]
    last_at: Mapped[datetime]
    seconds: Mapped[int | None]


class FirstAnswer(db.Model):  # type: ignore[name-defined, misc]
    """Whether a registration's first answer to a question was right, and how many it gave."""

    __tablename__ = "learning_answer"
    __table_args__ = (
        PrimaryKeyConstraint("registration_id", "question"),
        Index("ix_learning_answer_course_id", "course_id"),
    )
    registration_id: Mapped[UUID] = mapped_column(ForeignKey("content_registration.id"))
    question: Mapped[int] = mapped_column(BigInteger)
    course_id: Mapped[UUID] = mapped_column(ForeignKey("course.id"))
    is_right: Mapped[bool]
    tries: Mapped[int]


class Question(db.Model):  # type: ignore[name-defined, misc]
    """A question of a course: `question` is the record store's key of its activity, `iri`; `title` is text by language tag."""

    __tablename__ = "learning_question"
    __table_args__ = (PrimaryKeyConstraint("course_id", "question"),)
    course_id: Mapped[UUID] = mapped_column(ForeignKey("course.id"))
    question: Mapped[int] = mapped_column(BigInteger)
    key: Mapped[UUID]
    iri: Mapped[str]
    title: Mapped[dict[str, Any]] = mapped_column(JSONB)


class UnitCount(db.Model):  # type: ignore[name-defined, misc]
    """People of a place (NIL: all of Wales) at a unit, or (NIL) at the course as a whole. Raw: see `rules.shown`.

    `stopped`: not finished with the course, here last, and quiet for 30 days. `timed`: of how many `seconds` is the median.
    """

    __tablename__ = "learning_unit_count"
    __table_args__ = (PrimaryKeyConstraint("course_id", "place", "key"),)
    course_id: Mapped[UUID] = mapped_column(ForeignKey("course.id"))
    place: Mapped[UUID]
    key: Mapped[UUID]
    opened: Mapped[int]
    finished: Mapped[int]
    stopped: Mapped[int]
    timed: Mapped[int]
    seconds: Mapped[int | None]


class QuestionCount(db.Model):  # type: ignore[name-defined, misc]
    """People who answered a question, and those whose first answer was right, in all of Wales. Raw."""

    __tablename__ = "learning_question_count"
    __table_args__ = (PrimaryKeyConstraint("course_id", "question"),)
    course_id: Mapped[UUID] = mapped_column(ForeignKey("course.id"))
    question: Mapped[int] = mapped_column(BigInteger)
    answered: Mapped[int]
    is_right: Mapped[int]


class Touched(db.Model):  # type: ignore[name-defined, misc]
    """A course whose counts are older than what is known of its learners."""

    __tablename__ = "learning_touched"
    course_id: Mapped[UUID] = mapped_column(ForeignKey("course.id"), primary_key=True)


class Mark(db.Model):  # type: ignore[name-defined, misc]
    """One row: statements up to the number `through` are taken in; `at`: everything stored until then is counted."""

    __tablename__ = "learning_mark"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    through: Mapped[int] = mapped_column(BigInteger)
    at: Mapped[datetime | None]
