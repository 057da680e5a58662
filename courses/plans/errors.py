"""What plans refuse."""

from lms.core.errors import Conflict, Invalid
from lms.core.language import N_


class NotNow(Conflict):
    """The goal is in a state from which this step is not taken."""

    slug, title = "goal-not-now", N_("This goal is not where that can be done")
    way_out = N_("Open your plan to see where it stands.")


class NotTheirPlan(Invalid):
    """A plan is agreed with one's manager or supervisor, or else a mentor or the programme team."""

    slug, title = "not-a-partner", N_("Choose one of the people who are named here")


class NoSuchLearning(Invalid):
    """An action names a course on offer, or a date of one."""

    slug, title = "no-such-learning", N_("Choose one of the courses or dates")
