"""What accounts refuse, in words."""

from lms.core.errors import Conflict, Forbidden, Invalid, NotFound, Unauthenticated
from lms.core.language import N_


class WrongCredentials(Unauthenticated):
    """The address or the password is wrong; which of them is not said."""

    slug, title = "wrong-credentials", N_("The e-mail address or the password is not right")
    way_out = N_("Check both, or ask for a link to set a new password.")


class LinkSpent(NotFound):
    """A mailed link was used before, is too old, or was never sent."""

    slug, title = "link-spent", N_("This link does not work any more")
    way_out = N_("A link works once and for a limited time. Ask for a new one.")


class WeakPassword(Invalid):
    """The new password is too short, too common, or close to the person's name."""

    slug, title = "weak-password", N_("Choose another password")


class WrongPassword(Invalid):
    """The present password, asked for once more, is wrong."""

    slug, title = "wrong-password", N_("The present password is not right")


class AddressTaken(Conflict):
    """The address was confirmed by somebody else, or already."""

    slug, title = "address-taken", N_("This e-mail address already belongs to an account")
    way_out = N_("Sign in with it, or ask for a link to set a new password.")


class AddressNeeded(Conflict):
    """The main address cannot be removed."""

    slug, title = "address-needed", N_("This is your main e-mail address")
    way_out = N_("Make another address the main one first.")


class MembershipOverlaps(Conflict):
    """The same place, role and setting is already recorded for that time."""

    slug, title = "membership-overlaps", N_("You already have this membership at that time")


class EndsBeforeStart(Invalid):
    """The last day comes before the first."""

    slug, title = "ends-before-start", N_("The last day cannot be before the first day")


class AlreadyEnded(Conflict):
    """It has an end already; what is past is not rewritten."""

    slug, title = "already-ended", N_("This has already ended")


class NotYourself(Forbidden):
    """Nobody grants a role to themselves."""

    slug, title = "not-yourself", N_("You cannot give a role to yourself")
    way_out = N_("Ask another administrator.")


class AlreadyGranted(Conflict):
    """The person holds this role there at that time."""

    slug, title = "already-granted", N_("This person already has this role there")


class CodeTaken(Conflict):
    """Another body has this code."""

    slug, title = "code-taken", N_("Another organisation already has this code")
