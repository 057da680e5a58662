"""A year of short taught sessions, at boards all over Wales: just enough of them for the reports of attendance and of waiting.

As in `taught`, through the real use cases with the clock stopped at each day: some ask before there is a date, are offered a
place when there is one, and take it; others book; some give up too late, some do not come.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import count, cycle
from typing import Any
from uuid import UUID

from sqlalchemy import select

from courses.delivery.models import BookingState, Delivery, Presence
from courses.delivery.services import booking, register
from courses.delivery.services.register import Marked
from courses.enrolments.models import WithdrawalReason
from lms.accounts.models import Person
from lms.core import clock
from lms.core.db import db
from lms.demonstration.acting import acting, at
from lms.demonstration.taught import bookings, plan

PUBLISHED = 32
"""Days before the session."""
MIX = (
    "nhs", "social_care", "third_sector", "lived_experience", "nhs", "social_care", "third_sector", "lived_experience",
    "nhs", "social_care", "third_sector", "lived_experience", "unpaid_carers",
)  # fmt: skip
PEOPLE, ASK_EARLY = len(MIX), 11
"""So many at each, and of these so many who ask before there is a date."""
EACH_LATE, EACH_ABSENT, EACH_EXCUSED = 7, 6, 26
"""Each seventh gives the place up late; of those who are left, each sixth does not come."""


@dataclass(frozen=True)
class Session:
    """`ago`: days; `waits`: for how many of them at most somebody asked before it was published."""

    course: str
    ago: int
    body: str
    area: str
    language: Delivery = Delivery.BILINGUAL
    online: bool = False
    room: int = 14
    waits: int = 30
    of: tuple[str, ...] = MIX


SESSIONS = (
    Session("RC-ANX", 325, "BCU", "Llandudno", Delivery.WELSH),
    Session("RC-ANX", 240, "ABU", "Ar-lein / Online", online=True),
    Session("STAT-CTP", 175, "CAV", "Caerdydd / Cardiff", Delivery.ENGLISH, room=16, waits=100, of=MIX[:-1]),
    Session("RC-ANX", 110, "HDU", "Caerfyrddin / Carmarthen", Delivery.WELSH),
    Session("RC-ANX", 25, "HEIW", "Ar-lein / Online", online=True),
)
STILL_WAIT, FOR = 11, "RC-PEERIPS"
"""So many have asked for a course of which there is no date yet."""


def tell(lead: UUID, members: Sequence[dict[str, Any]], today: date) -> None:
    """Every session, the oldest first, and who waits today. `members`: of the crowd, as `people` made them."""
    speaks = dict(db.session.execute(select(Person.id, Person.language).where(Person.is_demonstration)).tuples().all())
    people, turns = _Queue(members, speaks), count(1)
    for each in SESSIONS:
        _tell(lead, each, people.take(PEOPLE, of=each.of, welsh=each.language is Delivery.WELSH), turns, today)
    for number, person in enumerate(people.take(STILL_WAIT, of=("nhs", "third_sector", "lived_experience"))):
        with at(today - timedelta(days=5 + 7 * number)):
            booking.wait_for_any(acting(person), person, FOR, language="en")


class _Queue:
    """Whose turn it is, by sector: nobody twice."""

    def __init__(self, members: Sequence[dict[str, Any]], speaks: dict[UUID, str]) -> None:
        self.left = {sector: [each["person_id"] for each in members if each["sector"] == sector] for sector in {*MIX}}
        self.speaks = speaks

    def take(self, number: int, *, of: Sequence[str], welsh: bool = False) -> list[UUID]:
        """So many, of these sectors in turn; for a session in Welsh, those who prefer it."""
        found: list[UUID] = []
        in_vain = 0
        for sector in cycle(of):
            fits = (each for each in self.left[sector] if not welsh or self.speaks[each] == "cy")
            person = next(fits, None)
            in_vain = in_vain + 1 if person is None else 0
            if person is not None:
                self.left[sector].remove(person)
                found.append(person)
            if len(found) == number or in_vain == len(of):
                return found
        return found


def _tell(lead: UUID, it: Session, people: Sequence[UUID], turns: Iterator[int], today: date) -> None:
    day = today - timedelta(days=it.ago)
    published = day - timedelta(days=PUBLISHED)
    for number, person in enumerate(people[:ASK_EARLY], start=1):
        with at(published - timedelta(days=it.waits * number // ASK_EARLY)):
            actor = acting(person)
            booking.wait_for_any(actor, person, it.course, language=actor.language)
    series = plan(
        it.course, today, -it.ago, it.room, trainer="lead", area=it.area, published=published, body=it.body,
        online=it.online, language=it.language,
    )  # fmt: skip
    for offered in bookings(series):
        with at(published + timedelta(days=1)):
            booking.answer(acting(offered.learner_id), offered.id, accept=True)
    for number, person in enumerate(people[ASK_EARLY:]):
        with at(published + timedelta(days=3 + 2 * number)):
            actor = acting(person)
            booking.book(actor, person, series.id, language=actor.language)
    db.session.flush()  # what follows reads who has a place
    there: list[Marked] = []
    for each, turn in zip(bookings(series), turns, strict=False):
        if turn % EACH_LATE == 0:
            with at(day - timedelta(days=2)):
                booking.cancel(acting(each.learner_id), each.id, WithdrawalReason.NO_TIME)
        elif each.state is BookingState.BOOKED:
            there.append(Marked(each.id, _presence(turn), 300, _follows(it, each.learner.language)))
    meeting = series.meetings[0]
    with clock.frozen(meeting.ends_at):
        register.mark(acting(lead), meeting.id, there)
        register.close(acting(lead), meeting.id)


def _presence(turn: int) -> Presence:
    if turn % EACH_ABSENT == 0:
        return Presence.DID_NOT_ATTEND
    return Presence.EXCUSED if turn % EACH_EXCUSED == 0 else Presence.ATTENDED


def _follows(it: Session, speaks: str) -> str:
    return {Delivery.WELSH: "cy", Delivery.ENGLISH: "en"}.get(it.language, speaks)
