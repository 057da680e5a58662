"""How packages refuse."""

from lms.core.errors import Conflict, Invalid
from lms.core.language import N_


class LanguagesMissing(Invalid):
    """A package speaks at least one of the service's languages."""

    slug = "languages-missing"
    title = N_("Choose the languages that the package is in")


class NotOffered(Conflict):
    """What is on offer already, or is not, was asked for again."""

    slug = "offer-unchanged"
    title = N_("This package is on offer in these languages already")
