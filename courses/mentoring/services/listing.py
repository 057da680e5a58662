"""Being found: by one's own wish, with what one wrote, for as long as one wants."""

from typing import Any

from courses.mentoring import queries
from courses.mentoring.errors import NoStanding, NotListed, ProgrammeClosed
from courses.mentoring.models import Listing
from courses.mentoring.rules import Side
from lms.core import audit, clock
from lms.core.db import db, record
from lms.core.errors import Invalid, NotFound
from lms.core.language import N_
from lms.core.permissions import Actor, Permission


def list_me(actor: Actor, code: str, side: Side, *, capacity: int | None = None, **wishes: Any) -> Listing:
    """Say, or say anew, what one would like or offers. That it is sent is the consent; it is written down with its time.

    Raises NotFound, ProgrammeClosed, NoStanding (for the mentors' side), Invalid by field.
    """
    actor.require(Permission.MENTORING_USE, about=actor.person)
    programme = queries.programme_at(code)
    if programme is None or actor.person is None:
        raise NotFound()
    if not programme.is_open:
        raise ProgrammeClosed()
    if side is Side.MENTOR:
        if queries.standing_of(actor.person, programme.id, clock.today()) is None:
            raise NoStanding()
        if capacity is None or not 1 <= capacity <= programme.capacity:
            raise Invalid(
                fields={"capacity": N_("Say how many mentees you would take; the programme says how many at most")}
            )
    if wishes.get("area") is not None and wishes["area"] not in dict(queries.areas()):
        raise Invalid(fields={"area": N_("Choose one of the answers")})
    found = queries.listing_of(actor.person, programme.id, side) or Listing(
        person_id=actor.person, programme_id=programme.id, side=side
    )
    for name, value in wishes.items():
        setattr(found, name, value)
    found.capacity, found.consented_at = (capacity if side is Side.MENTOR else None), clock.now()
    found = record(found)
    audit.record(actor, "mentoring.listed", about=actor.person, thing=found, programme=code, side=side.value)
    return found


def unlist(actor: Actor, code: str, side: Side) -> None:
    """The consent is taken back, and what was written goes with it. Mentoring that has begun goes on. Raises NotListed."""
    actor.require(Permission.MENTORING_USE, about=actor.person)
    programme = queries.programme_at(code)
    found = queries.listing_of(actor.person, programme.id, side) if programme and actor.person else None
    if found is None:
        raise NotListed()
    audit.record(actor, "mentoring.unlisted", about=actor.person, thing=found, programme=code, side=side.value)
    db.session.delete(found)
