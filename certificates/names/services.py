"""Asking for another name, and deciding about it."""

from uuid import UUID

from sqlalchemy.dialects.postgresql import insert

from certificates import queries, services
from certificates.errors import NameNotPrintable
from certificates.models import NameChange, NameChangeState
from certificates.names import letters
from certificates.names.errors import AlreadyAsked, AlreadyDecided, OwnNameChange, SameName
from certificates.names.queries import change_by_id
from certificates.pdf.fonts import printable, unprintable
from certificates.rules import RevocationReason, State
from lms.accounts.models import Person
from lms.accounts.queries import lineages_of
from lms.core import audit, clock
from lms.core.db import db, get_or_refuse
from lms.core.errors import NotFound
from lms.core.ids import new_id
from lms.core.permissions import Actor, Permission


def ask(actor: Actor, new_name: str, reason: str) -> NameChange:
    """Ask for one's certificates in this name. Raises SameName, NameNotPrintable, AlreadyAsked."""
    assert actor.person is not None
    actor.require(Permission.AWARD_SHARE, about=actor.person)
    person, name = get_or_refuse(Person, actor.person), printable(new_name)
    old = queries.printed_name_of(person.id) or person.legal_name
    if name == printable(old):
        raise SameName()
    if unprintable([name]):
        raise NameNotPrintable()
    made = db.session.scalar(
        insert(NameChange)
        .values(
            id=new_id(), learner_id=person.id, old_name=old, new_name=name, reason=reason, asked_at=clock.now(),
            state=NameChangeState.ASKED,
        )
        .on_conflict_do_nothing(index_elements=["learner_id"], index_where=NameChange.state == NameChangeState.ASKED)
        .returning(NameChange.id)
    )  # fmt: skip
    if made is None:
        raise AlreadyAsked()
    found = db.session.get_one(NameChange, made)
    audit.record(actor, "name-change.asked", about=person.id, thing=found)
    letters.asked(found)
    return found


def take_back(actor: Actor, change_id: UUID) -> NameChange:
    """The holder no longer wants it. Raises NotFound, AlreadyDecided."""
    found = get_or_refuse(NameChange, change_id, lock=True)
    actor.require_or_hide(Permission.AWARD_SHARE, about=found.learner_id)
    if found.state is not NameChangeState.ASKED:
        raise AlreadyDecided()
    found.state, found.decided_at = NameChangeState.WITHDRAWN, clock.now()
    audit.record(actor, "name-change.withdrawn", about=found.learner_id, thing=found)
    return found


def change(actor: Actor, change_id: UUID) -> NameChange:
    """The request, for who may decide about it. Raises NotFound."""
    found = change_by_id(change_id)
    if found is None:
        raise NotFound()
    actor.require_or_hide(Permission.AWARD_RENAME, at=lineages_of(found.learner_id))
    return found


def decide(actor: Actor, change_id: UUID, *, approve: bool, note: str) -> NameChange:
    """Approve, and issue what stands of their certificates again in that name; or decline. Never about oneself.

    Certificates to come carry the name too. Raises NotFound, OwnNameChange, AlreadyDecided.
    """
    found = get_or_refuse(NameChange, change_id, lock=True)
    actor.require_or_hide(Permission.AWARD_RENAME, at=lineages_of(found.learner_id))
    if actor.person == found.learner_id:
        raise OwnNameChange()
    if found.state is not NameChangeState.ASKED:
        raise AlreadyDecided()
    found.state = NameChangeState.APPROVED if approve else NameChangeState.DECLINED
    found.decided_by, found.decided_at, found.note = actor.person, clock.now(), note or None
    learner = get_or_refuse(Person, found.learner_id)
    if approve:
        learner.legal_name = found.new_name
        for each in queries.standing_awards_of(learner.id):
            if queries.standing_of(each, clock.today()).state in (State.ACTIVE, State.EXPIRED, State.SUSPENDED):
                services.reissue(Actor.system(), each.id, RevocationReason.NAME_CHANGED, found.new_name)
    audit.record(actor, f"name-change.{found.state.value}", about=learner.id, thing=found)
    letters.answered(found, learner, note)
    return found
