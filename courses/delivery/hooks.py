"""What the rooms below show of dates. They ask through hooks that `lms/app.py` wires."""

from flask import g
from markupsafe import Markup

from courses.catalogue.offered import Offered
from courses.delivery import queries, views, words
from courses.delivery.models import BookingState
from courses.enrolments.models import OPEN_STATES, Enrolment
from lms.core.permissions import Actor
from lms.core.web.pages import fragment

SHOWN = 3


def dates_of_course(actor: Actor, version: Offered) -> Markup:
    """The next dates on a course's page; nothing where it has none."""
    found = queries.on_offer(version.course_id)
    if not found:
        return Markup()
    shown = views.many(actor, found[:SHOWN])
    return fragment("delivery/parts.html", "next_dates", version.course.code, shown, len(found), words, g.lang)


def date_of_enrolment(actor: Actor, it: Enrolment) -> Markup:
    """One's date on the page of one's enrolment: when, where, or that one is to be chosen."""
    booking = queries.live_booking(it.id)
    if booking is not None:
        where = booking.series is not None and booking.state is BookingState.BOOKED
        return fragment("delivery/parts.html", "my_date", booking, where, words, g.lang)
    if it.state not in OPEN_STATES or actor.person != it.learner_id or it.attended_at is not None:
        return Markup()
    if not queries.on_offer(it.course_id):
        return Markup()
    return fragment("delivery/parts.html", "choose", it.course.code)
