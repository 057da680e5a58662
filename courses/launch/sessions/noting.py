"""What the house itself notes of sessions, and what follows from it: the one place where completion is decided.

Callers have decided that what they tell is so. Whoever notes something holds the registration locked. The edge commits.
"""

from datetime import datetime
from decimal import Decimal
from uuid import UUID, uuid4

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert

from courses.enrolments import services as enrolments
from courses.launch.packages.models import NodeKind
from courses.launch.sessions import queries, rules
from courses.launch.sessions.events import NodesSatisfied, SessionAbandoned
from courses.launch.sessions.models import (
    OPEN_SESSIONS,
    Attainment,
    Evidence,
    Fact,
    LaunchMode,
    Registration,
    Satisfied,
    Session,
    SessionState,
)
from lms.core import clock, events
from lms.core.db import db, get_or_refuse
from lms.core.ids import new_id
from lms.core.permissions import Actor


def heard_of(session: Session) -> None:
    """Something of the session has arrived, so it is not idle."""
    session.last_at = clock.now()


def initialized(session: Session, at: datetime, statement_id: UUID | None) -> None:
    """The content runs: the learner has begun. Expects the registration locked."""
    session.state, session.initialized_at = SessionState.RUNNING, at
    if session.registration.enrolment_id is not None and session.mode is LaunchMode.NORMAL:
        enrolments.start(Actor.system(), session.registration.enrolment_id, at, statement_id)


def ended(session: Session, at: datetime) -> None:
    """The content has said that it is over. Whatever it sends from now on is refused."""
    if session.state in OPEN_SESSIONS:
        session.state, session.ended_at = SessionState.ENDED, at


def abandon(session: Session) -> None:
    """End an open session from outside: a new launch, an organiser, or silence. Again changes nothing."""
    if session.state in OPEN_SESSIONS:
        session.state, session.ended_at = SessionState.ABANDONED, clock.now()
        events.publish(SessionAbandoned(session.id))


def achieved(
    registration: Registration,
    key: UUID,
    fact: Fact,
    at: datetime,
    *,
    source: str,
    said_by: UUID | None = None,
    session: Session | None = None,
    by: UUID | None = None,
    reason: str | None = None,
) -> bool:
    """Note that a unit was completed, passed or waived, and whatever follows from it, up to the enrolment.

    The first of a kind counts; False: it was there. Expects the registration locked.
    """
    at = min(at, clock.now())  # a clock that is ahead cannot finish tomorrow
    new = db.session.scalars(
        insert(Evidence)
        .values(
            id=new_id(), registration_id=registration.id, key=key, fact=fact, at=at, source=source, said_by=said_by,
            session_id=session.id if session else None, by=by, reason=reason,
        )
        .on_conflict_do_nothing(index_elements=["registration_id", "key", "fact"])
        .returning(Evidence.id)
    ).one_or_none()  # fmt: skip
    if new is None:
        return False
    if fact is Fact.PASSED:
        db.session.execute(
            update(Attainment)
            .where(Attainment.registration_id == registration.id, Attainment.key == key)
            .values(failed_at=None)
        )
    settle(registration, at, session, said_by)
    return True


def attained(
    registration: Registration,
    key: UUID,
    *,
    scaled: Decimal | float | None = None,
    progress: int | None = None,
    seconds: int = 0,
    failed_at: datetime | None = None,
) -> None:
    """Note how well it went: the best score and the furthest progress stay; `seconds` are added."""
    now = clock.now()
    found = insert(Attainment).values(
        registration_id=registration.id, key=key, scaled=scaled, progress=progress or 0, seconds=seconds,
        failed_at=failed_at, last_at=now,
    )  # fmt: skip
    new = found.excluded
    db.session.execute(
        found.on_conflict_do_update(
            index_elements=["registration_id", "key"],
            set_={
                "scaled": func.greatest(Attainment.scaled, new.scaled),
                "progress": func.greatest(Attainment.progress, new.progress),
                "seconds": Attainment.seconds + new.seconds,
                "failed_at": func.coalesce(new.failed_at, Attainment.failed_at),
                "last_at": now,
            },
        )
    )
    if progress is not None and registration.enrolment_id is not None:
        _tell_progress(registration, now, None)


def settle(registration: Registration, at: datetime, session: Session | None, said_by: UUID | None = None) -> None:
    """Decide what is satisfied by now, and tell it. Expects the registration locked. Once more changes nothing.

    `said_by`: the statement or commit from which it follows.
    """
    now = queries.standing(registration)
    keys: dict[UUID | None, UUID] = {each.id: each.key for each in now.nodes}
    tree = [
        rules.Node(each.key, keys.get(each.parent_id), now.move_on(each) if each.kind is NodeKind.UNIT else None)
        for each in now.nodes
    ]
    new = rules.newly_satisfied(tree, now.facts, set(now.satisfied))
    if new:
        ids = [uuid4() for _ in new]
        rows = [
            {"registration_id": registration.id, "key": key, "at": at, "statement_id": id_}
            for key, id_ in zip(new, ids, strict=True)
        ]
        db.session.execute(insert(Satisfied), rows)
        events.publish(NodesSatisfied(registration.id, new, ids, at, session.id if session else None))
    if registration.enrolment_id is None:
        return
    root = now.nodes[0].key
    if root in new:
        enrolments.learning_completed(Actor.system(), registration.enrolment_id, at, said_by)
    elif new:
        _tell_progress(registration, at, said_by)


def _tell_progress(registration: Registration, at: datetime, said_by: UUID | None) -> None:
    reached = queries.standing(registration).progress
    if registration.enrolment_id is not None and 0 < reached < 100:
        enrolments.record_progress(Actor.system(), registration.enrolment_id, reached, at, said_by)


MOST_SWEPT = 200


def sweep_idle(before: datetime) -> int:
    """Abandon sessions of which nothing was heard since `before`, at most MOST_SWEPT. Returns how many."""
    idle = db.session.execute(
        select(Session.id, Session.registration_id)
        .where(Session.state.in_(OPEN_SESSIONS), Session.last_at < before)
        .order_by(Session.registration_id)
        .limit(MOST_SWEPT)
    ).all()
    count = 0
    for session_id, registration_id in idle:
        get_or_refuse(Registration, registration_id, lock=True)
        session = get_or_refuse(Session, session_id, lock=True)
        if session.state in OPEN_SESSIONS and session.last_at < before:
            abandon(session)
            count += 1
    return count
