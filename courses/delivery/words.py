"""What the coded facts of dates are called. Msgids, translated at the edge, or in somebody's own language for mail."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from babel.dates import format_date, format_time
from flask_babel import force_locale, gettext

from courses.delivery.models import BookingState, Delivery, Meeting, Mode, Presence, Series, SeriesState
from lms.core.clock import LONDON, on_the_day
from lms.core.language import N_

DELIVERIES = {
    Delivery.WELSH: N_("In Welsh"),
    Delivery.ENGLISH: N_("In English"),
    Delivery.BILINGUAL: N_("In Welsh and English, with interpretation"),
}
MODES = {Mode.IN_PERSON: N_("In person"), Mode.ONLINE: N_("Live online")}
SERIES = {
    SeriesState.DRAFT: (N_("Draft"), "white"),
    SeriesState.PUBLISHED: (N_("Published"), "blue"),
    SeriesState.HELD: (N_("Held"), "green"),
    SeriesState.CANCELLED: (N_("Cancelled"), "grey"),
}
BOOKINGS = {
    BookingState.WAITING: (N_("On the waiting list"), "yellow"),
    BookingState.OFFERED: (N_("A place is offered"), "purple"),
    BookingState.BOOKED: (N_("Booked"), "green"),
    BookingState.CANCELLED: (N_("Cancelled"), "grey"),
    BookingState.LATE_CANCELLED: (N_("Cancelled late"), "grey"),
    BookingState.DECLINED: (N_("Offer not taken"), "grey"),
    BookingState.LAPSED: (N_("Offer not answered in time"), "grey"),
    BookingState.MOVED: (N_("Moved to another date"), "grey"),
    BookingState.OVER: (N_("Held"), "blue"),
}
PRESENCES = {
    Presence.SIGNED_IN: (N_("Signed in"), "blue"),
    Presence.ATTENDED: (N_("Attended"), "green"),
    Presence.PARTLY: (N_("Partly"), "aqua-green"),
    Presence.DID_NOT_ATTEND: (N_("Not there"), "white"),
    Presence.EXCUSED: (N_("Excused"), "grey"),
}
HAPPENED = {
    **{state.value: text for state, (text, _colour) in BOOKINGS.items()},
    "series_cancelled": N_("The date was cancelled"),
    "attended": N_("Attended"),
    "did_not_attend": N_("Was not there"),
    "resit_due": N_("Was there for a part"),
    "added": N_("Added to the register"),
    "adjustments": N_("Adjustments were changed"),
}
CHANGED = {
    "meetings": N_("Times"),
    "mode": N_("In person or online"),
    "area": N_("Town or area"),
    "place": N_("Place"),
    "link": N_("Online room"),
    "access": N_("Access"),
    "language": N_("Language"),
    "trainers": N_("Trainers"),
}
"""What those booked are told when it changes. The rest (places, days of booking) is not theirs to act on."""


def locale_of(language: str) -> str:
    return "cy" if language == "cy" else "en_GB"


def said(msgid: str, language: str, **values: object) -> str:
    """A msgid in that language, whichever the page's is."""
    with force_locale(locale_of(language)):
        return str(gettext(msgid, **values))


def delivered_in(delivery: Delivery, language: str) -> str:
    return said(DELIVERIES[delivery], language)


def meeting_of(number: int, count: int, language: str) -> str:
    return said(N_("day %(number)s of %(count)s"), language, number=number, count=count)


def span(starts_at: datetime, ends_at: datetime, language: str) -> str:
    """ "Wednesday 3 March 2027, 09:30 to 16:30", by the clock in Wales."""
    locale = locale_of(language)
    day = format_date(on_the_day(starts_at), "EEEE d MMMM y", locale=locale)
    first, last = (format_time(each.astimezone(LONDON), "HH:mm", locale=locale) for each in (starts_at, ends_at))
    return said(N_("%(day)s, %(first)s to %(last)s"), language, day=day, first=first, last=last)


def times(it: Series, language: str) -> list[str]:
    return [span(each.starts_at, each.ends_at, language) for each in it.meetings]


def when(it: Series | Mapping[str, Any], language: str) -> str:
    """The days in short: "3 March 2027" or "3 March to 7 April 2027"; of a series, or of what a reader may see of it."""
    between = (it["starts_at"], it["ends_at"]) if isinstance(it, Mapping) else (it.starts_at, it.ends_at)
    first, last = map(on_the_day, between)
    locale = locale_of(language)
    if first == last:
        return str(format_date(first, "d MMMM y", locale=locale))
    pattern = "d MMMM" if first.year == last.year else "d MMMM y"
    return said(
        N_("%(first)s to %(last)s"), language, first=format_date(first, pattern, locale=locale),
        last=format_date(last, "d MMMM y", locale=locale),
    )  # fmt: skip


def meeting_number(it: Series, meeting: Meeting) -> int:
    return [each.id for each in it.meetings].index(meeting.id) + 1
