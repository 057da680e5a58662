"""Background work of evaluation."""

import logging

from courses.evaluation import services, summing
from courses.evaluation.services.inviting import A_BATCH
from lms.core import jobs
from lms.core.permissions import Actor

log = logging.getLogger(__name__)


@jobs.job("evaluation.invite_later", every="50 5 * * *")
def invite_later() -> None:
    """Every morning: what became of courses completed three months ago. Asks for the next batch until none is left."""
    if services.invite_later(Actor.system()) == A_BATCH:
        jobs.enqueue(invite_later)


@jobs.job("evaluation.remind", every="20 6 * * *")
def remind() -> None:
    """Every morning: one reminder to whoever has not answered."""
    if services.remind(Actor.system()) == A_BATCH:
        jobs.enqueue(remind)


@jobs.job("evaluation.shuffle", every="15 3 * * 1")
def shuffle() -> None:
    """Every Monday: the week's words, in no order, go to the reviewers."""
    services.shuffle(Actor.system())


@jobs.job("evaluation.fold", every="35 * * * *")
def fold() -> None:
    """Every hour: who was asked goes into the sums."""
    summing.fold()


@jobs.job("evaluation.check", every="57 3 * * *")
def check() -> None:
    """Every night: are the sums what the counters give? They are after it, also of a body that has moved in the tree."""
    if summing.different():
        log.error("evaluation.sums_differ", extra={"different": summing.put_right()})
