"""JSON routes of dates, bookings and registers."""

from typing import Any
from uuid import UUID

from flask import Response, current_app, request, url_for
from flask_babel import gettext as _

from courses.catalogue.offered import on_offer
from courses.delivery import queries, views
from courses.delivery.errors import (
    AlreadyBooked,
    BookingNotOpen,
    BookingOver,
    NoPlaceFree,
    OfferLapsed,
    RegisterChanged,
    RegisterClosed,
    RegisterIncomplete,
    RegisterNotYet,
    RegisterOpen,
    SeriesClosed,
    SeriesNotReady,
    WrongCode,
)
from courses.delivery.models import Attendance, Booking, BookingState, Delivery, Meeting, Mode, Presence, Series
from courses.delivery.rules import Kept
from courses.delivery.schemas import (
    AdjustmentsIn,
    AttendanceImportOut,
    AttendanceOut,
    BookingCancelIn,
    BookingIn,
    BookingOut,
    BookingsOut,
    CalendarFeedOut,
    DateChangeIn,
    DateWaitIn,
    KeepQuery,
    OfferAnswerIn,
    PlaceGivenIn,
    RegisterAddIn,
    RegisterCodeOut,
    RegisterCorrectionIn,
    RegisterMarksIn,
    RegisterOut,
    RoomSignInIn,
    RosterOut,
    SeriesCancelIn,
    SeriesCopyIn,
    SeriesEditIn,
    SeriesIn,
    SeriesMeetingOut,
    SeriesOut,
    SeriesPageOut,
    SeriesQuery,
)
from courses.delivery.services import booking as bookings
from courses.delivery.services import calendar, importing, publishing, register
from courses.delivery.services.publishing import Given, When
from courses.delivery.services.register import Marked
from courses.enrolments import wording
from courses.enrolments.api import REFUSALS
from courses.enrolments.errors import EnrolmentRefused, LanguageNotOffered
from courses.enrolments.models import WithdrawalReason
from lms.core.errors import NotFound, StaleEdit
from lms.core.permissions import Actor, Permission
from lms.core.web.api import Api
from lms.core.web.paging import Page, PageQuery, page_of

api = Api("delivery", __name__, description="Dates of taught courses: planning, booking, waiting, registers, calendars")

BOOK, MANAGE, KEEP = Permission.SERIES_BOOK, Permission.SERIES_MANAGE, Permission.REGISTER_KEEP
ONE, MINE, REGISTER = "/series/<uuid:series_id>", "/bookings/<uuid:booking_id>", "/registers/<uuid:meeting_id>"


@api.operation("GET", "/courses/<code>/series", needs=Permission.CATALOGUE_READ, returns=(200, SeriesPageOut))
def dates(actor: Actor, code: str) -> dict[str, Any]:
    """Coming dates of a course, and how many places are free for oneself; at most 50."""
    version = on_offer().get(code)
    if version is None:
        raise NotFound()
    return {"items": views.many(actor, queries.on_offer(version.course_id)), "next": None}


@api.operation(
    "POST", "/courses/<code>/waiting", needs=BOOK, body=DateWaitIn, returns=(201, BookingOut),
    raises=(*REFUSALS, AlreadyBooked, LanguageNotOffered),
)  # fmt: skip
def wait(actor: Actor, code: str, **given: Any) -> tuple[Booking, int]:
    """Wait for whichever date of a course has a place first."""
    if actor.person is None:
        raise NotFound()
    try:
        return bookings.wait_for_any(actor, actor.person, code, **given), 201
    except EnrolmentRefused as refusal:
        raise wording.translated(refusal) from None


@api.operation("GET", "/series", needs=MANAGE, query=SeriesQuery, returns=(200, SeriesPageOut))
def many(actor: Actor, course: str | None, past: bool, cursor: str | None, size: int) -> Page[dict[str, Any]]:
    """Dates where one organises: those ahead, or those past."""
    found = queries.managed(actor, past=past, course_code=course)
    page = page_of(found, cursor, size, key=(Series.starts_at, Series.id), descending=past)
    return Page(views.many(actor, page.items), page.next)


@api.operation(
    "POST", "/series", needs=MANAGE, body=SeriesIn, returns=(201, SeriesOut), raises=(SeriesNotReady,)
)  # fmt: skip
def draft(actor: Actor, course: str, organisation: str, **given: Any) -> tuple[dict[str, Any], int]:
    """Plan a date. Nobody sees it until it is published."""
    return _one(actor, publishing.draft(actor, course, organisation, _given(given))), 201


@api.operation("GET", ONE, needs=MANAGE, returns=(200, SeriesOut))
def one(actor: Actor, series_id: UUID) -> dict[str, Any]:
    """One date, for its organisers."""
    return _one(actor, publishing.seen_by(actor, series_id))


@api.operation(
    "PUT", ONE, needs=MANAGE, body=SeriesEditIn, returns=(200, SeriesOut),
    raises=(SeriesNotReady, SeriesClosed, StaleEdit),
)  # fmt: skip
def edit(actor: Actor, series_id: UUID, sequence: int, **given: Any) -> dict[str, Any]:
    """Change a date. Those booked hear in one mail what is different for them."""
    return _one(actor, publishing.edit(actor, series_id, sequence, _given(given)))


@api.operation(
    "POST", f"{ONE}/publication", needs=MANAGE, returns=(200, SeriesOut), raises=(SeriesNotReady, SeriesClosed)
)
def publish(actor: Actor, series_id: UUID) -> dict[str, Any]:
    """Learners see it from now on. Again changes nothing."""
    return _one(actor, publishing.publish(actor, series_id))


@api.operation(
    "POST", f"{ONE}/cancellation", needs=MANAGE, body=SeriesCancelIn, returns=(200, SeriesOut), raises=(SeriesClosed,)
)
def cancel_series(actor: Actor, series_id: UUID, reason: str, move_to: UUID | None) -> dict[str, Any]:
    """It is not held: those booked move to another date as far as places go, or return to the list."""
    return _one(actor, publishing.cancel(actor, series_id, reason, move_to))


@api.operation(
    "POST", f"{ONE}/copies", needs=MANAGE, body=SeriesCopyIn, returns=(201, SeriesOut), raises=(SeriesNotReady,)
)  # fmt: skip
def copy(actor: Actor, series_id: UUID, first_day: Any) -> tuple[dict[str, Any], int]:
    """The same again from another day, as a draft."""
    return _one(actor, publishing.copy(actor, series_id, first_day)), 201


@api.operation("GET", f"{ONE}/bookings", needs=MANAGE, returns=(200, RosterOut))
def roster(actor: Actor, series_id: UUID) -> dict[str, Any]:
    """Who has a place, is asked or waits, and what they need to take part; and who no longer comes."""
    it = publishing.seen_by(actor, series_id)
    return {"items": queries.places(it.id, *BookingState), "next": None}


@api.operation(
    "POST", f"{ONE}/places", needs=MANAGE, body=PlaceGivenIn, returns=(200, BookingOut),
    raises=(BookingOver, SeriesClosed, NoPlaceFree),
)  # fmt: skip
def give(actor: Actor, series_id: UUID, booking_id: UUID) -> Booking:
    """Give a place to somebody who waits."""
    return bookings.give(actor, booking_id, series_id)


@api.operation(
    "POST", f"{ONE}/attendance", needs=MANAGE, query=KeepQuery, returns=(200, AttendanceImportOut),
    raises=(RegisterClosed, RegisterNotYet, RegisterChanged), takes="application/octet-stream",
)  # fmt: skip
def bring_in(actor: Actor, series_id: UUID, keep: bool) -> dict[str, Any]:
    """Attendance from a CSV file or an XLSX workbook, checked; kept with `keep`, if every line is in order."""
    found = importing.bring_in(actor, series_id, request.get_data(cache=False), keep=keep)
    faults = [{"line": each.line, "detail": _(each.text)} for each in found.faults]
    return {"rows": found.rows, "kept": found.kept, "faults": faults}


@api.operation(
    "POST", f"{ONE}/own-booking", needs=BOOK, body=BookingIn, returns=(201, BookingOut),
    raises=(*REFUSALS, AlreadyBooked, BookingNotOpen, NoPlaceFree, SeriesClosed, LanguageNotOffered),
)  # fmt: skip
def book(
    actor: Actor, series_id: UUID, learner_id: UUID | None, **given: Any
) -> tuple[Booking, int, dict[str, str]]:  # fmt: skip
    """Take a place for oneself, or for a learner where one organises; or join the waiting list."""
    learner_id = learner_id or actor.person
    if learner_id is None:
        raise NotFound()
    try:
        made = bookings.book(actor, learner_id, series_id, **given)
    except EnrolmentRefused as refusal:
        raise wording.translated(refusal) from None
    return made, 201, {"Location": url_for("delivery_api.booking", booking_id=made.id)}


@api.operation("GET", "/bookings", needs=BOOK, query=PageQuery, returns=(200, BookingsOut))
def my_bookings(actor: Actor, cursor: str | None, size: int) -> Page[Booking]:
    """One's own places and waits, newest first."""
    if actor.person is None:
        raise NotFound()
    return page_of(queries.bookings_of(actor.person), cursor, size, key=(Booking.id,), descending=True)


@api.operation("GET", MINE, needs=BOOK, returns=(200, BookingOut))
def booking(actor: Actor, booking_id: UUID) -> Booking:
    """One booking."""
    return bookings.readable(actor, booking_id)


@api.operation("GET", f"{MINE}/series", needs=BOOK, returns=(200, SeriesOut))
def booked_series(actor: Actor, booking_id: UUID) -> dict[str, Any]:
    """The date of a booking, with its place or link once there is a place."""
    found = views.of_booking(actor, bookings.readable(actor, booking_id))
    if found is None:
        raise NotFound()
    return found


@api.operation(
    "POST",
    f"{MINE}/answer",
    needs=BOOK,
    body=OfferAnswerIn,
    returns=(200, BookingOut),
    raises=(BookingOver, OfferLapsed),
)
def answer(actor: Actor, booking_id: UUID, accept: bool) -> Booking:
    """Say yes or no to a place that is offered."""
    return bookings.answer(actor, booking_id, accept=accept)


@api.operation(
    "POST", f"{MINE}/change", needs=BOOK, body=DateChangeIn, returns=(200, BookingOut),
    raises=(BookingOver, BookingNotOpen, NoPlaceFree, SeriesClosed),
)  # fmt: skip
def change(actor: Actor, booking_id: UUID, series_id: UUID) -> Booking:
    """Another date instead: the answer is a new booking."""
    return bookings.change(actor, booking_id, series_id)


@api.operation(
    "POST", f"{MINE}/cancellation", needs=BOOK, body=BookingCancelIn, returns=(200, BookingOut),
    raises=(BookingOver, SeriesClosed),
)  # fmt: skip
def cancel(actor: Actor, booking_id: UUID, reason: str) -> Booking:
    """Give up a place, or leave a list."""
    return bookings.cancel(actor, booking_id, WithdrawalReason(reason))


@api.operation(
    "PUT", f"{MINE}/adjustments", needs=BOOK, body=AdjustmentsIn, returns=(200, BookingOut), raises=(BookingOver,)
)
def adjust(actor: Actor, booking_id: UUID, adjustments: str) -> Booking:
    """What the learner needs to take part."""
    return bookings.adjust(actor, booking_id, adjustments)


@api.operation(
    "POST", f"{MINE}/sign-in", needs=BOOK, body=RoomSignInIn, returns=(200, AttendanceOut),
    raises=(BookingOver, WrongCode, RegisterClosed),
)  # fmt: skip
def sign_in(actor: Actor, booking_id: UUID, code: str, language: str) -> Attendance:
    """I am here: the code that is shown in the room. It counts once a trainer confirms it."""
    return register.sign_in(actor, booking_id, code, language)


@api.operation("GET", f"{MINE}/calendar", needs=BOOK, returns=(200, None), media_type="text/calendar")
def calendar_file(actor: Actor, booking_id: UUID) -> Response:
    """The date as iCalendar."""
    return Response(calendar.file_of(actor, booking_id), mimetype="text/calendar")


@api.operation("POST", "/calendar-feed", needs=BOOK, returns=(201, CalendarFeedOut), remembers=False)
def make_feed(actor: Actor) -> tuple[dict[str, str], int]:
    """A secret address for one's calendar. Those made before open nothing any more."""
    secret = calendar.make_feed(actor)
    return {"url": f"{current_app.config['PUBLIC_URL']}/calendar/{secret}.ics"}, 201


@api.operation("DELETE", "/calendar-feed", needs=BOOK, returns=(204, None))
def end_feed(actor: Actor) -> None:
    """The address opens nothing any more."""
    calendar.end_feeds(actor)


@api.operation("GET", REGISTER, needs=KEEP, returns=(200, RegisterOut))
def read_register(actor: Actor, meeting_id: UUID) -> dict[str, Any]:
    """Everybody with a place at a session, each with the newest mark."""
    return _register(actor, meeting_id)


@api.operation(
    "POST", f"{REGISTER}/marks", needs=KEEP, body=RegisterMarksIn, returns=(200, RegisterOut),
    raises=(RegisterClosed, RegisterNotYet, RegisterChanged),
)  # fmt: skip
def mark(actor: Actor, meeting_id: UUID, marks: list[dict[str, Any]]) -> dict[str, Any]:
    """Mark who is there; all of it or nothing."""
    register.mark(actor, meeting_id, [_marked(each) for each in marks])
    return _register(actor, meeting_id)


@api.operation(
    "POST", f"{REGISTER}/people", needs=KEEP, body=RegisterAddIn, returns=(201, BookingOut),
    raises=(*REFUSALS, AlreadyBooked, RegisterClosed, SeriesClosed),
)  # fmt: skip
def add(actor: Actor, meeting_id: UUID, address: str, language: str) -> tuple[Booking, int]:
    """Somebody is there who is not on the list."""
    try:
        return register.add(actor, meeting_id, address, language), 201
    except EnrolmentRefused as refusal:
        raise wording.translated(refusal) from None


@api.operation(
    "POST", f"{REGISTER}/code", needs=KEEP, returns=(200, RegisterCodeOut), raises=(RegisterClosed, RegisterNotYet),
    remembers=False,
)  # fmt: skip
def code(actor: Actor, meeting_id: UUID) -> dict[str, str]:
    """The code of the room."""
    return {"code": register.show_code(actor, meeting_id)}


@api.operation(
    "POST", f"{REGISTER}/closing", needs=KEEP, returns=(200, SeriesMeetingOut),
    raises=(RegisterClosed, RegisterNotYet, RegisterIncomplete),
)  # fmt: skip
def close(actor: Actor, meeting_id: UUID) -> Meeting:
    """Nothing is marked any more; completion follows."""
    return register.close(actor, meeting_id)


@api.operation(
    "POST", f"{REGISTER}/corrections", needs=KEEP, body=RegisterCorrectionIn, returns=(201, AttendanceOut),
    raises=(RegisterOpen, RegisterChanged),
)  # fmt: skip
def correct(actor: Actor, meeting_id: UUID, reason: str, **given: Any) -> tuple[Attendance, int]:
    """Put a closed register right. The mark before is kept."""
    return register.correct(actor, meeting_id, _marked(given), reason), 201


def _register(actor: Actor, meeting_id: UUID) -> dict[str, Any]:
    meeting, it = register.keepable(actor, meeting_id)
    return {"meeting": meeting, "series_id": it.id, "lines": queries.register(meeting.id, it.id)}


def _marked(given: dict[str, Any]) -> Marked:
    return Marked(
        given["booking_id"], Presence(given["presence"]), given.get("minutes"), given.get("language"), given.get("seen")
    )


def _one(actor: Actor, it: Series) -> dict[str, Any]:
    return views.many(actor, [it])[0]


def _given(given: dict[str, Any]) -> Given:
    plain = {name: given[name] for name in publishing.PLAIN}
    plain |= {"language": Delivery(plain["language"]), "mode": Mode(plain["mode"])}
    return Given(
        **plain, trainers=given["trainers"],
        meetings=[When(each["starts_at"], each["ends_at"], each.get("id")) for each in given["meetings"]],
        reserves=[Kept(**each) for each in given["reserves"]],
    )  # fmt: skip
