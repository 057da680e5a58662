"""Answering: an answer goes into the counters, its words apart from it, and the invitation says no more than that it came.

None of this goes to the audit trail: an entry with a time, about a person, would be the beginning of a way back.
"""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import delete, select, update
from sqlalchemy.dialects.postgresql import insert

from courses.enrolments.models import Enrolment
from courses.evaluation import queries, rules, summing
from courses.evaluation.errors import AlreadyAnswered, EvaluationClosed
from courses.evaluation.forms import Form, newest
from courses.evaluation.models import (
    EvaluationInvitation,
    EvaluationSilence,
    EvaluationText,
    InvitationState,
    TextState,
)
from courses.evaluation.queries import Asked
from courses.evaluation.rules import Said
from courses.portfolios.identifiers import Finding, findings
from lms.core import clock
from lms.core.db import db, get_or_refuse
from lms.core.errors import NotFound
from lms.core.permissions import Actor, Permission

ANSWER = Permission.EVALUATION_ANSWER


def mine(actor: Actor) -> Sequence[Asked]:
    """What the actor can answer now."""
    actor.require(ANSWER, about=actor.person)
    return queries.open_for(actor.me, clock.today())


def asked(actor: Actor, invitation_id: UUID) -> EvaluationInvitation:
    """One of the actor's own, in whatever state. Raises NotFound, also for somebody else's."""
    found = queries.invitation(invitation_id)
    if found is None:
        raise NotFound()
    _own(actor, found)
    return found


def is_open(it: EvaluationInvitation) -> bool:
    """Can it be answered today?"""
    return it.state is InvitationState.OPEN and it.closes_on >= clock.today()


def answer(actor: Actor, invitation_id: UUID, said: Said, language: str) -> Form:
    """Count an answer, once: of two that come together one counts, and the other is told.

    Raises NotFound, AlreadyAnswered, EvaluationClosed, Invalid by question.
    """
    found = _locked(actor, invitation_id)
    form = newest(found.form)
    rules.check(form, said)
    summing.count(found, form, [*rules.counted(form, said), ("language", language)])
    db.session.add_all(
        EvaluationText(
            form=form.which, edition=form.edition, question=question, course_id=found.course_id, language=language,
            text=text, state=TextState.WAITING, shuffled=False,
        )
        for question, text in said.texts.items() if text
    )  # fmt: skip
    found.state = InvitationState.ANSWERED
    return form


def identifiers_in(said: Said) -> list[Finding]:
    """What in the words looks as if it pointed to a real person. It warns; it decides nothing."""
    return findings("\n".join(said.texts.values()))


def decline(actor: Actor, invitation_id: UUID) -> None:
    """Not this time. Raises NotFound, AlreadyAnswered, EvaluationClosed."""
    _locked(actor, invitation_id).state = InvitationState.DECLINED


def set_silence(actor: Actor, *, silent: bool) -> None:
    """Do not ask me any more; or ask me again. What is open is declined with it. Again changes nothing."""
    actor.require(ANSWER, about=actor.person)
    person = actor.me
    if not silent:
        db.session.execute(delete(EvaluationSilence).where(EvaluationSilence.person_id == person))
        return
    row = insert(EvaluationSilence).values(person_id=person, since=clock.today())
    db.session.execute(row.on_conflict_do_nothing())
    own = EvaluationInvitation.enrolment_id.in_(select(Enrolment.id).where(Enrolment.learner_id == person))
    db.session.execute(
        update(EvaluationInvitation)
        .where(own, EvaluationInvitation.state == InvitationState.OPEN)
        .values(state=InvitationState.DECLINED)
    )


def _locked(actor: Actor, invitation_id: UUID) -> EvaluationInvitation:
    """The actor's own, open, and held until the edge commits."""
    found = get_or_refuse(EvaluationInvitation, invitation_id, lock=True)
    _own(actor, found)
    if found.state is InvitationState.ANSWERED:
        raise AlreadyAnswered()
    if not is_open(found):
        raise EvaluationClosed()
    return found


def _own(actor: Actor, it: EvaluationInvitation) -> None:
    if it.enrolment.learner_id != actor.person:
        raise NotFound()
    actor.require_or_hide(ANSWER, about=actor.person)
