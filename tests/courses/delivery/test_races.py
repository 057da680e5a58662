"""Two at once: one place, one answer, one register."""

from datetime import timedelta

from flask import Flask
from sqlalchemy import func, select

from courses.delivery.models import TAKING, Attendance, Booking, BookingState, Presence
from courses.delivery.services import booking as services
from courses.delivery.services import offering, register
from courses.delivery.services.register import Marked
from courses.enrolments.models import WithdrawalReason
from lms.core import clock
from lms.core.db import db, transaction
from lms.core.permissions import Actor
from tests.courses.portfolios.test_races import at_once
from tests.factories.accounts import make_person
from tests.factories.delivery import make_booking, make_series, make_taught
from tests.factories.portfolios import actor_of


def taken(series_id: object) -> int:
    found = select(func.count()).where(Booking.series_id == series_id, Booking.state.in_(TAKING))
    return db.session.scalar(found) or 0


def test_the_last_place_goes_to_one(app: Flask) -> None:
    id = make_series(capacity=1).id
    people = [(actor_of(each), each.id) for each in (make_person() for _ in range(4))]
    acts = [lambda p=actor, i=learner: services.book(p, i, id, language="en") for actor, learner in people]
    assert at_once(app, *acts) == ["done", "no-place-free", "no-place-free", "no-place-free"]
    assert taken(id) == 1


def test_one_person_books_once(app: Flask) -> None:
    id, person = make_series(capacity=5).id, make_person()
    actor, learner = actor_of(person), person.id
    assert at_once(app, *[lambda: services.book(actor, learner, id, language="en")] * 3).count("done") == 1
    assert taken(id) == 1


def test_an_offer_is_accepted_or_lapses_never_both(app: Flask) -> None:
    series = make_series(capacity=1)
    first, waits, third = make_booking(series), make_booking(series, wait=True), make_booking(series, wait=True)
    with transaction():
        services.cancel(actor_of(first.learner), first.id, WithdrawalReason.NO_TIME)
    db.session.expire_all()
    until = db.session.get_one(Booking, waits.id).offer_until
    assert until is not None
    actor, id, series_id = actor_of(waits.learner), waits.id, series.id

    def accept() -> None:
        with clock.frozen(until - timedelta(seconds=1)):
            services.answer(actor, id, accept=True)

    def lapse() -> None:
        with clock.frozen(until + timedelta(seconds=1)):
            offering.pass_on(Actor.system())

    answers = at_once(app, accept, lapse)
    db.session.expire_all()
    states = (db.session.get_one(Booking, id).state, db.session.get_one(Booking, third.id).state)
    assert states in ((BookingState.BOOKED, BookingState.WAITING), (BookingState.LAPSED, BookingState.OFFERED))
    assert (states[0] is BookingState.BOOKED) == (answers == ["done", "done"])
    assert taken(series_id) == 1


def test_two_who_change_places_do_not_lock_each_other_out(app: Flask) -> None:
    course = make_taught()
    here, there = make_series(course, capacity=2), make_series(course, capacity=2, days=(40,))
    one, other = make_booking(here), make_booking(there)
    first, second = (actor_of(one.learner), one.id, there.id), (actor_of(other.learner), other.id, here.id)
    acts = [lambda: services.change(*first), lambda: services.change(*second)]
    assert at_once(app, *acts) == ["done", "done"]
    assert (taken(here.id), taken(there.id)) == (1, 1)


def test_two_trainers_who_mark_differently_at_once_hear_of_it(app: Flask) -> None:
    trainer = make_person()
    series = make_series(trainer=trainer)
    booking, meeting = make_booking(series).id, series.meetings[0].id
    actor, now = actor_of(trainer), series.meetings[0].starts_at

    def mark(presence: Presence) -> None:
        with clock.frozen(now):
            register.mark(actor, meeting, [Marked(booking, presence)])

    acts = [lambda: mark(Presence.ATTENDED), lambda: mark(Presence.DID_NOT_ATTEND)]
    assert at_once(app, *acts) == ["done", "register-changed"]
    assert db.session.scalar(select(func.count()).select_from(Attendance)) == 1
