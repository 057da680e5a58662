"""SCORM's use cases: launch, begin, commit. Authorise, load, decide, record. The edge commits."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert

from courses.launch.formats.structure import Format, MoveOn
from courses.launch.packages import addresses
from courses.launch.packages.identity import course_activity, part_activity
from courses.launch.packages.models import PackageNode
from courses.launch.scorm import queries, rules, starting, statements
from courses.launch.scorm.errors import NotACommit, SuspendDataTooLong
from courses.launch.scorm.models import Attempt, Commit
from courses.launch.sessions import noting
from courses.launch.sessions.models import OPEN_SESSIONS, Fact, LaunchMode, Registration, Session, SessionState
from courses.launch.sessions.queries import standing, whole
from courses.launch.sessions.rules import is_met
from courses.launch.sessions.services import open_session
from lms.core import clock
from lms.core.db import db, get_or_refuse, record
from lms.core.ids import new_id
from lms.core.permissions import Actor, Permission
from lms.xapi.identity import agent_of
from lms.xapi.services import record_own

LARGEST = 2_000_000
"""Bytes of a commit."""
MODES = {LaunchMode.NORMAL: "normal", LaunchMode.BROWSE: "browse", LaunchMode.REVIEW: "review"}
RUNTIMES = {Format.SCORM_12: "scorm12", Format.SCORM_2004: "scorm2004"}


@dataclass(frozen=True)
class Launched:
    """`url` opens the unit in its session."""

    session: Session
    url: str


def launch(
    actor: Actor, registration: Registration, node_id: UUID, *, mode: LaunchMode | None = None, anew: bool = False
) -> Launched:
    """A session of a SCO: of the attempt that there is, or of a new one. What is done opens for review, unless `anew`.

    Expects the registration locked. Raises Forbidden, NothingToLaunch.
    """
    actor.require(Permission.ENROLMENT_LAUNCH, about=registration.learner_id, at=registration.place)
    node = get_or_refuse(PackageNode, node_id)
    attempt = queries.newest_attempt(registration.id, node.key)
    if attempt is None or (anew and json.loads(attempt.data).get("cmi")):
        now = clock.now()
        attempt = record(
            Attempt(
                id=new_id(), registration_id=registration.id, key=node.key, number=attempt.number + 1 if attempt else 1,
                begun_at=now, updated_at=now,
            )
        )  # fmt: skip
    done = not anew and node.key in standing(registration).satisfied and attempt.finished_at is not None
    chosen = mode or (LaunchMode.REVIEW if done else LaunchMode.NORMAL)
    sent: dict[str, Any] = {
        "move_on": node.move_on, "mastery_score": _number(node.mastery_score), "launch_parameters": None,
        "return_url": None, "context": {}, "attempt": str(attempt.id),
    }  # fmt: skip
    session, _key, _secret = open_session(actor, registration, node.id, chosen, sent)
    page = RUNTIMES[registration.package.format]
    return Launched(session, f"{addresses.folder(registration.package, session.id)}~llwybr/{page}")


def beginning(actor: Actor, session_id: UUID) -> dict[str, Any]:
    """What the run-time begins with: `version`, the SCO's `url` in the package, its `data`. Raises NotFound, Forbidden."""
    session, attempt = _of(actor, session_id, lock=False)
    kept, version = json.loads(attempt.data), session.package.format
    learner = session.registration.learner
    return {
        "version": RUNTIMES[version],
        "url": session.node.url,
        "sequence": queries.last_sequence(session_id),
        "open": session.state in OPEN_SESSIONS,
        "language": session.registration.language,
        "data": starting.data(
            starting.Beginning(
                version, str(session.registration.learner_id), learner.display_name, MODES[session.mode],
                session.mode is LaunchMode.NORMAL, attempt.seconds, kept.get("cmi") or {}, bool(kept.get("closed")),
                session.node.mastery_score, session.node.more, session.registration.language,
            )
        ),
    }  # fmt: skip


def begin(actor: Actor, session_id: UUID) -> None:
    """The content has initialised. Again changes nothing. Raises NotFound, Forbidden."""
    session, attempt = _of(actor, session_id, lock=True)
    if session.state is SessionState.LAUNCHED:
        _begin(session, attempt)


def commit(actor: Actor, session_id: UUID, body: bytes, *, final: bool) -> bool:
    """Take what the run-time sends: kept as it came, and applied unless something newer was. False: another session has taken over.

    Raises NotFound, Forbidden, NotACommit, SuspendDataTooLong.
    """
    said = _parsed(body)
    session, attempt = _of(actor, session_id, lock=True)
    last = queries.last_sequence(session_id)
    sequence = said.sequence if said.sequence is not None else last + 1
    noting.heard_of(session)
    kept = _keep(attempt, session, sequence, final, body)
    if kept is None:
        return True  # the same, sent again because its answer was lost
    if sequence < last or session.state is SessionState.ENDED or session.mode is not LaunchMode.NORMAL:
        if final:
            noting.ended(session, clock.now())
        return True
    if session.state not in OPEN_SESSIONS and queries.is_overtaken(session, attempt.id):
        return False
    if session.state is SessionState.LAUNCHED:
        _begin(session, attempt)
    _apply(session, attempt, said, kept, final=final)
    return True


@dataclass(frozen=True)
class _Said:
    cmi: Mapping[str, Any]
    seconds: Any
    sequence: int | None
    partial: bool


def _parsed(body: bytes) -> _Said:
    """With scorm-again's common fields, or its plain form; JSON whatever it is called. Raises NotACommit."""
    try:
        given = json.loads(body)
    except ValueError as fault:
        raise NotACommit() from fault
    data = given.get("runtimeData", given) if isinstance(given, dict) else None
    cmi = data.get("cmi") if isinstance(data, dict) else None
    if not isinstance(cmi, dict):
        raise NotACommit()
    if len(str(cmi.get("suspend_data") or "")) > rules.LONGEST_SUSPEND_DATA:
        raise SuspendDataTooLong()
    sequence = given.get("commitSequence")
    known = isinstance(sequence, int) and not isinstance(sequence, bool) and 0 < sequence < 2**31
    return _Said(cmi, given.get("totalTimeSeconds"), sequence if known else None, given.get("partial") is True)


def _of(actor: Actor, session_id: UUID, *, lock: bool) -> tuple[Session, Attempt]:
    """Locks the registration first, as everybody does."""
    session = whole(session_id, lock=lock)
    actor.require(Permission.ENROLMENT_LAUNCH, about=session.registration.learner_id)
    attempt = session.sent.get("attempt")
    if attempt is None:
        raise NotACommit()
    return session, get_or_refuse(Attempt, UUID(attempt), lock=lock)


def _keep(attempt: Attempt, session: Session, sequence: int, final: bool, body: bytes) -> UUID | None:
    """The body, as it came, and its id. None: that commit was received before."""
    row = insert(Commit).values(
        id=new_id(), attempt_id=attempt.id, session_id=session.id, sequence=sequence, final=final, body=body
    )
    kept = row.on_conflict_do_nothing(index_elements=["session_id", "sequence"]).returning(Commit.id)
    return db.session.scalars(kept).one_or_none()


def _begin(session: Session, attempt: Attempt) -> None:
    now = clock.now()
    noting.initialized(session, now, None)
    resumed = bool(json.loads(attempt.data).get("cmi"))
    _tell([statements.begun(_about(session, attempt), resumed=resumed)], now)


def _apply(session: Session, attempt: Attempt, said: _Said, source: UUID, *, final: bool) -> None:
    now, node, registration = clock.now(), session.node, session.registration
    before_data = json.loads(attempt.data).get("cmi") or {}
    cmi = rules.kept(before_data, said.cmi, partial=said.partial)
    asked = rules.Asked(_passing(node), _decimal(node.more.get("completion_threshold")))
    new = rules.reported(session.package.format, said.cmi, said.seconds, asked, final=final)
    before = rules.Standing(attempt.completion, attempt.success, attempt.scaled, attempt.seconds)
    after = before.with_(new)
    attempt.data = json.dumps({"cmi": cmi, "closed": final})
    attempt.completion, attempt.success = after.completion, after.success
    attempt.scaled, attempt.seconds, attempt.updated_at = after.scaled, after.seconds, now
    about = _about(session, attempt)
    told = [*statements.answers(about, before_data, cmi), *statements.changes(about, before, after, new)]
    if final:
        told.append(statements.closed(about, after, new, int((now - session.launched_at).total_seconds())))
    _tell(told, now)
    _note(registration, session, before, after, new, now, source)
    asked_for = registration.package.completion or node.move_on or MoveOn.NOT_APPLICABLE
    if attempt.finished_at is None and is_met(asked_for, _facts(after)):
        attempt.finished_at = now
    if final:
        noting.ended(session, now)


def _note(
    registration: Registration, session: Session, before: rules.Standing, after: rules.Standing, new: rules.Reported,
    now: datetime, source: UUID,
) -> None:  # fmt: skip
    """What follows for the registration: how well it went, and what was achieved."""
    failed = now if after.success == rules.FAILED and before.success != rules.FAILED else None
    scaled = None if after.scaled is None else max(Decimal(0), after.scaled)
    if (after, new.progress) != (before, None):
        noting.attained(
            registration, session.key, scaled=scaled, progress=new.progress, seconds=after.seconds - before.seconds,
            failed_at=failed,
        )  # fmt: skip
    if after.success == rules.PASSED and before.success != rules.PASSED:
        session.passed_at = now
        noting.achieved(registration, session.key, Fact.PASSED, now, source="commit", said_by=source, session=session)
    if after.completion == rules.COMPLETED and before.completion != rules.COMPLETED:
        session.completed_at = now
        noting.achieved(
            registration, session.key, Fact.COMPLETED, now, source="commit", said_by=source, session=session
        )


def _facts(after: rules.Standing) -> set[str]:
    found = {Fact.PASSED} if after.success == rules.PASSED else set()
    return found | ({Fact.COMPLETED} if after.completion == rules.COMPLETED else set())


def _about(session: Session, attempt: Attempt) -> statements.About:
    code = session.package.course.code
    activity = part_activity(code, session.key)
    return statements.About(
        agent_of(session.registration.learner_id), activity, session.node.title, course_activity(code),
        f"{activity}?attemptId={attempt.id}", str(session.registration_id), str(session.id),
    )  # fmt: skip


def _tell(told: Iterable[dict[str, Any]], now: datetime) -> None:
    for each in told:
        record_own(Actor.system(), each | {"timestamp": now.isoformat().replace("+00:00", "Z")})


def _passing(node: PackageNode) -> Decimal | None:
    return _decimal(node.more.get("scaled_passing_score")) or node.mastery_score


def _number(given: Decimal | None) -> float | None:
    return None if given is None else float(given)


def _decimal(given: Any) -> Decimal | None:
    return None if given in (None, "") else Decimal(str(given))
