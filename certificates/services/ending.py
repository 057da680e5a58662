"""Suspending, taking up again, and revoking."""

from uuid import UUID

from certificates import queries
from certificates.errors import AlreadyRevoked, AlreadySuspended, AwardNotActive, NotSuspended
from certificates.events import AwardChanged
from certificates.models import Award
from certificates.rules import AwardEventKind, RevocationReason, State
from certificates.services.log import append
from courses.catalogue.models import CertificateKind
from courses.enrolments.models import Enrolment
from courses.supervision.models import SupervisorLicence
from lms.core import audit, clock, events
from lms.core.db import db, get_or_refuse
from lms.core.permissions import Actor, Permission


def revoke(actor: Actor, award_id: UUID, reason: RevocationReason, note: str) -> Award:
    """Take an award back, for good. Its public page says so from now on. Raises NotFound, AlreadyRevoked."""
    found, _ = _locked(actor, award_id)
    if any(event.kind is AwardEventKind.REVOKED for event in found.events):
        raise AlreadyRevoked()
    return _happened(actor, found, AwardEventKind.REVOKED, reason, note)


def suspend(actor: Actor, award_id: UUID, reason: RevocationReason, note: str) -> Award:
    """Hold an award back while something is looked into. Raises NotFound, AlreadySuspended, AwardNotActive."""
    found, state = _locked(actor, award_id)
    if state is State.SUSPENDED:
        raise AlreadySuspended()
    if state not in (State.ACTIVE, State.EXPIRED):
        raise AwardNotActive()
    return _happened(actor, found, AwardEventKind.SUSPENDED, reason, note)


def lift(actor: Actor, award_id: UUID, note: str) -> Award:
    """End a suspension: the award is worth again what its dates say. Raises NotFound, NotSuspended."""
    found, state = _locked(actor, award_id)
    if state is not State.SUSPENDED:
        raise NotSuspended()
    return _happened(actor, found, AwardEventKind.LIFTED, None, note)


def revoke_without_sign_off(actor: Actor, enrolment_id: UUID) -> Award | None:
    """Revoke the certificate of an enrolment whose portfolio carries no signature that stands. Again changes nothing.

    None: there is none, it needs no signature, or another one stands.
    """
    enrolment = get_or_refuse(Enrolment, enrolment_id, lock=True)
    actor.require(Permission.AWARD_REVOKE, about=enrolment.learner_id, at=enrolment.organisation_lineage)
    issued = queries.award_of_enrolment(enrolment_id)
    if issued is None or issued.kind is not CertificateKind.COMPLETION_WITH_PORTFOLIO:
        return None
    if queries.sign_off_of(enrolment_id) is not None:
        return None
    return _revoke_once(actor, issued, RevocationReason.SIGN_OFF_WITHDRAWN)


def revoke_without_licence(actor: Actor, licence_id: UUID) -> Award | None:
    """Revoke the certificate of a licence that was withdrawn. Again changes nothing."""
    licence = get_or_refuse(SupervisorLicence, licence_id, lock=True)
    issued = queries.award_of_licence(licence_id)
    if issued is None or licence.withdrawn_on is None:
        return None
    actor.require(Permission.AWARD_REVOKE, about=issued.learner_id, at=issued.organisation_lineage)
    return _revoke_once(actor, issued, RevocationReason.LICENCE_WITHDRAWN)


def _revoke_once(actor: Actor, issued: Award, reason: RevocationReason) -> Award | None:
    if any(each.kind is AwardEventKind.REVOKED for each in issued.events):
        return None
    return revoke(actor, issued.id, reason, "")


def _locked(actor: Actor, award_id: UUID) -> tuple[Award, State]:
    """The award, whose row is locked until the edge commits, and what it is worth now."""
    found = get_or_refuse(Award, award_id, lock=True)
    actor.require_or_hide(Permission.AWARD_READ, about=found.learner_id, at=found.organisation_lineage)
    actor.require(Permission.AWARD_REVOKE, about=found.learner_id, at=found.organisation_lineage)
    db.session.refresh(found, ["events"])  # another organiser may have come first, while we waited for the lock
    return found, queries.standing_of(found, clock.today()).state


def _happened(actor: Actor, found: Award, kind: AwardEventKind, reason: RevocationReason | None, note: str) -> Award:
    append(actor, found.id, kind, reason, note)
    audit.record(
        actor, f"award.{kind.value}", about=found.learner_id, thing=found, reason=reason.value if reason else None
    )
    events.publish(AwardChanged(found.id))
    db.session.refresh(found, ["events"])
    return found
