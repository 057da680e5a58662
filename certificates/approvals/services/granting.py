"""Approving somebody, for the first time or again."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from sqlalchemy import func, select

from certificates import queries as awards
from certificates.approvals import functions, letters, queries, rules
from certificates.approvals.errors import AlreadyApproved, AlreadyApprovedAgain, ApprovedLater, OwnApproval
from certificates.approvals.functions import Function
from certificates.approvals.models import Approval, ApprovalStep
from certificates.approvals.rules import Basis, Check, Ground, State, StepKind
from certificates.approvals.services import access
from certificates.approvals.views import state_on
from certificates.models import Award
from certificates.rules import State as AwardState
from lms.accounts.models import Organisation, Person
from lms.core import audit, clock, throttle
from lms.core.db import db, record
from lms.core.errors import Invalid
from lms.core.language import N_
from lms.core.permissions import Actor

TRIES = 60
"""Addresses that one officer may ask for in an hour: whether somebody has an account is not to be found out by trying."""
COURSE_BASED = (Basis.COURSE, Basis.AGAIN)


@dataclass(frozen=True)
class Asked:
    """What an officer decides. `number`: of a certificate of ours; otherwise the course's title and day, as seen."""

    profession: str
    decided_on: date
    starts_on: date
    ends_on: date | None
    basis: Basis
    number: str = ""
    course_title: str = ""
    course_on: date | None = None
    earlier: str = ""
    criterion: str = ""
    checks: tuple[Check, ...] = ()
    conditions: str = ""


@dataclass(frozen=True)
class Decision:
    """What would be recorded: for the officer to check, and then to confirm."""

    function: Function
    body: Organisation
    person: Person
    asked: Asked
    award: Award | None
    follows: Approval | None
    ends: tuple[Approval, ...]
    """Approvals by other authorities that end with this one."""


def consider(actor: Actor, body_code: str, code: str, email: str, asked: Asked) -> Decision:
    """What approving the person with that address would record. Raises NotFound, Invalid by field, and as `approve`."""
    body = access.body(actor, body_code)
    it = _function(code, asked.decided_on, body)
    throttle.take(f"approve:{actor.person}", limit=TRIES, per_seconds=3600)
    person = queries.person_with(email)
    if person is None:
        raise Invalid(fields={"email": N_("Nobody here has confirmed this address")})
    return _decided(actor, it, body, person, asked, None)


def consider_again(actor: Actor, approval_id: UUID, asked: Asked) -> Decision:
    """The same for the time after an approval, by the same body."""
    before = access.kept(actor, approval_id)
    it = _function(before.function, asked.decided_on, before.body)
    again = replace(asked, basis=Basis.AGAIN, profession=before.profession)
    return _decided(actor, it, before.body, before.person, again, before)


def approve(actor: Actor, body_code: str, code: str, email: str, asked: Asked) -> Approval:
    """Approve somebody. Another authority's approval ends where the function says so, and its people are told.

    Raises NotFound (the body is not the actor's), OwnApproval, Invalid by field, AlreadyApproved, ApprovedLater.
    """
    return _record(actor, consider(actor, body_code, code, email, asked))


def approve_again(actor: Actor, approval_id: UUID, asked: Asked) -> Approval:
    """Approve for the time after. Raises as `approve`, AlreadyApprovedAgain."""
    return _record(actor, consider_again(actor, approval_id, asked))


def _function(code: str, day: date, body: Organisation) -> Function:
    it = functions.functions(day).get(code)
    if it is None or not it.approved_by(body.code, body.kind):
        raise Invalid(fields={"function": N_("This body does not approve people for this function")})
    return it


def _decided(
    actor: Actor, it: Function, body: Organisation, person: Person, asked: Asked, before: Approval | None
) -> Decision:
    if person.id == actor.person:
        raise OwnApproval()
    # Of two that come at once, the second waits here until the first has committed, and then finds it.
    key = f"approval:{person.id}:{it.code}"
    db.session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(key, 0))))
    others = queries.of_function(person.id, it.code)
    award = _award(it, person, asked)
    if award is not None:
        asked = replace(asked, course_on=award.completed_on, course_title="")
    faults = _faults(it, person, asked, before)
    if faults:
        raise Invalid(fields=faults)
    if before is not None and (before.id in {each.follows_id for each in others}):
        raise AlreadyApprovedAgain()
    ends = _overlapping(it, body, asked, others)
    return Decision(it, body, person, asked, award, before, ends)


def _award(it: Function, person: Person, asked: Asked) -> Award | None:
    if not asked.number or asked.basis not in COURSE_BASED:
        return None
    rule = it.again if asked.basis is Basis.AGAIN else it.first
    found = awards.award_by_number(asked.number.strip().upper())
    if found is not None and found.learner_id == person.id and found.course_code in rule.courses:
        state = awards.standing_of(found, clock.today()).state
        if state in (AwardState.ACTIVE, AwardState.EXPIRED):
            return found
    raise Invalid(
        fields={"number": N_("This person has no certificate with this number that counts for this function")}
    )


def _faults(it: Function, person: Person, asked: Asked, before: Approval | None) -> dict[str, str]:
    """What is wrong, by field."""
    faults: dict[str, str] = {}
    profession = functions.professions().get(asked.profession)
    if profession is None or profession.code not in it.who:
        faults["profession"] = N_("This profession may not hold this function")
    elif profession.holds and not _holds(person, profession.holds, asked.decided_on):
        faults["profession"] = N_("No approval of this person for that function is in force here")
    if asked.decided_on > clock.today():
        faults["decided_on"] = N_("This must not be in the future")
    if asked.starts_on < asked.decided_on:
        faults["starts_on"] = N_("An approval begins on the day of the decision, or later")
    elif asked.starts_on > clock.today() + rules.AHEAD:
        faults["starts_on"] = N_("This is too far ahead")
    elif before is not None and before.ends_on is not None and asked.starts_on <= before.ends_on:
        faults["starts_on"] = N_("This begins before the other one ends")
    faults |= _length(it, asked)
    faults |= _rests_on(it, asked, before)
    wanted = it.criteria_again if asked.basis is Basis.AGAIN else it.criteria_first
    if wanted and asked.criterion not in wanted:
        faults["criterion"] = N_("Choose one of the answers")
    if set(it.per_case) - {Check.INDEPENDENCE} - set(asked.checks):
        faults["checks"] = N_("Tick all of these: without one of them nobody may be chosen")
    return faults


def _length(it: Function, asked: Asked) -> dict[str, str]:
    if it.longest_years is None:
        return {"ends_on": N_("This function has no period: leave this empty")} if asked.ends_on else {}
    if asked.ends_on is None:
        return {"ends_on": N_("Enter the last day")}
    if asked.ends_on < asked.starts_on:
        return {"ends_on": N_("This is before the first day")}
    if asked.ends_on > rules.last_day(asked.starts_on, it.longest_years):
        return {"ends_on": N_("This is longer than the law allows")}
    return {}


def _rests_on(it: Function, asked: Asked, before: Approval | None) -> dict[str, str]:
    """Is there a course, and is it young enough?"""
    if asked.basis is Basis.EARLIER:
        return {} if asked.earlier else {"earlier": N_("Write who approved them, and from when until when")}
    rule = it.again if asked.basis is Basis.AGAIN else it.first
    if rule.within_years is None:
        return {}
    if asked.course_on is None or not (asked.course_title or asked.number):
        return {"course_title": N_("Enter the certificate's number, or the course and the day of its completion")}
    until = asked.decided_on
    oldest = rules.anniversary(until, -rule.within_years)
    if asked.basis is Basis.AGAIN and before is not None and before.ends_on is not None:
        oldest = rules.anniversary(before.ends_on, -rule.within_years)
    if asked.course_on > until:
        return {"course_on": N_("The course must be completed before the decision")}
    return {"course_on": N_("This course was completed too long ago")} if asked.course_on < oldest else {}


def _holds(person: Person, code: str, day: date) -> bool:
    return any(state_on(each, day) is State.IN_FORCE for each in queries.of_function(person.id, code))


def _overlapping(it: Function, body: Organisation, asked: Asked, others: Sequence[Approval]) -> tuple[Approval, ...]:
    """Approvals by others that end with this one. Raises AlreadyApproved, ApprovedLater."""
    found = []
    for each in others:
        over = next((step for step in each.steps if step.kind is StepKind.ENDED), None)
        if over is not None and (over.ground is Ground.IN_ERROR or over.on <= asked.starts_on):
            continue
        if not rules.overlap((asked.starts_on, asked.ends_on), (each.starts_on, each.ends_on)):
            continue
        if each.body_id == body.id:
            raise AlreadyApproved()
        if it.ends_former and over is None:
            if each.starts_on > asked.starts_on:
                raise ApprovedLater()
            found.append(each)
    return tuple(found)


def _record(actor: Actor, it: Decision) -> Approval:
    asked = it.asked
    made = record(
        Approval(
            function=it.function.code, person_id=it.person.id, body_id=it.body.id, profession=asked.profession,
            decided_on=asked.decided_on, starts_on=asked.starts_on, ends_on=asked.ends_on, basis=asked.basis,
            course_title=asked.course_title if asked.basis in COURSE_BASED else "",
            course_on=asked.course_on if asked.basis in COURSE_BASED else None, award_id=it.award.id if it.award else None,
            earlier=asked.earlier if asked.basis is Basis.EARLIER else "", criterion=asked.criterion,
            conditions=asked.conditions, follows_id=it.follows.id if it.follows else None, at=clock.now(), by=actor.person,
        )
    )  # fmt: skip
    audit.record(
        actor, "approval.given", about=it.person.id, thing=made, function=it.function.code, body=it.body.code,
        starts_on=asked.starts_on.isoformat(), ends_on=asked.ends_on.isoformat() if asked.ends_on else None,
        follows=str(it.follows.id) if it.follows else None,
    )  # fmt: skip
    whole = access.reread(made.id)
    for former in it.ends:
        _end_former(actor, former, whole)
    letters.given(whole)
    return whole


def _end_former(actor: Actor, former: Approval, by: Approval) -> None:
    """The other authority's approval ends (wsi/2008/2436 reg 5(2)(e)), and it is told (reg 5(4)), as are others (reg 5(3))."""
    record(
        ApprovalStep(approval_id=former.id, kind=StepKind.ENDED, on=max(by.starts_on, former.starts_on),
             ground=Ground.APPROVED_ELSEWHERE, other_id=by.body_id, checks=[], note="", at=clock.now(), by=actor.person)
    )  # fmt: skip
    audit.record(
        actor, "approval.ended", about=former.person_id, thing=former, reason=Ground.APPROVED_ELSEWHERE.value,
        on=by.starts_on.isoformat(), by_approval=str(by.id),
    )  # fmt: skip
    letters.ended(access.reread(former.id), also=(former.body_id,))
