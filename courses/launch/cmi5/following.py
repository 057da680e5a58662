"""What statements of a session mean once they are stored: noted in its registration, and up to the enrolment."""

from collections.abc import Callable
from datetime import datetime
from functools import partial

from courses.enrolments import services as enrolments
from courses.launch.cmi5.rules import words
from courses.launch.cmi5.rules.durations import seconds
from courses.launch.cmi5.rules.judging import named
from courses.launch.rules import progress_in
from courses.launch.sessions import noting
from courses.launch.sessions.models import Fact, LaunchMode, Session
from lms.core import audit, clock
from lms.core.errors import Refusal
from lms.core.permissions import Actor
from lms.xapi.events import Recorded


def heard(session: Session, it: Recorded) -> datetime:
    """Note that content has said something, and when by our reckoning: between its launch and now, whatever its clock says."""
    now = clock.now()
    at = max(session.launched_at, min(it.timestamp, now))
    session.last_at = now
    session.last_said_at = max(session.last_said_at or at, at)
    return at


def of_cmi5(session: Session, it: Recorded) -> None:
    """A statement that was let in (`rules.judging`). Only cmi5 defined ones count; progress is told by any (§9.5.5.1)."""
    at = heard(session, it)
    if it.object_id == session.sent["activity"] and (progress := _progress(it)) is not None:
        _noted(session, it, partial(noting.attained, session.registration, session.key, progress=progress))
    if words.DEFINED not in named(it.said.get("context") or {}, "category"):
        return
    match it.verb:
        case words.INITIALIZED:
            _noted(session, it, partial(noting.initialized, session, at, it.id))
        case words.COMPLETED:
            session.completed_at = at
            _achieved(session, it, Fact.COMPLETED, at)
        case words.PASSED:
            session.passed_at = at
            _scored(session, it)
            _achieved(session, it, Fact.PASSED, at)
        case words.FAILED:
            session.failed_at = at
            _failed(session, it, at)
        case words.TERMINATED:
            noting.ended(session, at)
            spent(session, it)


def of_tincan(session: Session, it: Recorded) -> None:
    """Such content knows no session, no categories and no end. What counts is said of exactly the activity of its tincan.xml;
    of other ids, completing and passing is noted for the author to see."""
    at = heard(session, it)
    if session.initialized_at is None:
        _noted(session, it, partial(noting.initialized, session, at, it.id))
    if session.mode is not LaunchMode.NORMAL:
        return
    if it.object_id != session.sent["activity"]:
        if it.verb in (words.COMPLETED, words.PASSED):
            passed_over(session, it, "other-activity")
        return
    if (progress := progress_in(it.result or {})) is not None and it.verb.endswith("/progressed"):
        _noted(session, it, partial(noting.attained, session.registration, session.key, progress=progress))
    match it.verb:
        case words.COMPLETED:
            session.completed_at = session.completed_at or at
            _achieved(session, it, Fact.COMPLETED, at)
        case words.PASSED:
            session.passed_at = session.passed_at or at
            _scored(session, it)
            _achieved(session, it, Fact.PASSED, at)
        case words.FAILED:
            session.failed_at = at
            _failed(session, it, at)


def spent(session: Session, it: Recorded) -> None:
    """Time in the unit, as its content says, and no longer than the session has been open."""
    told = seconds((it.result or {}).get("duration", ""))
    open_for = (clock.now() - session.launched_at).total_seconds()
    _noted(session, it, partial(noting.attained, session.registration, session.key, seconds=int(min(told, open_for))))


def passed_over(session: Session, it: Recorded, reason: str) -> None:
    audit.record(
        Actor.system(), "statement.passed_over", about=session.registration.learner_id, thing=session, reason=reason,
        statement=str(it.id), verb=it.verb, activity=it.object_id,
    )  # fmt: skip


def _achieved(session: Session, it: Recorded, fact: Fact, at: datetime) -> None:
    _noted(
        session, it,
        partial(
            noting.achieved, session.registration, session.key, fact, at, source="statement", said_by=it.id,
            session=session,
        ),
    )  # fmt: skip


def _scored(session: Session, it: Recorded) -> None:
    if (scaled := _scaled(it)) is not None:
        noting.attained(session.registration, session.key, scaled=scaled)


def _failed(session: Session, it: Recorded, at: datetime) -> None:
    noting.attained(session.registration, session.key, scaled=_scaled(it), failed_at=at)
    if (enrolment := session.registration.enrolment_id) is not None:
        _noted(session, it, partial(enrolments.note, Actor.system(), enrolment, "failed", at, it.id))


def _scaled(it: Recorded) -> float | None:
    """0 to 1; below nought is nought."""
    scaled = ((it.result or {}).get("score") or {}).get("scaled")
    return None if scaled is None else max(0.0, float(scaled))


def _progress(it: Recorded) -> int | None:
    """A whole number from 0 to 100 (§9.5.5.1); Completed says no progress."""
    said = ((it.result or {}).get("extensions") or {}).get(words.PROGRESS)
    if isinstance(said, bool) or not isinstance(said, (int, float)) or it.verb == words.COMPLETED:
        return None
    return round(max(0.0, min(100.0, said)))


def _noted(session: Session, it: Recorded, note: Callable[[], object]) -> None:
    """What an enrolment that is closed does not take changes nothing there, and is kept as said."""
    try:
        note()
    except Refusal as refusal:
        passed_over(session, it, refusal.slug)
