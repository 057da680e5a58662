"""What a supervisor attests about a learner: dated, and ended but never rewritten."""

from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import select, true

from courses.supervision import queries, rules
from courses.supervision.errors import AlreadyEnded, NotLicensed, NotTheSupervisor
from courses.supervision.events import AttestationEnded, AttestationMade
from courses.supervision.models import Attestation, AttestationGround
from lms.accounts.queries import lineages_of
from lms.core import audit, clock, events
from lms.core.db import db, get_or_refuse, record
from lms.core.permissions import Actor, Permission

LOOKED_BACK = timedelta(days=60)
"""How far back the daily job looks for what ran out, should it not have run for a while."""


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
    end_attestations(
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


def end_attestations(
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
