"""Reads of approvals, as of a day."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Integer,
    Interval,
    Select,
    and_,
    cast,
    exists,
    false,
    func,
    literal,
    or_,
    select,
    true,
)
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import aliased, joinedload, selectinload

from certificates.approvals import functions, rules
from certificates.approvals.models import (
    Approval,
    ApprovalEvidence,
    ApprovalNotice,
    ApprovalStep,
    ApprovalVerdict,
    FunctionHours,
)
from certificates.approvals.rules import Ground, StepKind, Verdict
from certificates.models import Award, AwardEvent
from certificates.queries import ENDS
from lms.accounts.models import EmailAddress, Membership, Organisation, Person
from lms.accounts.queries import holders, live
from lms.core import clock
from lms.core.db import db
from lms.core.permissions import Actor, Permission, Reach

SHOWS = ("standing", "ending", "overdue", "over", "all")
MOST_YEARS = 5
NEWEST = (FunctionHours.from_on.desc(), FunctionHours.at.desc(), FunctionHours.id.desc())


def whole() -> Select[Approval]:
    """Approvals with all that pages tell of them, in a constant number of queries."""
    return select(Approval).options(
        joinedload(Approval.person),
        joinedload(Approval.body),
        joinedload(Approval.award),
        selectinload(Approval.steps).joinedload(ApprovalStep.other),
        selectinload(Approval.evidence).options(
            joinedload(ApprovalEvidence.decision), joinedload(ApprovalEvidence.award)
        ),
    )


def at_bodies(reach: Reach) -> ColumnElement[bool]:
    """Approvals given by these bodies themselves: a role above a body does not reach what it approves."""
    if reach.everything:
        return true()
    return Approval.body_id.in_(reach.places) if reach.places else false()


def ended(day: date) -> ColumnElement[bool]:
    """Ended early by that day, or recorded in error whenever."""
    over = or_(ApprovalStep.on <= day, ApprovalStep.ground == Ground.IN_ERROR)
    return exists().where(ApprovalStep.approval_id == Approval.id, ApprovalStep.kind == StepKind.ENDED, over)


def standing(day: date) -> ColumnElement[bool]:
    """In force or suspended on that day."""
    return and_(Approval.starts_on <= day, or_(Approval.ends_on.is_(None), Approval.ends_on >= day), ~ended(day))


def followed() -> ColumnElement[bool]:
    after = aliased(Approval)
    return exists().where(after.follows_id == Approval.id)


def ending(day: date, days: int = max(rules.STAGES)) -> ColumnElement[bool]:
    return and_(standing(day), Approval.ends_on <= day + timedelta(days=days), ~followed())


def overdue(day: date) -> ColumnElement[bool]:
    """A year of it is over by that day, and not enough was accepted for it by then."""
    year = _years()
    over = Approval.starts_on + _so_many(year) <= func.least(day, Approval.ends_on + 1)
    lacking = select(literal(1)).select_from(year).where(over, ~_met(year, day)).correlate(Approval)
    return and_(Approval.function.in_(functions.yearly_codes()), standing(day), exists(lacking))


def is_for(code: str) -> ColumnElement[bool]:
    """For that function, or for one that it follows from."""
    giving = [
        and_(Approval.function == each.code, Approval.profession.in_(_doctors()))
        for each in functions.editions()
        if code in each.gives_doctors
    ]
    return or_(Approval.function == code, *giving)


def register(reach: Reach, day: date, show: str, code: str | None, body: UUID | None) -> Select[Approval]:
    """What an approving body sees of its own. `show`: one of `SHOWS`."""
    found = whole().where(at_bodies(reach))
    if code:
        found = found.where(is_for(code))
    if body:
        found = found.where(Approval.body_id == body)
    if show == "all":
        return found
    if show == "over":
        return found.where(Approval.starts_on <= day, ~standing(day))
    return found.where(ending(day) if show == "ending" else overdue(day) if show == "overdue" else standing(day))


def counts(reach: Reach, day: date, code: str | None, body: UUID | None) -> dict[str, int]:
    """How many there are of each kind that a register shows, in one query."""
    found = select(
        func.count().filter(standing(day)), func.count().filter(ending(day)), func.count().filter(overdue(day))
    ).where(at_bodies(reach))
    if code:
        found = found.where(is_for(code))
    if body:
        found = found.where(Approval.body_id == body)
    row = db.session.execute(found.select_from(Approval)).one()
    return {"standing": row[0], "ending": row[1], "overdue": row[2]}


def of_person(person_id: UUID) -> Select[Approval]:
    return whole().where(Approval.person_id == person_id)


def of_team(manager_id: UUID | None, day: date) -> Select[Approval]:
    """Standing approvals of the people whose manager this is today."""
    managed = select(Membership.person_id).where(Membership.line_manager_id == manager_id, live(clock.today()))
    return whole().where(Approval.person_id.in_(managed), standing(day))


def has_some(actor: Actor) -> tuple[bool, bool]:
    """Has this person an approval; does somebody whose manager they are?"""
    managed = select(Membership.person_id).where(Membership.line_manager_id == actor.person, live(clock.today()))
    row = db.session.execute(
        select(exists().where(Approval.person_id == actor.person), exists().where(Approval.person_id.in_(managed)))
    ).one()
    return row[0], row[1]


def of_function(person_id: UUID, code: str) -> Sequence[Approval]:
    """All of a person's for that function, whoever gave them, the oldest first."""
    return db.session.scalars(
        whole()
        .where(Approval.person_id == person_id, Approval.function == code)
        .order_by(Approval.starts_on, Approval.id)
    ).all()


def followers(ids: Sequence[UUID]) -> dict[UUID, UUID]:
    """Which approval each of these is followed by."""
    rows = db.session.execute(select(Approval.follows_id, Approval.id).where(Approval.follows_id.in_(ids)))
    return {row[0]: row[1] for row in rows if row[0] is not None}


def refreshed(approvals: Sequence[Approval], day: date) -> set[UUID]:
    """Those whose holder has a certificate of ours for the refresher that approving again asks for, young enough."""
    wanted = {
        each.id: each
        for each in approvals
        if each.ends_on and functions.function(each.function, day).again.within_years
    }
    if not wanted:
        return set()
    codes = {code for each in wanted.values() for code in functions.function(each.function, day).again.courses}
    rows = db.session.execute(
        select(Award.learner_id, Award.course_code, Award.completed_on).where(
            Award.learner_id.in_({each.person_id for each in wanted.values()}), Award.course_code.in_(codes),
            Award.completed_on <= day, ~exists().where(AwardEvent.award_id == Award.id, AwardEvent.kind.in_(ENDS)),
        )
    ).all()  # fmt: skip
    return {
        it.id
        for it in wanted.values()
        for person, code, on in rows
        if person == it.person_id
        and code in functions.function(it.function, day).again.courses
        and on >= refresher_from(it, day)
    }


def refresher_from(it: Approval, day: date) -> date:
    """The first day on which a refresher counts for approving again."""
    assert it.ends_on is not None
    return rules.anniversary(it.ends_on, -(functions.function(it.function, day).again.within_years or 0))


def needed(approvals: Sequence[Approval], day: date) -> dict[tuple[UUID, str], int]:
    """Minutes a year that each body asks for, by body and function; absent: none."""
    bodies = {each.body_id for each in approvals}
    rows = db.session.scalars(
        select(FunctionHours)
        .ext(distinct_on(FunctionHours.body_id, FunctionHours.function))
        .where(FunctionHours.body_id.in_(bodies), FunctionHours.from_on <= day)
        .order_by(
            FunctionHours.body_id,
            FunctionHours.function,
            *NEWEST,
        )
    )
    return {(each.body_id, each.function): each.minutes or 0 for each in rows}


def hours_of(body_id: UUID) -> Select[FunctionHours]:
    return select(FunctionHours).where(FunctionHours.body_id == body_id)


def bodies(reach: Reach) -> Sequence[Organisation]:
    """Those whose approvals are kept by the actor."""
    return db.session.scalars(
        select(Organisation).where(Organisation.id.in_(reach.places)).order_by(Organisation.code)
    ).all()


def approving(code: str, day: date) -> Sequence[Organisation]:
    """Bodies that may approve somebody for that function."""
    it = functions.function(code, day)
    who = or_(Organisation.kind.in_(it.approver_kinds), Organisation.code == it.approver_body)
    return db.session.scalars(select(Organisation).where(who).order_by(Organisation.code)).all()


def officers(body_ids: Sequence[UUID]) -> dict[UUID, list[Person]]:
    """Who keeps the approvals of these bodies today. A body without anybody is absent."""
    return holders(Permission.APPROVAL_KEEP, body_ids)


def resting_on(award_id: UUID, day: date) -> dict[UUID, list[Approval]]:
    """By body: approvals that stand, or begin later, and rest on that certificate or have it among their evidence."""
    proves = exists().where(ApprovalEvidence.approval_id == Approval.id, ApprovalEvidence.award_id == award_id)
    still = or_(Approval.ends_on.is_(None), Approval.ends_on >= day)
    rows = db.session.scalars(
        whole()
        .where(or_(Approval.award_id == award_id, proves), still, ~ended(day))
        .order_by(Approval.starts_on, Approval.id)
    )
    found: dict[UUID, list[Approval]] = {}
    for each in rows:
        found.setdefault(each.body_id, []).append(each)
    return found


def person_with(address: str) -> Person | None:
    """Whoever has confirmed that address."""
    return db.session.scalar(
        select(Person).join(EmailAddress).where(
            EmailAddress.address == address.strip().lower(), EmailAddress.verified_at.is_not(None)
        )
    )  # fmt: skip


def acts_for(it: Approval) -> list[Organisation]:
    """Other authorities for whom the person has agreed to act, as the newest word about each says."""
    newest = {each.other_id: each for each in it.steps if each.kind in (StepKind.ACTS_FOR, StepKind.ACTS_NO_MORE)}
    return [each.other for each in newest.values() if each.kind is StepKind.ACTS_FOR and each.other is not None]


def to_alert(day: date, most: int) -> Sequence[Approval]:
    """Approvals of whose end somebody is to be told now: not told at this stage or a later one."""
    return db.session.scalars(
        whole()
        .where(ending(day), ~_told_now(Approval.ends_on - day))
        .order_by(Approval.person_id, Approval.ends_on)
        .limit(most)
    ).all()


def to_remind(day: date, most: int) -> list[tuple[Approval, int, bool]]:
    """Years without enough evidence of which the holder is to be told now: (approval, year, is it over?)."""
    year = _years()
    ends = func.least(Approval.starts_on + _so_many(year), Approval.ends_on + 1)
    number = cast(year.c.value, Integer)
    soon = and_(
        Approval.starts_on + _so_many(year, -1) <= day, ends > day, ends <= day + timedelta(days=rules.YEAR_ENDS_IN),
        ~_told_of("year-", number),
    )  # fmt: skip
    over = and_(ends <= day, ~_told_of("overdue-", number))
    rows = db.session.execute(
        select(Approval.id, number, ends <= day)
        .select_from(Approval)
        .join(year, true())
        .where(
            Approval.function.in_(functions.yearly_codes()), standing(day), or_(soon, over), ~_met(year, day)
        )
        .order_by(Approval.person_id, number)
        .limit(most)
    ).all()  # fmt: skip
    found = {
        each.id: each for each in db.session.scalars(whole().where(Approval.id.in_({row[0] for row in rows}))).all()
    }
    return [(found[row[0]], row[1], row[2]) for row in rows]


def _told_now(left: Any) -> ColumnElement[bool]:
    """Of `Approval`: somebody was told at the stage that it is at, or at a later one."""
    return or_(
        *(
            and_(
                left <= days,
                *([left > before] if before else []),
                _told(*(f"ends-{n}" for n in rules.STAGES if n <= days)),
            )
            for before, days in zip((None, *rules.STAGES), rules.STAGES, strict=False)
        )
    )


def _told(*what: str) -> ColumnElement[bool]:
    return exists().where(ApprovalNotice.approval_id == Approval.id, ApprovalNotice.what.in_(what))


def _told_of(kind: str, number: Any) -> ColumnElement[bool]:
    return exists().where(ApprovalNotice.approval_id == Approval.id, ApprovalNotice.what == func.concat(kind, number))


def _years() -> Any:
    return func.generate_series(1, MOST_YEARS).table_valued("value", name="year").render_derived()


def _so_many(year: Any, more: int = 0) -> Any:
    return cast(func.make_interval(year.c.value + more), Interval)


def _met(year: Any, day: date) -> ColumnElement[bool]:
    """Enough was accepted, by the end of that day, for that year of `Approval`."""
    asked = (
        select(func.coalesce(FunctionHours.minutes, 0))
        .where(
            FunctionHours.body_id == Approval.body_id,
            FunctionHours.function == Approval.function,
            FunctionHours.from_on <= day,
        )
        .order_by(*NEWEST)
        .limit(1)
        .correlate(Approval)
        .scalar_subquery()
    )
    until = datetime.combine(day + timedelta(days=1), time(0), clock.LONDON)
    enough = (
        select(literal(1))
        .select_from(ApprovalEvidence)
        .join(ApprovalVerdict, ApprovalVerdict.evidence_id == ApprovalEvidence.id)
        .where(
            ApprovalEvidence.approval_id == Approval.id, ApprovalEvidence.year == year.c.value,
            ApprovalVerdict.verdict == Verdict.ACCEPTED, ApprovalVerdict.at < until,
        )
        .having(func.count() > 0, func.coalesce(func.sum(ApprovalEvidence.minutes), 0) >= func.coalesce(asked, 0))
        .correlate(Approval, year)
    )  # fmt: skip
    return exists(enough)


def _doctors() -> list[str]:
    return [each.code for each in functions.professions().values() if each.doctor]
