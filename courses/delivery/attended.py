"""What closed registers say about one person: the days on which they were there, and whether that is enough."""

from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import distinct_on

from courses.delivery import queries, rules
from courses.delivery.models import ON_REGISTER, Attendance, Booking, Meeting, Presence
from courses.delivery.rules import Outcome
from lms.core import clock
from lms.core.db import db


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
