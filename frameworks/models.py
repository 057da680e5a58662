"""Curricular frameworks. A published version is never changed (a trigger refuses it, migration 0003)."""

from datetime import date
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import Date, ForeignKey, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.core.db import Record, bilingual, stored
from lms.core.language import Bilingual


class Status(StrEnum):
    DRAFT = "draft"
    PUBLISHED = "published"
    RETIRED = "retired"


class StatementKind(StrEnum):
    KNOWLEDGE = "knowledge"
    SKILL = "skill"
    BEHAVIOUR = "behaviour"


class Framework(Record):
    """A framework across its versions, known by a code such as PIMH."""

    __tablename__ = "framework"
    code: Mapped[str] = mapped_column(unique=True)
    versions: Mapped[list["FrameworkVersion"]] = relationship(
        back_populates="framework", order_by="FrameworkVersion.number"
    )


class FrameworkVersion(Record):
    """One edition. `digest` is the SHA-256 of its canonical content: loading it again is seen to change nothing.

    `note` says what of it is missing or is our own wording; empty: nothing to say.
    """

    __tablename__ = "framework_version"
    __table_args__ = (UniqueConstraint("framework_id", "number"),)
    framework_id: Mapped[UUID] = mapped_column(ForeignKey("framework.id"))
    number: Mapped[int]
    status: Mapped[Status] = mapped_column(stored(Status))
    title: Mapped[Bilingual] = bilingual("title")
    short_title: Mapped[Bilingual] = bilingual("short_title")
    owner: Mapped[Bilingual] = bilingual("owner")
    note: Mapped[Bilingual] = bilingual("note")
    adapted_from: Mapped[str | None]
    published_on: Mapped[date | None] = mapped_column(Date)
    digest: Mapped[str]
    source: Mapped[str | None]
    illustrative: Mapped[bool] = mapped_column(default=False, server_default="false")
    framework: Mapped[Framework] = relationship(back_populates="versions")
    levels: Mapped[list["Level"]] = relationship(order_by="Level.rank")
    domains: Mapped[list["Domain"]] = relationship(order_by="Domain.position")
    statements: Mapped[list["Statement"]] = relationship(order_by="Statement.position")
    requirements: Mapped[list["Requirement"]] = relationship(order_by="Requirement.position")


class Level(Record):
    """A level of practice. `rank` orders responsibility, lowest first; it is not seniority and not a score."""

    __tablename__ = "framework_level"
    __table_args__ = (UniqueConstraint("version_id", "code"), UniqueConstraint("version_id", "rank"))
    version_id: Mapped[UUID] = mapped_column(ForeignKey("framework_version.id"))
    code: Mapped[str]
    rank: Mapped[int]
    title: Mapped[Bilingual] = bilingual("title")
    audience: Mapped[Bilingual] = bilingual("audience")
    source: Mapped[str | None]
    illustrative: Mapped[bool] = mapped_column(default=False, server_default="false")


class Domain(Record):
    """A field of practice within a framework. `course_codes` are the courses that its source names for it."""

    __tablename__ = "framework_domain"
    __table_args__ = (UniqueConstraint("version_id", "code"),)
    version_id: Mapped[UUID] = mapped_column(ForeignKey("framework_version.id"))
    code: Mapped[str]
    position: Mapped[int]
    title: Mapped[Bilingual] = bilingual("title")
    course_codes: Mapped[list[str]] = mapped_column(JSONB, default=list)
    source: Mapped[str | None]
    illustrative: Mapped[bool] = mapped_column(default=False, server_default="false")


class Statement(Record):
    """What somebody at a level knows, does or is like. `domain_id` None: the framework has no domains."""

    __tablename__ = "framework_statement"
    __table_args__ = (UniqueConstraint("version_id", "code"),)
    version_id: Mapped[UUID] = mapped_column(ForeignKey("framework_version.id"))
    domain_id: Mapped[UUID | None] = mapped_column(ForeignKey("framework_domain.id"), index=True)
    level_id: Mapped[UUID] = mapped_column(ForeignKey("framework_level.id"), index=True)
    code: Mapped[str]
    position: Mapped[int]
    kind: Mapped[StatementKind | None] = mapped_column(stored(StatementKind))
    wording: Mapped[Bilingual] = bilingual("wording")
    source: Mapped[str | None]
    illustrative: Mapped[bool] = mapped_column(default=False, server_default="false")
    level: Mapped[Level] = relationship()
    domain: Mapped[Domain | None] = relationship()


class Requirement(Record):
    """The level that a role and setting need. All that match apply, and the highest wins.

    `condition` has any of role (a code), setting_in, sector_in, clinical, enhanced_role: all given ones must hold.
    """

    __tablename__ = "framework_requirement"
    version_id: Mapped[UUID] = mapped_column(ForeignKey("framework_version.id"), index=True)
    level_id: Mapped[UUID] = mapped_column(ForeignKey("framework_level.id"))
    position: Mapped[int]
    condition: Mapped[dict[str, Any]] = mapped_column(JSONB)
    source: Mapped[str | None]
    illustrative: Mapped[bool] = mapped_column(default=False, server_default="false")
    level: Mapped[Level] = relationship()
