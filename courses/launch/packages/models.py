"""Packages of a course. What is in one never changes; which is on offer is decided by appending."""

from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Index, LargeBinary, Numeric, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from courses.catalogue.models import Course
from courses.launch.formats.structure import Format, LaunchMethod, MoveOn
from lms.accounts.models import Person
from lms.core.db import Record, stored


class Package(Record):
    """One package of a course. `number` counts those of the course; `languages` are those it speaks, of ours.

    `digest` is the SHA-256 of the file, under which it lies unpacked (`storing`); of a link, that of its address.
    `size` in bytes; `name` as the author's file was called. `manifest` is its description as sent. `warnings` are
    findings as {rule, message, place, params}. `sandboxed`: it runs in an origin of its own and keeps nothing in the
    browser. `outside`: hosts that it may load from. `completion` is the author's choice of when its units count, in
    place of what the package says (a `MoveOn`); None: as it says.
    """

    __tablename__ = "content_package"
    __table_args__ = (UniqueConstraint("course_id", "number"), Index("ix_content_package_digest", "digest"))
    course_id: Mapped[UUID] = mapped_column(ForeignKey("course.id"))
    number: Mapped[int]
    format: Mapped[Format] = mapped_column(stored(Format))
    languages: Mapped[list[str]] = mapped_column(ARRAY(Text))
    digest: Mapped[bytes] = mapped_column(LargeBinary)
    file_id: Mapped[UUID | None] = mapped_column(ForeignKey("stored_file.id"))
    name: Mapped[str]
    size: Mapped[int] = mapped_column(BigInteger)
    manifest: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    warnings: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    sandboxed: Mapped[bool] = mapped_column(default=False, server_default="false")
    outside: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list, server_default="{}")
    completion: Mapped[MoveOn | None] = mapped_column(stored(MoveOn))
    imported_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    course: Mapped[Course] = relationship()
    importer: Mapped[Person | None] = relationship()


class NodeKind(StrEnum):
    COURSE = "course"
    BLOCK = "block"
    UNIT = "unit"


class PackageNode(Record):
    """The course, a block or a unit of a package, in the package's order by `position`, from nought.

    `key` says what it is across the versions and languages of the course: what was achieved in a key stays achieved.
    The activity that statements are about is made of it (`identity`). `title` and `description` are text by language
    tag. The last columns are those of `formats.structure.Unit`, and empty for blocks.
    """

    __tablename__ = "content_node"
    __table_args__ = (
        UniqueConstraint("package_id", "position"),
        UniqueConstraint("package_id", "key"),
        Index("ix_content_node_key", "key"),
    )
    package_id: Mapped[UUID] = mapped_column(ForeignKey("content_package.id"))
    position: Mapped[int]
    parent_id: Mapped[UUID | None] = mapped_column(ForeignKey("content_node.id"))
    kind: Mapped[NodeKind] = mapped_column(stored(NodeKind))
    key: Mapped[UUID]
    publisher_id: Mapped[str]
    title: Mapped[dict[str, str]] = mapped_column(JSONB)
    description: Mapped[dict[str, str]] = mapped_column(JSONB)
    url: Mapped[str | None]
    move_on: Mapped[MoveOn | None] = mapped_column(stored(MoveOn))
    mastery_score: Mapped[Decimal | None] = mapped_column(Numeric(7, 6))
    launch_method: Mapped[LaunchMethod | None] = mapped_column(stored(LaunchMethod))
    launch_parameters: Mapped[str | None]
    entitlement_key: Mapped[str | None]
    activity_type: Mapped[str | None]
    more: Mapped[dict[str, Any]] = mapped_column(JSONB)
    package: Mapped[Package] = relationship()


class PackageOffer(Record):
    """From now on, those who begin the course in this language get this package; None: none. Only appended to."""

    __tablename__ = "content_offer"
    __table_args__ = (Index("ix_content_offer_course", "course_id", "language", "id"),)
    course_id: Mapped[UUID] = mapped_column(ForeignKey("course.id"))
    language: Mapped[str]
    package_id: Mapped[UUID | None] = mapped_column(ForeignKey("content_package.id"))
    by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    reason: Mapped[str] = mapped_column(Text, default="")
    package: Mapped[Package | None] = relationship()
    decider: Mapped[Person | None] = relationship()


class ImportState(StrEnum):
    """waiting → reading → unpacking → done; refused when the package is not let in."""

    WAITING = "waiting"
    READING = "reading"
    UNPACKING = "unpacking"
    DONE = "done"
    REFUSED = "refused"


class PackageImport(Record):
    """A file on its way to be a package. `done` of `size` bytes are unpacked. Findings as in `Package.warnings`.

    `address` is that of a link, which has no file. `file_id` goes when the import is refused.
    """

    __tablename__ = "content_import"
    course_id: Mapped[UUID] = mapped_column(ForeignKey("course.id"), index=True)
    languages: Mapped[list[str]] = mapped_column(ARRAY(Text))
    state: Mapped[ImportState] = mapped_column(stored(ImportState), default=ImportState.WAITING)
    asked_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    file_id: Mapped[UUID | None] = mapped_column(ForeignKey("stored_file.id"))
    name: Mapped[str]
    address: Mapped[str | None]
    size: Mapped[int] = mapped_column(BigInteger, default=0)
    done: Mapped[int] = mapped_column(BigInteger, default=0)
    faults: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, default=list)
    warnings: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, default=list)
    package_id: Mapped[UUID | None] = mapped_column(ForeignKey("content_package.id"))
    ended_at: Mapped[datetime | None]
    course: Mapped[Course] = relationship()
    package: Mapped[Package | None] = relationship()
