"""One's own dates: when and where, changing, giving up, answering an offer, signing in, the calendar."""

from typing import Any
from uuid import UUID

from flask import Response, current_app, request
from flask_babel import gettext as _

from courses.delivery import queries, rules, views, words
from courses.delivery.errors import OfferLapsed
from courses.delivery.models import LIVE, Booking, BookingState
from courses.delivery.pages.room import BOTH, refuse, said, told
from courses.delivery.schemas import AdjustmentsIn, BookingCancelIn, DateChangeIn, RoomSignInIn
from courses.delivery.services import booking as services
from courses.delivery.services import calendar, register
from courses.enrolments import wording
from courses.enrolments.models import WithdrawalReason
from lms.core import clock
from lms.core.errors import Conflict, NotFound, Refusal
from lms.core.permissions import Actor, Permission
from lms.core.web import forms
from lms.core.web.pages import Pages, Redirect
from lms.core.web.paging import page_of
from lms.core.web.site import moment

pages = Pages("my_dates", "courses.delivery", template_folder="templates")
calendar_pages = Pages("calendar", "courses.delivery", languages=False)

MINE = "/learning/dates"
ONE = f"{MINE}/<uuid:booking_id>"
BOOK = Permission.SERIES_BOOK
PAGE = 25


@pages.page("GET", MINE, needs=BOOK, template="delivery/my_dates.html")
def dates(actor: Actor) -> dict[str, Any]:
    """What is ahead, what was, and the calendar."""
    return _dates(actor)


def _dates(actor: Actor, address: str | None = None) -> dict[str, Any]:
    found = queries.bookings_of(actor.me)
    page = page_of(found, request.args.get("cursor"), PAGE, key=(Booking.id,), descending=True)
    return said(
        ahead=queries.coming(actor.me), waits=[e for e in page.items if e.series is None and e.state in LIVE],
        rows=page.items, next_cursor=page.next, feeds=queries.feeds_of(actor.me), address=address,
    )  # fmt: skip


@pages.page("POST", f"{MINE}/calendar", needs=BOOK, template="delivery/my_dates.html", keeps=False)
def make_feed(actor: Actor) -> dict[str, Any]:
    """A secret address for a calendar, shown this once."""
    secret = calendar.make_feed(actor)
    return _dates(actor, f"{current_app.config['PUBLIC_URL']}/calendar/{secret}.ics")


@pages.page("POST", f"{MINE}/calendar/end", needs=BOOK)
def end_feed(actor: Actor) -> Redirect:
    calendar.end_feeds(actor)
    return Redirect("my_dates.dates", flash=_("The address opens nothing any more."))


@calendar_pages.page("GET", "/calendar/<secret>.ics", needs=Permission.PUBLIC_READ)
def feed(actor: Actor, secret: str) -> Response:
    """What a calendar asks again by itself. The secret in the address is the key."""
    return _ics(calendar.read_feed(actor, secret))


@pages.page("GET", ONE, needs=BOOK, template="delivery/my_date.html")
def date(actor: Actor, booking_id: UUID) -> dict[str, Any]:
    """One date: when, where, and what can be done about it."""
    it = services.readable(actor, booking_id)
    return _date(actor, it, forms.FormState.empty({"adjustments": it.adjustments}))


def _date(actor: Actor, it: Booking, form: forms.FormState) -> dict[str, Any]:
    series = it.series
    now = clock.now()
    return said(
        it=it, date=views.of_booking(actor, it), mine=actor.person == it.learner_id, live=it.state in LIVE, form=form,
        position=queries.position(it) if it.state is BookingState.WAITING else None,
        history=[
            {"when": moment(each.at), "text": _(words.HAPPENED.get(each.kind, each.kind))} for each in queries.history(it.id)
        ],
        begun=series is not None and series.starts_at <= now,
        late=series is not None and rules.is_late(clock.today(), series.cancel_by),
        signs_in=series is not None and it.state is BookingState.BOOKED
        and any(rules.code_holds(now, each.starts_at, each.ends_at) for each in series.meetings),
    )  # fmt: skip


@pages.page("POST", f"{ONE}/answer", needs=BOOK)
def answer(actor: Actor, booking_id: UUID) -> Redirect:
    """Yes or no to an offered place."""
    accept = request.form.get("accept") == "yes"
    try:
        services.answer(actor, booking_id, accept=accept)
    except (OfferLapsed, Conflict) as refusal:
        return Redirect("my_dates.date", booking_id=booking_id, flash=told(refusal))
    flash = _("You have a place. We have sent you an e-mail with a file for your calendar.")
    return Redirect(
        "my_dates.date", booking_id=booking_id, flash=flash if accept else _("The next person is asked.")
    )  # fmt: skip


@pages.page("POST", f"{ONE}/adjustments", needs=BOOK, template="delivery/my_date.html")
def adjust(actor: Actor, booking_id: UUID) -> Any:
    form = forms.read(AdjustmentsIn, request.form)
    if not form.ok:
        return _date(actor, services.readable(actor, booking_id), form), 422
    services.adjust(actor, booking_id, form.data["adjustments"])
    return Redirect("my_dates.date", booking_id=booking_id, flash=_("The organiser and the trainers can read it."))


@pages.page(BOTH, f"{ONE}/change", needs=BOOK, template="delivery/change.html")
def change(actor: Actor, booking_id: UUID) -> Any:
    """Another date of the same course."""
    it = services.readable(actor, booking_id, change=True)
    if it.state is not BookingState.BOOKED:
        return Redirect("my_dates.date", booking_id=booking_id)
    others = [each for each in queries.on_offer(it.course_id) if each.id != it.series_id]
    shown = said(it=it, rows=[each for each in views.many(actor, others) if each["open"] and each["free"] > 0])
    if request.method == "GET":
        return shown | {"form": forms.start(DateChangeIn)}
    form = forms.read(DateChangeIn, request.form)
    if form.ok:
        try:
            made = services.change(actor, booking_id, form.data["series_id"])
            return Redirect("my_dates.date", booking_id=made.id, flash=_("You have another date now."))
        except NotFound:
            raise
        except Refusal as refusal:
            refuse(form, refusal, "series_id")
    return shown | {"form": form}, 422


@pages.page(BOTH, f"{ONE}/cancel", needs=BOOK, template="delivery/give_up.html")
def cancel(actor: Actor, booking_id: UUID) -> Any:
    """Give the place up, or leave the list."""
    it = services.readable(actor, booking_id, change=True)
    if it.state not in LIVE:
        return Redirect("my_dates.date", booking_id=booking_id)
    late = it.series is not None and rules.is_late(clock.today(), it.series.cancel_by)
    shown = said(
        it=it, late=late and it.state is BookingState.BOOKED,
        reasons=[(each.value, _(text)) for each, text in wording.REASONS.items()],
    )  # fmt: skip
    if request.method == "GET":
        return shown | {"form": forms.start(BookingCancelIn)}
    form = forms.read(BookingCancelIn, request.form)
    if form.ok:
        try:
            services.cancel(actor, booking_id, WithdrawalReason(form.data["reason"]))
            return Redirect("my_dates.date", booking_id=booking_id, flash=_("Thank you. Somebody else can come now."))
        except Conflict as refusal:
            refuse(form, refusal)
    return shown | {"form": form}, 422


@pages.page(BOTH, f"{ONE}/sign-in", needs=BOOK, template="delivery/sign_in.html")
def sign_in(actor: Actor, booking_id: UUID) -> Any:
    """I am here: the code in the room."""
    it = services.readable(actor, booking_id)
    if it.learner_id != actor.person or it.series is None:
        raise NotFound()
    if request.method == "GET":
        return said(it=it, form=forms.start(RoomSignInIn, {"language": actor.language}))
    form = forms.read(RoomSignInIn, request.form)
    if form.ok:
        try:
            register.sign_in(actor, booking_id, **form.data)
            flash = _("You have signed in. The trainer confirms it.")
            return Redirect("my_dates.date", booking_id=booking_id, flash=flash)
        except NotFound:
            raise
        except Refusal as refusal:
            refuse(form, refusal, "code")
    return said(it=it, form=form), 422


@pages.page("GET", f"{ONE}/llwybr.ics", needs=BOOK)
def file(actor: Actor, booking_id: UUID) -> Response:
    """The date as a file for a calendar."""
    answer = _ics(calendar.file_of(actor, booking_id))
    answer.headers["Content-Disposition"] = 'attachment; filename="llwybr.ics"'
    return answer


def _ics(text: str) -> Response:
    answer = Response(text, mimetype="text/calendar")
    answer.headers["Cache-Control"] = "private, no-cache"
    return answer
