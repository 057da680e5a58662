"""What the ground sweeps every night."""

from lms.core import jobs, throttle
from lms.core.web import kept, submissions


@jobs.job("core.sweep", every="17 2 * * *")
def sweep() -> None:
    """Forget what was only kept for a while: attempts, answers to repeated requests, interrupted forms."""
    throttle.sweep()
    submissions.sweep()
    kept.sweep()
