"""Background work of plans."""

from datetime import timedelta

from courses.plans import services
from courses.plans.models import ReminderKind
from lms.core import clock, jobs
from lms.core.permissions import Actor

SOON, LATE, WEEKS_LATE = timedelta(days=14), timedelta(days=1), timedelta(days=60)
PATIENCE = timedelta(days=10)
"""How long whoever is to agree a goal is left in peace."""


@jobs.job("plans.remind", every="10 6 * * *")
def remind() -> None:
    """Every morning: days that are near, days that have passed, and goals that nobody has answered. Asks for the next batch until
    none is left."""
    today = clock.today()
    more = services.remind(Actor.system(), ReminderKind.SOON, today, today + SOON)
    more |= services.remind(Actor.system(), ReminderKind.PAST, today - WEEKS_LATE, today - LATE)
    more |= services.nudge(Actor.system(), clock.now() - PATIENCE)
    if more:
        jobs.enqueue(remind)
