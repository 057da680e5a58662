"""What self-assessment refuses."""

from lms.core.errors import Conflict, Invalid
from lms.core.language import N_


class NothingToAsk(Conflict):
    """There is no rating that could be confirmed, or nobody it is shared with."""

    slug, title = "nothing-to-ask", N_("There is nothing to confirm at the moment")
    way_out = N_("Rate yourself first, and share it with your supervisor.")


class NotWaiting(Conflict):
    """The rating does not wait for an answer: it was changed, withdrawn, or answered meanwhile."""

    slug, title = "not-waiting", N_("This rating does not wait for an answer any more")
    way_out = N_("Open the newest ratings, and answer those.")


class NotYourEvidence(Invalid):
    """Evidence is linked by ids of one's own things alone."""

    slug, title = "not-your-evidence", N_("Choose from your own evidence and records")
