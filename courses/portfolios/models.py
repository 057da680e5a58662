"""Evidence portfolios. What a supervisor signed is frozen by a hash; whatever comes later is a new version."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from courses.enrolments.models import Enrolment
from lms.accounts.models import Person
from lms.core.db import Record, bilingual, stored
from lms.core.files import StoredFile
from lms.core.language import Bilingual


class EvidenceKind(StrEnum):
    TEXT = "text"
    REFLECTION = "reflection"
    FILE = "file"
    OBSERVED_PRACTICE = "observed_practice"


class SupervisionRule(StrEnum):
    """Who may accept. group_or_individual: in a group or alone; individual_required: at least one item alone."""

    GROUP_OR_INDIVIDUAL = "group_or_individual"
    INDIVIDUAL_REQUIRED = "individual_required"
    PROFESSIONAL = "professional"


class PortfolioTemplate(Record):
    """What a portfolio asks for. A change is a new `number`; open portfolios keep theirs."""

    __tablename__ = "portfolio_template"
    __table_args__ = (UniqueConstraint("code", "number"),)
    code: Mapped[str]
    number: Mapped[int]
    supervision: Mapped[SupervisionRule] = mapped_column(stored(SupervisionRule))
    digest: Mapped[str]
    source: Mapped[str | None]
    illustrative: Mapped[bool] = mapped_column(default=False, server_default="false")
    items: Mapped[list["TemplateItem"]] = relationship(order_by="TemplateItem.position")


class TemplateItem(Record):
    """One thing that a portfolio asks for."""

    __tablename__ = "portfolio_template_item"
    __table_args__ = (UniqueConstraint("template_id", "position"),)
    template_id: Mapped[UUID] = mapped_column(ForeignKey("portfolio_template.id"))
    position: Mapped[int]
    kind: Mapped[EvidenceKind] = mapped_column(stored(EvidenceKind))
    title: Mapped[Bilingual] = bilingual("title")


class PortfolioState(StrEnum):
    """in progress → submitted → signed off; reopened makes a new version, in progress again."""

    IN_PROGRESS = "in_progress"
    SUBMITTED = "submitted"
    SIGNED_OFF = "signed_off"


class Portfolio(Record):
    """A learner's evidence for one enrolment. `version` grows when signed evidence is reopened.

    `submitted_at`: since when the whole waits for sign-off.
    """

    __tablename__ = "portfolio"
    enrolment_id: Mapped[UUID] = mapped_column(ForeignKey("enrolment.id"), unique=True)
    learner_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    programme_code: Mapped[str] = mapped_column(ForeignKey("programme.code"))
    template_id: Mapped[UUID] = mapped_column(ForeignKey("portfolio_template.id"))
    state: Mapped[PortfolioState] = mapped_column(stored(PortfolioState))
    version: Mapped[int] = mapped_column(default=1)
    submitted_at: Mapped[datetime | None]
    declaration_at: Mapped[datetime | None]
    enrolment: Mapped[Enrolment] = relationship()
    learner: Mapped[Person] = relationship()
    template: Mapped[PortfolioTemplate] = relationship()
    items: Mapped[list["EvidenceItem"]] = relationship(back_populates="portfolio")
    sign_offs: Mapped[list["SignOff"]] = relationship(back_populates="portfolio", order_by="SignOff.signed_at")


class EvidenceState(StrEnum):
    """draft → submitted → accepted, or returned → submitted again."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    ACCEPTED = "accepted"


class EvidenceItem(Record):
    """The learner's answer to one thing the template asks for. `edition` counts saves, for stale-edit checks."""

    __tablename__ = "evidence_item"
    __table_args__ = (
        UniqueConstraint("portfolio_id", "template_item_id"),
        CheckConstraint("state = 'draft' OR no_identifiers", name="no_identifiers"),
        Index("ix_evidence_item_waiting", "submitted_at", postgresql_where="state = 'submitted'"),
    )
    portfolio_id: Mapped[UUID] = mapped_column(ForeignKey("portfolio.id"))
    template_item_id: Mapped[UUID] = mapped_column(ForeignKey("portfolio_template_item.id"))
    state: Mapped[EvidenceState] = mapped_column(stored(EvidenceState))
    edition: Mapped[int] = mapped_column(default=1)
    body: Mapped[str] = mapped_column(default="")
    observer: Mapped[str | None]
    observed_on: Mapped[date | None] = mapped_column(Date)
    file_id: Mapped[UUID | None] = mapped_column(ForeignKey("stored_file.id"))
    file_name: Mapped[str | None]
    no_identifiers: Mapped[bool] = mapped_column(default=False)
    saved_at: Mapped[datetime]
    submitted_at: Mapped[datetime | None]
    portfolio: Mapped[Portfolio] = relationship(back_populates="items")
    template_item: Mapped[TemplateItem] = relationship()
    file: Mapped[StoredFile | None] = relationship()
    decisions: Mapped[list["Decision"]] = relationship(back_populates="item", order_by="Decision.at")


class Outcome(StrEnum):
    ACCEPTED = "accepted"
    RETURNED = "returned"


class ReturnReason(StrEnum):
    """Why an item goes back to the learner."""

    MORE_NEEDED = "more_needed"
    NOT_WHAT_WAS_ASKED = "not_what_was_asked"
    IDENTIFIABLE = "identifiable"
    NOT_OWN_WORK = "not_own_work"
    OTHER = "other"


class Decision(Record):
    """What a supervisor decided about an item, and a hash and copy of what they looked at. Only appended to.

    `reason`: of what was returned; None also where it was returned before reasons were asked for.
    """

    __tablename__ = "evidence_decision"
    item_id: Mapped[UUID] = mapped_column(ForeignKey("evidence_item.id"), index=True)
    by: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime]
    outcome: Mapped[Outcome] = mapped_column(stored(Outcome))
    comment: Mapped[str]
    reason: Mapped[ReturnReason | None] = mapped_column(stored(ReturnReason))
    individually_supervised: Mapped[bool]
    edition: Mapped[int]
    content_hash: Mapped[str]
    content: Mapped[dict[str, Any]] = mapped_column(JSONB)
    item: Mapped[EvidenceItem] = relationship(back_populates="decisions")
    decided_by: Mapped[Person] = relationship()


class SignOff(Record):
    """A supervisor's signature under one version of a portfolio: what, by whom, under which licence. Append only."""

    __tablename__ = "portfolio_sign_off"
    __table_args__ = (UniqueConstraint("portfolio_id", "version"),)
    portfolio_id: Mapped[UUID] = mapped_column(ForeignKey("portfolio.id"))
    version: Mapped[int]
    signed_by: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    signed_at: Mapped[datetime]
    signatory_name: Mapped[str]
    signatory_role: Mapped[str]
    licence_number: Mapped[str]
    statement: Mapped[str]
    content_hash: Mapped[str]
    content: Mapped[dict[str, Any]] = mapped_column(JSONB)
    portfolio: Mapped[Portfolio] = relationship(back_populates="sign_offs")
