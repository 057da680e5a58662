"""Approvals, made by the use case that makes them; and bodies that may approve."""

from datetime import date, timedelta
from typing import Any

from certificates.approvals.models import Approval
from certificates.approvals.rules import Basis, anniversary, last_day
from certificates.approvals.services import granting
from certificates.approvals.services.granting import Asked
from lms.accounts.models import Organisation, Person, Sector
from lms.core import clock
from lms.core.db import transaction
from lms.core.permissions import Actor, Role
from tests.factories.accounts import grant, make_organisation, make_person


def make_council(parent: Organisation | None = None, **given: Any) -> Organisation:
    return make_organisation(parent, **({"kind": "local_authority", "sector": Sector.SOCIAL_CARE} | given))


def make_officer(body: Organisation) -> Person:
    person = make_person()
    grant(person, Role.APPROVER, body)
    return person


def acting(person: Person, *bodies: Organisation) -> Actor:
    roles = frozenset((Role.APPROVER, body.id) for body in bodies)
    return Actor(person=person.id, name=person.display_name, language=person.language, roles=roles)


def asked(starts_on: date | None = None, **given: Any) -> Asked:
    """A first approval as AMHP for five years from today (or `starts_on`), after a course a year before."""
    begins = starts_on or clock.today()
    decided = min(begins, clock.today())
    return Asked(
        **{
            "profession": "social_worker", "decided_on": decided, "starts_on": begins, "ends_on": last_day(begins, 5),
            "basis": Basis.COURSE, "course_title": "AMHP, Swansea", "course_on": anniversary(decided, -1),
        }
        | given
    )  # fmt: skip


def make_approval(
    body: Organisation, person: Person, function: str = "AMHP", starts_on: date | None = None, **given: Any
) -> Approval:
    with transaction():
        return granting.approve(Actor.system(), body.code, function, address(person), asked(starts_on, **given))


def address(person: Person) -> str:
    return person.emails[0].address


def days_ago(days: int) -> date:
    return clock.today() - timedelta(days=days)
