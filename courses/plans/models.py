"""Goals of development plans, what is done for them, and the steps that are taken with others."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from courses.delivery.models import Series
from lms.accounts.models import Person
from lms.core.db import Record, stored
from lms.core.files import StoredFile


class GoalState(StrEnum):
    DRAFT = "draft"
    SHARED = "shared"
    AGREED = "agreed"
    REVIEWED = "reviewed"


class PartnerKind(StrEnum):
    """As what somebody agrees a goal: the first two where there are any, else the others."""

    MANAGER = "manager"
    SUPERVISOR = "supervisor"
    MENTOR = "mentor"
    PROGRAMME_TEAM = "programme_team"


class Outcome(StrEnum):
    REACHED = "reached"
    PARTLY = "partly"
    NOT_REACHED = "not_reached"


class Goal(Record):
    """What somebody wants to reach, why, by when, and how they will know. `edition` counts changes of its words and actions.

    Until it is shared only its owner sees it; then `partner_id` does too. `dropped_at`: not pursued any more.
    """

    __tablename__ = "plan_goal"
    __table_args__ = (
        CheckConstraint("state = 'draft' OR partner_id IS NOT NULL", name="with_whom"),
        CheckConstraint("partner_id <> person_id", name="two_people"),
        Index("ix_plan_goal_partner", "partner_id", "state", postgresql_where="dropped_at IS NULL"),
        Index("ix_plan_goal_due", "by_when", postgresql_where="dropped_at IS NULL AND state <> 'reviewed'"),
    )
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    what: Mapped[str] = mapped_column(Text)
    why: Mapped[str] = mapped_column(Text)
    how_known: Mapped[str] = mapped_column(Text)
    by_when: Mapped[date] = mapped_column(Date)
    framework_code: Mapped[str | None]
    domain_code: Mapped[str | None]
    state: Mapped[GoalState] = mapped_column(stored(GoalState), default=GoalState.DRAFT)
    edition: Mapped[int] = mapped_column(default=1)
    partner_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    partner_kind: Mapped[PartnerKind | None] = mapped_column(stored(PartnerKind))
    outcome: Mapped[Outcome | None] = mapped_column(stored(Outcome))
    changed_at: Mapped[datetime]
    dropped_at: Mapped[datetime | None]
    person: Mapped[Person] = relationship(foreign_keys=[person_id])
    partner: Mapped[Person | None] = relationship(foreign_keys=[partner_id])
    actions: Mapped[list["PlanAction"]] = relationship(order_by="PlanAction.id", cascade="all, delete-orphan")
    steps: Mapped[list["PlanStep"]] = relationship(order_by="PlanStep.at.desc(), PlanStep.id.desc()")


class ActionKind(StrEnum):
    COURSE = "course"
    DATE = "date"
    OWN = "own"


class PlanAction(Record):
    """Something that is done for a goal: a course, a date of one, or an activity of one's own (`words`)."""

    __tablename__ = "plan_action"
    __table_args__ = (
        CheckConstraint(
            "(kind = 'own') = (course_code IS NULL) AND (kind = 'date') = (series_id IS NOT NULL)", name="of_what"
        ),
    )
    goal_id: Mapped[UUID] = mapped_column(ForeignKey("plan_goal.id"), index=True)
    kind: Mapped[ActionKind] = mapped_column(stored(ActionKind))
    course_code: Mapped[str | None] = mapped_column(ForeignKey("course.code"))
    series_id: Mapped[UUID | None] = mapped_column(ForeignKey("series.id"))
    words: Mapped[str] = mapped_column(Text, default="")
    by_when: Mapped[date | None] = mapped_column(Date)
    done_on: Mapped[date | None] = mapped_column(Date)
    series: Mapped[Series | None] = relationship()


class StepKind(StrEnum):
    SHARED = "shared"
    TAKEN_BACK = "taken_back"
    AGREED = "agreed"
    RETURNED = "returned"
    CHANGED = "changed"
    REVIEWED = "reviewed"
    DROPPED = "dropped"


class PlanStep(Record):
    """What became of a goal, by whom, and of which edition. Only ever appended to."""

    __tablename__ = "plan_step"
    goal_id: Mapped[UUID] = mapped_column(ForeignKey("plan_goal.id"), index=True)
    kind: Mapped[StepKind] = mapped_column(stored(StepKind))
    by_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime]
    edition: Mapped[int]
    comment: Mapped[str] = mapped_column(Text, default="")
    by: Mapped[Person] = relationship()


class ReminderKind(StrEnum):
    """Of a goal's day: it is near, it has passed. `action`: of an activity's day, that is near. `waiting`: to whoever is to agree
    the goal, and does not answer."""

    SOON = "soon"
    PAST = "past"
    ACTION = "action"
    WAITING = "waiting"


class PlanReminder(Record):
    """That somebody was reminded of a goal, or of something they do for it (which may be gone by now), and of its day: once each.

    `due_on`, of what waits: the day since which it does.
    """

    __tablename__ = "plan_reminder"
    __table_args__ = (
        UniqueConstraint("goal_id", "action_id", "kind", "due_on", postgresql_nulls_not_distinct=True),
    )  # fmt: skip
    goal_id: Mapped[UUID] = mapped_column(ForeignKey("plan_goal.id"))
    action_id: Mapped[UUID | None]
    kind: Mapped[ReminderKind] = mapped_column(stored(ReminderKind))
    due_on: Mapped[date] = mapped_column(Date)


class PlanCopy(Record):
    """A copy of a plan that its owner asked for, as a PDF."""

    __tablename__ = "plan_copy"
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    language: Mapped[str]
    asked_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    file_id: Mapped[UUID | None] = mapped_column(ForeignKey("stored_file.id"))
    file: Mapped[StoredFile | None] = relationship()
