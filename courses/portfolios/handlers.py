"""When other rooms speak."""

from courses.enrolments.events import LearnerEnrolled
from courses.portfolios.services.opening import open_portfolio
from lms.core.permissions import Actor


def open_for_enrolment(event: LearnerEnrolled) -> None:
    """Somebody has a place: their portfolio opens, where the course asks for one."""
    open_portfolio(Actor.system(), event.enrolment_id)
