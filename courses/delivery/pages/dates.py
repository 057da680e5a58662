"""Dates of a course: which there are, and booking one."""

from typing import Any
from uuid import UUID

from flask import request
from flask_babel import gettext as _

from courses.catalogue.offered import Offered, on_offer
from courses.delivery import queries, views
from courses.delivery.errors import AlreadyBooked, NoPlaceFree
from courses.delivery.models import Booking, BookingState, Series, SeriesState
from courses.delivery.pages.room import BOTH, refuse, said
from courses.delivery.schemas import BookForm
from courses.delivery.services import booking as services
from courses.delivery.services.offering import CHOSEN
from courses.enrolments import services as enrolments
from courses.enrolments import wording
from courses.enrolments.errors import EnrolmentRefused, NotDeclared
from courses.enrolments.services.standing import Standing
from lms.core.errors import NotFound, Refusal
from lms.core.permissions import Actor, Permission
from lms.core.web import forms
from lms.core.web.forms import FormState
from lms.core.web.pages import Pages, Redirect

pages = Pages("dates", "courses.delivery", template_folder="templates")

ALL = "/training/<code>/dates"
BOOK = Permission.SERIES_BOOK


@pages.page("GET", ALL, needs=Permission.CATALOGUE_READ, template="delivery/dates.html")
def dates(actor: Actor, code: str) -> Any:
    """Every coming date, with the places that are free."""
    version = _version(code)
    found = queries.on_offer(version.course_id)
    mine = queries.live_of(actor.person, version.course_id) if actor.person else None
    return said(
        version=version, code=code, rows=views.many(actor, found), mine=mine, chosen=version.capacity_rule in CHOSEN
    )


@pages.page(BOTH, f"{ALL}/<uuid:series_id>", needs=BOOK, template="delivery/book.html")
def book(actor: Actor, code: str, series_id: UUID) -> Any:
    """What is asked on booking, and the answer."""
    it = queries.series(series_id)
    if it is None or it.course.code != code or it.state is SeriesState.DRAFT:
        raise NotFound()
    return _booking(actor, _version(code), it)


@pages.page(BOTH, f"{ALL}/any", needs=BOOK, template="delivery/book.html")
def any_date(actor: Actor, code: str) -> Any:
    """Wait for whichever date has a place first."""
    return _booking(actor, _version(code), None)


def _booking(actor: Actor, version: Offered, it: Series | None) -> Any:
    mine = queries.live_of(actor.me, version.course_id)
    if mine is not None and (mine.state is not BookingState.WAITING or (it is None and mine.any_date)):
        return Redirect("my_dates.date", booking_id=mine.id)
    found = enrolments.standing(actor.me, version)
    if found.kind == "refused":
        return Redirect("enrolments.enrol", code=version.course.code)
    if request.method == "GET":
        given = {"language": actor.language if actor.language in version.languages else version.languages[0]}
        if found.best.place.membership_id:
            given["membership_id"] = str(found.best.place.membership_id)
        return _page(actor, version, it, found, forms.start(BookForm, given))
    form = forms.read(BookForm, request.form)
    if not form.ok:
        return _page(actor, version, it, found, form), 422
    try:
        made = _made(actor, version, it, form)
    except AlreadyBooked as refusal:
        return Redirect("my_dates.date", booking_id=refusal.more["booking"])
    except NotDeclared:
        form.refuse("declared", _("Confirm each of these, if it is so"))
        return _page(actor, version, it, found, form), 422
    except NoPlaceFree as refusal:
        refuse(form, refusal)
        return _page(actor, version, it, found, form, full=True), 409
    except EnrolmentRefused:
        return Redirect("enrolments.enrol", code=version.course.code)
    except NotFound:
        raise
    except Refusal as refusal:
        refuse(form, refusal)
        return _page(actor, version, it, found, form), 409
    flash = _("You have a place. We have sent you an e-mail with a file for your calendar.")
    if made.state is BookingState.WAITING:
        flash = _("You are on the waiting list.")
    elif made.state is BookingState.OFFERED:
        flash = _("A place is free for you now. Say whether you take it.")
    return Redirect("my_dates.date", booking_id=made.id, flash=flash)


def _made(actor: Actor, version: Offered, it: Series | None, form: FormState) -> Booking:
    given = dict(form.data)
    wait = given.pop("wait")
    if it is None:
        return services.wait_for_any(actor, actor.me, version.course.code, **given)
    return services.book(actor, actor.me, it.id, wait=wait, **given)


def _page(
    actor: Actor, version: Offered, it: Series | None, found: Standing, form: FormState, *, full: bool = False
) -> dict[str, Any]:
    shown = views.many(actor, [it])[0] if it else None
    return said(
        form=form, version=version, code=version.course.code, it=shown, chosen=version.capacity_rule in CHOSEN,
        full=full or (shown is not None and shown["free"] < 1),
        offered_in=[(each, _("Welsh") if each == "cy" else _("English")) for each in version.languages],
        declarations=wording.declarations(found) if found.kind != "enrolled" else [],
        places=[
            (str(each.place.membership_id), wording.place(each.place, found.best.names))
            for each in found.applications if each.place.membership_id
        ] if found.kind != "enrolled" else [],
    )  # fmt: skip


def _version(code: str) -> Offered:
    found = on_offer().get(code)
    if found is None:
        raise NotFound()
    return found
