"""Evidence portfolios. What a supervisor signed is frozen by a hash; whatever comes later is a new version."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Column, Date, ForeignKey, Index, LargeBinary, Table, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, composite, mapped_column, relationship

from courses.enrolments.models import Enrolment
from frameworks.models import Statement
from lms.accounts.models import Person
from lms.core.db import Base, Record, bilingual, stored
from lms.core.files import StoredFile
from lms.core.language import Bilingual


class EvidenceKind(StrEnum):
    TEXT = "text"
    REFLECTION = "reflection"
    FILE = "file"
    OBSERVED_PRACTICE = "observed_practice"
    ACTIVITY = "activity"
    DEVELOPMENT_TASK = "development_task"
    CASE_STUDY = "case_study"
    SUPERVISION_HOURS = "supervision_hours"


class SupervisionRule(StrEnum):
    """Who may accept. group_or_individual: in a group or alone; individual_required: at least one item alone."""

    GROUP_OR_INDIVIDUAL = "group_or_individual"
    INDIVIDUAL_REQUIRED = "individual_required"
    PROFESSIONAL = "professional"


class PortfolioTemplate(Record):
    """What a portfolio asks for. A change is a new `number`; open portfolios keep theirs.

    `published_at` None: a draft, which grows by `edition`; what is published is never changed (a trigger).
    `optional_needed`: so many of the optional items must be accepted as well.
    """

    __tablename__ = "portfolio_template"
    __table_args__ = (UniqueConstraint("code", "number"),)
    code: Mapped[str]
    number: Mapped[int]
    supervision: Mapped[SupervisionRule] = mapped_column(stored(SupervisionRule))
    digest: Mapped[str]
    source: Mapped[str | None]
    illustrative: Mapped[bool] = mapped_column(default=False, server_default="false")
    title: Mapped[Bilingual] = composite(
        mapped_column("title_en", Text, default="", server_default=""),
        mapped_column("title_cy", Text, default="", server_default=""),
    )
    optional_needed: Mapped[int] = mapped_column(default=0, server_default="0")
    edition: Mapped[int] = mapped_column(default=1, server_default="1")
    published_at: Mapped[datetime | None]
    items: Mapped[list["TemplateItem"]] = relationship(order_by="TemplateItem.position")


class TemplateItem(Record):
    """One thing that a portfolio asks for. `minutes`: of supervision, for that kind.

    `individual_only`: not to be supervised in a group. `observer_signs`: who observed must sign before it is submitted.
    """

    __tablename__ = "portfolio_template_item"
    __table_args__ = (UniqueConstraint("template_id", "position"),)
    template_id: Mapped[UUID] = mapped_column(ForeignKey("portfolio_template.id"))
    position: Mapped[int]
    kind: Mapped[EvidenceKind] = mapped_column(stored(EvidenceKind))
    title: Mapped[Bilingual] = bilingual("title")
    guidance: Mapped[Bilingual] = composite(
        mapped_column("guidance_en", Text, default="", server_default=""),
        mapped_column("guidance_cy", Text, default="", server_default=""),
    )
    optional: Mapped[bool] = mapped_column(default=False, server_default="false")
    individual_only: Mapped[bool] = mapped_column(default=False, server_default="false")
    observer_signs: Mapped[bool] = mapped_column(default=False, server_default="false")
    minutes: Mapped[int | None]


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
    """draft → submitted → accepted, or returned → submitted again. Redacted: what was is gone; it can be written anew."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    ACCEPTED = "accepted"
    REDACTED = "redacted"


evidence_statement = Table(
    "evidence_statement",
    Base.metadata,
    Column("item_id", ForeignKey("evidence_item.id"), primary_key=True),
    Column("statement_id", ForeignKey("framework_statement.id"), primary_key=True),
)
"""Which statements of a framework the learner says that an item shows."""


class EvidenceItem(Record):
    """The learner's answer to one thing the template asks for. `edition` counts saves, for stale-edit checks.

    `reused_from_id`: it began as a copy of that other item of the same learner.
    """

    __tablename__ = "evidence_item"
    __table_args__ = (
        UniqueConstraint("portfolio_id", "template_item_id"),
        CheckConstraint("state IN ('draft', 'redacted') OR no_identifiers", name="no_identifiers"),
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
    links: Mapped[list[str]] = mapped_column(JSONB, default=list, server_default="[]")
    reused_from_id: Mapped[UUID | None] = mapped_column(ForeignKey("evidence_item.id"), index=True)
    no_identifiers: Mapped[bool] = mapped_column(default=False)
    saved_at: Mapped[datetime]
    submitted_at: Mapped[datetime | None]
    portfolio: Mapped[Portfolio] = relationship(back_populates="items")
    template_item: Mapped[TemplateItem] = relationship()
    file: Mapped[StoredFile | None] = relationship()
    decisions: Mapped[list["Decision"]] = relationship(back_populates="item", order_by="Decision.at")
    statements: Mapped[list[Statement]] = relationship(secondary=evidence_statement, order_by=Statement.position)
    observations: Mapped[list["Observation"]] = relationship(back_populates="item", order_by="Observation.asked_at")
    redactions: Mapped[list["Redaction"]] = relationship(back_populates="item", order_by="Redaction.at")
    shares: Mapped[list["Share"]] = relationship(back_populates="item", order_by="Share.shared_at")


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
    A redaction empties the copy (`services/redacting.py`), and nothing else.
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


class ObserverAnswer(StrEnum):
    SIGNED = "signed"
    DECLINED = "declined"


class Observation(Record):
    """Somebody was asked by mail to sign what they have observed. They may have no account: the link is their key.

    They sign `content` as it was when they were asked. `email` and the link's digest are forgotten once they are of no
    more use.
    """

    __tablename__ = "evidence_observation"
    item_id: Mapped[UUID] = mapped_column(ForeignKey("evidence_item.id"), index=True)
    asked_name: Mapped[str]
    email: Mapped[str | None]
    language: Mapped[str]
    token_digest: Mapped[bytes | None] = mapped_column(LargeBinary, unique=True)
    asked_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    content: Mapped[dict[str, Any]] = mapped_column(JSONB)
    content_hash: Mapped[str]
    withdrawn_at: Mapped[datetime | None]
    answered_at: Mapped[datetime | None]
    answer: Mapped[ObserverAnswer | None] = mapped_column(stored(ObserverAnswer))
    words: Mapped[str] = mapped_column(default="", server_default="")
    signed_name: Mapped[str | None]
    signed_role: Mapped[str | None]
    item: Mapped[EvidenceItem] = relationship(back_populates="observations")


class RedactionGround(StrEnum):
    IDENTIFIABLE = "identifiable"
    RETENTION = "retention"


class Redaction(Record):
    """What an item said is gone; that it was stays: when, by whom, why, and the hash of what was. Append only.

    `signatures` holds, for each signature that covered it, the hash of what remains of the signed text.
    """

    __tablename__ = "evidence_redaction"
    item_id: Mapped[UUID] = mapped_column(ForeignKey("evidence_item.id"), index=True)
    at: Mapped[datetime]
    by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    ground: Mapped[RedactionGround] = mapped_column(stored(RedactionGround))
    reason: Mapped[str]
    content_hash: Mapped[str]
    signatures: Mapped[dict[str, str]] = mapped_column(JSONB)
    item: Mapped[EvidenceItem] = relationship(back_populates="redactions")
    redacted_by: Mapped[Person | None] = relationship()


class Share(Record):
    """The learner lets one person read one item, from `shared_at` until `ended_at` (None: still)."""

    __tablename__ = "evidence_share"
    __table_args__ = (
        Index("uq_evidence_share_live", "item_id", "reader_id", unique=True, postgresql_where="ended_at IS NULL"),
        Index("ix_evidence_share_reader_id", "reader_id", postgresql_where="ended_at IS NULL"),
    )
    item_id: Mapped[UUID] = mapped_column(ForeignKey("evidence_item.id"))
    reader_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    shared_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    item: Mapped[EvidenceItem] = relationship(back_populates="shares")
    reader: Mapped[Person] = relationship()


class CheckState(StrEnum):
    WAITING = "waiting"
    CLEAN = "clean"
    INFECTED = "infected"


class FileCheck(Record):
    """What the virus scanner said of a file. A file without a row came while no scanner was set."""

    __tablename__ = "evidence_file_check"
    file_id: Mapped[UUID] = mapped_column(ForeignKey("stored_file.id", ondelete="CASCADE"), unique=True)
    state: Mapped[CheckState] = mapped_column(stored(CheckState))
    checked_at: Mapped[datetime | None]
    found: Mapped[str | None]


class FilePreview(Record):
    """A small picture of a file: of its first page, where it is a PDF of so many `pages`."""

    __tablename__ = "evidence_file_preview"
    file_id: Mapped[UUID] = mapped_column(ForeignKey("stored_file.id", ondelete="CASCADE"), unique=True)
    preview_id: Mapped[UUID] = mapped_column(ForeignKey("stored_file.id"))
    pages: Mapped[int]
    width: Mapped[int]
    height: Mapped[int]


class ExportKind(StrEnum):
    PDF = "pdf"
    ZIP = "zip"


class PortfolioExport(Record):
    """A copy of a portfolio for its learner, on its way (`done` of `of` steps), or there until it is swept."""

    __tablename__ = "portfolio_export"
    portfolio_id: Mapped[UUID] = mapped_column(ForeignKey("portfolio.id"), index=True)
    kind: Mapped[ExportKind] = mapped_column(stored(ExportKind))
    language: Mapped[str]
    asked_at: Mapped[datetime]
    done: Mapped[int] = mapped_column(default=0)
    of: Mapped[int]
    ended_at: Mapped[datetime | None]
    file_id: Mapped[UUID | None] = mapped_column(ForeignKey("stored_file.id"))
    portfolio: Mapped[Portfolio] = relationship()
    file: Mapped[StoredFile | None] = relationship()
