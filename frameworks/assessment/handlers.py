"""When others speak."""

from frameworks.assessment import jobs
from frameworks.editing.events import VersionPublished
from lms.core.jobs import enqueue


def ask_again(_event: VersionPublished) -> None:
    """Whoever rated what changed is told."""
    enqueue(jobs.ask_again, lock="assessment.ask_again")
