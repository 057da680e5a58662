"""What people do with their own plans, and what those with whom they share them answer."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from courses.catalogue.offered import on_offer
from courses.delivery.models import Series, SeriesState
from courses.plans import letters, queries
from courses.plans.errors import NoSuchLearning, NotNow, NotTheirPlan
from courses.plans.models import (
    ActionKind,
    Goal,
    GoalState,
    Outcome,
    PlanAction,
    PlanReminder,
    PlanStep,
    ReminderKind,
    StepKind,
)
from frameworks.assessment.queries import outlines
from lms.core import audit, clock
from lms.core.db import db, record
from lms.core.errors import Forbidden, Invalid, NotFound, StaleEdit
from lms.core.ids import new_id
from lms.core.language import N_
from lms.core.permissions import Actor, Permission

READ, EDIT, AGREE = Permission.PLAN_READ, Permission.PLAN_EDIT, Permission.PLAN_AGREE
MOST_ACTIONS = 20
BATCH = 500


@dataclass(frozen=True)
class Words:
    """What a goal says."""

    what: str
    why: str
    how_known: str
    by_when: date
    framework: str | None = None
    domain: str | None = None


def mine(actor: Actor) -> list[Goal]:
    """One's own goals. Three queries."""
    return queries.goals_of(_me(actor, READ))


def goal(actor: Actor, goal_id: UUID, *, to: Permission = READ, lock: bool = False) -> Goal:
    """One of one's own. Raises NotFound, whoever else asks."""
    found = queries.goal_of(_me(actor, to), goal_id, lock=lock)
    if found is None:
        raise NotFound()
    return found


def add(actor: Actor, words: Words) -> Goal:
    """A new goal, a draft that nobody else sees. Raises Invalid."""
    person = _me(actor, EDIT)
    _check(words, new=True)
    if len(queries.goals_of(person)) >= queries.MOST_GOALS:
        raise Invalid(N_("There are too many goals in your plan. Review or drop some of them first."))
    made = record(
        Goal(
            person_id=person, what=words.what, why=words.why, how_known=words.how_known, by_when=words.by_when,
            framework_code=words.framework, domain_code=words.domain if words.framework else None, changed_at=clock.now(),
            state=GoalState.DRAFT, edition=1,
        )
    )  # fmt: skip
    audit.record(actor, "plan.goal-added", about=person, thing=made)
    return made


def save(actor: Actor, goal_id: UUID, edition: int, words: Words) -> Goal:
    """Change what a goal says. One that was agreed has to be agreed again. The same again changes nothing.

    Raises NotFound, StaleEdit, NotNow once it is reviewed, Invalid.
    """
    found = goal(actor, goal_id, to=EDIT, lock=True)
    _check(words, new=words.by_when != found.by_when)
    said = {"what": words.what, "why": words.why, "how_known": words.how_known, "by_when": words.by_when}
    if all(getattr(found, name) == value for name, value in said.items()):
        return found
    _change(actor, found, edition)
    for name, value in said.items():
        setattr(found, name, value)
    return found


def add_action(
    actor: Actor, goal_id: UUID, edition: int, kind: ActionKind, *, course: str | None = None, series: UUID | None = None,
    words: str = "", by_when: date | None = None,
) -> PlanAction:  # fmt: skip
    """Something to do for it: a course on offer, a date of one, or an activity of one's own. Raises as `save`."""
    found = goal(actor, goal_id, to=EDIT, lock=True)
    if len(found.actions) >= MOST_ACTIONS:
        raise Invalid(N_("There are too many actions for one goal."))
    if kind is ActionKind.OWN and not words:
        raise Invalid(fields={"words": N_("Write what you will do")})
    made = PlanAction(id=new_id(), goal_id=found.id, kind=kind, words=words, by_when=by_when)
    if kind is ActionKind.COURSE:
        if course not in on_offer():
            raise NoSuchLearning(fields={"course": NoSuchLearning.title})
        made.course_code = course
    if kind is ActionKind.DATE:
        dated = db.session.get(Series, series) if series else None
        if dated is None or dated.state is not SeriesState.PUBLISHED:
            raise NoSuchLearning(fields={"series": NoSuchLearning.title})
        made.series, made.course_code = dated, dated.course.code
        made.by_when = by_when or (clock.on_the_day(dated.starts_at) if dated.starts_at else None)
    _change(actor, found, edition)
    found.actions.append(made)
    db.session.flush()  # its constraints belong to this use case
    return made


def set_done(actor: Actor, goal_id: UUID, action_id: UUID, *, done: bool) -> PlanAction:
    """Tick an action, or untick it. It changes nothing that was agreed. Raises NotFound."""
    found = goal(actor, goal_id, to=EDIT, lock=True)
    action = _action(found, action_id)
    if (action.done_on is not None) is not done:
        action.done_on = clock.today() if done else None
        audit.record(actor, "plan.action-done" if done else "plan.action-undone", about=actor.person, thing=action)
    return action


def remove_action(actor: Actor, goal_id: UUID, action_id: UUID, edition: int) -> None:
    """Raises as `save`."""
    found = goal(actor, goal_id, to=EDIT, lock=True)
    action = _action(found, action_id)
    _change(actor, found, edition)
    found.actions.remove(action)


def share(actor: Actor, partner_id: UUID) -> int:
    """Share every draft with that person, and ask them to agree. Returns how many. Raises NotTheirPlan, NotNow."""
    person = _me(actor, EDIT)
    partner = next((each for each in queries.partners_of(person, clock.today()) if each.id == partner_id), None)
    if partner is None:
        raise NotTheirPlan(fields={"partner": NotTheirPlan.title})
    drafts = list(
        db.session.scalars(
            select(Goal)
            .where(Goal.person_id == person, Goal.state == GoalState.DRAFT, Goal.dropped_at.is_(None))
            .order_by(Goal.id)
            .with_for_update()
        )
    )
    if not drafts:
        raise NotNow(N_("There is no draft to share."))
    for each in drafts:
        each.partner_id, each.partner_kind, each.state = partner.id, partner.kind, GoalState.SHARED
        each.changed_at = clock.now()
        _step(actor, each, StepKind.SHARED)
    letters.shared(partner.id, actor.name, len(drafts), person)
    audit.record(actor, "plan.shared", about=person, partner=str(partner.id), goals=len(drafts))
    return len(drafts)


def take_back(actor: Actor, goal_id: UUID) -> Goal:
    """A shared goal is a draft again, and whoever it was shared with does not see it any more. Raises NotNow."""
    found = goal(actor, goal_id, to=EDIT, lock=True)
    _require(found, GoalState.SHARED, GoalState.AGREED)
    _step(actor, found, StepKind.TAKEN_BACK)
    found.state, found.partner_id, found.partner_kind, found.changed_at = GoalState.DRAFT, None, None, clock.now()
    audit.record(actor, "plan.taken-back", about=found.person_id, thing=found)
    return found


def drop(actor: Actor, goal_id: UUID) -> None:
    """It is not pursued any more. What was agreed about it stays in the history."""
    found = goal(actor, goal_id, to=EDIT, lock=True)
    _step(actor, found, StepKind.DROPPED)
    found.dropped_at = clock.now()
    audit.record(actor, "plan.dropped", about=found.person_id, thing=found)


def shared_with_me(actor: Actor, person_id: UUID | None = None) -> list[Goal]:
    """Goals that others share with the actor; of one person. Raises NotFound where there is none. Three queries."""
    found = queries.shared_with(_me(actor, AGREE), person_id)
    if person_id is not None and not found:
        raise NotFound()
    return found


def answer(
    actor: Actor, person_id: UUID, picks: Sequence[tuple[UUID, int]], *, agreed: bool, comment: str = ""
) -> int:  # fmt: skip
    """Agree goals of the editions that were seen, or return them with a comment, as drafts. Returns how many.

    Raises NotFound, StaleEdit, NotNow, Invalid.
    """
    me = _me(actor, AGREE)
    known = {each.id: each for each in shared_with_me(actor, person_id)}
    if not picks:
        raise Invalid(fields={"picks": N_("Choose at least one goal")})
    if not agreed and not comment.strip():
        raise Invalid(fields={"comment": N_("Say what could be changed")})
    for goal_id, edition in sorted(picks):
        if goal_id not in known:
            raise NotFound()
        found = db.session.scalars(
            select(Goal).where(Goal.id == goal_id).with_for_update().execution_options(populate_existing=True)
        ).one()
        if found.partner_id != me or found.dropped_at is not None:
            raise NotFound()
        _require(found, GoalState.SHARED)
        if found.edition != edition:
            raise StaleEdit()
        _step(actor, found, StepKind.AGREED if agreed else StepKind.RETURNED, comment)
        found.state, found.changed_at = GoalState.AGREED if agreed else GoalState.DRAFT, clock.now()
    letters.answered(person_id, actor.name, len(picks), agreed=agreed)
    audit.record(actor, "plan.agreed" if agreed else "plan.returned", about=person_id, goals=len(picks))
    return len(picks)


def review(actor: Actor, goal_id: UUID, outcome: Outcome, comment: str, *, of: UUID | None = None) -> Goal:
    """How an agreed goal went, in the words of its owner, or of whoever agreed it (`of`: whose goal). Raises NotNow."""
    if of is None:
        found = goal(actor, goal_id, to=EDIT, lock=True)
    else:
        me = _me(actor, AGREE)
        locked = queries.goal_of(of, goal_id, lock=True)
        if locked is None or locked.partner_id != me:
            raise NotFound()
        found = locked
    _require(found, GoalState.AGREED)
    found.state, found.outcome, found.changed_at = GoalState.REVIEWED, outcome, clock.now()
    _step(actor, found, StepKind.REVIEWED, comment)
    other = found.partner_id if of is None else found.person_id
    if other is not None:
        letters.reviewed(other, actor.name, found)
    audit.record(actor, "plan.reviewed", about=found.person_id, thing=found, outcome=outcome.value)
    return found


def remind(actor: Actor, kind: ReminderKind, first: date, last: date) -> bool:
    """Write to everybody with goals whose day is between the two: one letter a person, once for each goal and day. Of days to
    come, what they do for their goals is in it too.

    Returns whether there may be more.
    """
    actor.require(Permission.PLAN_EDIT)
    found = queries.due(kind, first, last, BATCH)
    people: dict[UUID, list[tuple[str, date]]] = {}
    for each in found:
        if _noted(each, kind, each.by_when):
            people.setdefault(each.person_id, []).append((each.what, each.by_when))
    actions = queries.actions_due(first, last, BATCH) if kind is ReminderKind.SOON else []
    for goal, action in actions:
        if action.by_when and _noted(goal, ReminderKind.ACTION, action.by_when, action.id):
            course = on_offer().get(action.course_code or "")
            said = course.title.in_(goal.person.language) if course else action.words or action.course_code or ""
            people.setdefault(goal.person_id, []).append((said, action.by_when))
    for person, days in people.items():
        letters.remind(person, kind, sorted(days, key=lambda each: each[1]))
    return BATCH in (len(found), len(actions))


def nudge(actor: Actor, before: datetime) -> bool:
    """Write to everybody who was asked before then to agree goals, and has not answered: one letter, once for each goal.

    Returns whether there may be more.
    """
    actor.require(Permission.PLAN_EDIT)
    found = queries.waiting_since(before, BATCH)
    partners: dict[UUID, list[Goal]] = {}
    for each in found:
        if each.partner_id and _noted(each, ReminderKind.WAITING, clock.on_the_day(each.changed_at)):
            partners.setdefault(each.partner_id, []).append(each)
    for partner, goals in partners.items():
        letters.waiting(partner, goals)
    return len(found) == BATCH


def _noted(goal: Goal, kind: ReminderKind, due_on: date, action: UUID | None = None) -> bool:
    """Note that it is said. False: it has been, by somebody who was quicker."""
    row = {"id": new_id(), "goal_id": goal.id, "action_id": action, "kind": kind, "due_on": due_on}
    once = insert(PlanReminder).values(row).on_conflict_do_nothing().returning(PlanReminder.id)
    return db.session.scalar(once) is not None


def _check(words: Words, *, new: bool) -> None:
    faults = {}
    if new and words.by_when < clock.today():
        faults["by_when"] = N_("Enter a day that is still to come")
    if words.by_when.year > clock.today().year + 10:
        faults["by_when"] = N_("Enter a day within the next ten years")
    if words.framework is not None:
        it = outlines().get(words.framework)
        if it is None or (words.domain is not None and words.domain not in it.domain_codes):
            faults["framework"] = N_("Choose one of the answers")
    if faults:
        raise Invalid(fields=faults)


def _change(actor: Actor, found: Goal, edition: int) -> None:
    if found.edition != edition:
        raise StaleEdit()
    _require(found, GoalState.DRAFT, GoalState.SHARED, GoalState.AGREED)
    found.edition += 1
    found.changed_at = clock.now()
    if found.state is GoalState.AGREED:
        found.state = GoalState.SHARED
        _step(actor, found, StepKind.CHANGED)
    audit.record(actor, "plan.goal-saved", about=found.person_id, thing=found, edition=found.edition)


def _require(found: Goal, *states: GoalState) -> None:
    if found.state not in states:
        raise NotNow()


def _action(found: Goal, action_id: UUID) -> PlanAction:
    for each in found.actions:
        if each.id == action_id:
            return each
    raise NotFound()


def _step(actor: Actor, found: Goal, kind: StepKind, comment: str = "") -> None:
    if actor.person is None:
        raise Forbidden()
    record(
        PlanStep(
            goal_id=found.id,
            kind=kind,
            by_id=actor.person,
            at=clock.now(),
            edition=found.edition,
            comment=comment.strip(),
        )
    )


def _me(actor: Actor, permission: Permission) -> UUID:
    if actor.person is None:
        raise Forbidden()
    actor.require(permission, about=actor.person)
    return actor.person
