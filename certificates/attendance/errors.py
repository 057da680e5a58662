"""The facts for which a decision about a contradicted certificate is refused."""

from lms.core.errors import Conflict, Forbidden
from lms.core.language import N_


class DoubtSettled(Conflict):
    slug, title = "award-doubt-settled", N_("This has been decided already")


class OwnAward(Forbidden):
    slug, title = "own-award", N_("Somebody else must decide about your own certificate")
