"""Background work of dates."""

from courses.delivery.services import offering, reminding
from lms.core import jobs
from lms.core.permissions import Actor


@jobs.job("delivery.pass_on", every="*/10 * * * *")
def pass_on() -> None:
    """Every ten minutes: offers that were not answered in time, and places that became free by themselves."""
    offering.pass_on(Actor.system())


@jobs.job("delivery.remind", every="5 * * * *")
def remind() -> None:
    """Every hour, so that eight in the morning is that of Wales all year round."""
    reminding.remind(Actor.system())


@jobs.job("delivery.warn", every="10 * * * *")
def warn() -> None:
    """Every hour, for the same reason: dates for which too few have booked."""
    reminding.warn(Actor.system())
