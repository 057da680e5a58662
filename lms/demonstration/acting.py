"""Acting as somebody on a day of the past."""

from contextlib import AbstractContextManager
from datetime import UTC, date, datetime, time
from uuid import UUID

from sqlalchemy import select

from courses.supervision.queries import supervised_people
from lms.accounts.models import Person
from lms.core import clock
from lms.core.db import db
from lms.core.permissions import Actor

PROGRAMME = "ECAMHS"


def at(day: date) -> AbstractContextManager[None]:
    """The clock, stopped at nine in the morning of that day."""
    return clock.frozen(datetime.combine(day, time(9), UTC))


def acting(person: UUID) -> Actor:
    """That person, acting on the day on which the clock stands."""
    row = db.session.execute(select(Person.display_name, Person.language).where(Person.id == person)).one()
    return Actor(person=person, name=row.display_name, language=row.language, supervises=supervised_people(person))
