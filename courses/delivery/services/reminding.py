"""Reminders, a week and a day before, each once; and to organisers, once, that too few are coming."""

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from courses.delivery import letters, queries, rules
from courses.delivery.models import Booking, BookingState, Meeting, Reminder, Series, SeriesState
from lms.accounts.queries import nearest_holders
from lms.core import audit, clock
from lms.core.db import db
from lms.core.ids import new_id
from lms.core.permissions import Actor, Permission

MOST = 2000
"""Letters in one run; the next run sends those that are left."""


def remind(actor: Actor) -> int:
    """Write what is due by the calendar and the clock of Wales. Again writes nothing twice. Return how many."""
    now, count = clock.now(), 0
    coming = db.session.scalars(
        select(Meeting)
        .join(Meeting.series)
        .where(
            Series.state == SeriesState.PUBLISHED,
            Meeting.starts_at.between(now, now + timedelta(days=max(rules.REMINDERS) + 1)),
        )
        .order_by(Meeting.starts_at)
    ).all()
    for meeting in coming:
        days = rules.reminder_due(now, meeting.starts_at)
        if days is None or (days > 1 and meeting.starts_at != meeting.series.starts_at):
            continue  # a series is announced once; the eve of each of its days is
        sent = select(Reminder.booking_id).where(Reminder.meeting_id == meeting.id, Reminder.days == days)
        due = queries.bookings().where(
            Booking.series_id == meeting.series_id, Booking.state == BookingState.BOOKED, Booking.id.not_in(sent)
        )
        for booking in db.session.scalars(due.order_by(Booking.id).limit(MOST - count)):
            once = insert(Reminder).values(id=new_id(), booking_id=booking.id, meeting_id=meeting.id, days=days)
            kept = db.session.execute(once.on_conflict_do_nothing().returning(Reminder.id)).first()
            if kept is not None:
                letters.remind(booking, meeting, days)
                count += 1
    if count:
        audit.record(actor, "series.reminded", people=count)
    return count


def warn(actor: Actor) -> int:
    """Tell the organisers nearest to each date within ten days that fewer people are coming than are needed. Once a date.

    Return how many dates.
    """
    now, count = clock.now(), 0
    near = Series.starts_at.between(now, now + timedelta(days=rules.SHORT_DAYS + 1))
    found = db.session.scalars(
        queries.whole()
        .where(Series.state == SeriesState.PUBLISHED, Series.minimum.is_not(None), Series.short_told_at.is_(None), near)
        .order_by(Series.starts_at, Series.id)
        .limit(200)
        .with_for_update(of=Series, skip_locked=True)
    ).all()
    taken = queries.taken([each.id for each in found])
    for it in found:
        coming = sum(taken[it.id].values())
        if rules.short_due(now, it.starts_at) and rules.too_few(coming, it.minimum):
            it.short_told_at = now
            for organiser in nearest_holders(Permission.SERIES_MANAGE, it.organisation_lineage):
                letters.too_few(organiser, it, coming)
            audit.record(actor, "series.too-few-told", thing=it, coming=coming, needed=it.minimum)
            count += 1
    return count
