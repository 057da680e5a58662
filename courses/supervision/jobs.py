"""Background work of supervision."""

from courses.supervision import services
from lms.core import jobs
from lms.core.permissions import Actor


@jobs.job("supervision.tell_what_ran_out", every="10 0 * * *")
def tell_what_ran_out() -> None:
    """Early every morning: attestations that ended yesterday, or lapsed with a licence."""
    services.tell_what_ran_out()


@jobs.job("supervision.lapse_invitations", every="20 0 * * *")
def lapse_invitations() -> None:
    """Early every morning: invitations that nobody answered in time."""
    services.lapse_invitations()


@jobs.job("supervision.warn_of_ends", every="30 0 * * *")
def warn_of_ends() -> None:
    """Early every morning: attestations that end within a month, and again within a week."""
    services.warn_of_ends(Actor.system())
