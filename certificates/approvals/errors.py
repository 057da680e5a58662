"""The facts for which something about an approval is refused."""

from lms.core.errors import Conflict, Forbidden
from lms.core.language import N_


class AlreadyApproved(Conflict):
    """The body has approved this person for this function in that time already."""

    slug, title = "already-approved", N_("You have approved this person for this function already, in that time")
    way_out = N_("Open the approval. From there you can approve again for the time after it.")


class ApprovedLater(Conflict):
    """Another authority approved the person from a later day."""

    slug, title = "approved-later", N_("Another authority has approved this person from a later day")
    way_out = N_("Speak to the person. Only one authority's approval can be in force.")


class AlreadyApprovedAgain(Conflict):
    slug, title = "already-approved-again", N_("This approval has been followed by another one already")


class NotSuspendedNow(Conflict):
    slug, title = "approval-not-suspended", N_("This approval is not suspended")


class NotInForce(Conflict):
    """An approval that is suspended, over or yet to begin."""

    slug, title = "approval-not-in-force", N_("This approval is not in force on that day")


class ApprovalOver(Conflict):
    """It ended early or was recorded in error: nothing more can happen to it."""

    slug, title = "approval-over", N_("This approval has ended")


class AlreadyDecidedUpon(Conflict):
    slug, title = "evidence-decided", N_("This has been decided already")


class OwnApproval(Forbidden):
    slug, title = "own-approval", N_("Somebody else must decide about your own approval")
