"""Who is at which package, in which session, and what they have achieved there."""

from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, Numeric, PrimaryKeyConstraint, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from courses.enrolments.models import Enrolment
from courses.launch.packages.models import Package, PackageNode
from lms.accounts.models import Person
from lms.core.db import Record, db, stored


class Registration(db.Model):  # type: ignore[name-defined, misc]
    """One person's way through a course's content (xAPI 1.0.3 Part 2 §2.4.6). `id` is the enrolment's registration.

    Without an enrolment it is a test launch, which counts nowhere. `package_id`: the one they are on; it changes only
    when they switch language or somebody moves them to another version. `number` of attempts begun anew is in the
    sessions, not here: what was achieved stays.
    """

    __tablename__ = "content_registration"
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    enrolment_id: Mapped[UUID | None] = mapped_column(ForeignKey("enrolment.id"), unique=True)
    learner_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    package_id: Mapped[UUID] = mapped_column(ForeignKey("content_package.id"), index=True)
    language: Mapped[str]
    begun_at: Mapped[datetime]
    enrolment: Mapped[Enrolment | None] = relationship()
    learner: Mapped[Person] = relationship()
    package: Mapped[Package] = relationship()

    @property
    def place(self) -> list[UUID]:
        """Where the enrolment counts, from the root down; nowhere for a test."""
        return list(self.enrolment.organisation_lineage) if self.enrolment else []


class LaunchMode(StrEnum):
    """cmi5 §10.2.2, by its own values. Only Normal counts."""

    NORMAL = "Normal"
    BROWSE = "Browse"
    REVIEW = "Review"


class SessionState(StrEnum):
    """launched → running → ended; abandoned from either of the first two."""

    LAUNCHED = "launched"
    RUNNING = "running"
    ENDED = "ended"
    ABANDONED = "abandoned"


OPEN_SESSIONS = (SessionState.LAUNCHED, SessionState.RUNNING)


class Session(Record):
    """One launch of one unit. At most one of a registration is open.

    `credential_id` is the record store's, good for this session alone. `fetch_digest` is of the token by which content
    fetches it, once (cmi5 §8.2). `sent`: what content was told at the launch, for rules judge by that: {activity, move_on,
    mastery_score, launch_parameters, return_url, context} (`context`: the contextTemplate of LMS.LaunchData, cmi5 §10.2.1).
    The instants from `initialized_at` to `failed_at` are of what this session has reported; `last_at` is of the last thing heard
    of it, by our clock. `ended_at`: terminated or abandoned.
    """

    __tablename__ = "content_session"
    __table_args__ = (
        Index(
            "uq_content_session_open", "registration_id", unique=True,
            postgresql_where="state IN ('launched', 'running')",
        ),
        Index("ix_content_session_registration", "registration_id", "id"),
        Index("ix_content_session_idle", "last_at", postgresql_where="state IN ('launched', 'running')"),
    )  # fmt: skip
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4, sort_order=-10)
    registration_id: Mapped[UUID] = mapped_column(ForeignKey("content_registration.id"))
    package_id: Mapped[UUID] = mapped_column(ForeignKey("content_package.id"))
    node_id: Mapped[UUID] = mapped_column(ForeignKey("content_node.id"))
    key: Mapped[UUID]
    mode: Mapped[LaunchMode] = mapped_column(stored(LaunchMode))
    state: Mapped[SessionState] = mapped_column(stored(SessionState), default=SessionState.LAUNCHED)
    launched_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    credential_id: Mapped[UUID | None] = mapped_column(unique=True)
    fetch_digest: Mapped[bytes | None] = mapped_column(LargeBinary, unique=True)
    fetch_until: Mapped[datetime | None]
    fetched_at: Mapped[datetime | None]
    sent: Mapped[dict[str, Any]] = mapped_column(JSONB)
    launched_at: Mapped[datetime]
    preferences_at: Mapped[datetime | None]
    initialized_at: Mapped[datetime | None]
    completed_at: Mapped[datetime | None]
    passed_at: Mapped[datetime | None]
    failed_at: Mapped[datetime | None]
    last_at: Mapped[datetime]
    last_said_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    registration: Mapped[Registration] = relationship()
    node: Mapped[PackageNode] = relationship()
    package: Mapped[Package] = relationship()


class Fact(StrEnum):
    """What can be achieved in a unit, and what is granted in its place."""

    COMPLETED = "completed"
    PASSED = "passed"
    WAIVED = "waived"


class Evidence(Record):
    """Why a fact holds: what said so, and when. Only appended to, the first of each kind counts.

    `source` is `statement`, `commit` or `correction`; `said_by` the statement's id, or the SCORM commit's. `at` is when
    it was achieved, as the source says; `recorded_at` when we heard. `by`, `reason`: of a correction or a waiver.
    """

    __tablename__ = "content_evidence"
    __table_args__ = (
        Index("uq_content_evidence_fact", "registration_id", "key", "fact", unique=True),
        CheckConstraint("source IN ('statement', 'commit', 'correction')", name="source"),
    )
    registration_id: Mapped[UUID] = mapped_column(ForeignKey("content_registration.id"))
    key: Mapped[UUID]
    fact: Mapped[Fact] = mapped_column(stored(Fact))
    at: Mapped[datetime]
    source: Mapped[str]
    said_by: Mapped[UUID | None]
    session_id: Mapped[UUID | None] = mapped_column(ForeignKey("content_session.id"))
    by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    reason: Mapped[str | None] = mapped_column(Text)


class Satisfied(db.Model):  # type: ignore[name-defined, misc]
    """A unit, block or course (by key) of which everything asked for is there. Once, for ever.

    `statement_id`: of the statement that says so, where its format has one (cmi5: blocks and the course).
    """

    __tablename__ = "content_satisfied"
    __table_args__ = (PrimaryKeyConstraint("registration_id", "key"),)
    registration_id: Mapped[UUID] = mapped_column(ForeignKey("content_registration.id"))
    key: Mapped[UUID]
    at: Mapped[datetime]
    statement_id: Mapped[UUID | None]


class Attainment(db.Model):  # type: ignore[name-defined, misc]
    """The best that a unit has brought, for its learner to see. `scaled` 0 to 1; `progress` 0 to 100; `seconds` spent.

    `failed_at`: last said to be failed, and not passed since.
    """

    __tablename__ = "content_attainment"
    __table_args__ = (PrimaryKeyConstraint("registration_id", "key"),)
    registration_id: Mapped[UUID] = mapped_column(ForeignKey("content_registration.id"))
    key: Mapped[UUID]
    scaled: Mapped[Decimal | None] = mapped_column(Numeric(7, 6))
    progress: Mapped[int] = mapped_column(default=0)
    seconds: Mapped[int] = mapped_column(default=0)
    failed_at: Mapped[datetime | None]
    last_at: Mapped[datetime]
