"""JSON routes of approvals. Three may see one: its holder, their manager (the fact and its dates), the body that gave it."""

from datetime import date
from typing import Any
from uuid import UUID

from flask import Response

from certificates.approvals import exporting, functions, queries
from certificates.approvals.errors import (
    AlreadyApproved,
    AlreadyApprovedAgain,
    AlreadyDecidedUpon,
    ApprovalOver,
    ApprovedLater,
    NotInForce,
    NotSuspendedNow,
    OwnApproval,
)
from certificates.approvals.models import Approval
from certificates.approvals.rules import Check, Ground, SuspensionReason, Verdict
from certificates.approvals.schemas import (
    ApprovalActForIn,
    ApprovalAgainIn,
    ApprovalBriefOut,
    ApprovalChooseIn,
    ApprovalEndIn,
    ApprovalEvidenceIn,
    ApprovalGrantIn,
    ApprovalLiftIn,
    ApprovalOut,
    ApprovalsQuery,
    ApprovalSuspendIn,
    ApprovalVerdictIn,
    AsOfQuery,
    FunctionHoursIn,
    FunctionHoursOut,
    StatutoryFunctionsOut,
    asked_of,
    shown_approval,
    shown_brief,
    shown_function,
    shown_hours,
)
from certificates.approvals.services import access, changing, granting, proving
from certificates.approvals.views import view, views
from lms.core import clock
from lms.core.permissions import Actor, Permission
from lms.core.spreadsheets import CSV
from lms.core.web.api import Api
from lms.core.web.paging import PageQuery, page_of, page_schema

api = Api("approvals", __name__, description="Approvals for functions under statute: AMHP, Section 12(2), AC, BIA")

READ, KEEP = Permission.APPROVAL_READ, Permission.APPROVAL_KEEP
ALL, ONE = "/function-approvals", "/function-approvals/<uuid:approval_id>"
Json = dict[str, Any]
KEY = (Approval.starts_on, Approval.id)
PAGES = page_schema(ApprovalOut)


@api.operation("GET", "/statutory-functions", needs=READ, returns=(200, StatutoryFunctionsOut))
def list_functions(actor: Actor) -> Json:
    """The functions of today: who may hold each, who approves, for how long, and on what it rests."""
    return {"items": [shown_function(each) for each in functions.functions(clock.today()).values()]}


@api.operation("GET", ALL, needs=KEEP, query=ApprovalsQuery, returns=(200, PAGES))
def register(actor: Actor, cursor: str | None, size: int, show: str, function: str | None, on: date | None) -> Json:
    """The approvals that your body gave, as of a day."""
    day = on or clock.today()
    page = page_of(queries.register(actor.reach(KEEP), day, show, function, None), cursor, size, key=KEY)
    return {"items": [shown_approval(each) for each in views(page.items, day)], "next": page.next}


@api.operation(
    "GET", f"{ALL}.csv", needs=KEEP, query=ApprovalsQuery, returns=(200, None), media_type=CSV,
)  # fmt: skip
def register_csv(
    actor: Actor, cursor: str | None, size: int, show: str, function: str | None, on: date | None
) -> Response:
    """The whole register as CSV; `cursor` and `size` do nothing here."""
    return exporting.answer(actor, on or clock.today(), show, function, None)


@api.operation("GET", f"{ALL}/mine", needs=READ, query=PageQuery, returns=(200, PAGES))
def mine(actor: Actor, cursor: str | None, size: int) -> Json:
    """Your own, with what is missing."""
    assert actor.person is not None
    page = page_of(queries.of_person(actor.person), cursor, size, key=KEY, descending=True)
    return {"items": [shown_approval(each) for each in views(page.items, clock.today())], "next": page.next}


@api.operation("GET", f"{ALL}/team", needs=READ, query=PageQuery, returns=(200, page_schema(ApprovalBriefOut)))
def team(actor: Actor, cursor: str | None, size: int) -> Json:
    """Those of the people whose manager you are: the fact and its dates."""
    page = page_of(queries.of_team(actor.person, clock.today()), cursor, size, key=KEY)
    return {"items": [shown_brief(each) for each in views(page.items, clock.today())], "next": page.next}


@api.operation("GET", ONE, needs=READ, query=AsOfQuery, returns=(200, ApprovalOut))
def approval(actor: Actor, approval_id: UUID, on: date | None) -> Json:
    """One, as of a day."""
    return shown_approval(view(access.readable(actor, approval_id), on or clock.today()))


@api.operation(
    "POST", ALL, needs=KEEP, body=ApprovalGrantIn, returns=(201, ApprovalOut),
    raises=(AlreadyApproved, ApprovedLater, OwnApproval),
)  # fmt: skip
def approve(actor: Actor, function: str, body: str, email: str, **given: Any) -> Json:
    """Approve somebody. Another authority's approval as AMHP ends with it, and that authority is told."""
    return _shown(granting.approve(actor, body, function, email, asked_of(given)))


@api.operation(
    "POST", f"{ONE}/again", needs=KEEP, body=ApprovalAgainIn, returns=(201, ApprovalOut),
    raises=(AlreadyApproved, ApprovedLater, AlreadyApprovedAgain, OwnApproval),
)  # fmt: skip
def approve_again(actor: Actor, approval_id: UUID, **given: Any) -> Json:
    """Approve for the time after this one."""
    return _shown(granting.approve_again(actor, approval_id, asked_of(given)))


@api.operation(
    "POST", f"{ONE}/suspension", needs=KEEP, body=ApprovalSuspendIn, returns=(200, ApprovalOut), raises=(NotInForce,)
)
def suspend(actor: Actor, approval_id: UUID, on: date, reason: SuspensionReason, note: str) -> Json:
    """Suspend. The period runs on."""
    return _shown(changing.suspend(actor, approval_id, on, reason, note))


@api.operation(
    "POST", f"{ONE}/lifting", needs=KEEP, body=ApprovalLiftIn, returns=(200, ApprovalOut), raises=(NotSuspendedNow,)
)
def lift(actor: Actor, approval_id: UUID, on: date, note: str) -> Json:
    """End a suspension."""
    return _shown(changing.lift(actor, approval_id, on, note))


@api.operation("POST", f"{ONE}/end", needs=KEEP, body=ApprovalEndIn, returns=(200, ApprovalOut), raises=(ApprovalOver,))
def end(actor: Actor, approval_id: UUID, on: date, ground: Ground, note: str) -> Json:
    """End it before its time. From `on` it does not count."""
    return _shown(changing.end(actor, approval_id, on, ground, note))


@api.operation(
    "POST", f"{ONE}/choices", needs=KEEP, body=ApprovalChooseIn, returns=(200, ApprovalOut), raises=(NotInForce,)
)
def choose(actor: Actor, approval_id: UUID, on: date, checks: list[Check]) -> Json:
    """Record that somebody was chosen for an assessment, and what was made sure of."""
    return _shown(changing.choose(actor, approval_id, on, set(checks)))


@api.operation(
    "POST", f"{ONE}/authorities", needs=KEEP, body=ApprovalActForIn, returns=(200, ApprovalOut), raises=(ApprovalOver,)
)
def act_for(actor: Actor, approval_id: UUID, other: str, acts: bool) -> Json:
    """Record that they have agreed to act for another authority (`acts`), or do so no more."""
    return _shown(changing.act_for(actor, approval_id, other, acts=acts))


@api.operation(
    "POST", f"{ONE}/evidence", needs=READ, body=ApprovalEvidenceIn, returns=(201, ApprovalOut), raises=(ApprovalOver,)
)
def give_evidence(actor: Actor, approval_id: UUID, **given: Any) -> Json:
    """Give evidence for the year in which its day lies. What the body enters itself is accepted with that."""
    return _shown(access.reread(proving.give(actor, approval_id, **given).approval_id))


@api.operation(
    "POST", f"{ALL}/evidence/<uuid:evidence_id>/verdict", needs=READ, body=ApprovalVerdictIn, returns=(200, ApprovalOut),
    raises=(AlreadyDecidedUpon, OwnApproval),
)  # fmt: skip
def decide(actor: Actor, evidence_id: UUID, verdict: Verdict, note: str) -> Json:
    """Accept or return a piece of evidence (the body), or take it back (`withdrawn`, the holder)."""
    if verdict is Verdict.WITHDRAWN:
        return _shown(access.reread(proving.take_back(actor, evidence_id).approval_id))
    return _shown(access.reread(proving.decide(actor, evidence_id, verdict, note).approval_id))


@api.operation(
    "POST", "/approving-bodies/<code>/hours", needs=KEEP, body=FunctionHoursIn, returns=(201, FunctionHoursOut)
)
def ask_for_hours(actor: Actor, code: str, function: str, minutes: int | None, from_on: date) -> Json:
    """Say how much training a year your body asks for; no law of Wales names an amount, so there is none until you do."""
    return shown_hours(changing.ask_for_hours(actor, code, function, minutes, from_on), code)


def _shown(it: Approval) -> Json:
    return shown_approval(view(it, clock.today()))
