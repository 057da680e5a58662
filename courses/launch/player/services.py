"""The player's use cases: start a unit, say that it is done, tell what was seen. Authorise, load, decide, record."""

import json
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from courses.launch.cmi5 import services as cmi5
from courses.launch.formats.structure import Format, title_in
from courses.launch.h5p import services as h5p
from courses.launch.packages import addresses
from courses.launch.packages.models import PackageNode
from courses.launch.player import rules
from courses.launch.scorm import services as scorm
from courses.launch.sessions import noting, queries
from courses.launch.sessions.errors import ContentElsewhere, NothingToLaunch, SessionOver
from courses.launch.sessions.models import OPEN_SESSIONS, Fact, LaunchMode, Registration, Session, SessionState
from courses.launch.sessions.remembering import recalled, remember
from courses.launch.sessions.services import begin, open_session
from lms.core import clock
from lms.core.db import get_or_refuse
from lms.core.errors import NotFound
from lms.core.permissions import Actor, Permission

SEEN = "seen"


@dataclass(frozen=True)
class Started:
    """`url` opens the unit. `kept`: the address of the session can be made again, so that a reload goes on with it."""

    session: Session
    url: str
    kept: bool


def start(
    actor: Actor, enrolment_id: UUID, node_id: UUID, *, anew: bool = False, return_url: str | None = None
) -> Started:
    """Start or resume a unit; what was open is abandoned. `return_url` is where cmi5 content goes when it is over.

    Raises NotFound, EnrolmentClosed, NothingToLaunch, ContentElsewhere.
    """
    registration = begin(actor, enrolment_id)
    node = get_or_refuse(PackageNode, node_id)
    if node.package_id != registration.package_id:
        raise NothingToLaunch()
    return start_in(actor, registration, node, anew=anew, return_url=return_url)


def start_in(
    actor: Actor, registration: Registration, node: PackageNode, *, mode: LaunchMode | None = None, anew: bool = False,
    return_url: str | None = None,
) -> Started:  # fmt: skip
    """The same for a registration that is there and locked, such as a test launch. `mode` None: as fits what is done."""
    actor.require(Permission.ENROLMENT_LAUNCH, about=registration.learner_id, at=registration.place)
    kind = registration.package.format
    if kind is not Format.LINK and not addresses.origin(registration.package):
        raise ContentElsewhere()
    if rules.completion_in(node.more) is not None:
        return _start_plain(actor, registration, node, mode or LaunchMode.NORMAL)
    if kind in scorm.RUNTIMES:
        launched = scorm.launch(actor, registration, node.id, mode=mode, anew=anew)
        return Started(launched.session, launched.url, True)
    if kind is Format.H5P:
        played = h5p.launch(actor, registration, node.id, mode=mode, anew=anew)
        return Started(played.session, played.url, True)
    if kind in (Format.CMI5, Format.XAPI):
        satisfied = queries.standing(registration).satisfied
        fitting = mode or (LaunchMode.REVIEW if node.key in satisfied else LaunchMode.NORMAL)
        opened = cmi5.launch(actor, registration, node.key, fitting, return_url)
        return Started(opened.session, opened.url, False)
    raise NothingToLaunch()


def _start_plain(actor: Actor, registration: Registration, node: PackageNode, mode: LaunchMode) -> Started:
    """A video, a document, a link, or a page that cannot report."""
    sent: dict[str, Any] = {
        "move_on": node.move_on, "mastery_score": None, "launch_parameters": None, "return_url": None, "context": {},
    }  # fmt: skip
    session, _key, _secret = open_session(actor, registration, node.id, mode, sent)
    now, completion = clock.now(), rules.completion_in(node.more)
    if completion is not None and completion.rule in ("opened", "confirmed", "read"):
        noting.initialized(session, now, None)  # these cannot say so themselves
    if completion is not None and completion.rule == "opened" and mode is LaunchMode.NORMAL:
        noting.achieved(
            registration, node.key, Fact.COMPLETED, now, source="commit", said_by=session.id, session=session
        )
    return Started(session, address_of(session), True)


def address_of(session: Session) -> str:
    """Where a session that is open is shown; made again when the page is loaded again. Empty: only its own start says."""
    kind, node = session.package.format, session.node
    if kind is Format.LINK:
        return node.url or ""
    folder = addresses.folder(session.package, session.id)
    completion = rules.completion_in(node.more)
    if completion is not None:
        return f"{folder}~llwybr/media" if completion.rule in ("watched", "read") else f"{folder}{node.url}"
    if kind in scorm.RUNTIMES:
        return f"{folder}~llwybr/{scorm.RUNTIMES[kind]}"
    return f"{folder}~llwybr/h5p" if kind is Format.H5P else ""


def confirm(actor: Actor, session_id: UUID) -> None:
    """The learner says that they have read it or worked through it. Raises NotFound, SessionOver."""
    session = _mine(actor, session_id)
    if not rules.is_confirmed(rules.completion_in(session.node.more)):
        raise NotFound()
    _complete(session)
    noting.ended(session, clock.now())


def seen(actor: Actor, session_id: UUID, said: Any) -> bool:
    """What of a video was seen by now: {seen, length, position, ended}. True: enough of it.

    Raises NotFound, Forbidden, SessionOver.
    """
    session = _mine(actor, session_id)
    noting.heard_of(session)
    said = said if isinstance(said, dict) else {}
    completion = rules.completion_in(session.node.more)
    enough = False
    if session.state is SessionState.LAUNCHED:
        noting.initialized(session, clock.now(), None)
    if completion is not None and completion.rule == "watched" and "seen" in said:
        before = _kept(session)
        length = said.get("length")
        ranges = rules.joined([*rules.seen_in(before.get("seen")), *rules.seen_in(said["seen"])])
        position = said.get("position")
        now = {"seen": ranges, "position": position if isinstance(position, int) else 0}
        remember(session, SEEN, json.dumps(now).encode())
        reached = rules.per_cent_seen(ranges, length if isinstance(length, (int, float)) else 0)
        enough = reached >= completion.per_cent
        if session.mode is LaunchMode.NORMAL:
            noting.attained(session.registration, session.key, progress=reached)
            if enough:
                _complete(session)
    if said.get("ended") is True:
        noting.ended(session, clock.now())
    return enough


def beginning(actor: Actor, session_id: UUID) -> dict[str, Any]:
    """What our page for videos and documents begins with. Raises NotFound, Forbidden."""
    session = get_or_refuse(Session, session_id)
    actor.require(Permission.ENROLMENT_LAUNCH, about=session.registration.learner_id)
    kept, language = _kept(session), session.registration.language
    completion = rules.completion_in(session.node.more)
    return {
        "language": language,
        "open": session.state in OPEN_SESSIONS,
        "kind": "video" if completion is not None and completion.rule == "watched" else "document",
        "url": session.node.url,
        "title": title_in(session.node.title, language)[0],
        "seen": [second for first, last in rules.seen_in(kept.get("seen")) for second in range(first, last + 1)],
        "position": kept.get("position", 0),
    }


def _kept(session: Session) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(recalled(session, SEEN) or b"{}")
    return found


def _complete(session: Session) -> None:
    if session.mode is LaunchMode.NORMAL:
        now = clock.now()
        noting.achieved(
            session.registration, session.key, Fact.COMPLETED, now, source="commit", said_by=session.id, session=session
        )


def _mine(actor: Actor, session_id: UUID) -> Session:
    """The session, open and locked with its registration."""
    session = get_or_refuse(Session, session_id)
    actor.require_or_hide(Permission.ENROLMENT_LAUNCH, about=session.registration.learner_id)
    get_or_refuse(Registration, session.registration_id, lock=True)
    session = get_or_refuse(Session, session_id, lock=True)
    if session.state not in OPEN_SESSIONS:
        raise SessionOver()
    return session


def running(registration: Registration) -> Session | None:
    """What is open now. One query."""
    return queries.open_session(registration.id)
