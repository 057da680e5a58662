"""Deciding again from what is there, and correcting what is not. The edge commits."""

from collections.abc import Collection
from datetime import date, datetime, time
from uuid import UUID

from courses.enrolments import services as enrolments
from courses.enrolments.errors import EnrolmentClosed
from courses.enrolments.models import Enrolment
from courses.launch.completion.errors import NothingToCorrect, NotYourOwn
from courses.launch.sessions import queries as sessions
from courses.launch.sessions.models import Registration
from courses.launch.sessions.noting import settle
from courses.launch.sessions.services import grant, put_down
from lms.core import audit, clock
from lms.core.clock import LONDON
from lms.core.db import get_or_refuse
from lms.core.errors import Invalid
from lms.core.language import N_
from lms.core.permissions import Actor, Permission


def evaluate_again(actor: Actor, enrolment_id: UUID) -> bool:
    """Decide anew from the evidence that is there; nothing is added or taken away. True: something follows that had not.

    Completion is decided when a fact arrives, so this changes something only where the rule has changed since (an author
    asks for less now, an attestation is there again). Raises NotFound.
    """
    enrolment = enrolments.readable(actor, enrolment_id)
    before = (enrolment.state, enrolment.learning_completed_at)
    registration = sessions.of_enrolment(enrolment_id)
    if registration is not None:
        registration = get_or_refuse(Registration, registration.id, lock=True)
        satisfied = len(sessions.standing(registration).satisfied)
        settle(registration, clock.now(), None)
        changed = len(sessions.standing(registration).satisfied) > satisfied
    else:
        changed = False
    enrolments.evaluate(Actor.system(), enrolment_id)
    changed = changed or (enrolment.state, enrolment.learning_completed_at) != before
    audit.record(actor, "completion.evaluated", about=enrolment.learner_id, thing=enrolment, changed=changed)
    return changed


def correct(actor: Actor, enrolment_id: UUID, keys: Collection[UUID], on: date, reason: str) -> Enrolment:
    """An organiser records that units, or with no keys all of the content, were done on that day, though no report came.

    Raises NotFound, NotYourOwn, EnrolmentClosed, NothingToCorrect, Invalid for a day before enrolling or to come.
    """
    enrolment = enrolments.readable(actor, enrolment_id)
    actor.require_or_hide(Permission.ENROLMENT_COMPLETE, at=enrolment.organisation_lineage)
    if actor.person == enrolment.learner_id:
        raise NotYourOwn()
    if enrolment.state not in enrolments.LEARNING:
        raise EnrolmentClosed()
    if not enrolment.enrolled_on <= on <= clock.today():
        raise Invalid(fields={"on": N_("Choose a day from the day of enrolling to today")})
    at = min(datetime.combine(on, time(12), LONDON), clock.now())
    audit.record(
        actor, "completion.corrected", about=enrolment.learner_id, thing=enrolment, reason=reason,
        on=on.isoformat(), units=[str(key) for key in keys],
    )  # fmt: skip
    registration = sessions.of_enrolment(enrolment_id)
    if registration is None:
        if keys or enrolment.learning_completed_at is not None:
            raise NothingToCorrect()
        return enrolments.learning_completed(actor, enrolment_id, at)
    registration = get_or_refuse(Registration, registration.id, lock=True)
    standing = sessions.standing(registration)
    units = [each.key for each in standing.units if not keys or each.key in keys]
    missing = [key for key in units if key not in standing.satisfied]
    if not missing:
        raise NothingToCorrect()
    for key in missing:
        grant(actor, registration, key, at, reason)
    return enrolment


def close_session(actor: Actor, enrolment_id: UUID) -> bool:
    """End a session that hangs, so that the content can be started again. False: none was open. Raises NotFound."""
    enrolment = enrolments.readable(actor, enrolment_id)
    actor.require_or_hide(Permission.ENROLMENT_LAUNCH, about=enrolment.learner_id, at=enrolment.organisation_lineage)
    registration = sessions.of_enrolment(enrolment_id)
    if registration is None:
        return False
    registration = get_or_refuse(Registration, registration.id, lock=True)
    session = sessions.open_session(registration.id)
    if session is None:
        return False
    put_down(actor, registration, session)
    return True
