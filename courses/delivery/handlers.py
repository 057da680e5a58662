"""When enrolments speak: whoever leaves a course gives up its date."""

from courses.delivery import queries
from courses.delivery.models import LIVE, Booking
from courses.delivery.services.booking import end
from courses.delivery.services.offering import fill, locked
from courses.enrolments.events import EnrolmentWithdrawn
from lms.core.db import get_or_refuse
from lms.core.permissions import Actor


def give_up(event: EnrolmentWithdrawn) -> None:
    found = queries.live_booking(event.enrolment_id)
    if found is None:
        return
    it = locked(found.series_id) if found.series_id is not None else None
    booking = get_or_refuse(Booking, found.id, lock=True)
    if booking.state in LIVE:
        end(Actor.system(), booking, it, "withdrawn")
        if it is not None:
            fill(Actor.system(), it)
