"""The facts for which a batch is refused."""

from lms.core.errors import Conflict, Invalid
from lms.core.language import N_


class NobodyThere(Conflict):
    slug, title = "nobody-there", N_("Nobody in this cohort would get a certificate")


class CohortTooLarge(Invalid):
    slug, title = "cohort-too-large", N_("This cohort is too large for one batch")
    way_out = N_("Choose fewer days.")
