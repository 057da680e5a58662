"""A file between its dry run and the word that brings it in."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from lms.core.db import Record, stored


class ImportKind(StrEnum):
    SHEET = "sheet"
    CASE = "case"


class FrameworkImport(Record):
    """What somebody sent to look at first. A sheet is for the draft `version_id` at `edition`; a CASE package becomes a

    framework with `code`, kept at `organisation_id`. It is gone once it is brought in, and after a day.
    """

    __tablename__ = "framework_import"
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    kind: Mapped[ImportKind] = mapped_column(stored(ImportKind))
    name: Mapped[str]
    body: Mapped[bytes] = mapped_column(LargeBinary)
    version_id: Mapped[UUID | None] = mapped_column(ForeignKey("framework_version.id"))
    edition: Mapped[int | None]
    removes_missing: Mapped[bool]
    code: Mapped[str | None]
    organisation_id: Mapped[UUID | None] = mapped_column(ForeignKey("organisation.id"))
    sent_at: Mapped[datetime]
