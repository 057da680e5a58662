"""Licences: leave to supervise, issued and withdrawn."""

import secrets
from datetime import date
from uuid import UUID

from sqlalchemy import select

from courses.catalogue.models import Programme
from courses.supervision import queries, rules
from courses.supervision.errors import AlreadyEnded
from courses.supervision.events import AttestationMade, LicenceChanged
from courses.supervision.models import Attestation, AttestationGround, SupervisorLicence
from courses.supervision.services.attesting import end_attestations
from lms.accounts.models import Person
from lms.accounts.queries import lineages_of
from lms.core import audit, clock, events
from lms.core.db import db, get_or_refuse, record
from lms.core.permissions import Actor, Permission


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
    events.publish(LicenceChanged(licence.id))
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
    events.publish(LicenceChanged(licence.id))
    if queries.live_licence(licence.person_id, licence.programme_code, clock.today()) is None:
        end_attestations(
            actor, AttestationGround.SUPERVISION_ENDED, programme=licence.programme_code, supervisor=licence.person_id
        )
    return licence


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
