"""Reads of dates, places and registers. Each says how many queries it makes."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select, true
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import aliased, contains_eager, joinedload, selectinload

from courses.catalogue.models import Course
from courses.delivery import rules
from courses.delivery.models import (
    LIVE,
    ON_REGISTER,
    TAKING,
    Attendance,
    Booking,
    BookingEvent,
    BookingState,
    CalendarFeed,
    Meeting,
    Series,
    SeriesChange,
    SeriesState,
    Trainer,
)
from courses.delivery.rules import Kept, Mark
from courses.enrolments.models import Enrolment
from lms.accounts.models import EmailAddress, Person
from lms.core import clock
from lms.core.db import db
from lms.core.permissions import Actor, Permission

MOST_DATES = 50
"""Dates of a course that its page shows."""


def whole() -> Select[Series]:
    """Series with what their pages show. Three queries more when they are read."""
    return select(Series).options(
        joinedload(Series.course), joinedload(Series.version), joinedload(Series.organisation),
        selectinload(Series.meetings), selectinload(Series.trainers).joinedload(Trainer.person),
        selectinload(Series.reserves),
    )  # fmt: skip


def series(series_id: UUID, *, lock: bool = False) -> Series | None:
    found = whole().where(Series.id == series_id)
    if lock:
        found = found.with_for_update(of=Series).execution_options(populate_existing=True)
    one: Series | None = db.session.scalars(found).one_or_none()
    return one


def within_reach(actor: Actor, permission: Permission) -> ColumnElement[bool]:
    """Series where the actor organises."""
    reach = actor.reach(permission)
    return true() if reach.everything else Series.organisation_lineage.overlap(list(reach.places))


def kept_by(actor: Actor) -> ColumnElement[bool]:
    """Series whose registers the actor keeps: those they give, and those where they organise."""
    mine = exists().where(Trainer.series_id == Series.id, Trainer.person_id == actor.person)
    return or_(within_reach(actor, Permission.REGISTER_KEEP), mine)


def managed(actor: Actor, *, past: bool = False, course_code: str | None = None) -> Select[Series]:
    """Dates where the actor organises, to be ordered by when they begin."""
    over = Series.ends_at < clock.now()
    found = whole().where(within_reach(actor, Permission.SERIES_MANAGE), over if past else ~over)
    return (
        found.where(Series.course_id.in_(select(Course.id).where(Course.code == course_code))) if course_code else found
    )


def on_offer(course_id: UUID) -> list[Series]:
    """Coming dates of a course, the next first. Four queries."""
    return list(
        db.session.scalars(
            whole()
            .where(Series.course_id == course_id, Series.state == SeriesState.PUBLISHED, Series.starts_at > clock.now())
            .order_by(Series.starts_at, Series.id)
            .limit(MOST_DATES)
        )
    )


def taken(series_ids: Collection[UUID]) -> dict[UUID, dict[str, int]]:
    """Places taken, by series and sector. One query."""
    found: dict[UUID, dict[str, int]] = {each: {} for each in series_ids}
    counted = (
        select(Booking.series_id, Booking.sector, func.count())
        .where(Booking.series_id.in_(series_ids), Booking.state.in_(TAKING))
        .group_by(Booking.series_id, Booking.sector)
    )
    for series_id, sector, count in db.session.execute(counted):
        if series_id is not None:
            found[series_id][sector.value] = count
    return found


def kept_places(it: Series) -> list[Kept]:
    return [Kept(each.sector.value, each.places, each.release_on) for each in it.reserves]


def free(it: Series, sector: str, taken_there: Mapping[str, int]) -> int:
    return rules.free_for(it.capacity, taken_there, kept_places(it), sector, clock.today())


def waiting(it: Series) -> list[Booking]:
    """Who waits for this date or for any of its course, longest first; at most 500. One query."""
    return list(
        db.session.scalars(
            select(Booking)
            .where(
                Booking.course_id == it.course_id, Booking.state == BookingState.WAITING,
                or_(Booking.series_id == it.id, and_(Booking.any_date, Booking.series_id.is_(None))),
            )
            .order_by(Booking.asked_at, Booking.id)
            .limit(500)
        )
    )  # fmt: skip


def waiting_counts(series_ids: Collection[UUID]) -> dict[UUID, int]:
    """How many wait for each of these dates alone. One query."""
    counted = (
        select(Booking.series_id, func.count())
        .where(Booking.series_id.in_(series_ids), Booking.state == BookingState.WAITING)
        .group_by(Booking.series_id)
    )
    return {series_id: count for series_id, count in db.session.execute(counted) if series_id is not None}


def position(it: Booking) -> int:
    """In the waiting list; 1 is next. One query."""
    same = (
        Booking.series_id.is_(None)
        if it.series_id is None
        else or_(Booking.series_id == it.series_id, Booking.any_date)
    )
    ahead = select(func.count()).where(
        Booking.course_id == it.course_id, Booking.state == BookingState.WAITING, same,
        (Booking.asked_at < it.asked_at) | ((Booking.asked_at == it.asked_at) & (Booking.id < it.id)),
    )  # fmt: skip
    return (db.session.scalar(ahead) or 0) + 1


def bookings() -> Select[Booking]:
    """Bookings with their series, course and learner."""
    return select(Booking).options(
        joinedload(Booking.course), joinedload(Booking.learner), joinedload(Booking.enrolment),
        joinedload(Booking.series).options(
            joinedload(Series.version), joinedload(Series.organisation), selectinload(Series.meetings),
            selectinload(Series.trainers).joinedload(Trainer.person),
        ),
    )  # fmt: skip


def booking(booking_id: UUID) -> Booking | None:
    found: Booking | None = db.session.scalars(bookings().where(Booking.id == booking_id)).one_or_none()
    return found


def bookings_of(person_id: UUID) -> Select[Booking]:
    return bookings().where(Booking.learner_id == person_id)


def live_booking(enrolment_id: UUID) -> Booking | None:
    """The place or wait of an enrolment, if it has any. One query."""
    found: Booking | None = db.session.scalars(
        bookings().where(Booking.enrolment_id == enrolment_id, Booking.state.in_(LIVE))
    ).one_or_none()
    return found


def live_of(person_id: UUID, course_id: UUID) -> Booking | None:
    found: Booking | None = db.session.scalars(
        bookings().where(Booking.learner_id == person_id, Booking.course_id == course_id, Booking.state.in_(LIVE))
        .order_by(Booking.id.desc())
    ).first()  # fmt: skip
    return found


def coming(person_id: UUID, days: int | None = None) -> list[Booking]:
    """A person's places, offers and waits that are still ahead, the next first; at most 20. Three queries."""
    until = [] if days is None else [Series.starts_at < clock.now() + timedelta(days=days)]
    found = (
        select(Booking)
        .join(Series, Series.id == Booking.series_id)
        .options(
            contains_eager(Booking.series).joinedload(Series.version), joinedload(Booking.course),
            contains_eager(Booking.series).selectinload(Series.meetings),
        )
        .where(
            Booking.learner_id == person_id, Booking.state.in_(LIVE), Series.state == SeriesState.PUBLISHED,
            Series.ends_at > clock.now(), *until,
        )
        .order_by(Series.starts_at, Booking.id)
        .limit(20)
    )  # fmt: skip
    return list(db.session.scalars(found))


def this_week(actor: Actor) -> list[Meeting]:
    """Meetings of the next seven days whose registers the actor keeps, and those of the last 14 whose are open."""
    now = clock.now()
    found = (
        select(Meeting)
        .join(Meeting.series)
        .options(
            contains_eager(Meeting.series).joinedload(Series.course),
            contains_eager(Meeting.series).joinedload(Series.version),
        )
        .where(
            kept_by(actor), Series.state.in_((SeriesState.PUBLISHED, SeriesState.HELD)), Meeting.closed_at.is_(None),
            Meeting.starts_at.between(now - timedelta(days=14), now + timedelta(days=7)),
        )
        .order_by(Meeting.starts_at, Meeting.id)
        .limit(50)
    )  # fmt: skip
    return list(db.session.scalars(found))


@dataclass(frozen=True)
class Line:
    """One person on a register. `mark` None: nothing marked. `email` is theirs."""

    booking: Booking
    mark: Attendance | None


def register(meeting_id: UUID, series_id: UUID) -> list[Line]:
    """Everybody with a place, by name, each with the newest mark. One query."""
    newest = (
        select(Attendance)
        .ext(distinct_on(Attendance.booking_id))
        .where(Attendance.meeting_id == meeting_id)
        .order_by(Attendance.booking_id, Attendance.id.desc())
        .subquery()
    )
    mark = aliased(Attendance, newest)
    rows = db.session.execute(
        select(Booking, mark)
        .join(Booking.learner)
        .outerjoin(mark, mark.booking_id == Booking.id)
        .options(contains_eager(Booking.learner))
        .where(Booking.series_id == series_id, Booking.state.in_(ON_REGISTER))
        .order_by(Person.display_name, Booking.id)
    )
    return [Line(booking, found) for booking, found in rows]


def corrections(meeting_id: UUID) -> list[Attendance]:
    """What was corrected after the register was closed, newest first. One query."""
    found = select(Attendance).where(Attendance.meeting_id == meeting_id, Attendance.reason.is_not(None))
    return list(db.session.scalars(found.order_by(Attendance.id.desc()).limit(100)))


def marks(it: Series, booking_ids: Iterable[UUID]) -> dict[UUID, list[Mark]]:
    """Each booking's marks at every meeting of the series, in order. One query."""
    found = db.session.scalars(
        select(Attendance)
        .ext(distinct_on(Attendance.meeting_id, Attendance.booking_id))
        .where(
            Attendance.meeting_id.in_([each.id for each in it.meetings]), Attendance.booking_id.in_(list(booking_ids))
        )
        .order_by(Attendance.meeting_id, Attendance.booking_id, Attendance.id.desc())
    )
    newest = {(each.booking_id, each.meeting_id): each for each in found}

    def mark(booking_id: UUID, meeting: Meeting) -> Mark:
        got = newest.get((booking_id, meeting.id))
        closed = meeting.closed_at is not None
        if got is None:
            return Mark(None, 0, meeting.minutes, closed)
        return Mark(got.presence.value, got.minutes, meeting.minutes, closed)

    return {each: [mark(each, meeting) for meeting in it.meetings] for each in booking_ids}


def places(series_id: UUID, *states: BookingState) -> list[Booking]:
    """Bookings of a series in those states, in the order in which they were asked for. One query."""
    return list(
        db.session.scalars(
            select(Booking)
            .options(joinedload(Booking.learner))
            .where(Booking.series_id == series_id, Booking.state.in_(states))
            .order_by(Booking.asked_at, Booking.id)
            .limit(1000)
        )
    )


def waiting_for_any(course_id: UUID) -> int:
    """How many wait for whichever date of the course. One query."""
    found = select(func.count()).where(
        Booking.course_id == course_id, Booking.state == BookingState.WAITING, Booking.series_id.is_(None)
    )
    return db.session.scalar(found) or 0


def addresses(learner_ids: Collection[UUID]) -> dict[str, UUID]:
    """Whose confirmed addresses these people's are. One query."""
    found = select(EmailAddress.address, EmailAddress.person_id).where(EmailAddress.person_id.in_(learner_ids))
    return {address.lower(): person for address, person in db.session.execute(found)}


def history(booking_id: UUID) -> list[BookingEvent]:
    found = select(BookingEvent).where(BookingEvent.booking_id == booking_id).order_by(BookingEvent.id.desc()).limit(50)
    return list(db.session.scalars(found))


def changes(series_id: UUID) -> list[SeriesChange]:
    found = select(SeriesChange).where(SeriesChange.series_id == series_id).order_by(SeriesChange.id.desc()).limit(50)
    return list(db.session.scalars(found))


def feed(digest: bytes) -> CalendarFeed | None:
    found: CalendarFeed | None = db.session.scalars(
        select(CalendarFeed).where(CalendarFeed.digest == digest, CalendarFeed.ended_at.is_(None))
    ).one_or_none()
    return found


def feeds_of(person_id: UUID) -> list[CalendarFeed]:
    found = select(CalendarFeed).where(CalendarFeed.person_id == person_id, CalendarFeed.ended_at.is_(None))
    return list(db.session.scalars(found.order_by(CalendarFeed.id)))


def in_calendar(person_id: UUID, since: datetime) -> Sequence[Booking]:
    """Places whose meetings a calendar shows, those that were lost included so that they vanish; at most 200."""
    found = (
        bookings()
        .join(Series, Series.id == Booking.series_id)
        .where(Booking.learner_id == person_id, Booking.booked_at.is_not(None), Series.ends_at > since)
        .order_by(Series.starts_at, Booking.id)
        .limit(200)
    )
    return list(db.session.scalars(found))


def to_fill() -> list[UUID]:
    """Published dates to come that somebody waits for: theirs alone, or any of the course."""
    waits = exists().where(
        Booking.course_id == Series.course_id, Booking.state == BookingState.WAITING,
        or_(Booking.series_id == Series.id, and_(Booking.any_date, Booking.series_id.is_(None))),
    )  # fmt: skip
    found = select(Series.id).where(Series.state == SeriesState.PUBLISHED, Series.starts_at > clock.now(), waits)
    return list(db.session.scalars(found.order_by(Series.starts_at, Series.id).limit(500)))


def lapsed() -> list[UUID]:
    """Bookings whose offer was not answered in time."""
    found = select(Booking.id).where(Booking.state == BookingState.OFFERED, Booking.offer_until <= clock.now())
    return list(db.session.scalars(found.order_by(Booking.offer_until).limit(200)))


def enrolment_of(person_id: UUID, course_id: UUID) -> Enrolment | None:
    """The newest enrolment of a person on a course. One query."""
    found: Enrolment | None = db.session.scalars(
        select(Enrolment)
        .where(Enrolment.learner_id == person_id, Enrolment.course_id == course_id)
        .order_by(Enrolment.id.desc())
        .limit(1)
    ).first()
    return found


def booked_among(person_id: UUID, series_ids: Collection[UUID]) -> set[UUID]:
    """On which of these a person has a place. One query."""
    found = select(Booking.series_id).where(
        Booking.learner_id == person_id, Booking.series_id.in_(series_ids), Booking.state.in_(ON_REGISTER)
    )
    return {each for each in db.session.scalars(found) if each is not None}
