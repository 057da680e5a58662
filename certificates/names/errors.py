"""The facts for which a change of name is refused."""

from lms.core.errors import Conflict, Forbidden, Invalid
from lms.core.language import N_


class AlreadyAsked(Conflict):
    slug, title = "name-change-asked", N_("You have asked for a change of name already")
    way_out = N_("Wait for the answer, or take the request back first.")


class AlreadyDecided(Conflict):
    slug, title = "name-change-decided", N_("This request has been answered already")


class OwnNameChange(Forbidden):
    slug, title = "own-name-change", N_("Somebody else must decide about your own name")


class SameName(Invalid):
    slug, title = "same-name", N_("Your certificates carry this name already")
