"""Enrolments, put straight into the tables: for tests of what comes after enrolling."""

from typing import Any

from courses.catalogue.models import Course
from courses.enrolments.models import Enrolment, EnrolmentEvent, EnrolmentEventKind, EnrolmentState
from lms.accounts.models import Membership, Person, Sector
from lms.core import clock
from lms.core.ids import new_id
from tests.factories.accounts import kept, make_person
from tests.factories.catalogue import make_course


def make_enrolment(
    learner: Person | None = None, course: Course | None = None, membership: Membership | None = None, **given: Any
) -> Enrolment:
    """An enrolment as it was on `enrolled_on`; `membership` is copied onto it, as the service does."""
    learner, course = learner or make_person(), course or make_course()
    state = given.get("state", EnrolmentState.ENROLLED)
    done = state is EnrolmentState.COMPLETED
    place = membership.organisation if membership else None
    made = kept(
        Enrolment(
            **{
                "id": new_id(), "learner_id": learner.id, "course_id": course.id,
                "course_version_id": course.published_version_id, "state": state, "language": learner.language,
                "enrolled_on": clock.today(), "progress": 100 if done else 0,
                "started_at": None if state in (EnrolmentState.ENROLLED, EnrolmentState.WAITLISTED) else clock.now(),
                "learning_completed_at": clock.now() if done else None, "completed_on": clock.today() if done else None,
                "sector": membership.sector if membership else Sector.PUBLIC,
                "organisation_id": place.id if place else None, "organisation_lineage": place.lineage if place else [],
                "job_role_code": membership.job_role_code if membership else None,
                "setting_code": membership.setting_code if membership else None,
                "paid": membership.paid if membership else None, "declared": [],
            }
            | given
        )
    )  # fmt: skip
    kept(EnrolmentEvent(enrolment_id=made.id, at=clock.now(), kind=EnrolmentEventKind.ENROLLED, by=learner.id))
    if done:
        kept(EnrolmentEvent(enrolment_id=made.id, at=clock.now(), kind=EnrolmentEventKind.COMPLETED, by=None))
    return made
