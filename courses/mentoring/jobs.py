"""Background work of mentoring."""

from uuid import UUID

from courses.mentoring import services
from lms.core import jobs
from lms.core.permissions import Actor


@jobs.job("mentoring.lapse_requests", every="25 0 * * *")
def lapse_requests() -> None:
    """Early every morning: questions that nobody answered in time."""
    services.lapse_requests(Actor.system())


@jobs.job("mentoring.invite_onwards", every="40 5 * * *")
def invite_onwards(after: str = "") -> None:
    """Every morning: mentees for whom enough months have passed. Asks for the next batch until nobody is left."""
    last = services.invite_onwards(Actor.system(), UUID(after) if after else None)
    if last is not None:
        jobs.enqueue(invite_onwards, after=str(last))
