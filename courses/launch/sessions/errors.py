"""How launching refuses."""

from lms.core.errors import Conflict, NotFound, Unavailable
from lms.core.language import N_


class NothingToLaunch(NotFound):
    """No package is on offer in that language, or it has no such unit."""

    slug = "nothing-to-launch"
    title = N_("There is no content to start here yet.")


class AlreadyWaived(Conflict):
    """A unit is waived at most once (cmi5 §9.3.7), and not when it is satisfied anyway."""

    slug = "already-waived"
    title = N_("This part needs no waiver: it is done or waived already.")


class AnotherPackage(Conflict):
    """The learner is on another package already, and stays on it."""

    slug = "another-package"
    title = N_("This learner is on another version of the content already, and stays on it.")


class SessionOver(Conflict):
    """What only an open session can do was asked of one that has ended."""

    slug = "session-over"
    title = N_("This session has ended. Start the content again.")


class ContentElsewhere(Unavailable):
    """No content origin is set, so no package can be launched safely."""

    slug = "content-origin"
    title = N_("Content cannot be started: this service has no address for it yet.")
