"""Does a certificate say otherwise than the registers, and what can be done about it? Pure."""

from enum import StrEnum


class Settlement(StrEnum):
    """What became of it. put_back: the register agrees again. overtaken: the certificate was revoked or replaced otherwise."""

    REISSUED = "reissued"
    REVOKED = "revoked"
    KEPT = "kept"
    PUT_BACK = "put_back"
    OVERTAKEN = "overtaken"


CHOICES = {
    True: (Settlement.REISSUED, Settlement.KEPT),
    False: (Settlement.REVOKED, Settlement.KEPT),
}
"""By whether enough is still attended: the first is what the registers ask for."""


def contradicts(printed: str | None, now: str, *, enough: bool) -> bool:
    """Not enough was attended for it; or it says when and how long, and the registers say otherwise. Where it says nothing of
    days (`printed` None), none are wrong."""
    return not enough or (printed is not None and printed != now)
