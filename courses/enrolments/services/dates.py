"""Enrolments whose place is one of a date. The room of dates decides who gets which; here it is told to the enrolment."""

from collections.abc import Iterable
from uuid import UUID

from courses.catalogue.models import CourseStatus, CourseVersion
from courses.enrolments import queries, rules
from courses.enrolments.errors import EnrolmentClosed, LanguageNotOffered, ModuleFull
from courses.enrolments.events import EnrolmentWithdrawn, LearnerEnrolled, LearnerWaitlisted
from courses.enrolments.models import (
    MISSED_STATES,
    OPEN_STATES,
    WAITING_STATES,
    Enrolment,
    EnrolmentEventKind,
    EnrolmentState,
)
from courses.enrolments.services.entering import _application, _frozen, _refused, _within_reach, happened
from lms.core import audit, clock, events
from lms.core.db import db, get_or_refuse, record
from lms.core.errors import NotFound
from lms.core.language import N_
from lms.core.permissions import Actor, Permission

WITHOUT_PLACE = (*WAITING_STATES, *MISSED_STATES)


def enrol_for_date(
    actor: Actor,
    learner_id: UUID,
    version_id: UUID,
    language: str,
    declared: Iterable[str] = (),
    *,
    membership_id: UUID | None = None,
) -> Enrolment:
    """The learner's open enrolment on that course, or a new one that waits for a date. Locks the version.

    Whoever is enrolled already has been let in; the rules are held against everybody else. Places are the date's, so
    those of the version are not counted. Raises NotFound, Forbidden, LanguageNotOffered, or what the rules refuse.
    """
    version = get_or_refuse(CourseVersion, version_id, lock=True)
    if version.status not in (CourseStatus.PUBLISHED, CourseStatus.RETIRED):
        raise NotFound()
    facts = _within_reach(actor, queries.learner_facts(learner_id, clock.today()))
    if (there := queries.open_enrolment(learner_id, version.course_id)) is not None:
        there.dated = True
        return there
    if language not in version.languages:
        raise LanguageNotOffered(fields={"language": N_("Choose a language that the course is offered in")})
    application = _application(facts, version, declared, membership_id)
    if reasons := [each for each in rules.unmet(application) if not isinstance(each, ModuleFull)]:
        raise _refused(reasons, facts, version)
    enrolment = record(
        Enrolment(
            learner_id=learner_id,
            course_id=version.course_id,
            course_version_id=version.id,
            state=EnrolmentState.WAITLISTED,
            language=language,
            enrolled_on=clock.today(),
            progress=0,
            dated=True,
            declared=sorted(each.key for each in rules.asked(application) if each.key in application.declared),
            **_frozen(application.place),
        )
    )
    audit.record(actor, "enrolment.dated", about=learner_id, thing=enrolment, course=version.course.code)
    return enrolment


def wait_for_date(actor: Actor, enrolment_id: UUID) -> Enrolment:
    """On the waiting list of a date, or back on it. Whoever has begun stays as they are."""
    return _tell(actor, enrolment_id, EnrolmentState.WAITLISTED, EnrolmentEventKind.WAITLISTED, always=True)


def offer_date(actor: Actor, enrolment_id: UUID) -> Enrolment:
    """A freed place is offered, and waits for an answer."""
    return _tell(actor, enrolment_id, EnrolmentState.OFFERED, EnrolmentEventKind.OFFERED)


def give_date(actor: Actor, enrolment_id: UUID) -> Enrolment:
    """The learner has a place on a date."""
    return _tell(actor, enrolment_id, EnrolmentState.ENROLLED, EnrolmentEventKind.ENROLLED)


def gave_up(actor: Actor, enrolment_id: UUID, reason: str) -> Enrolment:
    """No date any more, and no wish for another: the enrolment ends, unless something was begun. `reason`: a code."""
    enrolment = _open(actor, enrolment_id)
    if enrolment.state not in (*WAITING_STATES, EnrolmentState.ENROLLED, *MISSED_STATES):
        happened(actor, enrolment, EnrolmentEventKind.NOTED, reason=reason)
        return enrolment
    enrolment.state, enrolment.ended_on = EnrolmentState.WITHDRAWN, clock.today()
    happened(actor, enrolment, EnrolmentEventKind.WITHDRAWN, reason=reason)
    audit.record(actor, "enrolment.withdrawn", about=enrolment.learner_id, thing=enrolment, reason=reason)
    events.publish(EnrolmentWithdrawn(enrolment.id))
    return enrolment


def _tell(
    actor: Actor, enrolment_id: UUID, state: EnrolmentState, kind: EnrolmentEventKind, *, always: bool = False
) -> Enrolment:
    enrolment = _open(actor, enrolment_id)
    if enrolment.state not in WITHOUT_PLACE and not (always and enrolment.state is EnrolmentState.ENROLLED):
        return enrolment
    enrolment.state = state
    happened(actor, enrolment, kind)
    db.session.flush()  # those who hear of it read it from the database
    audit.record(actor, f"enrolment.{kind.value}", about=enrolment.learner_id, thing=enrolment)
    if state is EnrolmentState.ENROLLED:
        events.publish(LearnerEnrolled(enrolment.id))
    elif state is EnrolmentState.WAITLISTED:
        events.publish(LearnerWaitlisted(enrolment.id))
    return enrolment


def _open(actor: Actor, enrolment_id: UUID) -> Enrolment:
    enrolment = get_or_refuse(Enrolment, enrolment_id, lock=True)
    actor.require_or_hide(Permission.ENROLMENT_COMPLETE, about=enrolment.learner_id, at=enrolment.organisation_lineage)
    if enrolment.state not in OPEN_STATES:
        raise EnrolmentClosed()
    return enrolment
