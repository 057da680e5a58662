"""Pages of whoever commissions: capacity and budget, places by the rule, and offering again what came back."""

from typing import Any
from uuid import UUID

from flask import request, url_for
from flask_babel import gettext as _
from marshmallow import ValidationError

from courses.needs import queries, views, wording
from courses.needs.models import Round, RoundCourse
from courses.needs.pages.attempts import attempt
from courses.needs.pages.managing import BOTH, COMMISSION, READ, ROUND, pages
from courses.needs.rules.timetable import RoundState
from courses.needs.schemas.given import MOST_SEATS, AllocationIn, Pounds, ReofferIn
from courses.needs.services import access, sharing
from courses.needs.services.access import course_in
from courses.needs.services.sharing import Bought
from courses.needs.wording import spoken
from lms.core import clock
from lms.core.errors import NotFound
from lms.core.permissions import Actor
from lms.core.web import forms
from lms.core.web.forms import FormState
from lms.core.web.pages import Redirect


@pages.page(BOTH, f"{ROUND}/capacity", needs=COMMISSION, template="needs_manage/capacity.html")
@spoken
def capacity(actor: Actor, round_id: UUID) -> Any:
    """Seats, the price of a place and the budget of each course, beside the need."""
    it = access.managed(actor, round_id, COMMISSION, lock=False)
    rooms = views.rooms(it)
    shown = {"round": it, "rooms": rooms, "wording": wording}
    if request.method == "GET":
        return shown | {"form": FormState(values=_values(rooms))}
    form, given = _read(rooms)
    status = 422
    if form.ok:
        with attempt(form) as tried:
            sharing.set_capacity(actor, it.id, given)
        if form.ok:
            return Redirect(".round", round_id=it.id, flash=_("Capacity and budget are set."))
        status = tried.status
    return shown | {"form": form}, status


def _values(rooms: list[views.Room]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for number, room in enumerate(rooms, start=1):
        if (there := room.capacity) is not None:
            found |= {
                f"seats-{number}": str(there.seats), f"price-{number}": wording.pounds(there.pence).lstrip("£"),
                f"budget-{number}": wording.pounds(there.budget).lstrip("£"),
            }  # fmt: skip
    return found


def _read(rooms: list[views.Room]) -> tuple[FormState, dict[UUID, Bought]]:
    form = FormState(values=dict(request.form))
    given: dict[UUID, Bought] = {}
    for number, room in enumerate(rooms, start=1):
        typed = {name: request.form.get(f"{name}-{number}", "").strip() for name in ("seats", "price", "budget")}
        if not any(typed.values()):
            continue
        seats = typed["seats"].replace(",", "")
        if not seats.isdecimal() or len(seats) > 6 or int(seats) > MOST_SEATS:
            said = _("Write how many seats as a whole number, such as 20")
            form.refuse(f"seats-{number}", f"{said} ({room.course.course.code})")
            continue
        money = {name: _pence(form, f"{name}-{number}", typed[name]) for name in ("price", "budget")}
        given[room.course.id] = Bought(int(seats), money["price"], money["budget"])
    return form, given


def _pence(form: FormState, name: str, typed: str) -> int:
    try:
        return int(Pounds().deserialize(typed or "0") or 0)
    except ValidationError as fault:
        form.refuse(name, _(forms.first_of(fault.messages)))
        return 0


@pages.page(BOTH, f"{ROUND}/allocation", needs=READ, template="needs_manage/allocation.html")
@spoken
def allocation(actor: Actor, round_id: UUID) -> Any:
    """Places by course in the newest edition; the button that shares them out, or shares them out anew."""
    it = access.readable(actor, round_id)
    if request.method == "GET":
        return _allocation_page(actor, it, FormState())
    form, status = forms.read(AllocationIn, request.form), 422
    if form.ok:
        with attempt(form) as tried:
            sharing.share_out(actor, it.id, form.data["edition"], form.data["reason"])
        if form.ok:
            said = _("Places are shared out, and whoever answers for a body with places has been told.")
            return Redirect(".allocation", round_id=it.id, flash=said)
        status = tried.status
    return _allocation_page(actor, it, form), status


def _allocation_page(actor: Actor, it: Round, form: FormState) -> dict[str, Any]:
    editions = queries.allocations_of(it.id)
    last, only = editions[0] if editions else None, access.scope(actor, it)
    found = [each for each in queries.standings(last) if only is None or each.share.organisation_id in only]
    rooms = views.rooms(it, only)
    places = queries.totals((each.share.round_course_id, each.share.places) for each in found)
    moved = [each for each in found if each.share.before is not None and each.share.before != each.share.places]
    return {
        "round": it, "form": form, "wording": wording, "editions": editions, "last": last, "rooms": rooms,
        "places": places, "moved": moved, "rule": queries.rules_of(it.id)[0], "whole": only is None,
        "titles": {room.course.id: room.title for room in rooms},
        "lacking": [room for room in rooms if room.capacity is None],
        "may": actor.may(COMMISSION, at=it.place_lineage)
        and it.state in (RoundState.REVIEWED, RoundState.ALLOCATED)
        and not any(each.accepted is not None for each in found),
        "may_reoffer": actor.may(COMMISSION, at=it.place_lineage) and it.state is RoundState.ACCEPTED,
    }  # fmt: skip


@pages.page("GET", f"{ROUND}/allocation/<uuid:round_course_id>", needs=READ, template="needs_manage/allocated.html")
def allocated(actor: Actor, round_id: UUID, round_course_id: UUID) -> Any:
    """Every body's places on a course, and how each number came about."""
    it = access.readable(actor, round_id)
    course: RoundCourse = course_in(it.id, round_course_id)
    editions, only = queries.allocations_of(it.id), access.scope(actor, it)
    number = request.args.get("edition", "")
    edition = next((each for each in editions if str(each.edition) == number), editions[0] if editions else None)
    if edition is None:
        raise NotFound()
    rows = queries.standings(edition, round_course_id=course.id)
    return {
        "round": it, "course": course, "title": wording.title_of(course), "editions": editions, "edition": edition,
        "rows": [each for each in rows if only is None or each.share.organisation_id in only], "wording": wording,
        "url": lambda each: url_for(".allocated", round_id=it.id, round_course_id=course.id, edition=each.edition),
    }  # fmt: skip


@pages.page(BOTH, f"{ROUND}/reoffer", needs=COMMISSION, template="needs_manage/reoffer.html")
@spoken
def reoffer(actor: Actor, round_id: UUID) -> Any:
    """What came back, by course, and offering it again by the same rule."""
    it = access.managed(actor, round_id, COMMISSION, lock=False)
    editions = queries.allocations_of(it.id)
    last, today = editions[0] if editions else None, clock.today()
    if last is None:
        raise NotFound()
    found = queries.standings(last)
    back = queries.totals((each.share.round_course_id, each.share.places - each.remaining(today)) for each in found)
    shown = {
        "round": it, "last": last, "rooms": views.rooms(it), "back": back, "wording": wording,
        "kept": queries.totals((each.share.round_course_id, each.remaining(today)) for each in found),
    }  # fmt: skip
    if request.method == "GET":
        days = {"accept_by": max(it.accept_by, today), "nominate_by": max(it.nominate_by, today)}
        return shown | {"form": forms.start(ReofferIn, {"edition": last.edition} | days)}
    form, status = forms.read(ReofferIn, request.form), 422
    if form.ok:
        with attempt(form) as tried:
            sharing.reoffer(actor, it.id, **form.data)
        if form.ok:
            said = _("What came back is offered again, and whoever answers for a body with more places has been told.")
            return Redirect(".allocation", round_id=it.id, flash=said)
        status = tried.status
    return shown | {"form": form}, status
