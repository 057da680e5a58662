"""Dates as their reader may see them: the place and the link of the room are told to those booked there alone."""

from collections.abc import Mapping
from typing import Any

from courses.delivery import queries
from courses.delivery.models import ON_REGISTER, Booking, Series
from courses.delivery.services.booking import rules_open
from lms.accounts.queries import membership_on
from lms.core import clock
from lms.core.permissions import Actor, Permission


def series(actor: Actor, it: Series, *, sector: str, taken: Mapping[str, int], booked: bool = False) -> dict[str, Any]:
    told = booked or knows_the_room(actor, it)
    return {
        "id": it.id, "course": it.course.code, "title": it.version.title, "organisation": it.organisation.name,
        "state": it.state, "sequence": it.sequence, "language": it.language, "mode": it.mode, "area": it.area,
        "place": it.place if told else None, "link": it.link if told else None, "access": it.access,
        "meetings": it.meetings, "trainers": [each.person.display_name for each in it.trainers],
        "capacity": it.capacity, "minimum": it.minimum, "free": queries.free(it, sector, taken),
        "booking_opens": it.booking_opens, "booking_closes": it.booking_closes, "cancel_by": it.cancel_by,
        "open": rules_open(it), "share": it.share, "whole_course": it.whole_course, "offer_hours": it.offer_hours,
        "starts_at": it.starts_at, "ends_at": it.ends_at,
    }  # fmt: skip


def many(actor: Actor, found: list[Series]) -> list[dict[str, Any]]:
    """The same for several. Three queries, however many."""
    if not found:
        return []
    taken, sector = queries.taken([each.id for each in found]), sector_of(actor)
    mine = set()
    if actor.person is not None:
        mine = queries.booked_among(actor.person, [each.id for each in found])
    return [series(actor, each, sector=sector, taken=taken[each.id], booked=each.id in mine) for each in found]


def sector_of(actor: Actor) -> str:
    """For whom places are counted: as what this person would book. One query, or none."""
    if actor.person is None:
        return ""
    found = membership_on(actor.person, clock.today())
    return found[0].sector.value if found else "public"


def knows_the_room(actor: Actor, it: Series) -> bool:
    gives = actor.person is not None and actor.person in {each.person_id for each in it.trainers}
    return gives or actor.may(Permission.SERIES_MANAGE, at=it.organisation_lineage)


def of_booking(actor: Actor, it: Booking) -> dict[str, Any] | None:
    """The date of a booking, for whoever may read the booking."""
    if it.series is None:
        return None
    taken = queries.taken([it.series.id])[it.series.id]
    booked = it.state in ON_REGISTER
    return series(actor, it.series, sector=it.sector.value, taken=taken, booked=booked)
