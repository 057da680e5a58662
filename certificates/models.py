"""Awards. What was issued is never changed: what happens to it later is appended."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Date,
    FetchedValue,
    ForeignKey,
    Index,
    LargeBinary,
    Sequence,
    UniqueConstraint,
    Uuid,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from certificates.rules import AwardEventKind, NameVisibility, RevocationReason
from courses.catalogue.models import CertificateKind
from courses.enrolments.models import Enrolment
from lms.accounts.models import Person
from lms.core.db import Base, Record, bilingual, db, stored
from lms.core.files import StoredFile
from lms.core.language import Bilingual

award_number = Sequence("award_number", metadata=Base.metadata)
"""Counts certificates, over all years; a number that a rolled back transaction took stays unused."""


class AchievementVersion(Record):
    """What awards are for, as it stood when they were issued: a course's version, or a programme's licence. Never changed.

    `minutes` is learning time; `validity_months` None: does not expire; `renewal_days` before its end an award may be
    renewed without losing any of its time.
    """

    __tablename__ = "achievement_version"
    __table_args__ = (UniqueConstraint("code", "number"),)
    code: Mapped[str]
    number: Mapped[int]
    kind: Mapped[CertificateKind] = mapped_column(stored(CertificateKind))
    title: Mapped[Bilingual] = bilingual("title")
    minutes: Mapped[int]
    validity_months: Mapped[int | None]
    renewal_days: Mapped[int]
    course_version_id: Mapped[UUID | None] = mapped_column(ForeignKey("course_version.id"), unique=True)
    programme_code: Mapped[str | None] = mapped_column(ForeignKey("programme.code"))


class Award(Record):
    """One certificate. `code` is 100 secret bits that look it up; `number` is for filing.

    It arises from an enrolment or from a supervisor's licence. `edition` 2 and on: the one before fell with the signature
    that it stood on, or was replaced. `renews_id`: the award whose time this one goes on from; `replaces_id`: the one that it
    stands in for, which is superseded. Each is renewed once and replaced once. `organisation_lineage`: where the holder was,
    and so who looks after the award. `achievement_id` None: loaded for measuring.

    `snapshot` holds every printed string in both languages, `snapshot_hash` its SHA-256; `design` says what draws it. A
    trigger refuses every change but that of `name_visibility`, which is the holder's choice. See `rules.standing`.
    """

    __tablename__ = "award"
    __table_args__ = (
        UniqueConstraint("enrolment_id", "edition"),
        UniqueConstraint("licence_id", "edition"),
        CheckConstraint("num_nonnulls(enrolment_id, licence_id) = 1", name="arises_from_one"),
        CheckConstraint("(enrolment_id IS NULL) = (course_version_id IS NULL)", name="enrolment_has_course"),
        Index("ix_award_learner", "learner_id", "issued_on"),
        Index("ix_award_issued_on", "issued_on", "id"),
        Index("ix_award_valid_until", "valid_until", postgresql_where="valid_until IS NOT NULL"),
        Index("ix_award_organisation_lineage", "organisation_lineage", postgresql_using="gin"),
    )
    number: Mapped[str] = mapped_column(unique=True)
    code: Mapped[str] = mapped_column(unique=True)
    learner_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    enrolment_id: Mapped[UUID | None] = mapped_column(ForeignKey("enrolment.id"))
    licence_id: Mapped[UUID | None] = mapped_column(ForeignKey("supervisor_licence.id"))
    achievement_id: Mapped[UUID | None] = mapped_column(ForeignKey("achievement_version.id"), index=True)
    renews_id: Mapped[UUID | None] = mapped_column(ForeignKey("award.id"), unique=True)
    replaces_id: Mapped[UUID | None] = mapped_column(ForeignKey("award.id"), unique=True)
    organisation_lineage: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid()), default=list, server_default="{}")
    edition: Mapped[int] = mapped_column(default=1, server_default="1")
    course_code: Mapped[str]
    course_version_id: Mapped[UUID | None] = mapped_column(ForeignKey("course_version.id"))
    kind: Mapped[CertificateKind] = mapped_column(stored(CertificateKind))
    completed_on: Mapped[date] = mapped_column(Date)
    issued_on: Mapped[date] = mapped_column(Date)
    valid_until: Mapped[date | None] = mapped_column(Date)
    snapshot: Mapped[dict[str, Any]] = mapped_column(JSONB)
    snapshot_hash: Mapped[str]
    design: Mapped[str]
    name_visibility: Mapped[NameVisibility] = mapped_column(stored(NameVisibility), default=NameVisibility.PRINTED)
    learner: Mapped[Person] = relationship()
    enrolment: Mapped[Enrolment | None] = relationship()
    achievement: Mapped[AchievementVersion | None] = relationship()
    events: Mapped[list["AwardEvent"]] = relationship(back_populates="award", order_by="AwardEvent.position")


class AwardEvent(Record):
    """What happened to an award; only appended to. `by` None: the system. `note`: never shown to checkers.

    `position` counts within the award; `hash` chains it to the event before (`certificates.chain`). A trigger writes both.
    """

    __tablename__ = "award_event"
    __table_args__ = (UniqueConstraint("award_id", "position"),)
    award_id: Mapped[UUID] = mapped_column(ForeignKey("award.id"))
    position: Mapped[int] = mapped_column(server_default=FetchedValue())
    kind: Mapped[AwardEventKind] = mapped_column(stored(AwardEventKind))
    at: Mapped[datetime]
    by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    reason: Mapped[RevocationReason | None] = mapped_column(stored(RevocationReason))
    note: Mapped[str | None]
    hash: Mapped[str] = mapped_column(server_default=FetchedValue())
    award: Mapped[Award] = relationship(back_populates="events")


class LedgerLine(db.Model):  # type: ignore[name-defined, misc]
    """All events of all awards, in the order in which the house came to know them, chained: so that none can go missing."""

    __tablename__ = "award_ledger"
    number: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    event_id: Mapped[UUID] = mapped_column(unique=True)
    hash: Mapped[str]


class AwardCheck(db.Model):  # type: ignore[name-defined, misc]
    """How often an award was checked on a day. Nothing is kept of who checked."""

    __tablename__ = "award_check"
    award_id: Mapped[UUID] = mapped_column(ForeignKey("award.id"), primary_key=True)
    on: Mapped[date] = mapped_column(Date, primary_key=True)
    count: Mapped[int] = mapped_column(default=1)


class AwardFile(Record):
    """A certificate as it was handed out, in `en`, `cy` or `both`, sealed by `seal` (the fingerprint of a certificate).

    All are kept that ever were, so that a file can be compared with them. The newest is handed out again.
    """

    __tablename__ = "award_file"
    __table_args__ = (UniqueConstraint("award_id", "language", "file_id"),)
    award_id: Mapped[UUID] = mapped_column(ForeignKey("award.id"))
    language: Mapped[str]
    file_id: Mapped[UUID] = mapped_column(ForeignKey("stored_file.id"))
    seal: Mapped[str | None]
    file: Mapped[StoredFile] = relationship()


class AwardShare(Record):
    """A link that shows the whole name for a while, whatever the public page shows. Only the secret's digest is kept."""

    __tablename__ = "award_share"
    award_id: Mapped[UUID] = mapped_column(ForeignKey("award.id"), index=True)
    token_digest: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    made_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    told: Mapped[str]
    award: Mapped[Award] = relationship()


class AwardExport(Record):
    """A zip of certificates that was asked for: one's own, or those of a cohort. A job makes it; `failed` says why not."""

    __tablename__ = "award_export"
    asked_by: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    asked_at: Mapped[datetime]
    edition: Mapped[str]
    award_ids: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid()))
    done: Mapped[int] = mapped_column(default=0)
    ended_at: Mapped[datetime | None]
    file_id: Mapped[UUID | None] = mapped_column(ForeignKey("stored_file.id"))


class NameChangeState(StrEnum):
    ASKED = "asked"
    APPROVED = "approved"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


class NameChange(Record):
    """A holder asks for their certificates in another name; somebody else decides. `reason` and `note` stay inside."""

    __tablename__ = "award_name_change"
    __table_args__ = (
        Index("uq_award_name_change_open", "learner_id", unique=True, postgresql_where="state = 'asked'"),
        Index("ix_award_name_change_learner", "learner_id", "asked_at"),
        CheckConstraint("decided_by IS NULL OR decided_by <> learner_id", name="decided_by_another"),
    )
    learner_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    old_name: Mapped[str]
    new_name: Mapped[str]
    reason: Mapped[str]
    asked_at: Mapped[datetime]
    state: Mapped[NameChangeState] = mapped_column(stored(NameChangeState))
    decided_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    decided_at: Mapped[datetime | None]
    note: Mapped[str | None]
    learner: Mapped[Person] = relationship(foreign_keys=[learner_id])
