"""Reads of plans. Each function says how many queries it makes."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.orm import joinedload, selectinload

from courses.catalogue.models import Course, CourseStatement
from courses.delivery.models import Series
from courses.enrolments.models import OPEN_STATES, Enrolment, EnrolmentState
from courses.mentoring.models import Mentorship
from courses.plans.models import (
    ActionKind,
    Goal,
    GoalState,
    PartnerKind,
    PlanAction,
    PlanCopy,
    PlanReminder,
    PlanStep,
    ReminderKind,
)
from courses.supervision.models import Supervision
from frameworks.assessment.queries import managers_of
from lms.accounts.models import Membership, Organisation, Person, RoleGrant
from lms.accounts.queries import gives, live
from lms.core.db import db
from lms.core.permissions import Permission
from lms.core.reference import kept

MOST_GOALS = 60


def _whole() -> Select[Goal]:
    return select(Goal).options(
        selectinload(Goal.actions).joinedload(PlanAction.series).joinedload(Series.version),
        selectinload(Goal.steps).joinedload(PlanStep.by), joinedload(Goal.partner), joinedload(Goal.person),
    )  # fmt: skip


def goals_of(person_id: UUID) -> list[Goal]:
    """Those that are pursued or were reviewed, by their day, with everything in them. Three queries."""
    found = _whole().where(Goal.person_id == person_id, Goal.dropped_at.is_(None))
    return list(db.session.scalars(found.order_by(Goal.by_when, Goal.id).limit(MOST_GOALS)))


def goal_of(person_id: UUID, goal_id: UUID, *, lock: bool = False) -> Goal | None:
    found = _whole().where(Goal.person_id == person_id, Goal.id == goal_id, Goal.dropped_at.is_(None))
    if lock:
        found = found.with_for_update(of=Goal).execution_options(populate_existing=True)
    return db.session.scalars(found).one_or_none()


def shared_with(partner_id: UUID, person_id: UUID | None = None) -> list[Goal]:
    """Goals that people share with somebody, those that wait first. Three queries."""
    found = _whole().where(
        Goal.partner_id == partner_id, Goal.state != GoalState.DRAFT, Goal.dropped_at.is_(None)
    )  # fmt: skip
    if person_id is not None:
        found = found.where(Goal.person_id == person_id)
    order = (Goal.state != GoalState.SHARED, Goal.changed_at, Goal.id)
    return list(db.session.scalars(found.order_by(*order).limit(200)))


def waiting_for(partner_id: UUID) -> int:
    """How many goals wait for somebody's agreement. One query."""
    return (
        db.session.scalar(
            select(func.count()).where(
                Goal.partner_id == partner_id, Goal.state == GoalState.SHARED, Goal.dropped_at.is_(None)
            )
        )
        or 0
    )


def next_goal(person_id: UUID) -> Goal | None:
    """The goal whose day comes next. One query."""
    return db.session.scalars(
        select(Goal)
        .where(Goal.person_id == person_id, Goal.dropped_at.is_(None), Goal.state != GoalState.REVIEWED)
        .order_by(Goal.by_when, Goal.id)
        .limit(1)
    ).first()


@dataclass(frozen=True)
class Partner:
    """Somebody with whom a plan can be agreed, and as what."""

    id: UUID
    name: str
    kind: PartnerKind


def supervisors_of(person_id: UUID, day: date) -> list[tuple[UUID, str]]:
    """(id, name). One query."""
    rows = db.session.execute(
        select(Person.id, Person.display_name)
        .join(Supervision, Supervision.supervisor_id == Person.id)
        .where(
            Supervision.learner_id == person_id, Supervision.starts_on <= day,
            Supervision.ends_on.is_(None) | (Supervision.ends_on > day),
        )
        .distinct()
        .order_by(Person.display_name)
    )  # fmt: skip
    return [(row[0], row[1]) for row in rows]


def partners_of(person_id: UUID, day: date) -> list[Partner]:
    """Managers and supervisors; somebody without a manager may turn to a mentor or the programme team. Five queries at most."""
    managers = [Partner(id, name, PartnerKind.MANAGER) for id, name in managers_of(person_id, day)]
    found = managers + [Partner(id, name, PartnerKind.SUPERVISOR) for id, name in supervisors_of(person_id, day)]
    if not managers:
        found += [Partner(id, name, PartnerKind.MENTOR) for id, name in _mentors(person_id)]
        found += [Partner(id, name, PartnerKind.PROGRAMME_TEAM) for id, name in _programme_team(person_id, day)]
    once: dict[UUID, Partner] = {}
    for each in found:
        once.setdefault(each.id, each)
    once.pop(person_id, None)
    return list(once.values())


def _mentors(person_id: UUID) -> list[tuple[UUID, str]]:
    rows = db.session.execute(
        select(Person.id, Person.display_name)
        .join(Mentorship, Mentorship.mentor_id == Person.id)
        .where(Mentorship.mentee_id == person_id, Mentorship.ends_on.is_(None))
        .distinct()
        .order_by(Person.display_name)
    )
    return [(row[0], row[1]) for row in rows]


def _programme_team(person_id: UUID, day: date) -> list[tuple[UUID, str]]:
    """Those who run training where the person is, or for everybody; the nearest is not asked for: there are few."""
    mine = select(func.unnest(Organisation.lineage)).join(Membership, Membership.organisation_id == Organisation.id)
    root = select(Organisation.id).where(Organisation.parent_id.is_(None))
    rows = db.session.execute(
        select(Person.id, Person.display_name)
        .join(RoleGrant, RoleGrant.person_id == Person.id)
        .where(
            gives(Permission.ENROLMENT_COMPLETE, day),
            RoleGrant.organisation_id.in_(mine.where(Membership.person_id == person_id, live(day)))
            | RoleGrant.organisation_id.in_(root),
        )
        .distinct()
        .order_by(Person.display_name)
        .limit(10)
    )  # fmt: skip
    return [(row[0], row[1]) for row in rows]


@kept
def statements_covered(framework: str) -> Mapping[str, frozenset[str]]:
    """By course on offer: the statements of the framework that it says it covers."""
    rows = db.session.execute(
        select(Course.code, CourseStatement.statement_code)
        .join(CourseStatement, CourseStatement.version_id == Course.published_version_id)
        .where(CourseStatement.framework_code == framework)
    )
    found: dict[str, set[str]] = {}
    for course, statement in rows:
        found.setdefault(course, set()).add(statement)
    return {course: frozenset(statements) for course, statements in found.items()}


def standing_on(person_id: UUID, codes: Collection[str]) -> dict[str, EnrolmentState]:
    """How far somebody's newest enrolment on each of those courses has come. One query, or none."""
    if not codes:
        return {}
    rows = db.session.execute(
        select(Course.code, Enrolment.state)
        .join(Course, Course.id == Enrolment.course_id)
        .where(Enrolment.learner_id == person_id, Course.code.in_(codes))
        .order_by(Enrolment.id)
    )
    return {code: state for code, state in rows}  # noqa: C416 - rows are no pairs to mypy


def is_open(state: EnrolmentState | None) -> bool:
    return state in OPEN_STATES


def copies_of(person_id: UUID) -> list[PlanCopy]:
    """The newest first, at most three."""
    asked = select(PlanCopy).where(PlanCopy.person_id == person_id).order_by(PlanCopy.asked_at.desc()).limit(3)
    return list(db.session.scalars(asked))


def due(kind: ReminderKind, first: date, last: date, limit: int) -> list[Goal]:
    """Goals whose day is between the two and of which nobody was reminded so. By person."""
    reminded = (
        select(PlanReminder.id)
        .where(PlanReminder.goal_id == Goal.id, PlanReminder.kind == kind, PlanReminder.due_on == Goal.by_when)
        .exists()
    )
    return list(
        db.session.scalars(
            select(Goal)
            .options(joinedload(Goal.person))
            .where(
                Goal.by_when.between(first, last),
                Goal.dropped_at.is_(None),
                Goal.state != GoalState.REVIEWED,
                ~reminded,
            )
            .order_by(Goal.person_id, Goal.by_when)
            .limit(limit)
            .with_for_update(of=Goal, skip_locked=True)
        )
    )


def actions_due(first: date, last: date, limit: int) -> list[tuple[Goal, PlanAction]]:
    """Courses and activities that are not done, with a day between the two, of which nobody was reminded. By person. One query.

    Dates of courses are not in it: whoever booked one hears of it from there.
    """
    reminded = (
        select(PlanReminder.id)
        .where(
            PlanReminder.goal_id == Goal.id, PlanReminder.action_id == PlanAction.id,
            PlanReminder.kind == ReminderKind.ACTION, PlanReminder.due_on == PlanAction.by_when,
        )
        .exists()
    )  # fmt: skip
    rows = db.session.execute(
        select(Goal, PlanAction)
        .options(joinedload(Goal.person))
        .join(PlanAction, PlanAction.goal_id == Goal.id)
        .where(
            PlanAction.by_when.between(first, last), PlanAction.done_on.is_(None), PlanAction.kind != ActionKind.DATE,
            PlanAction.by_when != Goal.by_when, Goal.dropped_at.is_(None), Goal.state != GoalState.REVIEWED, ~reminded,
        )
        .order_by(Goal.person_id, PlanAction.by_when)
        .limit(limit)
        .with_for_update(of=Goal, skip_locked=True)
    )  # fmt: skip
    return [(goal, action) for goal, action in rows]


def waiting_since(before: datetime, limit: int) -> list[Goal]:
    """Goals that have waited for their partner's word since before then, and of which the partner was not reminded. By partner."""
    since = func.date(func.timezone("Europe/London", Goal.changed_at))
    reminded = (
        select(PlanReminder.id)
        .where(PlanReminder.goal_id == Goal.id, PlanReminder.kind == ReminderKind.WAITING, PlanReminder.due_on == since)
        .exists()
    )
    return list(
        db.session.scalars(
            select(Goal)
            .options(joinedload(Goal.person))
            .where(Goal.state == GoalState.SHARED, Goal.dropped_at.is_(None), Goal.changed_at < before, ~reminded)
            .order_by(Goal.partner_id, Goal.changed_at)
            .limit(limit)
            .with_for_update(of=Goal, skip_locked=True)
        )
    )
