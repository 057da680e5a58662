"""Dates of taught courses, past and to come, told through the real use cases with the clock stopped at each day."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

from courses.delivery.models import Booking, BookingState, Delivery, Mode, Presence, Series
from courses.delivery.queries import places
from courses.delivery.queries import register as on_register
from courses.delivery.rules import Kept, instant
from courses.delivery.services import booking, publishing, register
from courses.delivery.services.publishing import Given, When
from courses.delivery.services.register import Marked
from courses.enrolments.errors import EnrolmentRefused
from courses.enrolments.models import WithdrawalReason
from lms.core import clock
from lms.core.db import db
from lms.core.errors import Conflict
from lms.core.permissions import Actor
from lms.demonstration.acting import acting, at
from lms.demonstration.cast import DOMAIN

ADJUSTMENTS = {"en": "I lip-read: please face me when you speak.", "cy": "Dolen sain, os gwelwch yn dda."}
BODY = "HEIW"


def tell(cast: dict[str, UUID], crowd: list[UUID], today: date) -> int:
    """Four courses with dates; return how many there are. `crowd`: people who may book, in any order."""
    people = iter(crowd)
    held = plan(
        "RC-RCC", today, -40, 12, trainer="lead", area="Abertawe / Swansea", published=today - timedelta(days=80)
    )
    _book(held, _take(people, 14), today - timedelta(days=60))
    _cancel_one(held, today - timedelta(days=41))
    _hold(cast["lead"], held)
    _correct(cast["lead"], held, today - timedelta(days=36))
    yesterday = plan(
        "PIMH-CASC", today, -1, 20, trainer="supervisor", area="Bangor", published=today - timedelta(days=50)
    )
    _book(yesterday, _take(people, 9), today - timedelta(days=30))
    soon = plan(
        "PIMH-CASC", today, 3, 20, trainer="supervisor", area="Wrecsam / Wrexham", published=today - timedelta(days=40)
    )
    _book(soon, [cast["carer"], *_take(people, 9)], today - timedelta(days=12))
    full = plan("RC-RCC", today, 24, 6, trainer="lead", area="Caerdydd / Cardiff", published=today - timedelta(days=20))
    _book(full, _take(people, 6), today - timedelta(days=15))
    _book(full, [cast["peer"], *_take(people, 11)], today - timedelta(days=9), wait=True)
    with at(today - timedelta(days=1)):
        first = next(each for each in bookings(full) if each.state is BookingState.BOOKED)
        booking.cancel(acting(first.learner_id), first.id, WithdrawalReason.NO_TIME)
    later = plan("RC-RCC", today, 52, 24, trainer="lead", area="Aberystwyth", published=today - timedelta(days=5))
    _book(later, _take(people, 4), today - timedelta(days=3))
    plan(
        "STAT-CTP", today, 35, 40, trainer="lead", area="Ar-lein / Online", published=today - timedelta(days=5), online=True,
        kept=[Kept("third_sector", 8, today + timedelta(days=20))], language=Delivery.WELSH,
    )  # fmt: skip
    plan("PIMH-CASC", today, 60, 20, trainer="supervisor", area="Llandudno", published=None)
    return 7


def plan(
    course: str, today: date, days: int, room: int, *, trainer: str, area: str, published: date | None,
    body: str = BODY, online: bool = False, kept: list[Kept] | None = None, language: Delivery = Delivery.BILINGUAL,
) -> Series:  # fmt: skip
    day = today + timedelta(days=days)
    first, last = instant(day, time(9, 30)), instant(day, time(16, 0))
    given = Given(
        language=language, mode=Mode.ONLINE if online else Mode.IN_PERSON, area=area,
        meetings=[When(first or _noon(day), last or _noon(day) + timedelta(hours=3))],
        trainers=[f"{trainer}@{DOMAIN}"], capacity=room, minimum=4,
        booking_opens=min(published or today, day), booking_closes=day - timedelta(days=1),
        cancel_by=day - timedelta(days=7), place="" if online else "Ystafell 2 / Room 2",
        link="https://meet.demo.llwybr.example/room" if online else "",
        access="Dim grisiau, dolen sain / No steps, hearing loop", reserves=kept or (),
    )  # fmt: skip
    with at(published or today):
        made = publishing.draft(Actor.system(), course, body, given)
        if published:
            publishing.publish(Actor.system(), made.id)
    return made


def _noon(day: date) -> datetime:
    return datetime.combine(day, time(12), UTC)


def _take(people: Iterator[UUID], count: int) -> list[UUID]:
    return [person for _n, person in zip(range(count), people, strict=False)]


def _book(series: Series, people: list[UUID], day: date, *, wait: bool = False) -> None:
    for number, person in enumerate(people):
        with at(day + timedelta(days=number % 3)):
            actor = acting(person)
            asks = ADJUSTMENTS["cy" if actor.language == "cy" else "en"] if number % 5 == 1 else ""
            try:
                booking.book(actor, person, series.id, language=actor.language, adjustments=asks, wait=wait)
            except (EnrolmentRefused, Conflict):
                continue  # not everybody in the crowd may come to everything
    db.session.flush()  # what follows reads who has a place


def bookings(series: Series) -> list[Booking]:
    return places(series.id, *BookingState)


def _cancel_one(series: Series, day: date) -> None:
    with at(day):
        found = next((each for each in bookings(series) if each.state is BookingState.BOOKED), None)
        if found is not None:
            booking.cancel(acting(found.learner_id), found.id, WithdrawalReason.PERSONAL)


def _hold(trainer: UUID, series: Series) -> None:
    """The day itself: nearly everybody comes."""
    meeting = series.meetings[0]
    turns = (Presence.ATTENDED,) * 5 + (Presence.PARTLY, Presence.ATTENDED, Presence.DID_NOT_ATTEND, Presence.EXCUSED)
    booked = [each for each in bookings(series) if each.state is BookingState.BOOKED]
    with clock.frozen(meeting.ends_at):
        actor = acting(trainer)
        marks = [Marked(each.id, turns[n % len(turns)], 300) for n, each in enumerate(booked)]
        register.mark(actor, meeting.id, marks)
        register.close(actor, meeting.id)


def _correct(trainer: UUID, series: Series, day: date) -> None:
    """One who was marked as there was not; by then the certificate is out, so that its organiser has something to decide."""
    meeting = series.meetings[0]
    with at(day):
        there = (each for each in on_register(meeting.id, series.id) if each.mark is not None)
        line = next(each for each in there if each.mark.presence is Presence.ATTENDED)  # type: ignore[union-attr]
        given = Marked(line.booking.id, Presence.DID_NOT_ATTEND, seen=line.mark.id if line.mark else None)
        register.correct(
            acting(trainer), meeting.id, given, "Marciwyd y llinell anghywir / The wrong line was marked on the day."
        )
