"""Every quarter of an hour everybody is looked at anew."""

from lms.core import jobs
from lms.reporting.quality import counting


@jobs.job("reporting.quality", every="7-59/15 * * * *")
def count() -> None:
    counting.count()
