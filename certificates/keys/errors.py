"""The facts for which keys refuse."""

from lms.core.errors import Conflict, Unavailable
from lms.core.language import N_


class NoSigningKey(Unavailable):
    """There is no key to sign with, or it cannot be unsealed."""

    slug, title = "no-signing-key", N_("Badges cannot be signed at the moment")
    way_out = N_("Your certificate itself is not affected. Try again later.")


class KeyEnded(Conflict):
    """The key is retired or compromised already."""

    slug, title = "key-ended", N_("This key is no longer in use")
