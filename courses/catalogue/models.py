"""The catalogue: courses and their versions. What a version promises is fixed once it is published."""

from datetime import datetime
from enum import StrEnum
from functools import reduce
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Computed, ForeignKey, Index, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, TSVECTOR
from sqlalchemy.orm import Mapped, composite, mapped_column, relationship

from lms.core.db import Record, Reference, bilingual, stored
from lms.core.language import Bilingual


def _searchable(language: str, *configurations: str) -> str:
    """The expression of a search column, as PostgreSQL writes it: titles weigh A, summaries D.

    English words are in it stemmed and as they are, so that half a word finds what begins with it.
    """
    parts = [
        f"setweight(to_tsvector('{configuration}'::regconfig, fold({column}_{language})), '{weight}'::\"char\")"
        for column, weight in (("title", "A"), ("summary", "D"))
        for configuration in configurations
    ]
    return reduce(lambda left, right: f"({left} || {right})", parts)


SEARCHABLE_EN = _searchable("en", "english", "simple")
SEARCHABLE_CY = _searchable("cy", "simple")
"""Welsh has no stemmer in PostgreSQL: its words are folded, and a search tries their mutations (`rules.search`)."""


class CourseStatus(StrEnum):
    """draft → in review → published → retired; in review may go back to draft."""

    DRAFT = "draft"
    IN_REVIEW = "in_review"
    PUBLISHED = "published"
    RETIRED = "retired"


class CertificateKind(StrEnum):
    """What completing brings. Source: catalogue.yaml `certificate.type`."""

    NONE = "none"
    COMPLETION = "completion"
    COMPLETION_WITH_PORTFOLIO = "completion_with_portfolio"
    ATTENDANCE = "attendance"
    AWARD = "award"
    SUPERVISOR_LICENCE = "supervisor_licence"
    CHAMPION = "champion"
    APPROVAL_EVIDENCE = "approval_evidence"
    STATUTORY = "statutory"


class CapacityRule(StrEnum):
    """How places are given. open: no limit; session: first come; cohort and allocation: chosen by an organiser."""

    OPEN = "open"
    SESSION = "session"
    COHORT = "cohort"
    ALLOCATION = "allocation"


class Topic(Reference):
    __tablename__ = "topic"
    title: Mapped[Bilingual] = bilingual("title")
    position: Mapped[int]


class Format(Reference):
    """How a course is delivered, such as e-learning. `booking`: how one gets in.

    `participatory`: learnt together with other people, as NMC's revalidation means it.
    """

    __tablename__ = "course_format"
    title: Mapped[Bilingual] = bilingual("title")
    booking: Mapped[str]
    position: Mapped[int]
    participatory: Mapped[bool] = mapped_column(default=False, server_default="false")


class Funding(Reference):
    __tablename__ = "funding"
    title: Mapped[Bilingual] = bilingual("title")


class Programme(Reference):
    """Courses that belong together and share a supervisor licence, such as Essential CAMHS."""

    __tablename__ = "programme"
    title: Mapped[Bilingual] = bilingual("title")
    summary: Mapped[Bilingual] = bilingual("summary")
    position: Mapped[int]


class Course(Record):
    """A course across its versions, known by a code such as ECAMHS-1. `published_version_id`: the one on offer."""

    __tablename__ = "course"
    code: Mapped[str] = mapped_column(unique=True)
    programme_code: Mapped[str | None] = mapped_column(ForeignKey("programme.code"), index=True)
    position: Mapped[int]
    published_version_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("course_version.id", use_alter=True, deferrable=True, initially="DEFERRED")
    )
    programme: Mapped[Programme | None] = relationship()
    published: Mapped["CourseVersion | None"] = relationship(foreign_keys=[published_version_id], post_update=True)
    versions: Mapped[list["CourseVersion"]] = relationship(
        back_populates="course", foreign_keys="CourseVersion.course_id", order_by="CourseVersion.number"
    )


class CourseVersion(Record):
    """What a course offers. `minutes` is learning time; `seats` None means no limit; `note` is for readers.

    `eligibility`: {"all": […]} or {"any": […]} of conditions (`rules.conditions`), or {} for everyone; `prerequisites`:
    {"completed": [codes], "portfolio_signed_off": bool}. `edition` counts edits of a draft, for stale-edit checks.
    `search_en` and `search_cy` are maintained by the database, accents folded by `fold()` (migrations 0001 and 0004).
    `digest` is of what was loaded from reference data; None: people wrote it.
    """

    __tablename__ = "course_version"
    __table_args__ = (
        UniqueConstraint("course_id", "number"),
        CheckConstraint("seats IS NULL OR seats >= 0", name="seats"),
        Index("ix_course_version_search_en", "search_en", postgresql_using="gin"),
        Index("ix_course_version_search_cy", "search_cy", postgresql_using="gin"),
    )
    course_id: Mapped[UUID] = mapped_column(ForeignKey("course.id"), index=True)
    number: Mapped[int]
    status: Mapped[CourseStatus] = mapped_column(stored(CourseStatus))
    edition: Mapped[int] = mapped_column(default=1)
    title: Mapped[Bilingual] = bilingual("title")
    summary: Mapped[Bilingual] = bilingual("summary")
    format_code: Mapped[str] = mapped_column(ForeignKey("course_format.code"))
    topic_code: Mapped[str] = mapped_column(ForeignKey("topic.code"))
    minutes: Mapped[int]
    languages: Mapped[list[str]] = mapped_column(ARRAY(Text))
    sectors: Mapped[list[str]] = mapped_column(ARRAY(Text))
    funding: Mapped[list[str]] = mapped_column(ARRAY(Text))
    capacity_rule: Mapped[CapacityRule] = mapped_column(stored(CapacityRule))
    seats: Mapped[int | None]
    eligibility: Mapped[dict[str, Any]] = mapped_column(JSONB)
    prerequisites: Mapped[dict[str, Any]] = mapped_column(JSONB)
    certificate_kind: Mapped[CertificateKind] = mapped_column(stored(CertificateKind))
    validity_months: Mapped[int | None]
    portfolio_template_code: Mapped[str | None]
    plan_actions: Mapped[list[int]] = mapped_column(JSONB, default=list)
    note: Mapped[Bilingual] = composite(
        Bilingual,
        mapped_column("note_en", Text, default="", server_default=""),
        mapped_column("note_cy", Text, default="", server_default=""),
    )
    source: Mapped[str | None]
    illustrative_fields: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list)
    digest: Mapped[str | None]
    published_at: Mapped[datetime | None]
    author_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    search_en: Mapped[str] = mapped_column(TSVECTOR, Computed(SEARCHABLE_EN, persisted=True), deferred=True)
    search_cy: Mapped[str] = mapped_column(TSVECTOR, Computed(SEARCHABLE_CY, persisted=True), deferred=True)
    course: Mapped[Course] = relationship(back_populates="versions", foreign_keys=[course_id])
    format: Mapped[Format] = relationship()
    topic: Mapped[Topic] = relationship()
    levels: Mapped[list["CourseLevel"]] = relationship(back_populates="version")
    statements: Mapped[list["CourseStatement"]] = relationship()


class CourseLevel(Record):
    """A framework level that a version serves, by code: courses outlive framework versions."""

    __tablename__ = "course_level"
    __table_args__ = (UniqueConstraint("version_id", "framework_code", "level_code"),)
    version_id: Mapped[UUID] = mapped_column(ForeignKey("course_version.id"))
    framework_code: Mapped[str]
    level_code: Mapped[str] = mapped_column(index=True)
    version: Mapped[CourseVersion] = relationship(back_populates="levels")


class CourseStatement(Record):
    """A framework statement that a version covers, by code."""

    __tablename__ = "course_statement"
    __table_args__ = (UniqueConstraint("version_id", "framework_code", "statement_code"),)
    version_id: Mapped[UUID] = mapped_column(ForeignKey("course_version.id"))
    framework_code: Mapped[str]
    statement_code: Mapped[str]
