"""Why something about a needs round can be refused."""

from lms.core.errors import Conflict, Invalid
from lms.core.language import N_


class DatesOutOfOrder(Invalid):
    """The dates of the stages do not follow each other."""

    slug, title = "dates-out-of-order", N_("The dates do not follow each other")


class DatePassed(Invalid):
    """A date that has passed, or would have."""

    slug, title = "date-passed", N_("A date that has passed is not changed")


class NotInRound(Invalid):
    """A course or level that the round does not have."""

    slug, title = "not-in-round", N_("This round does not have that course or level")


class NotOpenYet(Conflict):
    """The round does not take needs yet."""

    slug, title = "not-open-yet", N_("This round is not open yet")


class NeedClosed(Conflict):
    """The last day for entering needs has passed."""

    slug, title = "need-closed", N_("Needs can no longer be entered in this round")
    way_out = N_("Ask whoever reviews your area: they can adjust a figure and say why.")


class AtAnotherStage(Conflict):
    """The round is at another stage."""

    slug, title = "at-another-stage", N_("The round is at another stage")
    way_out = N_("Open the round again to see what is next.")


class TooEarly(Conflict):
    """A last day has not passed yet."""

    slug, title = "too-early", N_("The last day of this stage has not passed yet")


class OffersAnswered(Conflict):
    """A body has already answered its offer, so the allocation stands."""

    slug, title = "offers-answered", N_("A body has already answered, so this allocation stands")
    way_out = N_("What is given back can be offered again by the same rule.")


class HeadcountMissing(Conflict):
    """The rule weighs by people employed, and for some bodies nobody has said how many. `more.bodies` names them."""

    slug, title = "headcount-missing", N_("By headcount needs a headcount of every body that asks")
    way_out = N_("Enter a headcount with its source for each of them, or choose another rule and say why.")


class CapacityMissing(Conflict):
    """A course has no capacity yet."""

    slug, title = "capacity-missing", N_("Set seats, price and budget of every course first")


class AcceptanceClosed(Conflict):
    """The last day for accepting has passed."""

    slug, title = "acceptance-closed", N_("Places of this offer can no longer be accepted")
    way_out = N_("What was not accepted goes back and is offered again by the published rule.")


class MoreThanOffered(Invalid):
    """More places than were offered, or fewer than have nominees."""

    slug, title = "more-than-offered", N_("This is not between none and all of your places")


class NothingReturned(Conflict):
    """No places have come back."""

    slug, title = "nothing-returned", N_("No places have come back that somebody still needs")


class NominationClosed(Conflict):
    """The last day for naming people has passed."""

    slug, title = "nomination-closed", N_("People can no longer be named for these places")
    way_out = N_("Unnamed places go back and are offered again by the published rule.")


class NoPlaceLeft(Conflict):
    """Every accepted place has a nominee."""

    slug, title = "no-place-left", N_("Every place that you accepted has somebody’s name on it")
    way_out = N_("Take somebody off first, or accept more of your places.")


class AlreadyNominated(Conflict):
    """The person is named for this course already."""

    slug, title = "already-nominated", N_("This person is already named for this course")


class LinkClosed(Conflict):
    """The link was used, or has run out."""

    slug, title = "needs-link-closed", N_("This link no longer opens anything")
    way_out = N_("If something is still to be said, ask for a new link.")
