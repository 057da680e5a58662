"""Dates from the organiser's side: drafted, published, changed, copied, cancelled."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import delete

from courses.catalogue.models import Course, CourseVersion
from courses.delivery import letters, queries, rules, words
from courses.delivery.errors import SeriesClosed, SeriesNotReady
from courses.delivery.events import Cancelled
from courses.delivery.models import (
    TAKING,
    Booking,
    BookingState,
    Delivery,
    Meeting,
    Mode,
    Reminder,
    Reserve,
    Series,
    SeriesChange,
    SeriesState,
    Trainer,
)
from courses.delivery.rules import Kept
from courses.delivery.services import booking as places
from courses.delivery.services.offering import fill, happened, locked
from courses.enrolments import services as enrolments
from courses.enrolments.queries import published
from lms.accounts.models import Organisation, Sector
from lms.accounts.queries import body, person_at
from lms.core import audit, clock, events
from lms.core.clock import LONDON, on_the_day
from lms.core.db import db, record
from lms.core.errors import Invalid, NotFound, StaleEdit
from lms.core.language import N_
from lms.core.permissions import Actor, Permission

MANAGE = Permission.SERIES_MANAGE


@dataclass(frozen=True)
class When:
    """A meeting as it is wanted; `id` of the one that it was, if there was one."""

    starts_at: datetime
    ends_at: datetime
    id: UUID | None = None


@dataclass(frozen=True)
class Given:
    """A series as somebody wants it to be. `trainers`: e-mail addresses of people who have an account."""

    language: Delivery
    mode: Mode
    area: str
    meetings: Sequence[When]
    trainers: Sequence[str]
    capacity: int
    booking_opens: date
    booking_closes: date
    cancel_by: date
    place: str = ""
    link: str = ""
    access: str = ""
    minimum: int | None = None
    share: int = 100
    whole_course: bool = True
    offer_hours: int = 48
    reserves: Sequence[Kept] = field(default_factory=tuple)


PLAIN = (
    "language", "mode", "area", "place", "link", "access", "capacity", "minimum", "booking_opens", "booking_closes",
    "cancel_by", "share", "whole_course", "offer_hours",
)  # fmt: skip


def draft(actor: Actor, course_code: str, organisation_code: str, given: Given) -> Series:
    """A new date of a course, which only organisers see. Raises NotFound, Forbidden, SeriesNotReady, Invalid."""
    offered = published(course_code)
    if offered is None:
        raise Invalid(fields={"course": N_("Choose a course")})
    where = _organisation(organisation_code)
    actor.require(MANAGE, at=where.lineage)
    trainers = _checked(given)
    made = Series(
        course_id=offered.course_id, course=db.session.get_one(Course, offered.course_id),
        course_version_id=offered.id, version=db.session.get_one(CourseVersion, offered.id),
        organisation_id=where.id, organisation=where, organisation_lineage=list(where.lineage), state=SeriesState.DRAFT,
        sequence=0, **{name: getattr(given, name) for name in PLAIN}, **_bounds(given),
        meetings=[Meeting(starts_at=each.starts_at, ends_at=each.ends_at) for each in _ordered(given)],
        trainers=[Trainer(person_id=each) for each in trainers],
        reserves=[Reserve(sector=Sector(k.sector), places=k.places, release_on=k.release_on) for k in given.reserves],
    )  # fmt: skip
    record(made)
    audit.record(actor, "series.drafted", thing=made, course=course_code, organisation=organisation_code)
    return made


def edit(actor: Actor, series_id: UUID, seen: int, given: Given) -> Series:
    """Change a date. Those booked hear in one mail what is different for them. `seen`: the sequence that was looked at.

    Raises NotFound, StaleEdit, SeriesClosed, SeriesNotReady, Invalid.
    """
    it = managed(actor, series_id)
    if it.sequence != seen:
        raise StaleEdit()
    if it.state not in (SeriesState.DRAFT, SeriesState.PUBLISHED):
        raise SeriesClosed()
    trainers = _checked(given)
    taken = sum(queries.taken([it.id])[it.id].values())
    if given.capacity < taken:
        raise Invalid(fields={"capacity": N_("More people have a place already")})
    before = _facts(it)
    for name in PLAIN:
        setattr(it, name, getattr(given, name))
    for name, value in _bounds(given).items():
        setattr(it, name, value)
    _set_meetings(it, given)
    _set_trainers(it, trainers)
    _set_reserves(it, given)
    db.session.flush()  # names of new trainers are read from the database
    db.session.refresh(it, ["meetings", "trainers", "reserves"])
    after = _facts(it)
    different = [name for name in before if before[name] != after[name]]
    if not different:
        return it
    it.sequence += 1
    db.session.add(
        SeriesChange(
            series_id=it.id, sequence=it.sequence, at=clock.now(), by=actor.person,
            changes=[{"field": name, "before": before[name], "after": after[name]} for name in different],
        )
    )  # fmt: skip
    audit.record(actor, "series.changed", thing=it, fields=different)
    if {"meetings", "minimum"} & set(different):
        it.short_told_at = None  # what was told then may not be true any more
    told = [name for name in different if name in words.CHANGED]
    if it.state is SeriesState.PUBLISHED and told:
        for each in queries.places(it.id, *TAKING):
            each.series = it
            letters.changed(each, told)
    fill(actor, it)
    return it


def publish(actor: Actor, series_id: UUID) -> Series:
    """Learners see it, and book from the day on which booking opens. Again changes nothing. Raises SeriesClosed."""
    it = managed(actor, series_id)
    if it.state is SeriesState.PUBLISHED:
        return it
    if it.state is not SeriesState.DRAFT:
        raise SeriesClosed()
    if it.starts_at <= clock.now():
        raise SeriesNotReady(fields={"meetings": N_("It lies in the past")})
    it.state, it.published_at = SeriesState.PUBLISHED, clock.now()
    audit.record(actor, "series.published", thing=it)
    if places.rules_open(it):
        fill(actor, it)
    return it


def cancel(actor: Actor, series_id: UUID, reason: str, move_to: UUID | None = None) -> Series:
    """It is not held. Those booked move to another date as far as places go, and else return to the list.

    They keep the day on which they first asked. Raises NotFound, SeriesClosed.
    """
    if move_to is not None and move_to != series_id:
        first, second = sorted((series_id, move_to))
        locked(first), locked(second)
    it = managed(actor, series_id)
    other = managed(actor, move_to) if move_to is not None else None
    if it.state not in (SeriesState.DRAFT, SeriesState.PUBLISHED):
        raise SeriesClosed()
    if other is not None and (other.id == it.id or other.course_id != it.course_id or not _takes(other)):
        raise Invalid(fields={"move_to": N_("Choose one of the answers")})
    it.state, it.ended_at, it.ended_reason = SeriesState.CANCELLED, clock.now(), reason
    audit.record(actor, "series.cancelled", thing=it, reason=reason)
    for each in queries.places(it.id, BookingState.WAITING):
        each.series_id, each.series, each.any_date = None, None, True
    for each in queries.places(it.id, *TAKING):
        each.series = it
        _lose(actor, each, other, reason)
    if other is not None:
        fill(actor, other)
    return it


def copy(actor: Actor, series_id: UUID, first_day: date) -> Series:
    """The same again from another day, at the same times on the clock, as a draft. Raises NotFound, Invalid."""
    it = queries.series(series_id)
    if it is None:
        raise NotFound()
    actor.require_or_hide(MANAGE, at=it.organisation_lineage)
    shift = first_day - on_the_day(it.starts_at)
    made = Given(
        **{name: getattr(it, name) for name in PLAIN} | {
            name: getattr(it, name) + shift for name in ("booking_closes", "cancel_by")
        } | {"booking_opens": clock.today()},
        meetings=[When(_shifted(each.starts_at, shift), _shifted(each.ends_at, shift)) for each in it.meetings],
        trainers=[each.person.emails[0].address for each in it.trainers if each.person.emails],
        reserves=[Kept(each.sector.value, each.places, each.release_on + shift) for each in it.reserves],
    )  # fmt: skip
    return draft(actor, it.course.code, it.organisation.code, made)


def managed(actor: Actor, series_id: UUID) -> Series:
    """A series, locked, for whoever organises where it is held. Raises NotFound to everybody else."""
    found = queries.series(series_id)
    if found is None:
        raise NotFound()
    actor.require_or_hide(MANAGE, at=found.organisation_lineage)
    return locked(series_id)


def seen_by(actor: Actor, series_id: UUID) -> Series:
    """A series for its organisers' page. Raises NotFound."""
    found = queries.series(series_id)
    if found is None:
        raise NotFound()
    actor.require_or_hide(MANAGE, at=found.organisation_lineage)
    return found


def _lose(actor: Actor, lost: Booking, other: Series | None, reason: str) -> None:
    """Somebody's date is cancelled: another one, or the list."""
    had_place = lost.state is BookingState.BOOKED
    lost.state, lost.ended_at, lost.offer_until = BookingState.CANCELLED, clock.now(), None
    happened(actor, lost, "series_cancelled", reason)
    db.session.flush()  # one live booking at a time: the old one ends before the new one is written
    again = record(
        Booking(
            enrolment_id=lost.enrolment_id, enrolment=lost.enrolment, learner_id=lost.learner_id, learner=lost.learner,
            course_id=lost.course_id, course=lost.course, state=BookingState.WAITING, any_date=True, sector=lost.sector,
            adjustments=lost.adjustments, asked_at=lost.asked_at, passed=list(lost.passed),
        )
    )  # fmt: skip
    moved = None
    if other is not None and had_place and queries.free(other, lost.sector.value, queries.taken([other.id])[other.id]):
        again.series, again.series_id = other, other.id
        places.place(actor, again, other)
        moved = again
    else:
        enrolments.wait_for_date(Actor.system(), lost.enrolment_id)
        happened(actor, again, BookingState.WAITING)
    letters.series_cancelled(lost, reason, moved_to=moved)
    events.publish(Cancelled(lost.id))


def _takes(it: Series) -> bool:
    return it.state is SeriesState.PUBLISHED and it.starts_at > clock.now()


def _organisation(code: str) -> Organisation:
    try:
        return body(code)
    except NotFound:
        raise Invalid(fields={"organisation": N_("Choose an organisation")}) from None


def _ordered(given: Given) -> list[When]:
    return sorted(given.meetings, key=lambda each: each.starts_at)


def _bounds(given: Given) -> dict[str, datetime]:
    return {
        "starts_at": min(each.starts_at for each in given.meetings),
        "ends_at": max(each.ends_at for each in given.meetings),
    }


def _checked(given: Given) -> list[UUID]:
    """The trainers' ids, once everything fits together. Raises SeriesNotReady, Invalid."""
    found = {address: person_at(address) for address in given.trainers}
    if unknown := [address for address, person in found.items() if person is None]:
        raise Invalid(
            N_("Nobody here has this address: %(addresses)s"), params={"addresses": ", ".join(unknown)},
            fields={"trainers": N_("Each trainer needs an account here: one of these addresses is unknown")},
        )  # fmt: skip
    rules.check_plan(
        rules.Plan(
            [rules.Span(each.starts_at, each.ends_at) for each in given.meetings], given.capacity, given.minimum,
            given.booking_opens, given.booking_closes, given.cancel_by, given.reserves, given.mode is Mode.ONLINE,
            given.place, given.link, len(found),
        )
    )  # fmt: skip
    return list({person.id for person in found.values() if person is not None})


def _set_meetings(it: Series, given: Given) -> None:
    """Meetings keep their identity, so that calendars move them instead of showing them twice."""
    known = {each.id: each for each in it.meetings}
    wanted = {each.id for each in given.meetings if each.id in known}
    for each in [each for each in it.meetings if each.id not in wanted]:
        if each.closed_at is not None or each.starts_at <= clock.now():
            raise Invalid(fields={"meetings": N_("What has begun already cannot be taken out")})
        db.session.execute(delete(Reminder).where(Reminder.meeting_id == each.id))
        it.meetings.remove(each)
    for when in _ordered(given):
        if when.id in known:
            meeting = known[when.id]
            if meeting.closed_at is None:
                meeting.starts_at, meeting.ends_at = when.starts_at, when.ends_at
        else:
            it.meetings.append(Meeting(starts_at=when.starts_at, ends_at=when.ends_at))


def _set_trainers(it: Series, trainers: Sequence[UUID]) -> None:
    known = {each.person_id: each for each in it.trainers}
    for person_id, each in known.items():
        if person_id not in trainers:
            it.trainers.remove(each)
    it.trainers.extend(Trainer(person_id=each) for each in trainers if each not in known)


def _set_reserves(it: Series, given: Given) -> None:
    known = {each.sector.value: each for each in it.reserves}
    wanted = {each.sector: each for each in given.reserves}
    for sector, reserve in known.items():
        if sector not in wanted:
            it.reserves.remove(reserve)
    for sector, kept in wanted.items():
        if sector in known:
            known[sector].places, known[sector].release_on = kept.places, kept.release_on
        else:
            it.reserves.append(Reserve(sector=Sector(sector), places=kept.places, release_on=kept.release_on))


def _shifted(when: datetime, days: timedelta) -> datetime:
    """The same time on the clock in Wales, that many days later."""
    local = when.astimezone(LONDON)
    moved = rules.instant(local.date() + days, local.time())
    return moved if moved is not None else when + days


def _facts(it: Series) -> dict[str, Any]:
    """What can be different about a series, as plain values."""
    plain = {name: getattr(it, name) for name in PLAIN}
    shown = {k: v.isoformat() if isinstance(v, date) else v for k, v in plain.items()}
    return shown | {
        "meetings": [f"{each.starts_at.isoformat()}/{each.ends_at.isoformat()}" for each in sorted(
            it.meetings, key=lambda each: each.starts_at
        )],
        "trainers": sorted(each.person.display_name for each in it.trainers),
        "reserves": sorted(f"{each.sector.value} {each.places} {each.release_on.isoformat()}" for each in it.reserves),
    }  # fmt: skip
