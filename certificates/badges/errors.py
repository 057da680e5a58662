"""The facts for which badges refuse."""

from lms.core.errors import NotFound
from lms.core.language import N_


class NotOurBadge(NotFound):
    """It is no badge that we signed, or not as we signed it. It does not say which."""

    slug, title = "not-our-badge", N_("This is not a badge as we signed it")
    way_out = N_(
        "It may have been changed, or come from somebody else. Ask its holder for the certificate's link or code."
    )
