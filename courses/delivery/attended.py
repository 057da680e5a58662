"""What closed registers say about one person: the days on which they were there, and whether that is enough."""

from collections.abc import Collection
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import distinct_on

from courses.delivery import queries, rules
from courses.delivery.models import (
    ON_REGISTER,
    Attendance,
    Booking,
    BookingState,
    Meeting,
    Presence,
    Series,
    SeriesState,
)
from courses.delivery.rules import Outcome
from lms.core import clock
from lms.core.db import db

PATIENCE = timedelta(days=14)


def days_of(enrolment_id: UUID) -> list[tuple[date, int]]:
    """Each day once, in order, with the minutes that they were there. The newest mark of a meeting counts. One query."""
    newest = (
        select(Attendance)
        .ext(distinct_on(Attendance.meeting_id, Attendance.booking_id))
        .join(Booking, Booking.id == Attendance.booking_id)
        .where(Booking.enrolment_id == enrolment_id)
        .order_by(Attendance.meeting_id, Attendance.booking_id, Attendance.id.desc())
        .subquery()
    )
    there: dict[date, int] = {}
    for starts_at, minutes in db.session.execute(
        select(Meeting.starts_at, newest.c.minutes)
        .join(newest, newest.c.meeting_id == Meeting.id)
        .where(
            Meeting.closed_at.is_not(None), newest.c.minutes > 0,
            newest.c.presence.in_((Presence.ATTENDED, Presence.PARTLY)),
        )
        .order_by(Meeting.starts_at)
    ):  # fmt: skip
        day = clock.on_the_day(starts_at)
        there[day] = there.get(day, 0) + minutes
    return list(there.items())


def outcome_of(enrolment_id: UUID) -> Outcome | None:
    """What all registers of an enrolment come to, series by series: met by one of them is met. None: it is on none."""
    found = db.session.scalars(
        queries.bookings().where(Booking.enrolment_id == enrolment_id, Booking.state.in_(ON_REGISTER))
    ).all()
    each = [
        rules.outcome(queries.marks(it.series, [it.id])[it.id], it.series.share)
        for it in found
        if it.series is not None
    ]
    if not each:
        return None
    return Outcome(met=any(o.met for o in each), over=all(o.over for o in each), some=any(o.some for o in each))


def to_come(enrolment_ids: Collection[UUID]) -> set[UUID]:
    """Of these, the ones with a place on a date that goes on: a register of it is still to be closed. One query.

    A register that nobody has closed a fortnight after the last day keeps nobody waiting.
    """
    found = (
        select(Booking.enrolment_id)
        .join(Series, Series.id == Booking.series_id)
        .where(
            Booking.enrolment_id.in_(enrolment_ids), Booking.state == BookingState.BOOKED,
            Series.state == SeriesState.PUBLISHED, Series.ends_at > clock.now() - PATIENCE,
        )
    )  # fmt: skip
    return set(db.session.scalars(found))


def on_series(series_id: UUID) -> list[UUID]:
    """Enrolments of those who were on its register, once it was held; at most 1,000."""
    found = select(Booking.enrolment_id).where(Booking.series_id == series_id, Booking.state == BookingState.OVER)
    return list(db.session.scalars(found.order_by(Booking.id).limit(1000)))
