"""Who may sign off what, who supervises whom, and what a supervisor attests. All dated, nothing rewritten."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from courses.catalogue.models import Programme
from lms.accounts.models import Organisation, Person
from lms.core.db import Record, stored


class SupervisorLicence(Record):
    """Leave to supervise and sign off in a programme. `ends_on` is its last day.

    `withdrawn_on` ends it early: from that day on it does not count. `capacity`: how many learners at once.
    """

    __tablename__ = "supervisor_licence"
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    programme_code: Mapped[str] = mapped_column(ForeignKey("programme.code"))
    number: Mapped[str] = mapped_column(unique=True)
    starts_on: Mapped[date] = mapped_column(Date)
    ends_on: Mapped[date] = mapped_column(Date)
    withdrawn_on: Mapped[date | None] = mapped_column(Date)
    withdrawn_reason: Mapped[str | None]
    capacity: Mapped[int] = mapped_column(default=4)
    person: Mapped[Person] = relationship()
    programme: Mapped[Programme] = relationship()


class Supervision(Record):
    """A supervisor has a learner, in a programme, from a date until `ends_on` (None: open).

    `ends_on` is the day on which it ended and no longer counts; an end is never dated ahead.
    """

    __tablename__ = "supervision"
    __table_args__ = (
        CheckConstraint("learner_id <> supervisor_id", name="two_people"),
        Index("ix_supervision_supervisor", "supervisor_id", postgresql_where="ends_on IS NULL"),
        Index("uq_supervision_open", "learner_id", "programme_code", unique=True, postgresql_where="ends_on IS NULL"),
    )
    learner_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    supervisor_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    programme_code: Mapped[str] = mapped_column(ForeignKey("programme.code"))
    starts_on: Mapped[date] = mapped_column(Date)
    ends_on: Mapped[date | None] = mapped_column(Date)
    assigned_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    learner: Mapped[Person] = relationship(foreign_keys=[learner_id])
    supervisor: Mapped[Person] = relationship(foreign_keys=[supervisor_id])
    programme: Mapped[Programme] = relationship()


class AttestationGround(StrEnum):
    """Why an attestation ended before its time."""

    LEFT_ROLE = "left_role"
    LEFT_SETTING = "left_setting"
    SUPERVISION_ENDED = "supervision_ended"
    MADE_IN_ERROR = "made_in_error"


class Attestation(Record):
    """A supervisor's word that a learner works in a clinical role, in an NHS CAMHS team, under supervision.

    In force from `starts_on` to `ends_on`, its last day, while the supervisor's licence is live. `ended_on`: it ended
    early, and from that day on does not count. Never rewritten: a new one is a new row.
    """

    __tablename__ = "attestation"
    learner_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    supervisor_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    programme_code: Mapped[str] = mapped_column(ForeignKey("programme.code"))
    licence_number: Mapped[str]
    clinical_role: Mapped[bool]
    in_setting: Mapped[bool]
    under_supervision: Mapped[bool]
    team: Mapped[str]
    starts_on: Mapped[date] = mapped_column(Date)
    ends_on: Mapped[date] = mapped_column(Date)
    made_at: Mapped[datetime]
    ended_on: Mapped[date | None] = mapped_column(Date)
    ended_ground: Mapped[AttestationGround | None] = mapped_column(stored(AttestationGround))
    supervisor: Mapped[Person] = relationship(foreign_keys=[supervisor_id])
    learner: Mapped[Person] = relationship(foreign_keys=[learner_id])
    programme: Mapped[Programme] = relationship()


class InvitationState(StrEnum):
    OPEN = "open"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    LAPSED = "lapsed"


class Invitation(Record):
    """One of the two asks the other: supervise me, or be my learner. Open until answered, or until the day `until`."""

    __tablename__ = "supervision_invitation"
    __table_args__ = (
        CheckConstraint("learner_id <> supervisor_id", name="two_people"),
        CheckConstraint("by IN (learner_id, supervisor_id)", name="one_of_the_two"),
        Index(
            "uq_supervision_invitation_open", "learner_id", "supervisor_id", "programme_code", unique=True,
            postgresql_where="state = 'open'",
        ),
        Index("ix_supervision_invitation_supervisor", "supervisor_id", postgresql_where="state = 'open'"),
    )  # fmt: skip
    learner_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    supervisor_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    programme_code: Mapped[str] = mapped_column(ForeignKey("programme.code"))
    by: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    state: Mapped[InvitationState] = mapped_column(stored(InvitationState))
    made_at: Mapped[datetime]
    until: Mapped[date] = mapped_column(Date)
    answered_at: Mapped[datetime | None]
    learner: Mapped[Person] = relationship(foreign_keys=[learner_id])
    supervisor: Mapped[Person] = relationship(foreign_keys=[supervisor_id])
    programme: Mapped[Programme] = relationship()


class StandInKind(StrEnum):
    """cover: has all of the supervisor's learners meanwhile. deputy: is asked when something has waited too long."""

    COVER = "cover"
    DEPUTY = "deputy"


class StandIn(Record):
    """Somebody who stands in for a supervisor in a programme, both days included. `ends_on` None: until it is ended.

    `ended_on`: it ended early, and from that day on does not count.
    """

    __tablename__ = "supervision_stand_in"
    __table_args__ = (
        CheckConstraint("supervisor_id <> deputy_id", name="two_people"),
        CheckConstraint("ends_on IS NULL OR ends_on >= starts_on", name="order"),
        CheckConstraint("kind = 'deputy' OR ends_on IS NOT NULL", name="cover_is_dated"),
        Index("ix_supervision_stand_in_deputy", "deputy_id", postgresql_where="ended_on IS NULL"),
    )
    supervisor_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    deputy_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    programme_code: Mapped[str] = mapped_column(ForeignKey("programme.code"))
    kind: Mapped[StandInKind] = mapped_column(stored(StandInKind))
    starts_on: Mapped[date] = mapped_column(Date)
    ends_on: Mapped[date | None] = mapped_column(Date)
    ended_on: Mapped[date | None] = mapped_column(Date)
    made_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    supervisor: Mapped[Person] = relationship(foreign_keys=[supervisor_id])
    deputy: Mapped[Person] = relationship(foreign_keys=[deputy_id])
    programme: Mapped[Programme] = relationship()


class Escalation(Record):
    """What a learner waits for has waited too long, and somebody else was told. Open until `ended_at`.

    `deputy` True: `to_id` is the named deputy, who reads and decides meanwhile; otherwise whoever finds supervisors
    there, who was told, reads nothing, and can give the learner somebody else. `to_id` None: nobody is there to tell.
    """

    __tablename__ = "supervision_escalation"
    __table_args__ = (
        Index(
            "uq_supervision_escalation_open", "learner_id", "programme_code", unique=True,
            postgresql_where="ended_at IS NULL",
        ),
        Index("ix_supervision_escalation_to", "to_id", postgresql_where="ended_at IS NULL"),
    )  # fmt: skip
    learner_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    programme_code: Mapped[str] = mapped_column(ForeignKey("programme.code"))
    supervisor_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    to_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    deputy: Mapped[bool]
    waiting_since: Mapped[datetime]
    at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    learner: Mapped[Person] = relationship(foreign_keys=[learner_id])
    supervisor: Mapped[Person | None] = relationship(foreign_keys=[supervisor_id])
    to: Mapped[Person | None] = relationship(foreign_keys=[to_id])
    programme: Mapped[Programme] = relationship()


class Scope(StrEnum):
    """From where learners are offered supervisors: their own body, the area that it is in, or anywhere."""

    BODY = "body"
    AREA = "area"
    ANYWHERE = "anywhere"


class Policy(Record):
    """How supervision is arranged in a programme, at an organisation and below it; without one, everywhere.

    The nearest to the learner counts, field by field: what is None is decided further up. `escalate_after` in days,
    `sample_percent` of the signatures are moderated, `finder_id` finds supervisors for learners there.
    """

    __tablename__ = "supervision_policy"
    __table_args__ = (
        UniqueConstraint("programme_code", "organisation_id", postgresql_nulls_not_distinct=True),
        CheckConstraint("escalate_after BETWEEN 1 AND 365", name="days"),
        CheckConstraint("sample_percent BETWEEN 0 AND 100", name="percent"),
    )
    programme_code: Mapped[str] = mapped_column(ForeignKey("programme.code"))
    organisation_id: Mapped[UUID | None] = mapped_column(ForeignKey("organisation.id"))
    scope: Mapped[Scope | None] = mapped_column(stored(Scope))
    finder_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    escalate_after: Mapped[int | None]
    sample_percent: Mapped[int | None]
    changed_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    changed_at: Mapped[datetime]
    organisation: Mapped[Organisation | None] = relationship()
    finder: Mapped[Person | None] = relationship(foreign_keys=[finder_id])
    programme: Mapped[Programme] = relationship()
