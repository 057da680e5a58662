"""Evidence, year by year: given by the holder or entered by the body; accepted, returned, or taken back."""

from datetime import date
from uuid import UUID

from certificates import queries as awards
from certificates.approvals import functions, letters, rules
from certificates.approvals.errors import AlreadyDecidedUpon, ApprovalOver
from certificates.approvals.models import Approval, ApprovalEvidence, ApprovalVerdict
from certificates.approvals.rules import State, Verdict
from certificates.approvals.services import access
from certificates.approvals.views import state_on
from certificates.models import Award
from certificates.rules import State as AwardState
from lms.core import audit, clock
from lms.core.db import get_or_refuse, record
from lms.core.errors import Invalid, NotFound
from lms.core.language import N_
from lms.core.permissions import Actor, Permission

MOST = 60
"""Items in one year of an approval."""


def give(
    actor: Actor, approval_id: UUID, sort: str, on: date, title: str = "", minutes: int | None = None, number: str = ""
) -> ApprovalEvidence:
    """An item of evidence, for the year in which its day lies. What the body enters itself is accepted with that.

    `number`: a certificate of the holder's that it is. Raises NotFound, ApprovalOver, Invalid by field.
    """
    found = get_or_refuse(Approval, approval_id, lock=True)
    own = actor.person == found.person_id
    if not own:
        found = access.kept(actor, approval_id)
    actor.require_or_hide(Permission.APPROVAL_READ, about=found.person_id, at=[found.body_id])
    if state_on(found, clock.today()) not in (State.IN_FORCE, State.SUSPENDED):
        raise ApprovalOver()
    award = _award(found, number) if number else None
    year = rules.year_of(found.starts_on, found.ends_on, award.completed_on if award else on)
    faults = {}
    if sort not in functions.evidence_sorts():
        faults["sort"] = N_("Choose one of the answers")
    if year is None:
        faults["on"] = N_("This day is not within the approval")
    elif on > clock.today():
        faults["on"] = N_("This must not be in the future")
    elif sum(each.year == year for each in found.evidence) >= MOST:
        faults["title"] = N_("There is enough for this year")
    if not title and award is None:
        faults["title"] = N_("Write what it is")
    if faults or year is None:
        raise Invalid(fields=faults)
    made = record(
        ApprovalEvidence(approval_id=found.id, year=year, sort=sort, on=award.completed_on if award else on, title=title,
                 minutes=minutes, award_id=award.id if award else None, at=clock.now(), by=actor.person)
    )  # fmt: skip
    audit.record(actor, "approval.evidence-given", about=found.person_id, thing=found, evidence=str(made.id), year=year)
    if not own:
        _decided(actor, found, made, Verdict.ACCEPTED, "")
    return made


def decide(actor: Actor, evidence_id: UUID, verdict: Verdict, note: str = "") -> ApprovalEvidence:
    """The body accepts an item, or returns it and says why. Raises NotFound, AlreadyDecidedUpon, Invalid."""
    item = get_or_refuse(ApprovalEvidence, evidence_id)
    found = access.kept(actor, item.approval_id)
    if verdict is Verdict.WITHDRAWN:
        raise Invalid(fields={"verdict": N_("Choose one of the answers")})
    if verdict is Verdict.RETURNED and not note:
        raise Invalid(fields={"note": N_("Write what is missing")})
    _decided(actor, found, item, verdict, note)
    if verdict is Verdict.RETURNED:
        letters.returned(found, item, note)
    return item


def take_back(actor: Actor, evidence_id: UUID) -> ApprovalEvidence:
    """The holder takes back what has not been decided. Raises NotFound, AlreadyDecidedUpon."""
    item = get_or_refuse(ApprovalEvidence, evidence_id)
    found = get_or_refuse(Approval, item.approval_id, lock=True)
    if actor.person != found.person_id:
        raise NotFound()
    actor.require_or_hide(Permission.APPROVAL_READ, about=found.person_id)
    _decided(actor, found, item, Verdict.WITHDRAWN, "")
    return item


def _award(it: Approval, number: str) -> Award:
    found = awards.award_by_number(number.strip().upper())
    if found is None or found.learner_id != it.person_id:
        raise Invalid(fields={"number": N_("There is no such certificate of this person")})
    if awards.standing_of(found, clock.today()).state not in (AwardState.ACTIVE, AwardState.EXPIRED):
        raise Invalid(fields={"number": N_("This certificate does not count any more")})
    return found


def _decided(actor: Actor, it: Approval, item: ApprovalEvidence, verdict: Verdict, note: str) -> None:
    access.reread(it.id)
    if item.decision is not None:
        raise AlreadyDecidedUpon()
    record(ApprovalVerdict(evidence_id=item.id, verdict=verdict, note=note, at=clock.now(), by=actor.person))
    audit.record(
        actor,
        f"approval.evidence-{verdict.value}",
        about=it.person_id,
        thing=it,
        evidence=str(item.id),
        reason=note or None,
    )
    access.reread(it.id)
