"""Booking, changing, giving up, waiting, offers: through the API, as its learner."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from flask import Flask
from sqlalchemy import select

from courses.catalogue.models import CapacityRule
from courses.delivery.models import Booking, BookingEvent, BookingState, Series
from courses.delivery.rules import Kept
from courses.delivery.services import booking as services
from courses.delivery.services import offering, publishing
from courses.enrolments import services as enrolments
from courses.enrolments.models import Enrolment, EnrolmentState, WithdrawalReason
from lms.accounts.models import Sector
from lms.core import clock
from lms.core.db import db, transaction
from lms.core.mail import MailMessage
from lms.core.permissions import Actor
from tests.factories.accounts import make_membership, make_organisation, make_person
from tests.factories.delivery import make_booking, make_organiser, make_series, make_taught, organising, planned
from tests.factories.enrolments import make_enrolment
from tests.factories.portfolios import actor_of

Token = Callable[..., Any]


def fresh(booking: Booking) -> Booking:
    db.session.expire_all()
    return db.session.get_one(Booking, booking.id)


def enrolment_of(booking: Booking) -> Enrolment:
    return db.session.get_one(Enrolment, booking.enrolment_id)


def mails() -> list[MailMessage]:
    return list(db.session.scalars(select(MailMessage).order_by(MailMessage.id)))


def test_a_place_is_booked_with_an_enrolment_a_mail_and_a_calendar(as_token: Token) -> None:
    series, learner = make_series(), make_person(language="cy")
    answer = as_token(learner).post(
        f"/api/v1/series/{series.id}/own-booking", json={"language": "cy", "adjustments": "Dolen sain"}
    )
    assert answer.status_code == 201, answer.json
    assert (answer.json["state"], answer.json["adjustments"]) == ("booked", "Dolen sain")
    enrolment = db.session.scalars(select(Enrolment)).one()
    assert (enrolment.state, enrolment.dated, enrolment.learner_id) == (EnrolmentState.ENROLLED, True, learner.id)
    (mail,) = mails()
    assert mail.subject.startswith("Mae gennych le")
    assert "Room 4, Plas Coch" in mail.body
    assert mail.calendar is not None
    assert mail.calendar.startswith("BEGIN:VCALENDAR")


def test_the_room_is_told_to_those_booked_alone(as_token: Token, client: Any) -> None:
    series = make_series()
    code = series.course.code
    learner = make_booking(series).learner
    seen = [
        browser.get(f"/api/v1/courses/{code}/series").json["items"][0]["place"]
        for browser in (client, as_token(make_person()), as_token(learner))
    ]
    assert seen == [None, None, "Room 4, Plas Coch"]


def test_a_full_date_is_refused_and_can_be_waited_for(as_token: Token) -> None:
    series = make_series(capacity=1)
    make_booking(series)
    token = as_token(make_person())
    url = f"/api/v1/series/{series.id}/own-booking"
    refused = token.post(url, json={"language": "en"})
    assert (refused.status_code, refused.json["type"]) == (409, "/problems/no-place-free")
    assert len(db.session.scalars(select(Enrolment)).all()) == 1
    waits = token.post(url, json={"language": "en", "wait": True})
    assert (waits.status_code, waits.json["state"]) == (201, "waiting")
    again = token.post(url, json={"language": "en", "wait": True})
    assert (again.status_code, again.json["type"]) == (409, "/problems/already-booked")


def test_rules_of_enrolment_hold_for_dates(as_token: Token) -> None:
    series = make_series(make_taught(sectors=["nhs"]))
    answer = as_token(make_person()).post(f"/api/v1/series/{series.id}/own-booking", json={"language": "en"})
    assert (answer.status_code, answer.json["type"]) == (409, "/problems/not-for-your-sector")
    assert db.session.scalars(select(Booking)).all() == []


def test_seats_of_the_version_do_not_limit_its_dates(app: Flask) -> None:
    course = make_taught(seats=1)
    first, second = make_series(course, capacity=2), make_series(course, capacity=2, days=(40,))
    for series in (first, first, second):
        assert make_booking(series).state is BookingState.BOOKED


def test_booking_opens_and_closes(as_token: Token) -> None:
    today = clock.today()
    later = make_series(booking_opens=today + timedelta(days=2))
    over = make_series(booking_opens=today - timedelta(days=9), booking_closes=today - timedelta(days=1))
    token = as_token(make_person())
    for series in (later, over):
        answer = token.post(f"/api/v1/series/{series.id}/own-booking", json={"language": "en"})
        assert (answer.status_code, answer.json["type"]) == (409, "/problems/booking-not-open")


def test_a_draft_is_not_there(as_token: Token) -> None:
    series = make_series(published=False)
    assert as_token(make_person()).get(f"/api/v1/courses/{series.course.code}/series").json["items"] == []
    answer = as_token(make_person()).post(f"/api/v1/series/{series.id}/own-booking", json={"language": "en"})
    assert answer.status_code == 404


def test_a_freed_place_is_offered_to_whoever_has_waited_longest(as_token: Token) -> None:
    series = make_series(capacity=1)
    first = make_booking(series)
    waiting = [make_booking(series, wait=True) for _ in range(2)]
    gone = as_token(first.learner).post(f"/api/v1/bookings/{first.id}/cancellation", json={"reason": "no_time"})
    assert gone.json["state"] == "cancelled"
    offered, still = fresh(waiting[0]), fresh(waiting[1])
    assert (offered.state, still.state) == (BookingState.OFFERED, BookingState.WAITING)
    assert enrolment_of(offered).state is EnrolmentState.OFFERED
    assert enrolment_of(first).state is EnrolmentState.WITHDRAWN
    yes = as_token(offered.learner).post(f"/api/v1/bookings/{offered.id}/answer", json={"accept": True})
    assert (yes.status_code, yes.json["state"]) == (200, "booked")
    assert enrolment_of(fresh(offered)).state is EnrolmentState.ENROLLED


def test_an_offer_that_is_not_answered_passes_on(app: Flask) -> None:
    series = make_series(capacity=1)
    first = make_booking(series)
    waiting = [make_booking(series, wait=True) for _ in range(2)]
    with transaction():
        services.cancel(actor_of(first.learner), first.id, WithdrawalReason.NO_TIME)
    until = fresh(waiting[0]).offer_until
    assert until is not None
    with clock.frozen(until + timedelta(minutes=1)), transaction():
        assert offering.pass_on(Actor.system()) == 1
    assert [fresh(each).state for each in waiting] == [BookingState.LAPSED, BookingState.OFFERED]
    assert enrolment_of(waiting[0]).state is EnrolmentState.WITHDRAWN
    with clock.frozen(until + timedelta(minutes=2)), transaction():
        assert offering.pass_on(Actor.system()) == 0


def test_who_waits_for_any_date_waits_on_after_saying_no(app: Flask) -> None:
    course = make_taught()
    series = make_series(course, capacity=1)
    first, anybody = make_booking(series), make_person()
    with transaction():
        any_date = services.wait_for_any(actor_of(anybody), anybody.id, course.code, language="en")
        services.cancel(actor_of(first.learner), first.id, WithdrawalReason.NO_TIME)
    assert fresh(any_date).state is BookingState.OFFERED
    with transaction():
        services.answer(actor_of(anybody), any_date.id, accept=False)
    waits = fresh(any_date)
    assert (waits.state, waits.series_id, waits.passed) == (BookingState.WAITING, None, [series.id])
    another = make_series(course, capacity=1, days=(50,))
    assert fresh(any_date).series_id == another.id
    assert fresh(any_date).state is BookingState.OFFERED


def test_a_late_cancellation_is_told_apart(as_token: Token) -> None:
    series = make_series(cancel_by=clock.today() - timedelta(days=1))
    booking = make_booking(series)
    answer = as_token(booking.learner).post(f"/api/v1/bookings/{booking.id}/cancellation", json={"reason": "personal"})
    assert answer.json["state"] == "late_cancelled"
    assert mails()[-1].calendar is not None
    assert "CANCELLED" in str(mails()[-1].calendar)


def test_another_date_instead(as_token: Token) -> None:
    course = make_taught()
    here, there = make_series(course, capacity=1), make_series(course, capacity=1, days=(40,))
    booking, waits = make_booking(here, adjustments="Captions"), make_booking(here, wait=True)
    answer = as_token(booking.learner).post(f"/api/v1/bookings/{booking.id}/change", json={"series_id": str(there.id)})
    assert (answer.status_code, answer.json["state"], answer.json["adjustments"]) == (200, "booked", "Captions")
    assert answer.json["series_id"] == str(there.id)
    assert fresh(booking).state is BookingState.MOVED
    assert fresh(waits).state is BookingState.OFFERED
    assert enrolment_of(booking).state is EnrolmentState.ENROLLED


def test_leaving_the_course_gives_up_its_date(app: Flask) -> None:
    series = make_series(capacity=1)
    booking, waits = make_booking(series), make_booking(series, wait=True)
    with transaction():
        enrolments.withdraw(actor_of(booking.learner), booking.enrolment_id, WithdrawalReason.CHANGED_ROLE)
    assert fresh(booking).state is BookingState.CANCELLED
    assert fresh(waits).state is BookingState.OFFERED


def test_an_enrolment_that_there_is_takes_the_date(app: Flask) -> None:
    series, learner = make_series(), make_person()
    enrolment = make_enrolment(learner, series.course, state=EnrolmentState.IN_PROGRESS)
    assert make_booking(series, learner).enrolment_id == enrolment.id
    assert enrolment_of(db.session.scalars(select(Booking)).one()).state is EnrolmentState.IN_PROGRESS


def test_reserved_places_go_to_their_sector_until_released(app: Flask) -> None:
    charity = make_organisation(sector=Sector.THIRD_SECTOR)
    release = clock.today() + timedelta(days=10)
    series = make_series(capacity=1, reserves=[Kept("third_sector", 1, release)])
    waits = make_booking(series, wait=True)
    assert waits.state is BookingState.WAITING
    volunteer = make_person()
    make_membership(volunteer, charity)
    assert fresh(waits).state is BookingState.WAITING
    with clock.frozen(clock.now() + timedelta(days=10)), transaction():
        offering.pass_on(Actor.system())
    assert fresh(waits).state is BookingState.OFFERED
    other = make_series(capacity=1, reserves=[Kept("third_sector", 1, release)])
    assert make_booking(other, volunteer).state is BookingState.BOOKED


def test_where_an_organiser_chooses_learners_ask(as_token: Token) -> None:
    body = make_organisation()
    series = make_series(make_taught(capacity_rule=CapacityRule.COHORT), body)
    asks = make_booking(series)
    assert asks.state is BookingState.WAITING
    stranger, organiser = as_token(make_organiser(make_organisation())), as_token(make_organiser(body))
    url, given = f"/api/v1/series/{series.id}/places", {"booking_id": str(asks.id)}
    assert stranger.post(url, json=given).status_code == 404
    assert organiser.post(url, json=given).json["state"] == "booked"
    assert enrolment_of(fresh(asks)).state is EnrolmentState.ENROLLED


def test_a_change_is_told_once_with_a_new_calendar(as_token: Token) -> None:
    body, trainer = make_organisation(), make_person()
    series = make_series(organisation=body, trainer=trainer)
    booking = make_booking(series)
    before = len(mails())
    meeting = series.meetings[0]
    given = planned(trainer, place="Room 9", meetings=[
        publishing.When(meeting.starts_at + timedelta(hours=1), meeting.ends_at, meeting.id)
    ])  # fmt: skip
    with transaction():
        publishing.edit(organising(make_organiser(body), body), series.id, 0, given)
    (mail,) = mails()[before:]
    assert mail.to == booking.learner.emails[0].address
    assert "Times" in mail.body
    assert "Place" in mail.body
    assert "Room 9" in mail.body
    calendar = str(mail.calendar)
    assert f"UID:{meeting.id}@" in calendar
    assert "SEQUENCE:1" in calendar
    with transaction():
        publishing.edit(organising(make_organiser(body), body), series.id, 1, given)
    assert len(mails()) == before + 1


def test_a_cancelled_date_moves_people_or_returns_them_to_the_list(app: Flask) -> None:
    course, body = make_taught(), make_organisation()
    organiser = make_organiser(body)
    here, there = make_series(course, body), make_series(course, body, capacity=1, days=(60,))
    moved, returned = make_booking(here), make_booking(here)
    with transaction():
        publishing.cancel(organising(organiser, body), here.id, "The trainer is ill", there.id)
    now = {each.learner_id: each for each in db.session.scalars(select(Booking).where(Booking.ended_at.is_(None)))}
    assert (now[moved.learner_id].state, now[moved.learner_id].series_id) == (BookingState.BOOKED, there.id)
    assert now[returned.learner_id].state is BookingState.WAITING
    assert now[returned.learner_id].asked_at == returned.asked_at
    assert enrolment_of(fresh(returned)).state is EnrolmentState.WAITLISTED
    assert sum("The trainer is ill" in each.body for each in mails()) == 2


def test_what_happened_is_only_appended_to(app: Flask) -> None:
    booking = make_booking(make_series())
    kinds = list(db.session.scalars(select(BookingEvent.kind).where(BookingEvent.booking_id == booking.id)))
    assert kinds == ["booked"]


def test_a_copy_keeps_the_times_on_the_clock_across_the_change(app: Flask) -> None:
    series = make_series(days=(20,))
    first = clock.today() + timedelta(days=200)
    with transaction():
        made = publishing.copy(Actor.system(), series.id, first)
    zone = clock.LONDON
    assert made.meetings[0].starts_at.astimezone(zone).time() == series.meetings[0].starts_at.astimezone(zone).time()
    assert (made.state.value, made.meetings[0].starts_at.astimezone(zone).date()) == ("draft", first)
    assert db.session.get_one(Series, made.id).cancel_by == first - timedelta(days=5)
