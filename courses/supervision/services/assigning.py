"""Who has whom: giving a learner a supervisor, ending it, and handing over all learners of somebody who leaves."""

from collections.abc import Mapping
from datetime import date
from uuid import UUID

from sqlalchemy import select, update

from courses.supervision import letters, queries, rules
from courses.supervision.arrangements import finder_of
from courses.supervision.errors import AlreadyEnded, AlreadySupervised, NobodyLeftToHandOver
from courses.supervision.models import (
    AttestationGround,
    Escalation,
    Invitation,
    InvitationState,
    Supervision,
    SupervisorLicence,
)
from courses.supervision.services.attesting import end_attestations
from lms.accounts.models import Person
from lms.accounts.queries import lineages_of
from lms.core import audit, clock
from lms.core.db import db, get_or_refuse, record
from lms.core.permissions import Actor, Permission


def assign(
    actor: Actor, learner_id: UUID, supervisor_id: UUID, programme_code: str, *, starts_on: date | None = None
) -> Supervision:
    """Give a learner a supervisor. Whoever had the learner in the programme hands over today.

    Raises NotFound, or what `rules.check_pairing` refuses.
    """
    actor.require(Permission.SUPERVISION_ASSIGN, at=lineages_of(learner_id))
    made = _assign(actor, learner_id, supervisor_id, programme_code, starts_on)
    if not actor.is_system:  # loading reference data and stories tells nobody
        letters.new_supervisor(made.learner, made.supervisor, made.programme)
        letters.new_learners(made.supervisor, [made.learner.display_name], made.programme)
    return made


def begin(actor: Actor, learner_id: UUID, supervisor_id: UUID, programme_code: str) -> Supervision:
    """Both have agreed. The actor is one of the two. Raises Forbidden, or what `rules.check_pairing` refuses."""
    actor.require(Permission.SUPERVISION_INVITE, about=learner_id if actor.person == learner_id else supervisor_id)
    return _assign(actor, learner_id, supervisor_id, programme_code)


def end(actor: Actor, supervision_id: UUID) -> Supervision:
    """A supervisor no longer has a learner. The supervisor may say so, and whoever assigns. Raises AlreadyEnded."""
    supervision = get_or_refuse(Supervision, supervision_id, lock=True)
    if supervision.supervisor_id != actor.person:
        actor.require_or_hide(Permission.SUPERVISION_ASSIGN, at=lineages_of(supervision.learner_id))
    if supervision.ends_on is not None:
        raise AlreadyEnded()
    _end(actor, supervision)
    finder = finder_of(supervision.learner_id, supervision.programme_code, clock.today())
    letters.without_supervisor(supervision.learner, supervision.supervisor, supervision.programme, finder)
    return supervision


def hand_over(
    actor: Actor, supervisor_id: UUID, programme_code: str, to: Mapping[UUID, UUID], *, reason: str
) -> list[Supervision]:
    """Give all of a supervisor's learners in a programme to others: `to` is learner → new supervisor.

    All of `to` or none. Learners and their new supervisors are told.
    Raises NobodyLeftToHandOver, Forbidden, or what `rules.check_pairing` refuses.
    """
    actor.require(Permission.SUPERVISION_ASSIGN, at=lineages_of(supervisor_id))
    held = list(
        db.session.scalars(
            select(Supervision)
            .where(
                Supervision.supervisor_id == supervisor_id, Supervision.programme_code == programme_code,
                Supervision.ends_on.is_(None), Supervision.learner_id.in_(list(to)),
            )
            .order_by(Supervision.learner_id)  # whoever else gives these learners away waits in the same order
        )
    )  # fmt: skip
    if not held:
        raise NobodyLeftToHandOver()
    made = []
    for each in held:
        actor.require(Permission.SUPERVISION_ASSIGN, at=lineages_of(each.learner_id))
        made.append(_assign(actor, each.learner_id, to[each.learner_id], programme_code))
    audit.record(
        actor, "supervision.handed-over", about=supervisor_id, reason=reason, programme=programme_code,
        learners=[str(each.learner_id) for each in made],
    )  # fmt: skip
    new: dict[UUID, list[Supervision]] = {}
    for each in made:
        letters.handed_over(each.learner, held[0].supervisor, each.supervisor, each.programme)
        new.setdefault(each.supervisor_id, []).append(each)
    for theirs in new.values():
        names = [each.learner.display_name for each in theirs]
        letters.new_learners(theirs[0].supervisor, names, theirs[0].programme)
    return made


def _assign(
    actor: Actor, learner_id: UUID, supervisor_id: UUID, programme_code: str, starts_on: date | None = None
) -> Supervision:
    learner = get_or_refuse(Person, learner_id, lock=True)  # two assignments of one learner take turns
    today = clock.today()
    before = queries.supervisor_of(learner.id, programme_code, today)
    if before is not None and before.supervisor_id == supervisor_id:
        raise AlreadySupervised()
    rules.check_pairing(pairing(learner.id, supervisor_id, programme_code))
    if before is not None:
        _end(actor, before)
    _close(learner.id, programme_code)
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


def pairing(learner_id: UUID, supervisor_id: UUID, programme_code: str) -> rules.Pairing:
    """Locks the licence, so that two learners do not take the last place with a supervisor."""
    today = clock.today()
    licence = queries.live_licence(supervisor_id, programme_code, today)
    if licence is not None:
        licence = get_or_refuse(SupervisorLicence, licence.id, lock=True)
    return rules.Pairing(
        same_person=learner_id == supervisor_id,
        capacity=licence.capacity if licence else None,
        learners=queries.learners_now(supervisor_id, programme_code),
        left=db.session.scalar(select(queries.has_left(supervisor_id, today))) is True,
    )


def _end(actor: Actor, supervision: Supervision) -> None:
    supervision.ends_on = clock.today()
    db.session.flush()  # one open supervision per learner and programme: the old one goes before the new one comes
    learner_id, programme_code = supervision.learner_id, supervision.programme_code
    audit.record(actor, "supervision.ended", about=learner_id, thing=supervision, programme=programme_code)
    end_attestations(
        actor,
        AttestationGround.SUPERVISION_ENDED,
        programme=programme_code,
        supervisor=supervision.supervisor_id,
        learner=learner_id,
    )
    _close(learner_id, programme_code)


def _close(learner_id: UUID, programme_code: str) -> None:
    """What was asked or told while somebody else, or nobody, had the learner is over."""
    db.session.execute(
        update(Escalation)
        .where(
            Escalation.learner_id == learner_id,
            Escalation.programme_code == programme_code,
            Escalation.ended_at.is_(None),
        )
        .values(ended_at=clock.now())
    )
    db.session.execute(
        update(Invitation)
        .where(
            Invitation.learner_id == learner_id,
            Invitation.programme_code == programme_code,
            Invitation.state == InvitationState.OPEN,
        )
        .values(state=InvitationState.WITHDRAWN, answered_at=clock.now())
    )
