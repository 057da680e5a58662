"""Entries of CPD records, and the registers that people are on."""

from datetime import date
from typing import Any

from courses.cpd.models import CpdEntry
from courses.cpd.services import own
from lms.accounts.models import Person, ProfessionalRegistration
from lms.core import clock
from lms.core.db import db, transaction
from lms.core.ids import new_id
from lms.core.language import Bilingual
from tests.factories.accounts import kept, make_person
from tests.factories.portfolios import actor_of


def on_register(code: str = "NMC", person: Person | None = None, **given: Any) -> Person:
    """Somebody who is on the register."""
    person = person or make_person()
    kept(ProfessionalRegistration(**{"person_id": person.id, "register_code": code} | given))
    return person


def write_down(person: Person, **given: Any) -> CpdEntry:
    """An entry that the person writes, through the use case."""
    with transaction():
        return own.add(
            actor_of(person),
            **{"title": "Read the new guideline", "happened_on": clock.today(), "language": "en", "minutes": 90}
            | given,
        )


def make_entries(person: Person, count: int, on: date | None = None, **given: Any) -> None:
    """Many entries, put straight into the table."""
    with transaction():
        db.session.add_all(
            CpdEntry(**{
                "id": new_id(), "person_id": person.id, "title": Bilingual(f"Study day {n}", ""), "minutes": 60,
                "happened_on": on or clock.today(), "texts": {}, "standards": [], "links": [], "edition": 1,
                "saved_at": clock.now(),
            } | given)
            for n in range(count)
        )  # fmt: skip
