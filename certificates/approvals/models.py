"""Approvals and what happened to them. Every table is only appended to; a trigger refuses the rest."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column, relationship

from certificates.approvals.rules import Basis, Ground, StepKind, SuspensionReason, Verdict
from certificates.models import Award
from lms.accounts.models import Organisation, Person
from lms.core.db import Record, stored


class Approval(Record):
    """A body approves somebody for a function, on both its days. `ends_on` None: chosen case by case.

    `function` and `profession` are codes of `data/functions.yaml`. `decided_on`: the day of the decision or the panel, on
    which the age of the course was judged. The course: a certificate of ours, or its title and day as the body saw it.
    `earlier`: the approval elsewhere that it rests on. `follows_id`: the one that it goes on from.
    """

    __tablename__ = "function_approval"
    __table_args__ = (
        CheckConstraint("ends_on IS NULL OR ends_on >= starts_on", name="order"),
        Index("ix_function_approval_body", "body_id", "ends_on"),
        Index("ix_function_approval_ends_on", "ends_on", postgresql_where="ends_on IS NOT NULL"),
    )
    function: Mapped[str]
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    body_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    profession: Mapped[str]
    decided_on: Mapped[date] = mapped_column(Date)
    starts_on: Mapped[date] = mapped_column(Date)
    ends_on: Mapped[date | None] = mapped_column(Date)
    basis: Mapped[Basis] = mapped_column(stored(Basis))
    course_title: Mapped[str]
    course_on: Mapped[date | None] = mapped_column(Date)
    award_id: Mapped[UUID | None] = mapped_column(ForeignKey("award.id"), index=True)
    earlier: Mapped[str]
    criterion: Mapped[str]
    conditions: Mapped[str]
    follows_id: Mapped[UUID | None] = mapped_column(ForeignKey("function_approval.id"), unique=True)
    at: Mapped[datetime]
    by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    person: Mapped[Person] = relationship(foreign_keys=[person_id])
    body: Mapped[Organisation] = relationship()
    award: Mapped[Award | None] = relationship()
    steps: Mapped[list["ApprovalStep"]] = relationship(
        back_populates="approval", order_by="ApprovalStep.at, ApprovalStep.id"
    )
    evidence: Mapped[list["ApprovalEvidence"]] = relationship(
        back_populates="approval", order_by="ApprovalEvidence.on, ApprovalEvidence.id"
    )


class ApprovalStep(Record):
    """Something that happened to an approval, counting from `on`. `other_id`: the authority that it concerns.

    `checks`: what was made sure of before somebody was chosen. `note` is told to the holder where one has to give reasons.
    """

    __tablename__ = "function_approval_step"
    __table_args__ = (
        Index("ix_function_approval_step_approval_id", "approval_id"),
        Index("uq_function_approval_step_ended", "approval_id", unique=True, postgresql_where="kind = 'ended'"),
    )
    approval_id: Mapped[UUID] = mapped_column(ForeignKey("function_approval.id"))
    kind: Mapped[StepKind] = mapped_column(stored(StepKind))
    on: Mapped[date] = mapped_column(Date)
    ground: Mapped[Ground | None] = mapped_column(stored(Ground))
    reason: Mapped[SuspensionReason | None] = mapped_column(stored(SuspensionReason))
    other_id: Mapped[UUID | None] = mapped_column(ForeignKey("organisation.id"))
    checks: Mapped[list[str]] = mapped_column(ARRAY(Text))
    note: Mapped[str]
    at: Mapped[datetime]
    by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    approval: Mapped[Approval] = relationship(back_populates="steps")
    other: Mapped[Organisation | None] = relationship()


class ApprovalEvidence(Record):
    """Evidence for one year of an approval, from the holder or entered by the body. `minutes` None: no time is claimed.

    `award_id`: a certificate of the holder's that it is. Never anything about a patient: the page says so.
    """

    __tablename__ = "function_evidence"
    __table_args__ = (
        CheckConstraint("minutes > 0", name="minutes"),
        Index("ix_function_evidence_approval_id", "approval_id", "year"),
    )
    approval_id: Mapped[UUID] = mapped_column(ForeignKey("function_approval.id"))
    year: Mapped[int]
    sort: Mapped[str]
    on: Mapped[date] = mapped_column(Date)
    title: Mapped[str]
    minutes: Mapped[int | None]
    award_id: Mapped[UUID | None] = mapped_column(ForeignKey("award.id"), index=True)
    at: Mapped[datetime]
    by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    approval: Mapped[Approval] = relationship(back_populates="evidence")
    award: Mapped[Award | None] = relationship()
    decision: Mapped["ApprovalVerdict | None"] = relationship(back_populates="evidence")


class ApprovalVerdict(Record):
    """What became of an item of evidence, once: the body accepted or returned it, or the holder took it back."""

    __tablename__ = "function_evidence_verdict"
    __table_args__ = (UniqueConstraint("evidence_id"),)
    evidence_id: Mapped[UUID] = mapped_column(ForeignKey("function_evidence.id"))
    verdict: Mapped[Verdict] = mapped_column(stored(Verdict))
    note: Mapped[str]
    at: Mapped[datetime]
    by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    evidence: Mapped[ApprovalEvidence] = relationship(back_populates="decision")


class FunctionHours(Record):
    """How much training a year a body asks for, from a day on. `minutes` None: no amount. No row: none was ever asked for."""

    __tablename__ = "function_hours"
    __table_args__ = (
        CheckConstraint("minutes > 0", name="minutes"),
        Index("ix_function_hours_body_id", "body_id", "function", "from_on"),
    )
    body_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    function: Mapped[str]
    minutes: Mapped[int | None]
    from_on: Mapped[date] = mapped_column(Date)
    at: Mapped[datetime]
    by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))


class ApprovalNotice(Record):
    """That somebody was told about an approval: `what` is "ends-90", "year-2" or "overdue-2". Each is told once."""

    __tablename__ = "function_approval_notice"
    __table_args__ = (UniqueConstraint("approval_id", "what"),)
    approval_id: Mapped[UUID] = mapped_column(ForeignKey("function_approval.id"))
    what: Mapped[str]
    at: Mapped[datetime]
