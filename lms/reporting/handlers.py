"""When the rooms below speak of something that reports count, the fact is written, in the same transaction."""

from typing import Protocol
from uuid import UUID

from sqlalchemy import select

from certificates.events import AwardChanged, AwardIssued
from certificates.models import Award
from courses.delivery.events import (
    Attended,
    Booked,
    Cancelled,
    DidNotAttend,
    LateCancelled,
    PlaceDeclined,
    PlaceOffered,
    RegisterSettled,
    SeriesHeld,
)
from courses.delivery.models import Booking
from courses.needs.events import NomineeChanged
from courses.supervision.events import LicenceIssued, LicenceWithdrawn
from lms.core.db import db
from lms.reporting.facts import dates, gathering


class AboutEnrolment(Protocol):
    """Every event that names an enrolment."""

    @property
    def enrolment_id(self) -> UUID: ...


def enrolment(event: AboutEnrolment) -> None:
    """What its records say now, and no fact says yet."""
    gathering.of_enrolments([event.enrolment_id])


def award(event: AwardIssued | AwardChanged) -> None:
    """The same of the enrolment that a certificate arose from; one of a licence counts nobody."""
    found = db.session.get(Award, event.award_id)
    if found is not None and found.enrolment_id is not None:
        gathering.of_enrolments([found.enrolment_id])


def licence(event: LicenceIssued | LicenceWithdrawn) -> None:
    gathering.of_licences(event.licence_id)


Dated = Booked | Cancelled | LateCancelled | PlaceOffered | PlaceDeclined | Attended | DidNotAttend


def booking(event: Dated) -> None:
    """What has become of a place on a date, or of the wait for one."""
    db.session.flush()  # the statement reads what the service has just added
    found = db.session.scalars(select(Booking.enrolment_id).where(Booking.id == event.booking_id)).all()
    dates.of_bookings(found)


def register(event: RegisterSettled | SeriesHeld) -> None:
    """A register was closed, or put right: who was there, and that the session was held."""
    db.session.flush()  # the same
    dates.of_sessions([event.series_id])
    found = select(Booking.enrolment_id).where(Booking.series_id == event.series_id).distinct()
    dates.of_bookings(db.session.scalars(found).all())


def nominee(event: NomineeChanged) -> None:
    db.session.flush()  # the same
    dates.of_nominees([event.nominee_id])
