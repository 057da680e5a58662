"""Opening a course's content: what a launched package needs to report to our record store (xAPI 1.0.3)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from courses.enrolments.errors import EnrolmentClosed
from courses.enrolments.models import MISSED_STATES, Enrolment, EnrolmentState
from lms.core import audit, clock
from lms.core.db import get_or_refuse
from lms.core.permissions import Actor, Permission
from lms.xapi.identity import agent_of, home_page
from lms.xapi.services import issue_launch_credential

LASTS = timedelta(hours=12)
"""How long the credential of one launch works: a working day."""
LEARNING = (EnrolmentState.ENROLLED, EnrolmentState.IN_PROGRESS, *MISSED_STATES, EnrolmentState.COMPLETED)


@dataclass(frozen=True)
class Launch:
    """HTTP Basic `key` and `secret` at `endpoint`. `activity` is the course; `registration` is the enrolment's."""

    endpoint: str
    key: str
    secret: str
    actor: dict[str, Any]
    registration: UUID
    activity: str
    until: datetime


def launch(actor: Actor, enrolment_id: UUID) -> Launch:
    """Issue a credential for this learner, course and registration. Raises NotFound, Forbidden, EnrolmentClosed."""
    enrolment = get_or_refuse(Enrolment, enrolment_id)
    actor.require_or_hide(Permission.ENROLMENT_LAUNCH, about=enrolment.learner_id, at=enrolment.organisation_lineage)
    if enrolment.state not in LEARNING:
        raise EnrolmentClosed()
    activity, until = activity_of(enrolment.course.code), clock.now() + LASTS
    key, secret, _ = issue_launch_credential(
        actor, about=enrolment.learner_id, activity_iri=activity, registration=enrolment.registration, until=until
    )
    audit.record(actor, "enrolment.launched", about=enrolment.learner_id, thing=enrolment)
    agent = agent_of(enrolment.learner_id)
    return Launch(f"{home_page()}/xapi/", key, secret, agent, enrolment.registration, activity, until)


def activity_of(course_code: str) -> str:
    """The IRI of a course as an Activity. Never changes: statements for ever refer to it."""
    return f"{home_page()}/activities/{course_code}"
