"""Visits to the pages of needs rounds."""

import re
from collections.abc import Callable
from typing import Any

from sqlalchemy import select

from courses.needs import queries
from courses.needs.models import Nominee, Round
from courses.needs.rules.timetable import RoundState
from courses.needs.services import answering, nominating
from lms.core import clock
from lms.core.db import db, transaction
from lms.core.mail import MailMessage
from lms.core.permissions import Actor
from tests.factories.accounts import organisation
from tests.journeys.visiting import Visit, demo, one


def a_round(state: RoundState) -> Round:
    return one(select(Round).where(Round.state == state).order_by(Round.id))


def of_round(who: str, state: RoundState = RoundState.ACCEPTED) -> Callable[[], Visit]:
    return lambda: Visit({"round_id": a_round(state).id}, demo(who))


def of_body(state: RoundState, *, course: bool = False, who: str = "charity") -> Callable[[], Visit]:
    def there() -> Visit:
        it = a_round(state)
        values: dict[str, Any] = {"round_id": it.id, "organisation_id": organisation("PLATFFORM").id}
        if course:
            last = queries.allocations_of(it.id)[0]
            held = [each for each in queries.standings(last, organisation("PLATFFORM").id) if each.held]
            values["round_course_id"] = held[0].share.round_course_id
        return Visit(values, demo(who))

    return there


def reviewing(code: str) -> Callable[[], Visit]:
    return lambda: Visit(
        {"round_id": a_round(RoundState.OPEN).id, "organisation_id": organisation(code).id}, demo("organiser")
    )


def course_of_round() -> Visit:
    it = a_round(RoundState.ACCEPTED)
    return Visit({"round_id": it.id, "round_course_id": queries.courses_of(it.id)[0].id}, demo("commissioner"))


def an_answer_link() -> Visit:
    it, body = a_round(RoundState.OPEN), organisation("ALZ")
    with transaction():
        answering.send_link(Actor.system(), it.id, body.id, "alz@elsewhere.example", "cy")
    return Visit({"secret": secret("alz@elsewhere.example", "answer")})


def a_place_link() -> Visit:
    values = of_body(RoundState.ACCEPTED, course=True)().values
    address = f"sian{clock.now().timestamp()}@elsewhere.example"
    it = a_round(RoundState.ACCEPTED)
    with transaction():  # the places of the visits are few: whoever was invited before gives theirs back
        for each in db.session.scalars(
            select(Nominee).where(Nominee.taken_at.is_(None), Nominee.withdrawn_at.is_(None))
        ):
            each.withdrawn_at, each.digest = clock.now(), None
        db.session.flush()
        last = queries.allocations_of(it.id)[0]
        with clock.frozen(
            clock.now().replace(year=last.accept_by.year, month=last.accept_by.month, day=last.accept_by.day)
        ):
            nominating.invite(
                Actor.system(), it.id, values["organisation_id"], values["round_course_id"], "Siân", address, "cy"
            )
    return Visit({"secret": secret(address, "place")}, demo("nurse"))


def secret(address: str, path: str) -> str:
    letters = select(MailMessage.body).where(MailMessage.to == address).order_by(MailMessage.id.desc())
    found = re.search(rf"/needs/{path}/(\S+)", one(letters))
    assert found is not None
    return found.group(1)


OPEN, ACCEPTED = RoundState.OPEN, RoundState.ACCEPTED
VISITS: dict[str, Callable[[], Visit]] = {
    "needs.mine": lambda: Visit({}, demo("charity")),
    "needs.body": of_body(ACCEPTED),
    "needs.answer": of_body(OPEN),
    "needs.sheet": of_body(OPEN),
    "needs.places": of_body(ACCEPTED, course=True),
    "needs.people": of_body(ACCEPTED, course=True),
    "needs_links.rule": lambda: Visit({"round_id": a_round(OPEN).id}),
    "needs_links.answer": an_answer_link,
    "needs_links.answered": lambda: Visit({}),
    "needs_links.place": a_place_link,
    "needs_manage.listed": lambda: Visit({}, demo("commissioner")),
    "needs_manage.new": lambda: Visit({}, demo("organiser")),
    "needs_manage.round": of_round("organiser"),
    "needs_manage.dates": of_round("organiser", OPEN),
    "needs_manage.rule": of_round("commissioner", OPEN),
    "needs_manage.demand": of_round("commissioner"),
    "needs_manage.outturn": of_round("commissioner"),
    "needs_manage.answers": of_round("organiser", OPEN),
    "needs_manage.review": reviewing("BCU"),
    "needs_manage.link": reviewing("ALZ"),
    "needs_manage.headcount": reviewing("MIND"),
    "needs_manage.capacity": of_round("commissioner", OPEN),
    "needs_manage.allocation": of_round("commissioner"),
    "needs_manage.allocated": course_of_round,
    "needs_manage.reoffer": of_round("commissioner"),
}
