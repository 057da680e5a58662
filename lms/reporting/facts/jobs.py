"""Every minute the tallies take in what is new; every night they are compared with the facts."""

import logging

from lms.core import jobs
from lms.reporting.facts import checking, tallying

log = logging.getLogger(__name__)


@jobs.job("reporting.tally", every="* * * * *")
def tally() -> None:
    """A bounded batch; what is left follows at once."""
    if tallying.bring_up_to_date() and tallying.freshness().waiting:
        jobs.enqueue(tally)  # one at a time by its own lock


@jobs.job("reporting.check", every="42 3 * * *")
def check() -> None:
    found = checking.check()
    if found.different or found.missing:
        log.error("reporting.tallies_differ", extra={"different": found.different, "missing": found.missing})
