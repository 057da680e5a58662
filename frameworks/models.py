"""Curricular frameworks. A published version is never changed (a trigger refuses it, migrations 0003 and 0050).

`identifier` is what the world knows a thing by (CASE 1.0 wants a UUID of version 1 to 5): it stays through versions.
`edition` counts the changes of one row while it is drafted: whoever changes it says which one they saw.
"""

from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Date, ForeignKey, Index, UniqueConstraint, func, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.core import clock
from lms.core.db import Record, bilingual, stored
from lms.core.language import Bilingual


class Status(StrEnum):
    DRAFT = "draft"
    CONSULTATION = "consultation"
    IN_REVIEW = "in_review"
    PUBLISHED = "published"
    RETIRED = "retired"


OPEN = (Status.DRAFT, Status.CONSULTATION)
"""States in which a version may be changed."""
IN_THE_MAKING = (*OPEN, Status.IN_REVIEW)
PUBLIC = (Status.PUBLISHED, Status.RETIRED)
"""States in which everyone may read a version."""


class StatementKind(StrEnum):
    KNOWLEDGE = "knowledge"
    SKILL = "skill"
    BEHAVIOUR = "behaviour"


class Framework(Record):
    """A framework across its versions, known by a code such as PIMH. `organisation_id`: who keeps it.

    Editors are those who hold the permission there or above it; None: only the house itself.
    """

    __tablename__ = "framework"
    code: Mapped[str] = mapped_column(unique=True)
    organisation_id: Mapped[UUID | None] = mapped_column(ForeignKey("organisation.id"))
    versions: Mapped[list["FrameworkVersion"]] = relationship(
        back_populates="framework", order_by="FrameworkVersion.number"
    )


class FrameworkVersion(Record):
    """One edition. `digest` is the SHA-256 of its canonical content: loading it again is seen to change nothing.

    `note` says what of it is missing or is our own wording; empty: nothing to say. `based_on_id` is the version that a
    draft began as a copy of. `case` holds what an imported CASE package says beyond what we have a place for.
    """

    __tablename__ = "framework_version"
    __table_args__ = (
        UniqueConstraint("framework_id", "number"),
        Index(
            "uq_framework_version_in_the_making", "framework_id", unique=True,
            postgresql_where=text("status IN ('draft', 'consultation', 'in_review')"),
        ),
        Index("uq_framework_version_published", "framework_id", unique=True,
              postgresql_where=text("status = 'published'")),
    )  # fmt: skip
    identifier: Mapped[UUID] = mapped_column(default=uuid4, unique=True)
    edition: Mapped[int] = mapped_column(default=1, server_default="1")
    author_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    based_on_id: Mapped[UUID | None] = mapped_column(ForeignKey("framework_version.id"))
    changed_at: Mapped[datetime] = mapped_column(default=clock.now, server_default=func.now())
    case: Mapped[dict[str, Any] | None] = mapped_column("case_extra", JSONB)
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
    based_on: Mapped["FrameworkVersion | None"] = relationship(remote_side="FrameworkVersion.id")
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
    identifier: Mapped[UUID] = mapped_column(default=uuid4, index=True)
    edition: Mapped[int] = mapped_column(default=1, server_default="1")
    changed_at: Mapped[datetime] = mapped_column(default=clock.now, server_default=func.now())
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
    identifier: Mapped[UUID] = mapped_column(default=uuid4, index=True)
    edition: Mapped[int] = mapped_column(default=1, server_default="1")
    changed_at: Mapped[datetime] = mapped_column(default=clock.now, server_default=func.now())
    case: Mapped[dict[str, Any] | None] = mapped_column("case_extra", JSONB)
    source: Mapped[str | None]
    illustrative: Mapped[bool] = mapped_column(default=False, server_default="false")


class Statement(Record):
    """What somebody at a level knows, does or is like. `domain_id` None: the framework has no domains.

    `level_id` None: it is asked at every level (frameworks from elsewhere may have none). `came_from_id` is the statement
    of the version before that it began as a copy of.
    """

    __tablename__ = "framework_statement"
    __table_args__ = (UniqueConstraint("version_id", "code"),)
    version_id: Mapped[UUID] = mapped_column(ForeignKey("framework_version.id"))
    domain_id: Mapped[UUID | None] = mapped_column(ForeignKey("framework_domain.id"), index=True)
    level_id: Mapped[UUID | None] = mapped_column(ForeignKey("framework_level.id"), index=True)
    came_from_id: Mapped[UUID | None] = mapped_column(ForeignKey("framework_statement.id"), index=True)
    code: Mapped[str]
    position: Mapped[int]
    identifier: Mapped[UUID] = mapped_column(default=uuid4, index=True)
    edition: Mapped[int] = mapped_column(default=1, server_default="1")
    changed_at: Mapped[datetime] = mapped_column(default=clock.now, server_default=func.now())
    case: Mapped[dict[str, Any] | None] = mapped_column("case_extra", JSONB)
    kind: Mapped[StatementKind | None] = mapped_column(stored(StatementKind))
    wording: Mapped[Bilingual] = bilingual("wording")
    source: Mapped[str | None]
    illustrative: Mapped[bool] = mapped_column(default=False, server_default="false")
    level: Mapped[Level | None] = relationship()
    domain: Mapped[Domain | None] = relationship()


class Requirement(Record):
    """The level that a role and setting need. All that match apply, and the highest wins.

    `domain_id` None: in the whole framework; otherwise in that domain alone, where it raises what the rest asks.
    `condition` has any of role (a code), setting_in, sector_in, clinical, enhanced_role: all given ones must hold.
    """

    __tablename__ = "framework_requirement"
    version_id: Mapped[UUID] = mapped_column(ForeignKey("framework_version.id"), index=True)
    level_id: Mapped[UUID] = mapped_column(ForeignKey("framework_level.id"))
    domain_id: Mapped[UUID | None] = mapped_column(ForeignKey("framework_domain.id"))
    position: Mapped[int]
    edition: Mapped[int] = mapped_column(default=1, server_default="1")
    condition: Mapped[dict[str, Any]] = mapped_column(JSONB)
    source: Mapped[str | None]
    illustrative: Mapped[bool] = mapped_column(default=False, server_default="false")
    level: Mapped[Level] = relationship()
    domain: Mapped[Domain | None] = relationship()


class MappingKind(StrEnum):
    """What a statement of the version before has become, which decides what its ratings are worth now."""

    SAME = "same"
    EQUIVALENT = "equivalent"
    NEEDS_RERATING = "needs_rerating"
    NO_SUCCESSOR = "no_successor"


class StatementMapping(Record):
    """What an old statement has become in `version_id`; one may have several successors. `to_id` None: it has none.

    A draft holds what its editors decided; publishing writes down the rest, and from then on it is fixed like the version.
    """

    __tablename__ = "framework_statement_mapping"
    __table_args__ = (
        UniqueConstraint("version_id", "from_id", "to_id", postgresql_nulls_not_distinct=True),
    )  # fmt: skip
    version_id: Mapped[UUID] = mapped_column(ForeignKey("framework_version.id"))
    from_id: Mapped[UUID] = mapped_column(ForeignKey("framework_statement.id"), index=True)
    to_id: Mapped[UUID | None] = mapped_column(ForeignKey("framework_statement.id"), index=True)
    kind: Mapped[MappingKind] = mapped_column(stored(MappingKind))
    decided_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))


class CrosswalkKind(StrEnum):
    """How the first is related to the second."""

    SAME = "same"
    PART_OF = "part_of"
    RELATED = "related"
    COMES_BEFORE = "comes_before"


class Confidence(StrEnum):
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


class Crosswalk(Record):
    """A statement or domain of one framework beside one of another, by identifier: so it outlives versions.

    It has a direction: the first is the same as, part of, related to, or comes before the second.
    """

    __tablename__ = "framework_crosswalk"
    framework_id: Mapped[UUID] = mapped_column(ForeignKey("framework.id"), index=True)
    other_id: Mapped[UUID] = mapped_column(ForeignKey("framework.id"), index=True)
    identifier: Mapped[UUID] = mapped_column(default=uuid4, unique=True)
    from_identifier: Mapped[UUID]
    to_identifier: Mapped[UUID]
    kind: Mapped[CrosswalkKind] = mapped_column(stored(CrosswalkKind))
    confidence: Mapped[Confidence] = mapped_column(stored(Confidence))
    note: Mapped[Bilingual] = bilingual("note")
    made_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    made_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    framework: Mapped[Framework] = relationship(foreign_keys=[framework_id])
    other: Mapped[Framework] = relationship(foreign_keys=[other_id])
