"""Who was asked; what was answered, in counters; what was written, without a name. See the room's own docstring."""

from datetime import date
from enum import StrEnum
from uuid import UUID, uuid4

from sqlalchemy import BigInteger, CheckConstraint, Date, ForeignKey, Identity, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from courses.catalogue.models import Course
from courses.enrolments.models import Enrolment
from courses.evaluation.forms import Which
from lms.accounts.models import Sector
from lms.core.db import Record, db, stored

ALL = UUID(int=0)
"""The place of everybody, whether they have a body or not; in place of a course: all of them."""


class InvitationState(StrEnum):
    """A closed one is open with a last day that has passed. `withdrawn`: the course is not completed any more."""

    OPEN = "open"
    ANSWERED = "answered"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


class EvaluationInvitation(Record):
    """Somebody is asked about a course that they completed: once for each questionnaire.

    `body`: code of the organisation as reports know it (`queries.bodies`), "" for none. `version`, `sector` and `body` are
    the enrolment's. That it was answered is all that is known of the answer, not even when; a change of `state` has no time.
    """

    __tablename__ = "evaluation_invitation"
    __table_args__ = (
        UniqueConstraint("enrolment_id", "form"),
        Index("ix_evaluation_invitation_made", "form", "made_on", "state"),
        Index(
            "ix_evaluation_invitation_waiting", "made_on", "id", postgresql_where="state = 'open' AND reminded_on IS NULL"
        ),
    )  # fmt: skip
    enrolment_id: Mapped[UUID] = mapped_column(ForeignKey("enrolment.id"))
    form: Mapped[Which] = mapped_column(stored(Which))
    course_id: Mapped[UUID] = mapped_column(ForeignKey("course.id"))
    version: Mapped[int]
    sector: Mapped[Sector] = mapped_column(stored(Sector))
    body: Mapped[str]
    made_on: Mapped[date] = mapped_column(Date)
    closes_on: Mapped[date] = mapped_column(Date)
    reminded_on: Mapped[date | None] = mapped_column(Date)
    state: Mapped[InvitationState] = mapped_column(stored(InvitationState))
    enrolment: Mapped[Enrolment] = relationship()


class EvaluationSilence(db.Model):  # type: ignore[name-defined, misc]
    """Somebody does not want to be asked."""

    __tablename__ = "evaluation_silence"
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), primary_key=True)
    since: Mapped[date] = mapped_column(Date)


class EvaluationTally(db.Model):  # type: ignore[name-defined, misc]
    """How many gave this answer to this question. An answer is nowhere but in here, added up with all others.

    `month`: the first day of the month in which they were asked, not of that in which they answered. `item`: a question's
    code; `answered`: the questionnaire as a whole; `change`: confidence after beside before; `language`: in which they
    answered. `value`: a number of the scale, or the code of a choice.
    """

    __tablename__ = "evaluation_tally"
    __table_args__ = (CheckConstraint("n > 0", name="n"),)
    month: Mapped[date] = mapped_column(Date, primary_key=True)
    course_id: Mapped[UUID] = mapped_column(ForeignKey("course.id"), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    form: Mapped[Which] = mapped_column(stored(Which), primary_key=True)
    edition: Mapped[int] = mapped_column(primary_key=True)
    body: Mapped[str] = mapped_column(primary_key=True)
    sector: Mapped[Sector] = mapped_column(stored(Sector), primary_key=True)
    item: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[str] = mapped_column(primary_key=True)
    n: Mapped[int]


class EvaluationSum(db.Model):  # type: ignore[name-defined, misc]
    """Counters added up, as they are read (`summing`): over versions, editions, and all bodies of a place.

    `place`: an organisation with all below it, or ALL. `course_id`: a course, or ALL. `sector`: one, or "" for all of them;
    of some questions only (`rules.APART`). `item`: as in a counter; or `asked`: who was asked and is still, of whom those
    in `EvaluationAsked` are not in here yet.
    """

    __tablename__ = "evaluation_sum"
    __table_args__ = (
        Index(
            "ix_evaluation_sum_answered", "course_id", "form", postgresql_include=["n"],
            postgresql_where=f"item = 'answered' AND sector = '' AND place = '{ALL}'",
        ),
    )  # fmt: skip
    place: Mapped[UUID] = mapped_column(primary_key=True)
    course_id: Mapped[UUID] = mapped_column(primary_key=True)
    sector: Mapped[str] = mapped_column(primary_key=True)
    item: Mapped[str] = mapped_column(primary_key=True)
    month: Mapped[date] = mapped_column(Date, primary_key=True)
    form: Mapped[Which] = mapped_column(stored(Which), primary_key=True)
    value: Mapped[str] = mapped_column(primary_key=True)
    n: Mapped[int]


class EvaluationAsked(db.Model):  # type: ignore[name-defined, misc]
    """Somebody was asked (1), or is not asked any more (-1): until it is taken into the sums. A trigger writes it."""

    __tablename__ = "evaluation_asked"
    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    month: Mapped[date] = mapped_column(Date)
    course_id: Mapped[UUID]
    form: Mapped[Which] = mapped_column(stored(Which))
    body: Mapped[str]
    n: Mapped[int]


class TextState(StrEnum):
    WAITING = "waiting"
    RELEASED = "released"
    REDACTED = "redacted"
    REJECTED = "rejected"


class RejectReason(StrEnum):
    IDENTIFIES = "identifies"
    ABUSIVE = "abusive"
    NOT_THE_COURSE = "not_the_course"
    NO_CONTENT = "no_content"


class EvaluationText(db.Model):  # type: ignore[name-defined, misc]
    """What somebody wrote. No name, no sector, no body, no day, and an id that tells no time: it belongs to nobody.

    `shuffled`: it was written anew together with others, so that not even its place in the table tells when it came; before
    that nobody sees it. `text` is empty once it was rejected; once redacted it is what is left.
    """

    __tablename__ = "evaluation_text"
    __table_args__ = (
        CheckConstraint("(state = 'rejected') = (reason IS NOT NULL)", name="says_why"),
        CheckConstraint("(state = 'rejected') = (text = '')", name="nothing_left"),
        CheckConstraint("(state = 'waiting') = (reviewed_on IS NULL)", name="reviewed"),
        Index("ix_evaluation_text_course", "course_id", "form", "state"),
        Index(
            "ix_evaluation_text_told", "course_id", "form", "id", postgresql_where="state IN ('released', 'redacted')"
        ),
    )  # fmt: skip
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    form: Mapped[Which] = mapped_column(stored(Which))
    edition: Mapped[int]
    question: Mapped[str]
    course_id: Mapped[UUID] = mapped_column(ForeignKey("course.id"))
    language: Mapped[str]
    text: Mapped[str]
    state: Mapped[TextState] = mapped_column(stored(TextState), default=TextState.WAITING)
    reason: Mapped[RejectReason | None] = mapped_column(stored(RejectReason))
    shuffled: Mapped[bool] = mapped_column(default=False)
    reviewed_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    reviewed_on: Mapped[date | None] = mapped_column(Date)
    course: Mapped[Course] = relationship()
