"""What returns refuse."""

from lms.core.errors import Conflict
from lms.core.language import N_


class ReturnStands(Conflict):
    """A signed return of this body and period stands."""

    slug, title = "return-stands", N_("There is a signed return of this period already")
    way_out = N_("Withdraw it first, with a reason; the next edition then takes its place.")


class ReturnBeingMade(Conflict):
    """A return of this body and period is on its way."""

    slug, title = "return-being-made", N_("This return is being made at this moment")
    way_out = N_("Look at it when it is ready.")


class NotToBeSigned(Conflict):
    """It is not a draft: it was signed, withdrawn, or a later edition has taken its place."""

    slug, title = "not-to-be-signed", N_("This return cannot be signed")
    way_out = N_("Sign the newest edition, once it is made and as long as nobody has signed or withdrawn it.")


class NotWhatWasSeen(Conflict):
    """What is to be signed is not what was looked at."""

    slug, title = "not-what-was-seen", N_("This is not the content that you looked at")
    way_out = N_("Open the return again, and sign what you see there.")


class AlreadyWithdrawn(Conflict):
    """It was withdrawn before."""

    slug, title = "already-withdrawn", N_("This return was withdrawn already")
