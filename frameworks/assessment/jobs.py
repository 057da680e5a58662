"""Background work of self-assessment."""

from frameworks.assessment import asking
from lms.core import jobs
from lms.core.permissions import Actor


@jobs.job("assessment.ask_again", every="40 6 * * *")
def ask_again() -> None:
    """Every morning, and when a version comes into force: a bounded batch; what is left follows at once."""
    if asking.ask_again(Actor.system(), asking.BATCH) >= asking.BATCH:
        jobs.enqueue(ask_again, lock="assessment.ask_again")
