"""JSON routes of launching."""

from uuid import UUID

from courses.enrolments.errors import EnrolmentClosed
from courses.launch import services
from courses.launch.schemas import LaunchOut
from lms.core.permissions import Actor, Permission
from lms.core.web.api import Api

api = Api("launch", __name__, description="Opening a course's content, so that it can report to the record store")


@api.operation(
    "POST", "/enrolments/<uuid:enrolment_id>/launches", needs=Permission.ENROLMENT_LAUNCH, returns=(201, LaunchOut),
    raises=(EnrolmentClosed,),
)  # fmt: skip
def launch(actor: Actor, enrolment_id: UUID) -> services.Launch:
    """What content needs to report for this enrolment, for twelve hours."""
    return services.launch(actor, enrolment_id)
