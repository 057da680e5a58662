"""Use cases of supervision sessions: log one, agree to it or say what is wrong, take it back."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import select

from courses.catalogue.models import Programme
from courses.supervision import letters
from courses.supervision.errors import AlreadyEnded, OwnSupervisor, SessionAnswered
from courses.supervision.events import SessionAgreed, SessionWithdrawn
from courses.supervision.sessions import queries, rules, upstairs
from courses.supervision.sessions.models import SessionKind, SessionLearner, SupervisionSession
from lms.accounts.models import Person
from lms.core import audit, clock, events
from lms.core.db import db, get_or_refuse, record
from lms.core.errors import Invalid, NotFound
from lms.core.language import N_
from lms.core.permissions import Actor, Permission

RECORD = Permission.SUPERVISION_RECORD


def log(
    actor: Actor,
    learner_ids: Sequence[UUID],
    kind: SessionKind,
    *,
    held_on: date,
    minutes: int,
    topics: str,
    programme_code: str | None = None,
    tasks: Sequence[str] = (),
    standards: Sequence[str] = (),
) -> SupervisionSession:
    """The actor held a session with these people. It counts for each of them once they agree.

    Raises NotFound, OwnSupervisor, or Invalid, by field.
    """
    actor.require(RECORD, about=actor.person)
    learners = sorted(set(learner_ids))
    if actor.person in learners:
        raise OwnSupervisor()
    known = upstairs.titles_of(tasks)
    if set(tasks) - set(known):
        raise Invalid(fields={"tasks": N_("Choose one of the answers")})
    if set(standards) - {each.code for each in queries.standards()}:
        raise Invalid(fields={"standards": N_("Choose one of the answers")})
    rules.check_session(held_on, len(learners), list(known.values()), clock.today())
    if programme_code is not None:
        get_or_refuse(Programme, programme_code)
    people = {each.id: each for each in db.session.scalars(select(Person).where(Person.id.in_(learners)))}
    if len(people) != len(learners):
        raise NotFound()
    made = record(
        SupervisionSession(
            supervisor_id=actor.person, programme_code=programme_code, kind=kind, held_on=held_on, minutes=minutes,
            topics=topics, tasks=list(tasks), standards=list(standards), made_at=clock.now(),
            learners=[SessionLearner(learner_id=each) for each in learners],
        )
    )  # fmt: skip
    audit.record(
        actor, "supervision-session.logged", about=actor.person, thing=made, learners=[str(each) for each in learners],
        minutes=minutes, kind=kind.value,
    )  # fmt: skip
    for learner_id in learners:
        letters.session_logged(people[learner_id], made.supervisor, held_on, minutes)
    return made


def answer(actor: Actor, session_id: UUID, *, wrong: str | None) -> SessionLearner:
    """The learner agrees (`wrong` None), or says what is wrong. Raises NotFound, SessionAnswered."""
    actor.require(RECORD, about=actor.person)
    part = db.session.scalars(
        select(SessionLearner)
        .where(SessionLearner.session_id == session_id, SessionLearner.learner_id == actor.person)
        .with_for_update()
    ).one_or_none()
    if part is None:
        raise NotFound()
    if part.agreed_at is not None or part.disputed_at is not None or part.session.withdrawn_at is not None:
        raise SessionAnswered()
    if wrong is None:
        part.agreed_at = clock.now()
    else:
        part.disputed_at, part.disputed = clock.now(), wrong
        letters.session_disputed(part.session.supervisor, part.learner, part.session.held_on)
    done = "agreed" if wrong is None else "disputed"
    audit.record(actor, f"supervision-session.{done}", about=part.learner_id, thing=part.session)
    if wrong is None:
        events.publish(SessionAgreed(session_id, part.learner_id))
    return part


def withdraw(actor: Actor, session_id: UUID, reason: str) -> SupervisionSession:
    """It was recorded in error: it stays readable, and counts for nobody. Raises NotFound, AlreadyEnded."""
    actor.require(RECORD, about=actor.person)
    found = get_or_refuse(SupervisionSession, session_id, lock=True)
    if found.supervisor_id != actor.person:
        raise NotFound()
    if found.withdrawn_at is not None:
        raise AlreadyEnded()
    found.withdrawn_at, found.withdrawn_reason = clock.now(), reason
    audit.record(actor, "supervision-session.withdrawn", about=actor.person, thing=found, reason=reason)
    events.publish(SessionWithdrawn(session_id))
    return found


def session(actor: Actor, session_id: UUID) -> SupervisionSession:
    """A session, for whoever held it or took part. Raises NotFound to everybody else."""
    found = db.session.scalars(queries.sessions_for(actor).where(SupervisionSession.id == session_id)).one_or_none()
    if found is None:
        raise NotFound()
    return found
