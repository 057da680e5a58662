"""What happens once a learner has a place: starting, getting on, finishing; pausing and resuming."""

from datetime import datetime
from uuid import UUID

from courses.catalogue.models import CertificateKind
from courses.enrolments import queries, rules
from courses.enrolments.errors import EnrolmentClosed
from courses.enrolments.events import (
    CompletionWithdrawn,
    EnrolmentCompleted,
    LearnerActive,
    LearningCompleted,
    LearningWithdrawn,
)
from courses.enrolments.models import MISSED_STATES, Enrolment, EnrolmentEventKind, EnrolmentState
from courses.enrolments.services.entering import happened
from courses.supervision.queries import attestation_on
from lms.core import audit, clock, events
from lms.core.db import get_or_refuse
from lms.core.permissions import Actor, Permission

LEARNING = (
    EnrolmentState.ENROLLED, EnrolmentState.IN_PROGRESS, EnrolmentState.PAUSED, *MISSED_STATES, EnrolmentState.COMPLETED,
)  # fmt: skip
"""States in which learning can be recorded; in COMPLETED it changes nothing any more."""
ATTESTATION_ENDED = "attestation_ended"
BEGUN_ANEW = "begun_anew"
NOT_ATTENDED = "not_attended"


def start(actor: Actor, enrolment_id: UUID, at: datetime, statement_id: UUID | None = None) -> Enrolment:
    """The learner has opened the content. The first time counts."""
    enrolment = _for_learning(actor, enrolment_id)
    _start(actor, enrolment, at, statement_id)
    return enrolment


def seen(actor: Actor, enrolment_id: UUID, at: datetime) -> Enrolment:
    """The learner was active, without getting further."""
    enrolment = _for_learning(actor, enrolment_id)
    if _active(enrolment, at):
        events.publish(LearnerActive(enrolment.id))
    return enrolment


def record_progress(
    actor: Actor, enrolment_id: UUID, progress: int, at: datetime, statement_id: UUID | None = None
) -> Enrolment:
    """How far the learner is, 0 to 100. Never goes back: an old statement may come late."""
    enrolment = _for_learning(actor, enrolment_id)
    _start(actor, enrolment, at, statement_id)
    progress = max(0, min(progress, 100))
    if progress > enrolment.progress and enrolment.state is not EnrolmentState.COMPLETED:
        enrolment.progress = progress
        happened(
            actor, enrolment, EnrolmentEventKind.PROGRESSED, at=at, statement_id=statement_id,
            details={"progress": progress},
        )  # fmt: skip
    return enrolment


def note(actor: Actor, enrolment_id: UUID, reason: str, at: datetime, statement_id: UUID | None = None) -> Enrolment:
    """Something that changes no state and is worth keeping, such as an attempt that was not passed."""
    enrolment = _for_learning(actor, enrolment_id)
    _start(actor, enrolment, at, statement_id)
    happened(actor, enrolment, EnrolmentEventKind.NOTED, reason=reason, at=at, statement_id=statement_id)
    return enrolment


def learning_completed(actor: Actor, enrolment_id: UUID, at: datetime, statement_id: UUID | None = None) -> Enrolment:
    """All of the content is done. Completes the enrolment unless a portfolio is still to be signed off. Once."""
    enrolment = _for_learning(actor, enrolment_id)
    _start(actor, enrolment, at, statement_id)
    if enrolment.learning_completed_at is not None:
        return enrolment
    enrolment.learning_completed_at, enrolment.progress = at, 100
    happened(actor, enrolment, EnrolmentEventKind.LEARNING_COMPLETED, at=at, statement_id=statement_id)
    audit.record(actor, "enrolment.learning_completed", about=enrolment.learner_id, thing=enrolment)
    events.publish(LearningCompleted(enrolment.id))
    _finish(actor, enrolment, at)
    return enrolment


def complete(actor: Actor, enrolment_id: UUID) -> Enrolment:
    """An organiser records that the learner attended, or has done all of the content. Again changes nothing."""
    enrolment = _for_learning(actor, enrolment_id)
    if enrolment.dated:
        attended(actor, enrolment_id, clock.now(), whole_course=False)
    return learning_completed(actor, enrolment_id, clock.now())


def attended(actor: Actor, enrolment_id: UUID, at: datetime, *, whole_course: bool) -> Enrolment:
    """Enough of the dates was attended. `whole_course`: nothing else is to be learnt. Once; again changes nothing."""
    enrolment = _for_learning(actor, enrolment_id)
    _start(actor, enrolment, at, None)
    if enrolment.state in MISSED_STATES:
        enrolment.state = EnrolmentState.IN_PROGRESS
    if enrolment.attended_at is None:
        enrolment.attended_at = at
        happened(actor, enrolment, EnrolmentEventKind.ATTENDED, at=at)
        audit.record(actor, "enrolment.attended", about=enrolment.learner_id, thing=enrolment)
    if whole_course and enrolment.learning_completed_at is None:
        return learning_completed(actor, enrolment_id, at)
    _finish(actor, enrolment, at)
    return enrolment


def unattended(actor: Actor, enrolment_id: UUID, *, part: bool) -> Enrolment:
    """A register was put right: not enough was attended after all, so what was completed by that does not stand either.

    What was learnt by attending alone, at the same instant, goes with it. Another date can be booked, also where `part` was
    attended. That it was completed stays on record, and a new event says since when it does not count. Again changes
    nothing. Raises NotFound.
    """
    enrolment = get_or_refuse(Enrolment, enrolment_id, lock=True)
    actor.require_or_hide(Permission.ENROLMENT_COMPLETE, about=enrolment.learner_id, at=enrolment.organisation_lineage)
    if enrolment.attended_at is None:
        return enrolment
    happened(actor, enrolment, EnrolmentEventKind.ATTENDANCE_WITHDRAWN)
    if enrolment.learning_completed_at == enrolment.attended_at:
        enrolment.learning_completed_at, enrolment.progress = None, 0
        events.publish(LearningWithdrawn(enrolment.id))
    enrolment.attended_at = None
    if enrolment.state is EnrolmentState.COMPLETED and enrolment.completed_on:
        _completion_withdrawn(actor, enrolment, NOT_ATTENDED)
    if enrolment.state in (EnrolmentState.ENROLLED, EnrolmentState.IN_PROGRESS):
        enrolment.state = EnrolmentState.RESIT_DUE if part else EnrolmentState.DID_NOT_ATTEND
        happened(actor, enrolment, EnrolmentEventKind(enrolment.state.value))
    return enrolment


def missed(actor: Actor, enrolment_id: UUID, at: datetime, *, part: bool) -> Enrolment:
    """The learner was not there, or (`part`) not for long enough. Another date can be booked. Again changes nothing."""
    enrolment = _for_learning(actor, enrolment_id)
    state = EnrolmentState.RESIT_DUE if part else EnrolmentState.DID_NOT_ATTEND
    if enrolment.state in (EnrolmentState.COMPLETED, EnrolmentState.PAUSED, state) or enrolment.attended_at is not None:
        return enrolment
    enrolment.state = state
    happened(actor, enrolment, EnrolmentEventKind(state.value), at=at)
    audit.record(actor, f"enrolment.{state.value}", about=enrolment.learner_id, thing=enrolment)
    return enrolment


def evaluate(actor: Actor, enrolment_id: UUID) -> Enrolment:
    """Complete it if everything is there; it should be already, so once more changes nothing. Raises NotFound."""
    enrolment = get_or_refuse(Enrolment, enrolment_id, lock=True)
    actor.require_or_hide(Permission.ENROLMENT_COMPLETE, about=enrolment.learner_id, at=enrolment.organisation_lineage)
    _finish(actor, enrolment, enrolment.learning_completed_at or clock.now())
    return enrolment


def portfolio_signed_off(actor: Actor, enrolment_id: UUID) -> Enrolment:
    """The learner's portfolio stands signed. Completes the enrolment if the content is done. Raises NotFound."""
    enrolment = get_or_refuse(Enrolment, enrolment_id, lock=True)
    actor.require(Permission.PORTFOLIO_SIGN_OFF, about=enrolment.learner_id)
    if enrolment.portfolio_signed_off_at is None:
        enrolment.portfolio_signed_off_at = clock.now()
        happened(actor, enrolment, EnrolmentEventKind.PORTFOLIO_SIGNED_OFF)
        _finish(actor, enrolment, enrolment.portfolio_signed_off_at)
    return enrolment


def portfolio_reopened(actor: Actor, enrolment_id: UUID) -> Enrolment:
    """The portfolio is open again. What is completed stays completed. Raises NotFound."""
    enrolment = get_or_refuse(Enrolment, enrolment_id, lock=True)
    actor.require(Permission.PORTFOLIO_READ, about=enrolment.learner_id)
    if enrolment.portfolio_signed_off_at is not None and enrolment.state is not EnrolmentState.COMPLETED:
        enrolment.portfolio_signed_off_at = None
        happened(actor, enrolment, EnrolmentEventKind.PORTFOLIO_REOPENED)
    return enrolment


def portfolio_unsigned(actor: Actor, enrolment_id: UUID) -> Enrolment:
    """No signature under the portfolio stands any more, so neither does what was completed by it. Again changes nothing.

    That it was completed stays on record; a new event says that it no longer counts, and since when. Raises NotFound.
    """
    enrolment = get_or_refuse(Enrolment, enrolment_id, lock=True)
    actor.require(Permission.PORTFOLIO_READ, about=enrolment.learner_id)
    if enrolment.portfolio_signed_off_at is None:
        return enrolment
    enrolment.portfolio_signed_off_at = None
    happened(actor, enrolment, EnrolmentEventKind.PORTFOLIO_REOPENED)
    if enrolment.state is EnrolmentState.COMPLETED and enrolment.completed_on and needs_portfolio(enrolment):
        _completion_withdrawn(actor, enrolment)
    return enrolment


def _completion_withdrawn(actor: Actor, enrolment: Enrolment, reason: str | None = None) -> None:
    """`reason` None: the signature under its portfolio was withdrawn."""
    assert enrolment.completed_on is not None
    day = enrolment.completed_on.isoformat()
    happened(actor, enrolment, EnrolmentEventKind.COMPLETION_WITHDRAWN, reason=reason, details={"completed_on": day})
    audit.record(actor, "enrolment.completion-withdrawn", about=enrolment.learner_id, thing=enrolment, completed_on=day)
    _open_again(enrolment)
    events.publish(CompletionWithdrawn(enrolment.id))


def _open_again(enrolment: Enrolment) -> None:
    """What was completed is in progress; where its learner has begun the course anew, that one goes on."""
    enrolment.completed_on = None
    if queries.open_enrolment(enrolment.learner_id, enrolment.course_id) is not None:
        enrolment.state, enrolment.ended_on = EnrolmentState.WITHDRAWN, clock.today()
        happened(Actor.system(), enrolment, EnrolmentEventKind.WITHDRAWN, reason=BEGUN_ANEW)
        return
    enrolment.state = EnrolmentState.IN_PROGRESS
    programme = enrolment.course.programme_code
    if programme is not None:
        pause_unattested(enrolment.learner_id, programme)


def pause_unattested(learner_id: UUID, programme_code: str) -> None:
    """Pause what depends on an attestation that no longer holds. Nothing is erased; twice is as good as once."""
    actor = Actor.system()
    if attestation_on(learner_id, programme_code, clock.today()) is not None:
        return
    states = (EnrolmentState.ENROLLED, EnrolmentState.IN_PROGRESS)
    for enrolment in queries.open_in_programme(learner_id, programme_code, states):
        if rules.depends_on_attestation(enrolment.version.eligibility):
            enrolment.state = EnrolmentState.PAUSED
            happened(actor, enrolment, EnrolmentEventKind.PAUSED, reason=ATTESTATION_ENDED)
            audit.record(actor, "enrolment.paused", about=learner_id, thing=enrolment, reason=ATTESTATION_ENDED)


def resume_attested(learner_id: UUID, programme_code: str) -> None:
    """Resume what was paused for want of an attestation, and complete what was finished meanwhile."""
    actor = Actor.system()
    if attestation_on(learner_id, programme_code, clock.today()) is None:
        return
    for enrolment in queries.open_in_programme(learner_id, programme_code, (EnrolmentState.PAUSED,)):
        enrolment.state = EnrolmentState.IN_PROGRESS if enrolment.started_at else EnrolmentState.ENROLLED
        happened(actor, enrolment, EnrolmentEventKind.RESUMED)
        audit.record(actor, "enrolment.resumed", about=learner_id, thing=enrolment)
        _finish(actor, enrolment, clock.now())


def needs_portfolio(enrolment: Enrolment) -> bool:
    return enrolment.version.certificate_kind is CertificateKind.COMPLETION_WITH_PORTFOLIO


def done(enrolment: Enrolment) -> rules.Done:
    return rules.Done(
        needs_portfolio(enrolment), enrolment.learning_completed_at, enrolment.portfolio_signed_off_at,
        needs_attendance=enrolment.dated, attended_at=enrolment.attended_at,
    )  # fmt: skip


def _for_learning(actor: Actor, enrolment_id: UUID) -> Enrolment:
    """The enrolment, locked, so that twenty reports at once count once. Raises NotFound, EnrolmentClosed."""
    enrolment = get_or_refuse(Enrolment, enrolment_id, lock=True)
    actor.require_or_hide(Permission.ENROLMENT_COMPLETE, about=enrolment.learner_id, at=enrolment.organisation_lineage)
    if enrolment.state not in LEARNING:
        raise EnrolmentClosed()
    return enrolment


def _start(actor: Actor, enrolment: Enrolment, at: datetime, statement_id: UUID | None) -> None:
    first = _active(enrolment, at)
    if enrolment.started_at is None:
        enrolment.started_at = at
        if enrolment.state is EnrolmentState.ENROLLED:
            enrolment.state = EnrolmentState.IN_PROGRESS
        happened(actor, enrolment, EnrolmentEventKind.STARTED, at=at, statement_id=statement_id)
        first = True
    if first:
        events.publish(LearnerActive(enrolment.id))


def _active(enrolment: Enrolment, at: datetime) -> bool:
    """Is this the first that we hear of that day?"""
    before = enrolment.last_active_at
    if before is not None and before >= at:
        return False
    enrolment.last_active_at = at
    return before is None or clock.on_the_day(before) < clock.on_the_day(at)


def _finish(actor: Actor, enrolment: Enrolment, at: datetime) -> None:
    """Complete the enrolment if everything is done. A paused one waits until it is resumed."""
    if enrolment.state not in (EnrolmentState.ENROLLED, EnrolmentState.IN_PROGRESS, *MISSED_STATES):
        return
    if not rules.is_complete(done(enrolment)):
        return
    enrolment.state = EnrolmentState.COMPLETED
    enrolment.completed_on = max(enrolment.enrolled_on, min(clock.on_the_day(at), clock.today()))
    enrolment.progress = 100
    happened(actor, enrolment, EnrolmentEventKind.COMPLETED)
    audit.record(actor, "enrolment.completed", about=enrolment.learner_id, thing=enrolment)
    events.publish(EnrolmentCompleted(enrolment.id))
