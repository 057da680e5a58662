"""JSON routes of supervision sessions."""

from datetime import date
from typing import Any
from uuid import UUID

from courses.supervision.errors import AlreadyEnded, OwnSupervisor, SessionAnswered
from courses.supervision.sessions import queries, services, views
from courses.supervision.sessions.models import SessionKind, SupervisionSession
from courses.supervision.sessions.schemas import (
    SessionAnswerIn,
    SessionIn,
    SessionOut,
    SessionsOut,
    SessionWithdrawalIn,
    SupervisionHoursOut,
)
from lms.core.permissions import Actor, Permission
from lms.core.web.api import Api
from lms.core.web.paging import Page, PageQuery, page_of

api = Api("supervision_sessions", __name__, description="Supervision sessions and the hours that they make")

RECORD = Permission.SUPERVISION_RECORD


@api.operation("GET", "/supervision-sessions", needs=RECORD, query=PageQuery, returns=(200, SessionsOut))
def sessions(actor: Actor, cursor: str | None, size: int) -> Page[dict[str, Any]]:
    """Sessions that one held or took part in."""
    page = page_of(queries.sessions_for(actor), cursor, size, key=(SupervisionSession.id,))
    return Page([views.session(actor, each) for each in page.items], page.next)


@api.operation(
    "POST", "/supervision-sessions", needs=RECORD, body=SessionIn, returns=(201, SessionOut), raises=(OwnSupervisor,)
)
def log(
    actor: Actor, learners: list[UUID], kind: str, held_on: date, minutes: int, topics: str, programme: str | None,
    tasks: list[str], standards: list[str],
) -> dict[str, Any]:  # fmt: skip
    """Record a session that one held, with one learner or many. It counts for each once they agree."""
    made = services.log(
        actor, learners, SessionKind(kind), held_on=held_on, minutes=minutes, topics=topics, programme_code=programme,
        tasks=tasks, standards=standards,
    )  # fmt: skip
    return views.session(actor, made)


@api.operation("GET", "/supervision-sessions/<uuid:session_id>", needs=RECORD, returns=(200, SessionOut))
def session(actor: Actor, session_id: UUID) -> dict[str, Any]:
    """One session."""
    return views.session(actor, services.session(actor, session_id))


@api.operation(
    "POST", "/supervision-sessions/<uuid:session_id>/answer", needs=RECORD, body=SessionAnswerIn,
    returns=(200, SessionOut), raises=(SessionAnswered,),
)  # fmt: skip
def answer(actor: Actor, session_id: UUID, wrong: str | None) -> dict[str, Any]:
    """A learner agrees, or says what is wrong."""
    return views.session(actor, services.answer(actor, session_id, wrong=wrong).session)


@api.operation(
    "POST", "/supervision-sessions/<uuid:session_id>/withdrawal", needs=RECORD, body=SessionWithdrawalIn,
    returns=(200, SessionOut), raises=(AlreadyEnded,),
)  # fmt: skip
def withdraw(actor: Actor, session_id: UUID, reason: str) -> dict[str, Any]:
    """It was recorded in error."""
    return views.session(actor, services.withdraw(actor, session_id, reason))


@api.operation("GET", "/supervision-hours", needs=RECORD, returns=(200, SupervisionHoursOut))
def hours(actor: Actor) -> dict[str, Any]:
    """One's own hours: had as a learner, given as a supervisor. Only what was agreed counts."""
    if actor.person is None:
        return {"had": [], "given": []}
    return {"had": queries.hours_had(actor.person), "given": queries.hours_given(actor.person)}
