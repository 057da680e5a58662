"""Letters about saved views, on the first working day of a month; a day that was missed is made up for on the next."""

from lms.core import clock
from lms.core.db import transaction
from lms.core.jobs import job
from lms.reporting.saved import letters


@job("reporting.view_letters", every="11 7 * * *", whole=False)
def write_letters() -> None:
    """Each letter is a transaction by itself; however often this runs, one goes a month."""
    today = clock.today()
    with transaction():
        due = letters.due(today)
    for subscription_id in due:
        with transaction():
            letters.write(subscription_id, today)
