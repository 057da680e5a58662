"""Why something about dates can be refused."""

from lms.core.errors import Conflict, Invalid, StaleEdit
from lms.core.language import N_


class SeriesNotReady(Invalid):
    """What a date needs before it is published is missing or does not fit together."""

    slug, title = "series-not-ready", N_("This date is not ready to be published")


class SeriesClosed(Conflict):
    """The date is cancelled, was held, or is not published, so this cannot be done with it any more."""

    slug, title = "series-closed", N_("This date is not open any more")


class BookingNotOpen(Conflict):
    """Booking has not begun, or has ended."""

    slug, title = "booking-not-open", N_("This date cannot be booked at the moment")


class NoPlaceFree(Conflict):
    """Every place that this person could have is taken."""

    slug, title = "no-place-free", N_("Every place on this date is taken")
    way_out = N_("You can join the waiting list: when a place is free, the next in line is offered it.")


class AlreadyBooked(Conflict):
    """The learner has a place on a date of this course, or waits for one. `more` names the booking."""

    slug, title = "already-booked", N_("You already have a place on a date of this course, or wait for one")


class BookingOver(Conflict):
    """The booking has ended, or is not in the state that this needs."""

    slug, title = "booking-over", N_("This booking has ended, or has changed in the meantime")


class OfferLapsed(Conflict):
    """The time to answer the offer is over, and the place has gone on."""

    slug, title = "offer-lapsed", N_("The time to answer this offer is over")
    way_out = N_("You can choose another date, or join a waiting list again.")


class RegisterClosed(Conflict):
    """The register is closed: only a correction with a reason changes it."""

    slug, title = "register-closed", N_("This register is closed")
    way_out = N_("Record a correction, with its reason.")


class RegisterOpen(Conflict):
    """A correction is for registers that are closed."""

    slug, title = "register-open", N_("This register is still open")


class RegisterNotYet(Conflict):
    """The meeting has not begun, so nobody can have been there."""

    slug, title = "register-not-yet", N_("The register opens an hour before it begins")


class RegisterIncomplete(Conflict):
    """Somebody is not marked. `more` names how many."""

    slug, title = "register-incomplete", N_("Somebody on this register is not marked yet")


class RegisterChanged(StaleEdit):
    """Somebody else marked the same people meanwhile, and differently."""

    slug, title = "register-changed", N_("Somebody else marked the register in the meantime")
    way_out = N_("Below is the register as it is now. Look at it, and save what is still to be changed.")


class WrongCode(Invalid):
    """That is not the code shown in the room, or it does not hold at this time."""

    slug, title = "wrong-code", N_("This is not the code that is shown in the room now")
