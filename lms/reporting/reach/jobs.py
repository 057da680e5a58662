"""Every minute the kept rows take in what changed; every night they are compared with the records."""

import logging

from lms.core import jobs
from lms.reporting.reach import checking, folding

log = logging.getLogger(__name__)


@jobs.job("reporting.reach", every="* * * * *")
def fold() -> None:
    """A bounded batch; what is left follows at once."""
    folding.bring_up_to_date()
    if folding.waiting():
        jobs.enqueue(fold)  # one at a time by its own lock


@jobs.job("reporting.reach_check", every="52 3 * * *")
def check() -> None:
    found = checking.check()
    if found.different:
        log.error("reporting.reach_differs", extra={"different": found.different})
