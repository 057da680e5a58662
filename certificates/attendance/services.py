"""Holding a certificate against the registers, and deciding about one that says otherwise.

Rows are locked in one order: enrolment, award, doubt.
"""

from typing import Any
from uuid import UUID

from certificates import queries as awards
from certificates import services
from certificates.attendance import letters, queries, rules
from certificates.attendance.errors import DoubtSettled, OwnAward
from certificates.attendance.models import AwardDoubt
from certificates.attendance.rules import Settlement
from certificates.models import Award
from certificates.rules import RevocationReason, State
from certificates.snapshots import attendance_line, printed_attendance
from courses.delivery import attended
from courses.enrolments import services as enrolments
from courses.enrolments.models import Enrolment
from lms.core import audit, clock
from lms.core.db import db, get_or_refuse, record
from lms.core.errors import Invalid, NotFound, StaleEdit
from lms.core.language import N_
from lms.core.permissions import Actor, Permission

MANAGE = Permission.AWARD_REVOKE
STANDING = (State.ACTIVE, State.EXPIRED, State.SUSPENDED)


def look_again(actor: Actor, enrolment_id: UUID, reason: str) -> AwardDoubt | None:
    """A register of this enrolment was corrected: does its certificate still say the same? Whoever looks after it is told once.

    None: it does, there is none, or somebody has already decided to leave it so.
    """
    actor.require(MANAGE)
    get_or_refuse(Enrolment, enrolment_id, lock=True)
    found = awards.award_of_enrolment(enrolment_id)
    if found is None or awards.standing_of(found, clock.today()).state not in STANDING:
        return None
    outcome = attended.outcome_of(enrolment_id)
    enough = outcome is None or outcome.met or not outcome.over
    now = attended.days_of(enrolment_id)
    get_or_refuse(Award, found.id, lock=True)
    doubt = queries.open_of(found.id, lock=True)
    printed = printed_attendance(found.snapshot, "en")
    if not rules.contradicts(printed, attendance_line(now, "en") if now else "", enough=enough):
        if doubt is not None:
            _settled(actor, doubt, found, Settlement.PUT_BACK)
        return None
    days: list[Any] = [[on.isoformat(), minutes] for on, minutes in now]
    if doubt is not None:
        doubt.days, doubt.enough, doubt.reason, doubt.edition = days, enough, reason, doubt.edition + 1
        return doubt
    kept = queries.last_kept(found.id)
    if kept is not None and (kept.days, kept.enough) == (days, enough):
        return None
    made = record(
        AwardDoubt(
            award_id=found.id, award=found, found_at=clock.now(), days=days, enough=enough, reason=reason, edition=1
        )
    )
    audit.record(actor, "award.doubted", about=found.learner_id, thing=found, enough=enough)
    letters.doubted(made, found)
    return made


def doubt(actor: Actor, doubt_id: UUID) -> AwardDoubt:
    """For whoever looks after the certificate. Raises NotFound."""
    found = queries.doubt(doubt_id)
    if found is None:
        raise NotFound()
    actor.require_or_hide(MANAGE, about=found.award.learner_id, at=found.award.organisation_lineage)
    return found


def decide(actor: Actor, doubt_id: UUID, choice: Settlement, note: str, seen: int) -> Award:
    """Issue it again as the registers say now, revoke it, or leave it. `seen`: the edition that was looked at.

    Whose certificate is revoked has not completed the course either, and can book another date. Returns the certificate
    that stands now, or the revoked one. Raises NotFound, OwnAward, DoubtSettled, StaleEdit, Invalid.
    """
    about = doubt(actor, doubt_id).award
    if about.learner_id == actor.person:
        raise OwnAward()
    assert about.enrolment_id is not None
    get_or_refuse(Enrolment, about.enrolment_id, lock=True)
    award = get_or_refuse(Award, about.id, lock=True)
    found = get_or_refuse(AwardDoubt, doubt_id, lock=True)
    if found.settled_at is not None:
        raise DoubtSettled()
    if found.edition != seen:
        raise StaleEdit()
    if choice not in rules.CHOICES[found.enough]:
        raise Invalid(fields={"decision": N_("Choose one of the answers")})
    _settled(actor, found, award, choice, note)
    if choice is Settlement.REISSUED:
        name = award.snapshot["en"]["holder"]
        return services.reissue(actor, award.id, RevocationReason.ATTENDANCE_CORRECTED, name, found.attended)
    if choice is Settlement.REVOKED:
        left = enrolments.unattended(Actor.system(), about.enrolment_id, part=bool(found.days))
        fell = left.completed_on is None  # else it was completed without a register, and a new one could be claimed
        reason = RevocationReason.ATTENDANCE_CORRECTED if fell else RevocationReason.REQUIREMENTS_NOT_MET
        return services.revoke(actor, award.id, reason, note)
    return award


def overtaken(actor: Actor, award_id: UUID) -> None:
    """The certificate was revoked for another reason, and nothing is left to decide; or it was replaced, in another name, and
    what stands in for it says the same days."""
    actor.require(MANAGE)
    open_ = queries.open_of(award_id)
    found = awards.award_by_id(award_id) if open_ is not None else None
    if open_ is None or found is None:
        return
    db.session.refresh(found, ["events"])
    state = awards.standing_of(found, clock.today()).state
    newest = next((each for each in awards.what_came_after(award_id) if each.replaces_id == award_id), None)
    if state is State.SUPERSEDED and newest is not None:
        open_.award, open_.award_id = newest, newest.id
    elif state not in STANDING:
        _settled(actor, open_, found, Settlement.OVERTAKEN)


def _settled(actor: Actor, it: AwardDoubt, about: Award, outcome: Settlement, note: str = "") -> None:
    it.settled_at, it.settled_by, it.outcome, it.note = clock.now(), actor.person, outcome, note or None
    audit.record(actor, "award.doubt-settled", about=about.learner_id, thing=about, reason=outcome.value)
    db.session.flush()  # what follows is heard by `overtaken`, which looks for what is open
