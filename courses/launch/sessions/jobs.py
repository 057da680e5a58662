"""What sessions need tending for."""

from courses.launch.sessions.noting import MOST_SWEPT, sweep_idle
from courses.launch.sessions.services import LASTS
from lms.core import clock
from lms.core.jobs import enqueue, job

IDLE = LASTS
"""Silence after which a session counts as abandoned: when its credential has run out, content cannot speak any more. No
sooner, for somebody may read or watch for hours without a word, and a new launch ends an open session anyway."""


@job("content.sweep", every="*/10 * * * *")
def sweep() -> None:
    """Abandon sessions that are silent for too long, a bounded number at a time."""
    if sweep_idle(clock.now() - IDLE) == MOST_SWEPT:
        enqueue(sweep)
