"""Getting a place on a date, changing it, giving it up, waiting for one."""

from collections.abc import Iterable
from uuid import UUID

from courses.catalogue.models import CourseVersion
from courses.delivery import letters, queries, rules
from courses.delivery.errors import (
    AlreadyBooked,
    BookingNotOpen,
    BookingOver,
    NoPlaceFree,
    OfferLapsed,
    SeriesClosed,
)
from courses.delivery.events import Booked, Cancelled, LateCancelled
from courses.delivery.models import LIVE, Booking, BookingState, Series, SeriesState
from courses.delivery.services.offering import fill, happened, is_chosen, locked, turn_down
from courses.enrolments import services as enrolments
from courses.enrolments.models import Enrolment, EnrolmentState, WithdrawalReason
from courses.enrolments.queries import published
from lms.accounts.models import Person
from lms.core import clock, events
from lms.core.db import db, get_or_refuse, record
from lms.core.errors import NotFound
from lms.core.permissions import Actor, Permission

BOOK = Permission.SERIES_BOOK
NO_LONGER = (EnrolmentState.COMPLETED, EnrolmentState.WITHDRAWN)


def book(
    actor: Actor,
    learner_id: UUID,
    series_id: UUID,
    *,
    language: str,
    declared: Iterable[str] = (),
    membership_id: UUID | None = None,
    adjustments: str = "",
    wait: bool = False,
) -> Booking:
    """Take a place on a date, and enrol for it. `wait`: join its list where none is free.

    On courses whose places an organiser gives, learners always ask, which is to wait. Raises NotFound, Forbidden,
    BookingNotOpen, AlreadyBooked, NoPlaceFree, or what the rules of enrolment refuse.
    """
    it = locked(series_id)
    actor.require(BOOK, about=learner_id, at=it.organisation_lineage)
    if it.state is SeriesState.DRAFT:
        raise NotFound()
    _check_open(it)
    before = queries.live_of(learner_id, it.course_id)
    if before is not None and before.state is not BookingState.WAITING:
        raise AlreadyBooked(more={"booking": str(before.id)})
    enrolment = enrolments.enrol_for_date(
        actor, learner_id, it.course_version_id, language, declared, membership_id=membership_id
    )
    asks = is_chosen(it) and actor.person == learner_id
    free = not asks and queries.free(it, enrolment.sector.value, queries.taken([it.id])[it.id]) > 0
    if not free and not (wait or asks):
        raise NoPlaceFree()
    if before is not None and not free and before.series_id == it.id:
        raise AlreadyBooked(more={"booking": str(before.id)})
    booking = before or _new(enrolment, it.course_id, adjustments)
    if adjustments:
        booking.adjustments = adjustments
    booking.series, booking.series_id = it, it.id
    if free:
        place(actor, booking, it)
    else:
        booking.any_date = False
        _wait(actor, booking)
    return booking


def wait_for_any(
    actor: Actor,
    learner_id: UUID,
    course_code: str,
    *,
    language: str,
    declared: Iterable[str] = (),
    membership_id: UUID | None = None,
    adjustments: str = "",
) -> Booking:
    """Wait for whichever date of a course has a place first. Raises what `book` raises."""
    actor.require(BOOK, about=learner_id)
    offered = published(course_code)
    if offered is None:
        raise NotFound()
    get_or_refuse(CourseVersion, offered.id, lock=True)
    before = queries.live_of(learner_id, offered.course_id)
    if before is not None and (before.state is not BookingState.WAITING or before.any_date):
        raise AlreadyBooked(more={"booking": str(before.id)})
    enrolment = enrolments.enrol_for_date(
        actor, learner_id, offered.id, language, declared, membership_id=membership_id
    )  # fmt: skip
    booking = before or _new(enrolment, offered.course_id, adjustments)
    booking.any_date, booking.series_id, booking.series = True, None, None
    _wait(actor, booking)
    for each in queries.on_offer(offered.course_id):
        if booking.state is BookingState.WAITING and rules_open(each):
            fill(actor, locked(each.id))
    return booking


def change(actor: Actor, booking_id: UUID, to: UUID) -> Booking:
    """Another date instead, if a place is free there. The old one goes to the next in line. Raises what `book` raises."""
    old = readable(actor, booking_id, change=True)
    if old.state is not BookingState.BOOKED or old.series_id is None or to == old.series_id:
        raise BookingOver()
    both = {each: locked(each) for each in sorted((old.series_id, to))}  # in one order, whoever changes with whom
    left, it = both[old.series_id], both[to]
    old = get_or_refuse(Booking, booking_id, lock=True)
    if old.state is not BookingState.BOOKED or it.course_id != old.course_id or it.state is SeriesState.DRAFT:
        raise BookingOver()
    if left.starts_at <= clock.now():
        raise SeriesClosed()
    _check_open(it)
    if is_chosen(it) and actor.person == old.learner_id:
        raise BookingNotOpen()
    if queries.free(it, old.sector.value, queries.taken([it.id])[it.id]) < 1:
        raise NoPlaceFree()
    old.state, old.ended_at = BookingState.MOVED, clock.now()
    happened(actor, old, BookingState.MOVED)
    db.session.flush()  # one live booking at a time: the old one ends before the new one is written
    made = _new(old.enrolment, old.course_id, old.adjustments)
    made.series, made.series_id, made.asked_at = it, it.id, old.asked_at
    place(actor, made, it)
    fill(actor, left)
    return made


def cancel(actor: Actor, booking_id: UUID, reason: WithdrawalReason) -> Booking:
    """Give up a place, or leave a list. After `cancel_by` that is told apart. Raises NotFound, BookingOver."""
    booking = readable(actor, booking_id, change=True)
    it = locked(booking.series_id) if booking.series_id is not None else None
    booking = get_or_refuse(Booking, booking_id, lock=True)
    if booking.state not in LIVE:
        raise BookingOver()
    if it is not None and booking.state is BookingState.BOOKED and it.starts_at <= clock.now():
        raise SeriesClosed()
    end(actor, booking, it, reason.value)
    enrolments.gave_up(Actor.system(), booking.enrolment_id, reason.value)
    if it is not None:
        fill(actor, it)
    return booking


def end(actor: Actor, booking: Booking, it: Series | None, reason: str) -> None:
    """The booking is over; the enrolment is somebody else's to end."""
    had_place = booking.state is BookingState.BOOKED
    late = had_place and it is not None and rules.is_late(clock.today(), it.cancel_by)
    booking.state = BookingState.LATE_CANCELLED if late else BookingState.CANCELLED
    booking.ended_at, booking.offer_until = clock.now(), None
    happened(actor, booking, booking.state, reason)
    db.session.flush()  # those who hear of it, and the count of places, read it from the database
    if had_place:
        letters.cancelled(booking)
    events.publish(LateCancelled(booking.id) if late else Cancelled(booking.id))


def answer(actor: Actor, booking_id: UUID, *, accept: bool) -> Booking:
    """Say yes or no to a place that is offered. Raises NotFound, BookingOver, OfferLapsed."""
    booking = readable(actor, booking_id, change=True)
    if booking.state is not BookingState.OFFERED or booking.series_id is None:
        raise OfferLapsed() if booking.state is BookingState.LAPSED else BookingOver()
    it = locked(booking.series_id)
    booking = get_or_refuse(Booking, booking_id, lock=True)
    if booking.state is not BookingState.OFFERED or booking.offer_until is None:
        raise OfferLapsed() if booking.state in (BookingState.LAPSED, BookingState.WAITING) else BookingOver()
    if booking.offer_until <= clock.now():
        raise OfferLapsed()
    if accept:
        place(actor, booking, it)
    else:
        turn_down(actor, booking, it, lapsed=False)
    return booking


def give(actor: Actor, booking_id: UUID, series_id: UUID) -> Booking:
    """An organiser gives a place to somebody who waits. Raises NotFound, BookingOver, NoPlaceFree."""
    it = locked(series_id)
    actor.require_or_hide(Permission.SERIES_MANAGE, at=it.organisation_lineage)
    booking = get_or_refuse(Booking, booking_id, lock=True)
    if booking.course_id != it.course_id or booking.series_id not in (None, it.id):
        raise NotFound()
    if booking.state is not BookingState.WAITING:
        raise BookingOver()
    if it.state is not SeriesState.PUBLISHED or it.starts_at <= clock.now():
        raise SeriesClosed()
    if queries.free(it, booking.sector.value, queries.taken([it.id])[it.id]) < 1:
        raise NoPlaceFree()
    booking.series, booking.series_id = it, it.id
    place(actor, booking, it)
    return booking


def adjust(actor: Actor, booking_id: UUID, adjustments: str) -> Booking:
    """What the learner asks for, so that they can take part. Raises NotFound, BookingOver."""
    booking = readable(actor, booking_id, change=True)
    if booking.state not in LIVE:
        raise BookingOver()
    if booking.adjustments != adjustments:
        booking.adjustments = adjustments
        happened(actor, booking, "adjustments")
    return booking


def readable(actor: Actor, booking_id: UUID, *, change: bool = False) -> Booking:
    """A booking, for its learner and whoever organises its date or enrolment. Raises NotFound to everybody else."""
    found = queries.booking(booking_id)
    if found is None:
        raise NotFound()
    at = found.series.organisation_lineage if found.series else found.enrolment.organisation_lineage
    if not actor.may(BOOK, about=found.learner_id, at=at):
        actor.require_or_hide(
            BOOK if change else Permission.ENROLMENT_READ, about=found.learner_id,
            at=found.enrolment.organisation_lineage,
        )  # fmt: skip
    return found


def place(actor: Actor, booking: Booking, it: Series) -> None:
    """A place for this booking. Expects the series locked, and a place to be free."""
    booking.state, booking.booked_at, booking.offer_until = BookingState.BOOKED, clock.now(), None
    if booking.offered_at is None:
        booking.offered_at = booking.booked_at
    enrolments.give_date(Actor.system(), booking.enrolment_id)
    happened(actor, booking, BookingState.BOOKED)
    db.session.flush()  # those who hear of it, and the next count of places, read it from the database
    letters.booked(booking)
    events.publish(Booked(booking.id))


def rules_open(it: Series) -> bool:
    today = clock.today()
    return it.booking_opens <= today <= it.booking_closes and it.starts_at > clock.now()


def _check_open(it: Series) -> None:
    if it.state is not SeriesState.PUBLISHED:
        raise SeriesClosed()
    if not rules_open(it):
        raise BookingNotOpen()


def _new(enrolment: Enrolment, course_id: UUID, adjustments: str) -> Booking:
    return record(
        Booking(
            enrolment_id=enrolment.id, enrolment=enrolment, learner_id=enrolment.learner_id,
            learner=get_or_refuse(Person, enrolment.learner_id), course_id=course_id, course=enrolment.course,
            state=BookingState.WAITING, any_date=True, sector=enrolment.sector, adjustments=adjustments,
            asked_at=clock.now(), passed=[],
        )
    )  # fmt: skip


def _wait(actor: Actor, booking: Booking) -> None:
    booking.state = BookingState.WAITING
    enrolments.wait_for_date(Actor.system(), booking.enrolment_id)
    happened(actor, booking, BookingState.WAITING)
    db.session.flush()  # the list, and one's place in it, are read from the database
    letters.waits(booking)
