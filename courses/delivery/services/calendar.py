"""A person's calendar: a file of one date, and an address that calendars ask again by themselves."""

from datetime import timedelta
from uuid import UUID

from courses.delivery import calendars, queries, words
from courses.delivery.models import ON_REGISTER, CalendarFeed
from courses.delivery.services.booking import readable
from lms.accounts.queries import person
from lms.core import audit, clock
from lms.core.db import get_or_refuse, record
from lms.core.errors import NotFound
from lms.core.language import N_
from lms.core.permissions import Actor, Permission
from lms.core.secrets_ import digest, new_secret

BOOK = Permission.SERIES_BOOK
PAST = timedelta(days=90)
"""How far back a feed shows: a calendar that lost an event that was held would look wrong."""
READ_AGAIN = timedelta(hours=1)


def file_of(actor: Actor, booking_id: UUID) -> str:
    """The dates of a booking as a calendar. Raises NotFound, also when there is no place on any."""
    found = readable(actor, booking_id)
    if found.series is None or found.state not in ON_REGISTER:
        raise NotFound()
    return calendars.of_series(found.series, actor.language)


def make_feed(actor: Actor) -> str:
    """A new secret address; those before it open nothing any more. The secret is shown once."""
    actor.require(BOOK, about=actor.person)
    if actor.person is None:
        raise NotFound()
    end_feeds(actor)
    secret = new_secret()
    made = record(CalendarFeed(person_id=actor.person, digest=digest(secret), made_at=clock.now()))
    audit.record(actor, "calendar.feed_made", about=actor.person, thing=made)
    return secret


def end_feeds(actor: Actor) -> int:
    """The addresses open nothing any more. Return how many there were."""
    actor.require(BOOK, about=actor.person)
    if actor.person is None:
        return 0
    found = queries.feeds_of(actor.person)
    for each in found:
        locked = get_or_refuse(CalendarFeed, each.id, lock=True)
        locked.ended_at = clock.now()
        audit.record(actor, "calendar.feed_ended", about=actor.person, thing=locked)
    return len(found)


def read_feed(actor: Actor, secret: str) -> str:
    """The calendar behind a secret address; whoever has it is let in (`actor` is nobody). Raises NotFound."""
    actor.require(Permission.PUBLIC_READ)
    feed = queries.feed(digest(secret))
    if feed is None:
        raise NotFound()
    now = clock.now()
    if feed.read_at is None or now - feed.read_at > READ_AGAIN:
        feed.read_at = now
    owner = person(feed.person_id)
    found = [(each.state, each.series) for each in queries.in_calendar(owner.id, now - PAST) if each.series]
    name = words.said(N_("Training"), owner.language)
    return calendars.of_person(found, owner.language, name)
