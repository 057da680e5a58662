"""How forwarding says no."""

from lms.core.errors import Conflict, Invalid
from lms.core.language import N_


class SecretNeeded(Invalid):
    """A secret is for one address. Whoever changes the address gives it again, so that it cannot be sent elsewhere."""

    slug, title = "secret-needed", N_("Enter the secret again")

    def __init__(self) -> None:
        super().__init__(fields={"secret": N_("Enter the secret again: the address has changed")})


class NotAllowedThere(Invalid):
    """The settings of this service keep it from sending to such an address."""

    slug, title = "address-not-allowed", N_("This service may not send there")

    def __init__(self) -> None:
        super().__init__(fields={"endpoint": N_("Enter a public address that begins with https://")})


class LetterSettled(Conflict):
    """The dead letter was sent or set aside already."""

    slug, title = "letter-settled", N_("This statement has already been dealt with")


class NothingHeld(Conflict):
    """Nothing stands in this destination's way, so there is nothing to set aside."""

    slug, title = "nothing-held", N_("No statement is in the way")


class NothingThen(Invalid):
    """Sending again cannot begin in the future, nor before the destination's own beginning."""

    slug, title = "nothing-then", N_("Sending again cannot begin then")

    def __init__(self, message: str) -> None:
        super().__init__(fields={"since": message})
