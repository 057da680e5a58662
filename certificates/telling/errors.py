"""The facts for which telling is refused."""

from lms.core.errors import Conflict, Invalid
from lms.core.language import N_


class TooManyWebhooks(Conflict):
    slug, title = "too-many-webhooks", N_("You have as many addresses as there may be")
    way_out = N_("End one that you no longer use.")


class NoCodes(Invalid):
    slug, title = "no-codes", N_("None of these is the code of a certificate of ours")


class NotDead(Conflict):
    slug, title = "delivery-not-dead", N_("This has been delivered, or is still being tried")
