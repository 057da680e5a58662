"""A freed place: offered to the next in line, for a while, and then passed on."""

from uuid import UUID

from courses.catalogue.models import CapacityRule, CourseVersion
from courses.delivery import letters, queries, rules
from courses.delivery.events import PlaceDeclined, PlaceOffered
from courses.delivery.models import Booking, BookingEvent, BookingState, Series, SeriesState
from courses.enrolments import services as enrolments
from lms.core import audit, clock, events
from lms.core.db import db, get_or_refuse
from lms.core.errors import NotFound
from lms.core.permissions import Actor

CHOSEN = (CapacityRule.COHORT, CapacityRule.ALLOCATION)


def locked(series_id: UUID) -> Series:
    """The series with all that belongs to it, locked; its version before it, as enrolling does. Raises NotFound."""
    found = queries.series(series_id)
    if found is None:
        raise NotFound()
    get_or_refuse(CourseVersion, found.course_version_id, lock=True)
    again = queries.series(series_id, lock=True)
    if again is None:
        raise NotFound()
    return again


def is_chosen(it: Series) -> bool:
    """An organiser gives the places, so none is offered by itself."""
    return it.version.capacity_rule in CHOSEN


def fill(actor: Actor, it: Series) -> int:
    """Offer what is free to those who have waited longest and can have it; return how many. Expects the series locked."""
    if it.state is not SeriesState.PUBLISHED or it.starts_at <= clock.now() or is_chosen(it):
        return 0
    db.session.flush()  # what was given up a moment ago is counted
    taken = dict(queries.taken([it.id])[it.id])
    waiting = {each.id: each for each in queries.waiting(it)}
    line = [rules.Waiter(each.id, each.sector.value, frozenset(each.passed)) for each in waiting.values()]
    kept, offered = queries.kept_places(it), 0
    while found := rules.next_in_line(line, it.id, it.capacity, taken, kept, clock.today()):
        offer(actor, waiting[found.booking_id], it)
        line.remove(found)
        taken[found.sector] = taken.get(found.sector, 0) + 1
        offered += 1
    return offered


def offer(actor: Actor, booking: Booking, it: Series) -> None:
    """Keep a place for somebody, and ask them."""
    now = clock.now()
    booking.series, booking.series_id, booking.state = it, it.id, BookingState.OFFERED
    booking.offered_at, booking.offer_until = now, rules.offer_ends(now, it.offer_hours, it.starts_at)
    enrolments.offer_date(Actor.system(), booking.enrolment_id)
    happened(actor, booking, BookingState.OFFERED)
    letters.offered(booking)
    events.publish(PlaceOffered(booking.id))


def turn_down(actor: Actor, booking: Booking, it: Series, *, lapsed: bool) -> None:
    """The offer is not taken. Who waits for any date goes on waiting; the enrolment of the others ends."""
    state = BookingState.LAPSED if lapsed else BookingState.DECLINED
    happened(actor, booking, state)
    booking.offer_until = None
    if booking.any_date:
        booking.state, booking.series_id, booking.series = BookingState.WAITING, None, None
        booking.passed = [*booking.passed, it.id]
        enrolments.wait_for_date(Actor.system(), booking.enrolment_id)
        if lapsed:
            letters.lapsed(booking, still_waits=True)
    else:
        booking.state, booking.ended_at = state, clock.now()
        db.session.flush()  # the enrolment's end looks for a live booking
        enrolments.gave_up(Actor.system(), booking.enrolment_id, "offer_lapsed" if lapsed else "place_declined")
        if lapsed:
            letters.lapsed(booking, still_waits=False)
    events.publish(PlaceDeclined(booking.id, lapsed=lapsed))
    fill(actor, it)


def pass_on(actor: Actor) -> int:
    """What was not answered in time goes to the next, and what became free by itself is offered. How many lapsed.

    The second: places whose reservation for a sector has ended.
    """
    count = 0
    for booking_id in queries.lapsed():
        booking = get_or_refuse(Booking, booking_id)
        if booking.series_id is None:
            continue
        it = locked(booking.series_id)
        booking = get_or_refuse(Booking, booking_id, lock=True)
        if booking.state is BookingState.OFFERED and booking.offer_until and booking.offer_until <= clock.now():
            turn_down(actor, booking, it, lapsed=True)
            count += 1
    for series_id in queries.to_fill():
        fill(actor, locked(series_id))
    return count


def happened(
    actor: Actor, booking: Booking, kind: BookingState | str, reason: str | None = None
) -> None:  # fmt: skip
    """Append to what happened to the booking, and to the audit trail."""
    name = kind.value if isinstance(kind, BookingState) else kind
    db.session.add(
        BookingEvent(
            booking_id=booking.id,
            series_id=booking.series_id,
            at=clock.now(),
            kind=name,
            by=actor.person,
            reason=reason,
        )
    )
    audit.record(actor, f"booking.{name}", about=booking.learner_id, thing=booking, reason=reason)
