"""Use cases of supervision: authorise, load, decide, record. The edge commits."""

import secrets
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import select, true

from courses.catalogue.models import Programme
from courses.supervision import queries, rules
from courses.supervision.errors import AlreadyEnded, AlreadySupervised, NotLicensed, NotTheSupervisor
from courses.supervision.events import AttestationEnded, AttestationMade
from courses.supervision.models import Attestation, AttestationGround, Supervision, SupervisorLicence
from lms.accounts.models import Person
from lms.accounts.queries import lineages_of
from lms.core import audit, clock, events
from lms.core.db import db, get_or_refuse, record
from lms.core.permissions import Actor, Permission

LOOKED_BACK = timedelta(days=60)
"""How far back the daily job looks for what ran out, should it not have run for a while."""


def issue_licence(
    actor: Actor,
    person_id: UUID,
    programme_code: str,
    *,
    starts_on: date | None = None,
    ends_on: date | None = None,
    capacity: int = 4,
    number: str | None = None,
) -> SupervisorLicence:
    """Give a person leave to supervise in a programme. A renewal is a second licence. Raises NotFound, Invalid."""
    actor.require(Permission.LICENCE_ISSUE, at=lineages_of(person_id))
    person = get_or_refuse(Person, person_id)
    get_or_refuse(Programme, programme_code)
    starts_on = starts_on or clock.today()
    ends_on = ends_on or rules.months_after(starts_on, rules.LICENCE_MONTHS)
    rules.check_licence(starts_on, ends_on, capacity)
    licence = record(
        SupervisorLicence(
            person_id=person.id,
            programme_code=programme_code,
            number=number or f"SL-{programme_code}-{secrets.token_hex(4).upper()}",
            starts_on=starts_on,
            ends_on=ends_on,
            capacity=capacity,
        )
    )
    audit.record(actor, "licence.issued", about=person.id, thing=licence, programme=programme_code)
    for learner_id in _attested_by(person.id, programme_code):  # a renewal brings back what had lapsed with the licence
        events.publish(AttestationMade(learner_id, programme_code))
    return licence


def withdraw_licence(actor: Actor, licence_id: UUID, reason: str) -> SupervisorLicence:
    """End a licence early; what was attested under it ends with it. Raises NotFound, AlreadyEnded."""
    licence = get_or_refuse(SupervisorLicence, licence_id, lock=True)
    actor.require_or_hide(Permission.LICENCE_ISSUE, at=lineages_of(licence.person_id))
    if licence.withdrawn_on is not None:
        raise AlreadyEnded()
    licence.withdrawn_on, licence.withdrawn_reason = clock.today(), reason
    db.session.flush()  # the next lines ask the database whether another licence is live
    audit.record(actor, "licence.withdrawn", about=licence.person_id, thing=licence, reason=reason)
    if queries.live_licence(licence.person_id, licence.programme_code, clock.today()) is None:
        _end_attestations(
            actor, AttestationGround.SUPERVISION_ENDED, programme=licence.programme_code, supervisor=licence.person_id
        )
    return licence


def assign(
    actor: Actor, learner_id: UUID, supervisor_id: UUID, programme_code: str, *, starts_on: date | None = None
) -> Supervision:
    """Give a learner a supervisor. Whoever had the learner in the programme hands over today.

    Raises NotFound, or what `rules.check_pairing` refuses.
    """
    actor.require(Permission.SUPERVISION_ASSIGN, at=lineages_of(learner_id))
    learner = get_or_refuse(Person, learner_id, lock=True)  # two assignments of one learner take turns
    today = clock.today()
    before = queries.supervisor_of(learner.id, programme_code, today)
    if before is not None and before.supervisor_id == supervisor_id:
        raise AlreadySupervised()
    rules.check_pairing(_pairing(learner.id, supervisor_id, programme_code))
    if before is not None:
        _end(actor, before)
    made = record(
        Supervision(
            learner_id=learner.id,
            supervisor_id=supervisor_id,
            programme_code=programme_code,
            starts_on=starts_on or today,
            assigned_by=actor.person,
        )
    )
    named = {"supervisor": str(supervisor_id), "programme": programme_code}
    audit.record(actor, "supervision.assigned", about=learner.id, thing=made, **named)
    return made


def end(actor: Actor, supervision_id: UUID) -> Supervision:
    """A supervisor no longer has a learner. The supervisor may say so, and whoever assigns. Raises AlreadyEnded."""
    supervision = get_or_refuse(Supervision, supervision_id, lock=True)
    if supervision.supervisor_id != actor.person:
        actor.require_or_hide(Permission.SUPERVISION_ASSIGN, at=lineages_of(supervision.learner_id))
    if supervision.ends_on is not None:
        raise AlreadyEnded()
    _end(actor, supervision)
    return supervision


def attest(
    actor: Actor,
    learner_id: UUID,
    programme_code: str,
    *,
    team: str,
    clinical_role: bool,
    in_setting: bool,
    under_supervision: bool,
    ends_on: date,
) -> Attestation:
    """The supervisor's word about a learner, dated. Raises NotTheSupervisor, NotLicensed, or Invalid."""
    actor.require(Permission.ATTESTATION_CREATE, about=learner_id)
    today = clock.today()
    supervision = queries.supervisor_of(learner_id, programme_code, today)
    if supervision is None or supervision.supervisor_id != actor.person:
        raise NotTheSupervisor()
    licence = queries.live_licence(supervision.supervisor_id, programme_code, today)
    if licence is None:
        raise NotLicensed()
    confirmed = {"clinical_role": clinical_role, "in_setting": in_setting, "under_supervision": under_supervision}
    rules.check_attestation(confirmed, ends_on, today)
    made = record(
        Attestation(
            learner_id=learner_id,
            supervisor_id=supervision.supervisor_id,
            programme_code=programme_code,
            licence_number=licence.number,
            team=team,
            starts_on=today,
            ends_on=ends_on,
            made_at=clock.now(),
            **confirmed,
        )
    )
    named = {"programme": programme_code, "until": ends_on.isoformat()}
    audit.record(actor, "attestation.made", about=learner_id, thing=made, **named)
    events.publish(AttestationMade(learner_id, programme_code))
    return made


def end_attestation(actor: Actor, attestation_id: UUID, ground: AttestationGround) -> Attestation:
    """It no longer holds, from today. With it ends every other of that supervisor's for the learner and programme.

    Raises NotFound, AlreadyEnded.
    """
    attestation = get_or_refuse(Attestation, attestation_id, lock=True)
    if attestation.supervisor_id != actor.person:
        actor.require_or_hide(Permission.SUPERVISION_ASSIGN, at=lineages_of(attestation.learner_id))
    if attestation.ended_on is not None or attestation.ends_on < clock.today():
        raise AlreadyEnded()
    _end_attestations(
        actor,
        ground,
        programme=attestation.programme_code,
        supervisor=attestation.supervisor_id,
        learner=attestation.learner_id,
    )
    return attestation


def tell_what_ran_out() -> int:
    """Publish AttestationEnded where none holds any more; hearing it twice changes nothing. Returns how many."""
    today = clock.today()
    pairs = queries.lapsed(today - LOOKED_BACK, today)
    for learner_id, programme_code in pairs:
        events.publish(AttestationEnded(learner_id, programme_code))
    return len(pairs)


def _pairing(learner_id: UUID, supervisor_id: UUID, programme_code: str) -> rules.Pairing:
    """Locks the licence, so that two learners do not take the last place with a supervisor."""
    licence = queries.live_licence(supervisor_id, programme_code, clock.today())
    if licence is not None:
        licence = get_or_refuse(SupervisorLicence, licence.id, lock=True)
    return rules.Pairing(
        same_person=learner_id == supervisor_id,
        capacity=licence.capacity if licence else None,
        learners=queries.learners_now(supervisor_id, programme_code),
    )


def _end(actor: Actor, supervision: Supervision) -> None:
    supervision.ends_on = clock.today()
    db.session.flush()  # one open supervision per learner and programme: the old one goes before the new one comes
    learner_id, programme_code = supervision.learner_id, supervision.programme_code
    audit.record(actor, "supervision.ended", about=learner_id, thing=supervision, programme=programme_code)
    _end_attestations(
        actor,
        AttestationGround.SUPERVISION_ENDED,
        programme=programme_code,
        supervisor=supervision.supervisor_id,
        learner=learner_id,
    )


def _end_attestations(
    actor: Actor, ground: AttestationGround, *, programme: str, supervisor: UUID, learner: UUID | None = None
) -> None:
    today = clock.today()
    found = list(
        db.session.scalars(
            select(Attestation)
            .where(
                Attestation.programme_code == programme,
                Attestation.supervisor_id == supervisor,
                Attestation.learner_id == learner if learner else true(),
                Attestation.ended_on.is_(None),
                Attestation.ends_on >= today,
            )
            .order_by(Attestation.id)
            .with_for_update()
        )
    )
    for attestation in found:
        attestation.ended_on, attestation.ended_ground = today, ground
        audit.record(actor, "attestation.ended", about=attestation.learner_id, thing=attestation, reason=ground.value)
    db.session.flush()  # those who hear of it ask the database whether another attestation holds
    for learner_id in sorted({attestation.learner_id for attestation in found}):
        events.publish(AttestationEnded(learner_id, programme))


def _attested_by(supervisor_id: UUID, programme_code: str) -> list[UUID]:
    return list(
        db.session.scalars(
            select(Attestation.learner_id)
            .where(
                Attestation.supervisor_id == supervisor_id,
                Attestation.programme_code == programme_code,
                queries.attestation_holds(clock.today()),
            )
            .distinct()
        )
    )
