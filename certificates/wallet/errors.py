"""The facts for which the wallet refuses."""

from lms.core.errors import Conflict
from lms.core.language import N_


class NoCertificates(Conflict):
    slug, title = "no-certificates", N_("There is no certificate to download")


class NoMailAddress(Conflict):
    slug, title = "no-mail-address", N_("You have no e-mail address here")
    way_out = N_("Add one in your profile.")
