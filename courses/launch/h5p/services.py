"""H5P's use cases: launch, begin, report, remember. Authorise, load, decide, record. The edge commits."""

import json
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid5

from courses.launch.h5p import rules
from courses.launch.h5p.errors import NotFromH5P
from courses.launch.packages import addresses
from courses.launch.packages.identity import course_activity, part_activity
from courses.launch.packages.models import PackageNode
from courses.launch.sessions import noting
from courses.launch.sessions.errors import SessionOver
from courses.launch.sessions.models import OPEN_SESSIONS, Fact, LaunchMode, Registration, Session, SessionState
from courses.launch.sessions.queries import whole
from courses.launch.sessions.remembering import recalled, remember
from courses.launch.sessions.services import open_session
from lms.core import clock
from lms.core.db import get_or_refuse
from lms.core.permissions import Actor, Permission
from lms.xapi.errors import Contradiction, Fault
from lms.xapi.identity import agent_of
from lms.xapi.services import record_own

STATE = "h5p"
LARGEST_STATE = 500_000


@dataclass(frozen=True)
class Launched:
    """`url` opens the unit in its session."""

    session: Session
    url: str


def launch(
    actor: Actor, registration: Registration, node_id: UUID, *, mode: LaunchMode | None = None, anew: bool = False
) -> Launched:
    """A session of H5P content, which goes on from where it was, unless `anew`.

    Expects the registration locked. Raises Forbidden, NothingToLaunch.
    """
    actor.require(Permission.ENROLMENT_LAUNCH, about=registration.learner_id, at=registration.place)
    node = get_or_refuse(PackageNode, node_id)
    sent: dict[str, Any] = {
        "move_on": node.move_on, "mastery_score": None if node.mastery_score is None else float(node.mastery_score),
        "launch_parameters": None, "return_url": None, "context": {},
    }  # fmt: skip
    session, _key, _secret = open_session(actor, registration, node.id, mode or LaunchMode.NORMAL, sent)
    if anew:
        remember(session, STATE, b"null")
    return Launched(session, f"{addresses.folder(registration.package, session.id)}~llwybr/h5p")


def beginning(actor: Actor, session_id: UUID) -> dict[str, Any]:
    """What the page begins with. Raises NotFound, Forbidden."""
    session = _of(actor, session_id, lock=False)
    kept = json.loads(recalled(session, STATE) or b"null")
    return {
        "language": session.registration.language,
        "open": session.state in OPEN_SESSIONS,
        "activity": part_activity(session.package.course.code, session.key),
        "state": kept,
    }


def begin(actor: Actor, session_id: UUID) -> None:
    """The content is shown. Again changes nothing. Raises NotFound, Forbidden, SessionOver."""
    session = _open(actor, session_id)
    if session.state is SessionState.LAUNCHED:
        noting.initialized(session, clock.now(), None)


def report(actor: Actor, session_id: UUID, said: Any) -> None:
    """Something has happened in the content: {statement, id}. Raises NotFound, Forbidden, SessionOver, NotFromH5P."""
    session = _open(actor, session_id)
    now, code, registration = clock.now(), session.package.course.code, session.registration
    activity = part_activity(code, session.key)
    if not isinstance(said, dict):
        raise NotFromH5P()
    made = rules.rewritten(said.get("statement"), activity, session.node.title)
    if made is None:
        return  # of no concern to a record of learning
    if session.state is SessionState.LAUNCHED:
        noting.initialized(session, now, None)
    noting.heard_of(session)
    if session.mode is not LaunchMode.NORMAL:
        return
    context = made.setdefault("context", {})
    context["registration"] = str(registration.id)
    context.setdefault("contextActivities", {})["grouping"] = [{"id": course_activity(code)}]
    made |= {
        "id": str(uuid5(session.id, str(said.get("id")))), "actor": agent_of(registration.learner_id),
        "timestamp": now.isoformat().replace("+00:00", "Z"),
    }  # fmt: skip
    try:
        told = record_own(Actor.system(), made)
    except Contradiction:
        return  # sent again, because its answer was lost
    except Fault as fault:
        raise NotFromH5P() from fault
    _note(session, rules.meaning_of(made, session.node.mastery_score), told)


def keep(actor: Actor, session_id: UUID, said: Any) -> None:
    """Where the learner is, in the content's own words: {state}. Raises NotFound, Forbidden, SessionOver, NotFromH5P."""
    session = _open(actor, session_id)
    state = said.get("state") if isinstance(said, dict) else None
    if not isinstance(state, str) or len(state) > LARGEST_STATE:
        raise NotFromH5P()
    noting.heard_of(session)
    remember(session, STATE, json.dumps(state).encode())


def end(actor: Actor, session_id: UUID) -> None:
    """The learner leaves. Again changes nothing. Raises NotFound, Forbidden."""
    noting.ended(_of(actor, session_id, lock=True), clock.now())


def _note(session: Session, meaning: rules.Meaning, told: UUID) -> None:
    now, registration = clock.now(), session.registration
    failed = now if meaning.success is False else None
    if meaning.scaled is not None or meaning.progress is not None or failed:
        scaled = None if meaning.scaled is None else max(Decimal(0), min(Decimal(1), meaning.scaled))
        noting.attained(registration, session.key, scaled=scaled, progress=meaning.progress, failed_at=failed)
    facts = [Fact.PASSED] if meaning.success else []
    for fact in facts + ([Fact.COMPLETED] if meaning.completed else []):
        noting.achieved(registration, session.key, fact, now, source="statement", said_by=told, session=session)


def _of(actor: Actor, session_id: UUID, *, lock: bool) -> Session:
    session = whole(session_id, lock=lock)
    actor.require(Permission.ENROLMENT_LAUNCH, about=session.registration.learner_id)
    return session


def _open(actor: Actor, session_id: UUID) -> Session:
    session = _of(actor, session_id, lock=True)
    if session.state not in OPEN_SESSIONS:
        raise SessionOver()
    return session
