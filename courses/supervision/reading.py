"""Reads of the pages on which people ask each other, and name who stands in."""

from datetime import date
from uuid import UUID

from sqlalchemy import Select, exists, or_, select
from sqlalchemy.orm import aliased, joinedload

from courses.supervision import queries
from courses.supervision.models import (
    Attestation,
    Escalation,
    Invitation,
    InvitationState,
    Policy,
    StandIn,
    Supervision,
    SupervisorLicence,
)
from lms.accounts.models import Person
from lms.accounts.queries import people_within
from lms.core.db import db
from lms.core.permissions import Actor, Permission


def invitations_of(person_id: UUID, today: date) -> list[Invitation]:
    """Open ones of both sides, newest first; at most 100."""
    return list(
        db.session.scalars(
            select(Invitation)
            .options(joinedload(Invitation.learner), joinedload(Invitation.supervisor), joinedload(Invitation.programme))
            .where(
                or_(Invitation.learner_id == person_id, Invitation.supervisor_id == person_id),
                Invitation.state == InvitationState.OPEN, Invitation.until >= today,
            )
            .order_by(Invitation.made_at.desc())
            .limit(100)
        )
    )  # fmt: skip


def invitations_for(actor: Actor) -> Select[Invitation]:
    """One's own, open and answered."""
    people = actor.reach(Permission.SUPERVISION_INVITE).people
    return (
        select(Invitation)
        .options(joinedload(Invitation.learner), joinedload(Invitation.supervisor))
        .where(or_(Invitation.learner_id.in_(people), Invitation.supervisor_id.in_(people)))
    )


def supervisors_of(person_id: UUID) -> list[Supervision]:
    """Who supervises this learner now, in each programme."""
    return list(
        db.session.scalars(
            select(Supervision)
            .options(joinedload(Supervision.supervisor), joinedload(Supervision.programme))
            .where(Supervision.learner_id == person_id, Supervision.ends_on.is_(None))
            .order_by(Supervision.starts_on)
        )
    )


def stand_ins_of(supervisor_id: UUID, today: date) -> list[StandIn]:
    """Who stands in for this supervisor, today or later."""
    return list(db.session.scalars(_stand_ins(today).where(StandIn.supervisor_id == supervisor_id)))


def standing_in_for(deputy_id: UUID, today: date) -> list[StandIn]:
    """For whom this person stands in, today or later."""
    return list(db.session.scalars(_stand_ins(today).where(StandIn.deputy_id == deputy_id)))


def _stand_ins(today: date) -> Select[StandIn]:
    return (
        select(StandIn)
        .options(joinedload(StandIn.deputy), joinedload(StandIn.supervisor), joinedload(StandIn.programme))
        .where(StandIn.ended_on.is_(None), StandIn.ends_on.is_(None) | (StandIn.ends_on >= today))
        .order_by(StandIn.starts_on, StandIn.id)
        .limit(100)
    )


def could_stand_in(supervisor_id: UUID, today: date) -> list[SupervisorLicence]:
    """Licences of others in the programmes in which this supervisor is licensed, by name."""
    mine = [each.programme_code for each in queries.live_licences_of(supervisor_id, today)]
    return list(
        db.session.scalars(
            select(SupervisorLicence)
            .join(SupervisorLicence.person)
            .options(joinedload(SupervisorLicence.person), joinedload(SupervisorLicence.programme))
            .where(
                SupervisorLicence.programme_code.in_(mine), SupervisorLicence.person_id != supervisor_id,
                queries.licence_is_live(today), ~queries.has_left(SupervisorLicence.person_id, today),
            )
            .order_by(Person.display_name)
            .limit(500)
        )
    )  # fmt: skip


def escalations_in_reach(actor: Actor) -> list[Escalation]:
    """What waits too long where the actor assigns supervisors, longest first; at most 50."""
    reach = actor.reach(Permission.SUPERVISION_ASSIGN)
    return list(
        db.session.scalars(
            select(Escalation)
            .options(
                joinedload(Escalation.learner), joinedload(Escalation.supervisor), joinedload(Escalation.to),
                joinedload(Escalation.programme),
            )
            .where(Escalation.ended_at.is_(None), people_within(reach, Escalation.learner_id.expression))
            .order_by(Escalation.waiting_since)
            .limit(50)
        )
    )  # fmt: skip


def leavers_in_reach(actor: Actor, today: date) -> list[tuple[Person, str]]:
    """Supervisors who have left, or hold no live licence, and still have learners there; with the programme's code."""
    reach = actor.reach(Permission.SUPERVISION_ASSIGN)
    licensed = select(SupervisorLicence.id).where(
        SupervisorLicence.person_id == Supervision.supervisor_id,
        SupervisorLicence.programme_code == Supervision.programme_code, queries.licence_is_live(today),
    )  # fmt: skip
    rows = db.session.execute(
        select(Person, Supervision.programme_code)
        .join(Supervision, Supervision.supervisor_id == Person.id)
        .where(
            Supervision.ends_on.is_(None),
            or_(queries.has_left(Supervision.supervisor_id, today), ~licensed.exists()),
            people_within(reach, Supervision.learner_id.expression),
        )
        .group_by(Person.id, Supervision.programme_code)
        .order_by(Person.display_name)
        .limit(50)
    )
    return [(person, code) for person, code in rows]


def held_by(actor: Actor, supervisor_id: UUID, programme_code: str) -> list[Supervision]:
    """A supervisor's learners in a programme whom the actor may give to others, by name; at most 50."""
    reach = actor.reach(Permission.SUPERVISION_ASSIGN)
    return list(
        db.session.scalars(
            select(Supervision)
            .join(Supervision.learner)
            .options(joinedload(Supervision.learner), joinedload(Supervision.supervisor), joinedload(Supervision.programme))
            .where(
                Supervision.supervisor_id == supervisor_id, Supervision.programme_code == programme_code,
                Supervision.ends_on.is_(None), people_within(reach, Supervision.learner_id.expression),
            )
            .order_by(Person.display_name, Supervision.id)
            .limit(50)
        )
    )  # fmt: skip


def policies() -> list[Policy]:
    """Every rule, by programme, from everywhere down."""
    return list(
        db.session.scalars(
            select(Policy)
            .options(joinedload(Policy.organisation), joinedload(Policy.finder), joinedload(Policy.programme))
            .order_by(Policy.programme_code, Policy.organisation_id.is_not(None), Policy.id)
            .limit(500)
        )
    )


def ending(today: date, by: date) -> Select[Attestation]:
    """Attestations that hold today and no longer on that day, by their own end or their supervisor's licence, where no
    other does for the same learner and programme."""
    ends, now = aliased(Attestation, name="ends"), select(Attestation.id).where(queries.attestation_holds(today))
    later = exists().where(
        Attestation.learner_id == ends.learner_id,
        Attestation.programme_code == ends.programme_code,
        queries.attestation_holds(by),
    )
    ids = select(ends.id).where(ends.id.in_(now), ~later)
    return (
        select(Attestation)
        .where(Attestation.id.in_(ids))
        .options(joinedload(Attestation.learner), joinedload(Attestation.supervisor), joinedload(Attestation.programme))
        .order_by(Attestation.supervisor_id, Attestation.ends_on, Attestation.id)
    )
