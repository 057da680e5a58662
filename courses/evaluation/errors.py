"""Why an evaluation can be refused."""

from lms.core.errors import Conflict
from lms.core.language import N_


class AlreadyAnswered(Conflict):
    """It was answered before; the answer carries no name, so it cannot be found again."""

    slug, title = (
        "evaluation-answered",
        N_("You have answered already. Your answer carries no name, so it cannot be shown or changed"),
    )


class EvaluationClosed(Conflict):
    """Its time is over, it was declined, or the course is not completed any more."""

    slug, title = "evaluation-closed", N_("These questions can no longer be answered")


class TextReviewed(Conflict):
    """Somebody has decided about it in the meantime."""

    slug, title = "evaluation-text-reviewed", N_("This comment no longer waits for a decision")
