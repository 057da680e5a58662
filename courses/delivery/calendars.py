"""iCalendar (RFC 5545) of what somebody has booked. Times are those of Wales, so that clocks may change."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import cache

import icalendar
from flask import current_app

from courses.delivery.models import ON_REGISTER, BookingState, Delivery, Meeting, Mode, Series, SeriesState
from courses.delivery.words import delivered_in, meeting_of
from lms.core import clock
from lms.core.clock import LONDON

PRODUCT = "-//Llwybr//Llwybr//CY"
REFRESH = timedelta(hours=6)


def of_series(it: Series, language: str, *, gone: bool = False) -> str:
    """The meetings of one series as a calendar that can be opened. `gone`: they vanish from it."""
    made = _calendar(it.version.title.in_(language))
    made.add("method", "CANCEL" if gone else "PUBLISH")
    _add(made, it, language, gone=gone)
    return _text(made)


def of_person(bookings: Iterable[tuple[BookingState, Series]], language: str, name: str) -> str:
    """Everything that somebody has booked, for a calendar that asks again by itself."""
    made = _calendar(name)
    made.add("refresh-interval", REFRESH, parameters={"value": "DURATION"})
    for state, it in bookings:
        _add(made, it, language, gone=state not in ON_REGISTER or it.state is SeriesState.CANCELLED)
    return _text(made)


def _calendar(name: str) -> icalendar.Calendar:
    made = icalendar.Calendar()
    made.add("prodid", PRODUCT)
    made.add("version", "2.0")
    made.add("name", name)
    made.add("x-wr-calname", name)
    return made


def _add(made: icalendar.Calendar, it: Series, language: str, *, gone: bool) -> None:
    for number, meeting in enumerate(it.meetings, start=1):
        made.add_component(_event(it, meeting, number, language, gone=gone))


def _event(it: Series, meeting: Meeting, number: int, language: str, *, gone: bool) -> icalendar.Event:
    public = current_app.config["PUBLIC_URL"]
    host = public.partition("://")[2].partition(":")[0].partition("/")[0]
    event = icalendar.Event()
    event.add("uid", f"{meeting.id}@{host}")
    event.add("sequence", it.sequence + (1 if gone else 0))
    event.add("dtstamp", clock.now())
    event.add("dtstart", _local(meeting.starts_at))
    event.add("dtend", _local(meeting.ends_at))
    title = it.version.title.in_(language)
    if len(it.meetings) > 1:
        title = f"{title} ({meeting_of(number, len(it.meetings), language)})"
    event.add("summary", title)
    event.add("status", "CANCELLED" if gone else "CONFIRMED")
    if not gone:
        event.add("location", it.link if it.mode is Mode.ONLINE else ", ".join(filter(None, (it.place, it.area))))
        lines = [
            delivered_in(Delivery(it.language), language),
            it.access,
            it.link,
            f"{public}/{language}/learning/dates",
        ]
        event.add("description", "\n".join(line for line in lines if line))
    return event


def _local(when: datetime) -> datetime:
    return when.astimezone(LONDON)


@cache
def _times_of_wales() -> icalendar.Timezone:
    """When clocks change. Made once, for it takes longer than all the rest of a calendar."""
    return icalendar.Timezone.from_tzid(LONDON.key)


def _text(made: icalendar.Calendar) -> str:
    if LONDON.key in made.get_missing_tzids():
        made.subcomponents.insert(0, _times_of_wales())
    text: str = made.to_ical().decode()
    return text
