"""How correcting refuses."""

from lms.core.errors import Conflict, Forbidden
from lms.core.language import N_


class NotYourOwn(Forbidden):
    """Nobody corrects their own record."""

    slug = "not-your-own"
    title = N_("You cannot correct your own record. Ask another organiser.")


class NothingToCorrect(Conflict):
    """All of that is done already."""

    slug = "nothing-to-correct"
    title = N_("There is nothing to correct: all of this is done already.")
