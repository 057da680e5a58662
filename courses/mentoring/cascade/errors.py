"""Why a cascade session can be refused."""

from lms.core.errors import Conflict, Forbidden
from lms.core.language import N_


class NotAChampion(Forbidden):
    """No champion's certificate of this person held on the day of the session."""

    slug, title = "not-a-champion", N_("You had no live champion’s certificate on this day")
    way_out = N_("Your certificates are in My record. The champion course brings a new one.")


class SessionCancelled(Conflict):
    """It was cancelled."""

    slug, title = "cascade-session-cancelled", N_("This session is cancelled")


class LinkUsed(Conflict):
    """The link was used, or has run out."""

    slug, title = "cascade-link-used", N_("This link no longer opens anything")
    way_out = N_("It can be used once, within 90 days of the session. Ask your champion to send another.")
