"""Supervision by invitation: either of the two asks, the other says yes or no, in whatever organisations they are."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import select

from courses.catalogue.models import Programme
from courses.supervision import letters, queries, rules
from courses.supervision.errors import AlreadyAnswered, AlreadyInvited, HasSupervisor
from courses.supervision.models import Invitation, InvitationState
from courses.supervision.services.assigning import begin, pairing
from lms.accounts.models import Person
from lms.core import audit, clock
from lms.core.db import db, get_or_refuse, record
from lms.core.errors import Forbidden, NotFound
from lms.core.permissions import Actor, Permission

ANSWERS = {
    "accept": InvitationState.ACCEPTED, "decline": InvitationState.DECLINED, "withdraw": InvitationState.WITHDRAWN,
}  # fmt: skip


def invite(actor: Actor, learner_id: UUID, supervisor_id: UUID, programme_code: str) -> Invitation:
    """One of the two asks the other. Raises Forbidden, HasSupervisor, AlreadyInvited, or what the pairing refuses."""
    actor.require(Permission.SUPERVISION_INVITE, about=actor.person)
    if actor.person not in (learner_id, supervisor_id):
        raise Forbidden()
    get_or_refuse(Programme, programme_code)
    get_or_refuse(Person, supervisor_id)
    get_or_refuse(Person, learner_id, lock=True)  # the same invitation twice at once is one, and one refusal
    today = clock.today()
    rules.check_pairing(pairing(learner_id, supervisor_id, programme_code))
    if queries.supervisor_of(learner_id, programme_code, today) is not None:
        raise HasSupervisor()
    open_one = select(Invitation.id).where(
        Invitation.learner_id == learner_id, Invitation.supervisor_id == supervisor_id,
        Invitation.programme_code == programme_code, Invitation.state == InvitationState.OPEN,
    )  # fmt: skip
    if db.session.scalar(open_one) is not None:
        raise AlreadyInvited()
    made = record(
        Invitation(
            learner_id=learner_id, supervisor_id=supervisor_id, programme_code=programme_code, by=actor.person,
            state=InvitationState.OPEN, made_at=clock.now(), until=today + timedelta(days=rules.INVITATION_DAYS),
        )
    )  # fmt: skip
    audit.record(
        actor, "supervision.invited", about=learner_id, thing=made, supervisor=str(supervisor_id),
        programme=programme_code,
    )  # fmt: skip
    letters.invited(made)
    return made


def answer(actor: Actor, invitation_id: UUID, said: str) -> Invitation:
    """`said`: accept or decline, by the one who was asked; withdraw, by the one who asks.

    Raises NotFound to anybody else, AlreadyAnswered, and on acceptance HasSupervisor or what the pairing refuses.
    """
    actor.require(Permission.SUPERVISION_INVITE, about=actor.person)
    found = get_or_refuse(Invitation, invitation_id)
    if actor.person not in (found.learner_id, found.supervisor_id) or (said == "withdraw") != (
        actor.person == found.by
    ):
        raise NotFound()
    get_or_refuse(Person, found.learner_id, lock=True)  # before the invitation, as whoever assigns does
    invitation = get_or_refuse(Invitation, invitation_id, lock=True)
    if invitation.state is not InvitationState.OPEN or invitation.until < clock.today():
        raise AlreadyAnswered()
    if said == "accept" and queries.supervisor_of(found.learner_id, found.programme_code, clock.today()) is not None:
        raise HasSupervisor()
    invitation.state, invitation.answered_at = ANSWERS[said], clock.now()
    db.session.flush()  # what begins closes the learner's other open invitations, and not this one
    audit.record(actor, f"supervision.invitation-{invitation.state}", about=found.learner_id, thing=invitation)
    if said == "accept":
        begin(actor, found.learner_id, found.supervisor_id, found.programme_code)
    if said != "withdraw":
        letters.answered(invitation)
    return invitation


def lapse_invitations() -> int:
    """Close what was not answered in time, and tell whoever asked. Again changes nothing. Returns how many."""
    found = db.session.scalars(
        select(Invitation)
        .where(Invitation.state == InvitationState.OPEN, Invitation.until < clock.today())
        .order_by(Invitation.id)
        .limit(1000)
        .with_for_update(skip_locked=True)
    ).all()
    for each in found:
        each.state, each.answered_at = InvitationState.LAPSED, clock.now()
        audit.record(Actor.system(), "supervision.invitation-lapsed", about=each.learner_id, thing=each)
        letters.answered(each)
    return len(found)
