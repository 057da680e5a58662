"""Background work of cascade."""

from courses.mentoring.cascade import services
from lms.core import jobs
from lms.core.permissions import Actor


@jobs.job("cascade.forget_names", every="50 1 * * *")
def forget_names() -> None:
    """Every night: names and addresses of attendees whose 90 days are over."""
    if services.forget_names(Actor.system()) == services.A_BATCH:
        jobs.enqueue(forget_names)
