"""Needs rounds. Whatever anybody said, decided or gave is appended with who, when and why, and never rewritten: the newest
edition counts. Money is in pence."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, LargeBinary, Text, UniqueConstraint, Uuid
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from courses.catalogue.models import Course
from courses.enrolments.models import Enrolment
from courses.needs.rules.allocating import Method
from courses.needs.rules.timetable import Dates, RoundState
from lms.accounts.models import Organisation, Person
from lms.core.db import Record, bilingual, stored
from lms.core.language import Bilingual


class Round(Record):
    """A round of one place in the tree. `sectors` and `areas` say who may answer: empty means all in that place.

    `areas` are organisations: whoever is below one, or lies in its footprint, may answer.
    """

    __tablename__ = "needs_round"
    __table_args__ = (Index("ix_needs_round_place_lineage", "place_lineage", postgresql_using="gin"),)
    title: Mapped[Bilingual] = bilingual("title")
    place_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    place_lineage: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid()))
    sectors: Mapped[list[str]] = mapped_column(ARRAY(Text))
    areas: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid()))
    state: Mapped[RoundState] = mapped_column(stored(RoundState))
    opens_on: Mapped[date] = mapped_column(Date)
    need_by: Mapped[date] = mapped_column(Date)
    review_by: Mapped[date] = mapped_column(Date)
    allocate_by: Mapped[date] = mapped_column(Date)
    accept_by: Mapped[date] = mapped_column(Date)
    nominate_by: Mapped[date] = mapped_column(Date)
    ends_on: Mapped[date] = mapped_column(Date)
    place: Mapped[Organisation] = relationship()
    courses: Mapped[list["RoundCourse"]] = relationship(back_populates="round", order_by="RoundCourse.position")

    @property
    def dates(self) -> Dates:
        return Dates(
            self.opens_on,
            self.need_by,
            self.review_by,
            self.allocate_by,
            self.accept_by,
            self.nominate_by,
            self.ends_on,
        )


class RoundCourse(Record):
    """A course in the round. `levels`: framework and level, as "PIMH:enhanced"; empty: heads are not told apart by level."""

    __tablename__ = "needs_course"
    __table_args__ = (UniqueConstraint("round_id", "course_id"),)
    round_id: Mapped[UUID] = mapped_column(ForeignKey("needs_round.id"))
    course_id: Mapped[UUID] = mapped_column(ForeignKey("course.id"))
    levels: Mapped[list[str]] = mapped_column(ARRAY(Text))
    position: Mapped[int]
    round: Mapped[Round] = relationship(back_populates="courses")
    course: Mapped[Course] = relationship()


class RoundRule(Record):
    """The rule by which places are shared out, as published. `reserved_percent` is kept for the third sector."""

    __tablename__ = "needs_rule"
    __table_args__ = (
        UniqueConstraint("round_id", "edition"),
        CheckConstraint("reserved_percent BETWEEN 0 AND 100", name="reserved_percent"),
    )
    round_id: Mapped[UUID] = mapped_column(ForeignKey("needs_round.id"))
    edition: Mapped[int]
    method: Mapped[Method] = mapped_column(stored(Method))
    reserved_percent: Mapped[int]
    at: Mapped[datetime]
    by: Mapped[UUID | None]
    reason: Mapped[str]


class StepKind(StrEnum):
    OPENED = "opened"
    DATES_MOVED = "dates_moved"
    RULE_CHANGED = "rule_changed"
    REVIEWED = "reviewed"
    ALLOCATED = "allocated"
    REALLOCATED = "reallocated"
    REOFFERED = "reoffered"
    ACCEPTED = "accepted"
    CLOSED = "closed"
    REMINDED = "reminded"


class Step(Record):
    """What happened to the round as a whole."""

    __tablename__ = "needs_step"
    round_id: Mapped[UUID] = mapped_column(ForeignKey("needs_round.id"), index=True)
    kind: Mapped[StepKind] = mapped_column(stored(StepKind))
    at: Mapped[datetime]
    by: Mapped[UUID | None]
    reason: Mapped[str]
    details: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)


class Capacity(Record):
    """What there is of a course: seats, the price of a place, and the budget."""

    __tablename__ = "needs_capacity"
    __table_args__ = (
        UniqueConstraint("round_course_id", "edition"),
        CheckConstraint("seats >= 0 AND pence >= 0 AND budget >= 0", name="not_negative"),
    )
    round_course_id: Mapped[UUID] = mapped_column(ForeignKey("needs_course.id"))
    edition: Mapped[int]
    seats: Mapped[int]
    pence: Mapped[int]
    budget: Mapped[int]
    at: Mapped[datetime]
    by: Mapped[UUID | None]


class Headcount(Record):
    """How many people a body has, by whose word. The newest counts."""

    __tablename__ = "needs_headcount"
    __table_args__ = (
        Index("ix_needs_headcount_of", "round_id", "organisation_id"),
        CheckConstraint("people > 0", name="people"),
    )
    round_id: Mapped[UUID] = mapped_column(ForeignKey("needs_round.id"))
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    people: Mapped[int]
    source: Mapped[str]
    at: Mapped[datetime]
    by: Mapped[UUID | None]


class Via(StrEnum):
    """How an answer came."""

    PAGE = "page"
    SHEET = "sheet"
    LINK = "link"
    API = "api"


class Answer(Record):
    """What a body needs, as a whole. Each change is a new edition; the newest counts. `by_name`: of a link, who said they were."""

    __tablename__ = "needs_answer"
    __table_args__ = (UniqueConstraint("round_id", "organisation_id", "edition"),)
    round_id: Mapped[UUID] = mapped_column(ForeignKey("needs_round.id"))
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"), index=True)
    edition: Mapped[int]
    via: Mapped[Via] = mapped_column(stored(Via))
    at: Mapped[datetime]
    by: Mapped[UUID | None]
    by_name: Mapped[str]
    organisation: Mapped[Organisation] = relationship()
    entries: Mapped[list["Entry"]] = relationship(back_populates="answer", order_by="Entry.id")


class Entry(Record):
    """Heads for a course at a level ("" where the round does not tell levels apart), why, and what shows it."""

    __tablename__ = "needs_entry"
    __table_args__ = (
        UniqueConstraint("answer_id", "round_course_id", "level"),
        CheckConstraint("heads > 0", name="heads"),
    )
    answer_id: Mapped[UUID] = mapped_column(ForeignKey("needs_answer.id"))
    round_course_id: Mapped[UUID] = mapped_column(ForeignKey("needs_course.id"))
    level: Mapped[str]
    heads: Mapped[int]
    reason: Mapped[str]
    evidence: Mapped[str]
    answer: Mapped[Answer] = relationship(back_populates="entries")


class Review(Record):
    """Somebody who leads the area has looked at this edition of an answer."""

    __tablename__ = "needs_review"
    answer_id: Mapped[UUID] = mapped_column(ForeignKey("needs_answer.id"), index=True)
    at: Mapped[datetime]
    by: Mapped[UUID | None]
    comment: Mapped[str]


class Adjustment(Record):
    """Another figure for an entry, and why. The entered one stays beside it; the newest adjustment counts."""

    __tablename__ = "needs_adjustment"
    __table_args__ = (CheckConstraint("heads >= 0", name="heads"),)
    entry_id: Mapped[UUID] = mapped_column(ForeignKey("needs_entry.id"), index=True)
    heads: Mapped[int]
    reason: Mapped[str]
    at: Mapped[datetime]
    by: Mapped[UUID | None]


class AllocationKind(StrEnum):
    FIRST = "first"
    AGAIN = "again"
    REOFFER = "reoffer"


class Allocation(Record):
    """An edition of who gets what. `accept_by` and `nominate_by` are the last days of this edition's offers."""

    __tablename__ = "needs_allocation"
    __table_args__ = (UniqueConstraint("round_id", "edition"),)
    round_id: Mapped[UUID] = mapped_column(ForeignKey("needs_round.id"))
    edition: Mapped[int]
    kind: Mapped[AllocationKind] = mapped_column(stored(AllocationKind))
    rule_id: Mapped[UUID] = mapped_column(ForeignKey("needs_rule.id"))
    at: Mapped[datetime]
    by: Mapped[UUID | None]
    reason: Mapped[str]
    accept_by: Mapped[date] = mapped_column(Date)
    nominate_by: Mapped[date] = mapped_column(Date)
    rule: Mapped[RoundRule] = relationship()


class PlaceShare(Record):
    """A body's places on a course in one edition. `kept` of them it had before; `before`: what the last edition gave it.

    `workings` say how the number came about (`rules.allocating`).
    """

    __tablename__ = "needs_share"
    __table_args__ = (
        UniqueConstraint("allocation_id", "round_course_id", "organisation_id"),
        Index("ix_needs_share_organisation", "organisation_id", "allocation_id"),
        CheckConstraint("kept BETWEEN 0 AND places AND places <= need", name="bounds"),
    )
    allocation_id: Mapped[UUID] = mapped_column(ForeignKey("needs_allocation.id"))
    round_course_id: Mapped[UUID] = mapped_column(ForeignKey("needs_course.id"))
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    need: Mapped[int]
    kept: Mapped[int]
    places: Mapped[int]
    before: Mapped[int | None]
    workings: Mapped[dict[str, Any]] = mapped_column(JSONB)
    allocation: Mapped[Allocation] = relationship()
    round_course: Mapped[RoundCourse] = relationship()
    organisation: Mapped[Organisation] = relationship()


class Acceptance(Record):
    """How many of its places a body takes: all, fewer or none. The newest edition counts."""

    __tablename__ = "needs_acceptance"
    __table_args__ = (UniqueConstraint("share_id", "edition"), CheckConstraint("accepted >= 0", name="accepted"))
    share_id: Mapped[UUID] = mapped_column(ForeignKey("needs_share.id"))
    edition: Mapped[int]
    accepted: Mapped[int]
    reason: Mapped[str]
    at: Mapped[datetime]
    by: Mapped[UUID | None]


class Nominee(Record):
    """Somebody named for a place: a person of the body, or an address that was invited. Each time is set once.

    `digest`: of the invitation's secret. `email` is forgotten when the place was taken or given back.
    """

    __tablename__ = "needs_nominee"
    __table_args__ = (
        Index("ix_needs_nominee_of", "round_course_id", "organisation_id"),
        Index(
            "uq_needs_nominee_person", "round_course_id", "person_id", unique=True,
            postgresql_where="withdrawn_at IS NULL",
        ),
        CheckConstraint("person_id IS NOT NULL OR digest IS NOT NULL OR withdrawn_at IS NOT NULL", name="somebody"),
    )  # fmt: skip
    round_course_id: Mapped[UUID] = mapped_column(ForeignKey("needs_course.id"))
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    person_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"), index=True)
    name: Mapped[str]
    email: Mapped[str | None]
    language: Mapped[str]
    digest: Mapped[bytes | None] = mapped_column(LargeBinary, unique=True)
    named_at: Mapped[datetime]
    named_by: Mapped[UUID | None]
    enrolment_id: Mapped[UUID | None] = mapped_column(ForeignKey("enrolment.id"), index=True)
    taken_at: Mapped[datetime | None]
    withdrawn_at: Mapped[datetime | None]
    withdrawn_by: Mapped[UUID | None]
    person: Mapped[Person | None] = relationship()
    enrolment: Mapped[Enrolment | None] = relationship()
    round_course: Mapped[RoundCourse] = relationship()


class AnswerLink(Record):
    """A mailed link by which a body answers once, without an account. Only the digest of its secret is kept."""

    __tablename__ = "needs_link"
    round_id: Mapped[UUID] = mapped_column(ForeignKey("needs_round.id"), index=True)
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    email: Mapped[str]
    language: Mapped[str]
    digest: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    sent_at: Mapped[datetime]
    by: Mapped[UUID | None]
    used_at: Mapped[datetime | None]
