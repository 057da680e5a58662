"""Refusals of frameworks in the making."""

from lms.core.errors import Conflict, Invalid, StaleEdit
from lms.core.language import N_


class InTheMaking(Conflict):
    """A version of this framework is already in the making."""

    slug, title = "framework-in-the-making", N_("A new version of this framework is already being written")
    way_out = N_("Open it, and ask its editor to let you take part.")


class StandsStill(Conflict):
    """The version is in review, published or retired, so nothing in it is changed."""

    slug, title = "framework-stands-still", N_("This version cannot be changed now")
    way_out = N_("A version in review can be returned to draft. A published one is followed by a new version.")


class NotPossible(Conflict):
    """The version is not in the state that this step begins from."""

    slug, title = "framework-step", N_("This step does not fit the state of the version")
    way_out = N_("Open the version to see where it is now.")


class NotReady(Conflict):
    """Texts, or signatures on exactly this content, are missing."""

    slug, title = "framework-not-ready", N_("It cannot be published yet")


class FrameworkCodeTaken(Conflict):
    """Something else has the code already."""

    slug, title = "framework-code-taken", N_("This code is taken already")


class InUse(Conflict):
    """It is named by something else in the version."""

    slug, title = "framework-part-in-use", N_("It cannot be removed yet")
    way_out = N_("Move or remove the statements and requirements that name it first.")


class NotAsked(Conflict):
    """Only reviewers who were asked can sign, and only while the version is in review."""

    slug, title = "framework-not-asked", N_("You were not asked to review this version, or it is not in review")


class ContentChanged(StaleEdit):
    """The content is not what the reviewer read."""

    slug, title = "framework-content-changed", N_("The content has changed since you opened it")
    way_out = N_("Read it again, then sign.")


class PersonNotFound(Invalid):
    """Nobody has that e-mail address."""

    slug, title = "framework-person", N_("Nobody here has this e-mail address")
