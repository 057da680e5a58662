"""Visits to the pages of statutory approvals."""

from collections.abc import Callable
from datetime import timedelta

from sqlalchemy import select

from certificates.approvals.models import Approval, ApprovalEvidence, ApprovalVerdict
from lms.core import clock
from tests.journeys.visiting import Visit, as_, demo, one


def approval(code: str = "AMHP") -> Callable[[], Visit]:
    """One that is in force and that the officer keeps; of AMHPs one that is neither the newest nor suspended."""

    def visit() -> Visit:
        found = select(Approval).where(
            Approval.function == code, Approval.starts_on < clock.today() - timedelta(days=350)
        )
        if code == "BIA":
            found = select(Approval).where(Approval.function == code)
        return Visit({"approval_id": one(found.order_by(Approval.starts_on.desc(), Approval.id)).id}, demo("approver"))

    return visit


def undecided() -> Visit:
    waits = ~select(ApprovalVerdict.id).where(ApprovalVerdict.evidence_id == ApprovalEvidence.id).exists()
    return Visit({"evidence_id": one(select(ApprovalEvidence).where(waits)).id}, demo("approver"))


def my_own() -> Visit:
    return Visit(
        {"approval_id": one(select(Approval).where(Approval.person_id == demo("supervisor"))).id}, demo("supervisor")
    )


VISITS: dict[str, Callable[[], Visit]] = {
    "approvals.register": as_("approver"),
    "approvals.begin": as_("approver"),
    "approvals.grant": as_("approver", body_code="BCU-AP", code="S12"),
    "approvals.approval": approval(),
    "approvals.again": approval("AC"),
    "approvals.suspension": approval(),
    "approvals.end": approval(),
    "approvals.choice": approval("BIA"),
    "approvals.authorities": approval(),
    "approvals.evidence": approval(),
    "approvals.decide": undecided,
    "approvals.hours": as_("approver", body_code="W06000006", code="AMHP"),
    "my_approvals.mine": as_("supervisor"),
    "my_approvals.evidence": my_own,
    "my_approvals.team": as_("board"),
}
ELSEWHERE = {"approvals.download"}
