"""What reports refuse."""

from lms.core.errors import Invalid
from lms.core.language import N_


class NoSuchPeriod(Invalid):
    """The months run backwards, or end after the date on which they are seen."""

    slug, title = "no-such-period", N_("These dates do not make a period")
    way_out = N_("Choose a first month that is not after the last one, and a date that is not before the last month.")


class NotInTheGrid(Invalid):
    """Too many ways of dividing people at once: the next step would be one person."""

    slug, title = "not-in-the-grid", N_("These cannot be combined, because the groups would be too small")
    way_out = N_("Choose one way of dividing people: sector, role, setting or language.")


class NotAMoment(Invalid):
    """Reports are seen today or at the end of a month, so that two of them do not give away what one person did."""

    slug, title = "not-a-moment", N_("Choose today or the end of a month")


class NotDividedSo(Invalid):
    """A measure that is not of people, or not of a month, is not laid out like one that is."""

    slug, title = "not-divided-so", N_("This measure is not divided in this way")
    way_out = N_("Choose another way of dividing it, or another measure.")
