"""Every five minutes new statements are taken in and their courses counted; every night, all of them."""

from lms.core import jobs
from lms.core.db import transaction
from lms.reporting.learning import gathering, rolling

WINDOWS, COURSES = 40, 500
"""In one run; what is left follows at once."""


@jobs.job("reporting.learning", every="*/5 * * * *", whole=False)
def learn() -> None:
    """Windows of statements, a transaction each, and then the courses that they changed. Each step has its own lock."""
    more = True
    for _ in range(WINDOWS):
        with transaction():
            more = gathering.take_in()
        if not more:
            break
    for _ in range(COURSES):
        with transaction():
            changed = rolling.roll_next()
        if not changed:
            break
    if more or changed:
        with transaction():
            jobs.enqueue(learn)


@jobs.job("reporting.learning_nightly", every="27 3 * * *", whole=False)
def anew() -> None:
    """Who has stopped by now, and who is not in the record store any more."""
    with transaction():
        gathering.forget()
        rolling.touch_all()
        jobs.enqueue(learn)
