"""When the record store hears of launched content, and when something has happened in a session."""

from collections.abc import Sequence
from datetime import timedelta

from courses.launch.cmi5 import following, preferences, queries, recording
from courses.launch.cmi5.rules import documents as document_rules
from courses.launch.cmi5.rules import words
from courses.launch.cmi5.rules.judging import Case, Heard, Told, check
from courses.launch.formats.structure import Format
from courses.launch.packages.events import PackageKept
from courses.launch.packages.models import Package
from courses.launch.sessions import queries as sessions
from courses.launch.sessions.events import NodesSatisfied, SessionAbandoned, UnitWaived
from courses.launch.sessions.models import OPEN_SESSIONS, Registration, Session
from lms.core import clock, events
from lms.core.db import get_or_refuse
from lms.xapi.errors import NotAllowed
from lms.xapi.events import Arrived, DocumentAsked, StatementsArriving, StatementsAsked, StatementsRecorded
from lms.xapi.identity import agent_of

SEEN_EVERY = timedelta(minutes=1)
"""How exactly it is known when a session was last heard of that only reads and keeps its state."""
_ONCE = {words.COMPLETED, words.PASSED, words.FAILED}


def judge(event: StatementsArriving) -> None:
    """Statements of sessions are let in or refused, before they are stored. Locks their registrations."""
    for credential, session in sessions.locked(event.by_credential.keys()).items():
        _require_open(session)
        arrived = event.by_credential[credential]
        if session.package.format is Format.CMI5:
            _judge(session, arrived)
        if session.package.format in (Format.CMI5, Format.XAPI):
            event.judged.add(credential)


def _is_launched(event: StatementsRecorded) -> bool:
    return bool(event.launched)


@events.only_if(_is_launched)
def follow(event: StatementsRecorded) -> None:
    """Statements of sessions that were stored just now. Their registrations are locked since `judge`."""
    found = sessions.of_credentials(event.launched)
    for each in event.statements:
        session = found.get(each.credential) if each.credential else None
        if session is None:
            continue
        if session.package.format is Format.CMI5:
            following.of_cmi5(session, each)
        elif session.package.format is Format.XAPI:
            following.of_tincan(session, each)


def asked(event: DocumentAsked) -> None:
    """Documents, while the session is open. Who reads the preferences finds some."""
    session = sessions.of_credentials([event.credential]).get(event.credential)
    if session is None:
        return
    _require_open(session)
    now = clock.now()
    if now - session.last_at > SEEN_EVERY:
        session.last_at = now
    if session.package.format is not Format.CMI5:
        return
    if session.fetched_at is None:
        raise NotAllowed("The authorization token of this session has not been fetched", rule="cmi5 8.1.2.0-2")
    if event.kind == "state":
        document_rules.check_state(event.name, event.method)
    if event.kind == "agent_profile":
        document_rules.check_preferences(event.name, event.method, event.content_type, event.body)
        if event.name == words.PREFERENCES and event.method == "GET":
            preferences.ensure(session.registration.learner, session.registration.language)
            session.preferences_at = session.preferences_at or now


def read(event: StatementsAsked) -> None:
    """Statements are read while the session is open (cmi5 §8.1.2)."""
    session = sessions.of_credentials([event.credential]).get(event.credential)
    if session is not None:
        _require_open(session)


def satisfied(event: NodesSatisfied) -> None:
    recording.satisfied(get_or_refuse(Registration, event.registration_id), event)


def abandoned(event: SessionAbandoned) -> None:
    recording.abandoned(get_or_refuse(Session, event.session_id))


def waived(event: UnitWaived) -> None:
    recording.waived(get_or_refuse(Registration, event.registration_id), event)


def _require_open(session: Session) -> None:
    if session.state not in OPEN_SESSIONS:
        raise NotAllowed(
            "This session is over. Launch the content again", "Authorization", "cmi5 8.1.2.0-2, 9.3.0.0-5, 9.3.6.0-2"
        )


def _judge(session: Session, arrived: Sequence[Arrived]) -> None:
    told = Told(
        agent_of(session.registration.learner_id), session.sent["activity"], session.registration_id,
        session.sent["context"], session.mode.value, session.sent["mastery_score"],
    )  # fmt: skip
    asks = any(each.said["verb"]["id"] in _ONCE for each in arrived)
    heard = _heard(session, queries.done_before(session.registration_id, session.key) if asks else frozenset())
    for each in arrived:
        try:
            heard = check(Case(each.said, told, heard, each.has_id, each.has_timestamp))
        except NotAllowed as fault:
            if heard.is_open and each.has_id and queries.is_stored(each.said["id"]):
                continue  # sent again, for its answer was lost: the store compares it with what it has
            raise each.at(fault) from fault


def _heard(session: Session, before: frozenset[str]) -> Heard:
    said = {
        words.INITIALIZED: session.initialized_at, words.COMPLETED: session.completed_at,
        words.PASSED: session.passed_at, words.FAILED: session.failed_at,
    }  # fmt: skip
    return Heard(
        is_open=session.state in OPEN_SESSIONS,
        is_fetched=session.fetched_at is not None,
        has_preferences=session.preferences_at is not None,
        verbs=frozenset(verb for verb, at in said.items() if at is not None),
        before=before,
    )


def define(event: PackageKept) -> None:
    """The record store learns what the parts of a new package are called."""
    recording.define(get_or_refuse(Package, event.package_id))
