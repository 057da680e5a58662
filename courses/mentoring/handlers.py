"""When enrolments speak: a completed course may make somebody a mentor."""

from courses.enrolments.events import EnrolmentCompleted
from courses.mentoring import services
from lms.core.permissions import Actor


def stand(event: EnrolmentCompleted) -> None:
    services.stand_by_course(Actor.system(), event.enrolment_id)
