"""Dates of taught courses, made through the use cases."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from typing import Any

from courses.catalogue.models import CapacityRule, CertificateKind, Course
from courses.delivery.models import Booking, Delivery, Mode, Series
from courses.delivery.services import booking, publishing
from courses.delivery.services.publishing import Given, When
from lms.accounts.models import Organisation, Person
from lms.core import clock
from lms.core.clock import LONDON
from lms.core.db import transaction
from lms.core.permissions import Actor, Role
from tests.factories.accounts import grant, make_organisation, make_person
from tests.factories.catalogue import make_course
from tests.factories.portfolios import actor_of


def at(days: int, hour: int, minute: int = 0) -> datetime:
    """That many days from today, at that time on the clock in Wales."""
    day = clock.today() + timedelta(days=days)
    return datetime.combine(day, time(hour, minute), LONDON).astimezone(UTC)


def make_taught(**given: Any) -> Course:
    """A course that is taught, with a certificate of attendance."""
    return make_course(
        **{
            "format_code": "face_to_face", "capacity_rule": CapacityRule.SESSION, "seats": 16,
            "certificate_kind": CertificateKind.ATTENDANCE, "minutes": 360,
        } | given
    )  # fmt: skip


def planned(trainer: Person, **given: Any) -> Given:
    """`days`: on which days from today its meetings are, each from 9.30 to 16.30."""
    days = given.pop("days", (30,))
    first = clock.today() + timedelta(days=min(days))
    return Given(
        **{
            "language": Delivery.BILINGUAL, "mode": Mode.IN_PERSON, "area": "Wrecsam", "place": "Room 4, Plas Coch",
            "meetings": [When(at(day, 9, 30), at(day, 16, 30)) for day in days],
            "trainers": [trainer.emails[0].address], "capacity": 2, "booking_opens": min(clock.today(), first),
            "booking_closes": first, "cancel_by": first - timedelta(days=5), "access": "Ground floor, hearing loop",
        } | given
    )  # fmt: skip


def make_series(
    course: Course | None = None, organisation: Organisation | None = None, trainer: Person | None = None,
    *, published: bool = True, **given: Any,
) -> Series:  # fmt: skip
    """A date in 30 days with two places, published."""
    course, organisation = course or make_taught(), organisation or make_organisation()
    with transaction():
        made = publishing.draft(
            Actor.system(), course.code, organisation.code, planned(trainer or make_person(), **given)
        )  # fmt: skip
        if published:
            publishing.publish(Actor.system(), made.id)
    return made


def make_booking(series: Series, learner: Person | None = None, **given: Any) -> Booking:
    """A place on it; with `wait`, or on the list."""
    learner = learner or make_person()
    with transaction():
        return booking.book(actor_of(learner), learner.id, series.id, **{"language": "en"} | given)


def make_organiser(organisation: Organisation) -> Person:
    made = make_person()
    grant(made, Role.ORGANISER, organisation)
    return made


def organising(person: Person, organisation: Organisation) -> Actor:
    """That organiser, as the edge would know them."""
    return replace(actor_of(person), roles=frozenset({(Role.ORGANISER, organisation.id)}))
