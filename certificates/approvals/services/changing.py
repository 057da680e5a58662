"""What happens to an approval: suspended, taken up again, ended, chosen for an assessment, acting for others."""

from datetime import date
from uuid import UUID

from sqlalchemy import select

from certificates.approvals import functions, letters, queries
from certificates.approvals.errors import ApprovalOver, NotInForce, NotSuspendedNow
from certificates.approvals.models import Approval, ApprovalStep, FunctionHours
from certificates.approvals.rules import Check, Ground, State, StepKind, SuspensionReason
from certificates.approvals.services import access
from certificates.approvals.views import state_on
from lms.accounts.models import Organisation
from lms.core import audit, clock
from lms.core.db import db, record
from lms.core.errors import Invalid
from lms.core.language import N_
from lms.core.permissions import Actor


def suspend(actor: Actor, approval_id: UUID, on: date, reason: SuspensionReason, note: str) -> Approval:
    """From that day on the person may not act, and is told why. The period runs on. Raises NotFound, NotInForce, Invalid."""
    found = access.kept(actor, approval_id)
    _check_day(found, on)
    if state_on(found, on) is not State.IN_FORCE:
        raise NotInForce()
    made = _happened(actor, found, StepKind.SUSPENDED, on, reason=reason, note=note)
    letters.suspended(made, on, reason, note)
    return made


def lift(actor: Actor, approval_id: UUID, on: date, note: str) -> Approval:
    """From that day on the person may act again. Raises NotFound, NotSuspendedNow, Invalid."""
    found = access.kept(actor, approval_id)
    _check_day(found, on)
    if state_on(found, on) is not State.SUSPENDED:
        raise NotSuspendedNow()
    made = _happened(actor, found, StepKind.LIFTED, on, note=note)
    letters.lifted(made, on, note)
    return made


def end(actor: Actor, approval_id: UUID, on: date, ground: Ground, note: str) -> Approval:
    """End it before its time: `on` is the first day on which it does not count. The holder is told at once, with the reasons,
    and so are the authorities for whom they act (wsi/2008/2436 reg 5(3), (5)). In error: it never counted.

    Raises NotFound, ApprovalOver, Invalid by field.
    """
    found = access.kept(actor, approval_id)
    error = ground is Ground.IN_ERROR
    if any(each.kind is StepKind.ENDED for each in found.steps):
        raise ApprovalOver()
    if not error and state_on(found, clock.today()) is State.EXPIRED:
        raise ApprovalOver()
    if not error and ground not in functions.function(found.function, clock.today()).grounds:
        raise Invalid(fields={"ground": N_("Choose one of the answers")})
    if error:
        on = found.starts_on
    elif on < found.starts_on or (found.ends_on is not None and on > found.ends_on):
        raise Invalid(fields={"on": N_("This day is not within the approval")})
    made = _happened(actor, found, StepKind.ENDED, on, ground=ground, note=note)
    letters.ended(made)
    return made


def choose(actor: Actor, approval_id: UUID, on: date, checks: set[Check]) -> Approval:
    """The body chose this person for an assessment, having made sure of everything. Raises NotFound, NotInForce, Invalid."""
    found = access.kept(actor, approval_id)
    asked = set(functions.function(found.function, on).per_case)
    _check_day(found, on, after_all=False)
    if not asked or state_on(found, on) is not State.IN_FORCE:
        raise NotInForce()
    if asked - checks:
        raise Invalid(fields={"checks": N_("Tick all of these: without one of them nobody may be chosen")})
    return _happened(actor, found, StepKind.CHOSEN, on, checks=sorted(each.value for each in asked))


def act_for(actor: Actor, approval_id: UUID, body_code: str, *, acts: bool) -> Approval:
    """The person has agreed to act for another authority, or does so no more. Again changes nothing.

    Raises NotFound, ApprovalOver, Invalid by field.
    """
    found = access.kept(actor, approval_id)
    today = clock.today()
    if state_on(found, today) not in (State.IN_FORCE, State.SUSPENDED, State.NOT_YET):
        raise ApprovalOver()
    other = db.session.scalar(select(Organisation).where(Organisation.code == body_code))
    may = {each.id for each in queries.approving(found.function, today)} - {found.body_id}
    if other is None or other.id not in may:
        raise Invalid(fields={"other": N_("Choose another authority")})
    if (other in queries.acts_for(found)) is acts:
        return found
    return _happened(actor, found, StepKind.ACTS_FOR if acts else StepKind.ACTS_NO_MORE, today, other=other)


def ask_for_hours(actor: Actor, body_code: str, code: str, minutes: int | None, from_on: date) -> FunctionHours:
    """How much training a year the body asks for from that day on; None: no amount. Raises NotFound, Invalid."""
    body = access.body(actor, body_code)
    it = functions.functions(from_on).get(code)
    if it is None or not it.yearly or not it.approved_by(body.code, body.kind):
        raise Invalid(fields={"function": N_("This body does not approve people for this function")})
    made = record(
        FunctionHours(body_id=body.id, function=code, minutes=minutes, from_on=from_on, at=clock.now(), by=actor.person)
    )
    audit.record(actor, "approval.hours-set", thing=made, body=body.code, minutes=minutes, from_on=from_on.isoformat())
    return made


def _check_day(it: Approval, on: date, *, after_all: bool = True) -> None:
    """A day of the approval, not ahead, and not before something that is recorded already."""
    if on > clock.today():
        raise Invalid(fields={"on": N_("This must not be in the future")})
    if on < it.starts_on or (it.ends_on is not None and on > it.ends_on):
        raise Invalid(fields={"on": N_("This day is not within the approval")})
    switches = [each.on for each in it.steps if each.kind in (StepKind.SUSPENDED, StepKind.LIFTED)]
    if after_all and switches and on < max(switches):
        raise Invalid(fields={"on": N_("Something that is recorded already happened later than this")})


def _happened(
    actor: Actor, it: Approval, kind: StepKind, on: date, *, ground: Ground | None = None,
    reason: SuspensionReason | None = None, other: Organisation | None = None, checks: list[str] | None = None, note: str = "",
) -> Approval:  # fmt: skip
    record(
        ApprovalStep(approval_id=it.id, kind=kind, on=on, ground=ground, reason=reason, other_id=other.id if other else None,
             checks=checks or [], note=note, at=clock.now(), by=actor.person)
    )  # fmt: skip
    audit.record(
        actor, f"approval.{kind.value.replace('_', '-')}", about=it.person_id, thing=it,
        reason=(ground or reason or kind).value, on=on.isoformat(), other=other.code if other else None,
    )  # fmt: skip
    return access.reread(it.id)
