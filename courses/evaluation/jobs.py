"""Background work of evaluation."""

from courses.evaluation import services
from courses.evaluation.services.inviting import A_BATCH
from lms.core import jobs
from lms.core.permissions import Actor


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
