"""Where the pages of dates are visited, on the demonstration's dates."""

from collections.abc import Callable

from sqlalchemy import select

from courses.delivery.models import Attendance, Booking, BookingState, Meeting, Series, SeriesState
from courses.delivery.services import register
from lms.core import clock
from lms.core.db import transaction
from lms.core.permissions import Actor
from tests.journeys.visiting import Visit, as_, demo, one


def series(state: SeriesState, *, ahead: bool = True) -> Series:
    found = select(Series).where(Series.state == state).order_by(Series.starts_at)
    return one(found.where(Series.starts_at > clock.now()) if ahead else found)


def booking(state: BookingState) -> Booking:
    return one(
        select(Booking).join(Series).where(Booking.state == state, Series.starts_at > clock.now()).order_by(Booking.id)
    )  # fmt: skip


def mine(state: BookingState) -> Callable[[], Visit]:
    return lambda: Visit({"booking_id": booking(state).id}, booking(state).learner_id)


def managed(state: SeriesState = SeriesState.PUBLISHED) -> Callable[[], Visit]:
    return lambda: Visit({"series_id": series(state).id}, demo("organiser"))


def open_register() -> Meeting:
    """Yesterday's, which nobody has closed."""
    return one(
        select(Meeting).join(Series).where(Series.starts_at < clock.now(), Series.state == SeriesState.PUBLISHED)
    )


def on_register(who: str) -> Callable[[], Visit]:
    return lambda: Visit({"meeting_id": open_register().id}, demo(who))


def in_the_room() -> Visit:
    meeting = open_register()
    with transaction():
        register.show_code(Actor.system(), meeting.id)
    return Visit({"meeting_id": meeting.id}, demo("supervisor"))


def correcting() -> Visit:
    mark = one(select(Attendance).join(Meeting).where(Meeting.closed_at.is_not(None)))
    return Visit({"meeting_id": mark.meeting_id, "booking_id": mark.booking_id}, demo("lead"))


def bookable() -> Visit:
    """A date with a place for somebody who has none."""
    found = one(
        select(Series).where(
            Series.state == SeriesState.PUBLISHED, Series.capacity > 20, Series.starts_at > clock.now()
        )
    )
    return Visit({"code": found.course.code, "series_id": found.id}, demo("nurse2"))


VISITS: dict[str, Callable[[], Visit]] = {
    "dates.dates": lambda: Visit({"code": "RC-RCC"}, demo("nurse2")),
    "dates.book": bookable,
    "dates.any_date": lambda: Visit({"code": "RC-RCC"}, demo("nurse2")),
    "my_dates.dates": lambda: Visit({}, booking(BookingState.BOOKED).learner_id),
    "my_dates.date": mine(BookingState.OFFERED),
    "my_dates.change": mine(BookingState.BOOKED),
    "my_dates.cancel": mine(BookingState.BOOKED),
    "my_dates.sign_in": mine(BookingState.BOOKED),
    "series.listed": as_("organiser"),
    "series.new": as_("organiser"),
    "series.series": managed(),
    "series.edit": managed(SeriesState.DRAFT),
    "series.cancel": managed(),
    "series.copy": managed(),
    "series.bring_in": managed(),
    "register.registers": as_("supervisor"),
    "register.register": on_register("supervisor"),
    "register.room": in_the_room,
    "register.correct": correcting,
    "register.printed": on_register("organiser"),
}
ELSEWHERE = {"my_dates.file"}
