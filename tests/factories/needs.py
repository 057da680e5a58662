"""Needs rounds at any stage: opened and moved on by the use cases themselves, on the days on which that may be."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from courses.catalogue.models import Course
from courses.needs import queries
from courses.needs.models import Round, RoundCourse, Via
from courses.needs.rules.allocating import Method
from courses.needs.rules.lines import Line
from courses.needs.rules.timetable import Dates
from courses.needs.services import accepting, answering, rounds, sharing
from courses.needs.services.sharing import Bought
from lms.accounts.models import Organisation, Person, Sector
from lms.core import clock
from lms.core.db import db, transaction
from lms.core.language import Bilingual
from lms.core.permissions import Actor, Role
from tests.factories.accounts import grant, make_organisation, make_person
from tests.factories.catalogue import make_course

DAY = timedelta(days=1)


def dates(**given: Any) -> Dates:
    """Every stage a week, from today."""
    today = clock.today()
    return Dates(
        **{
            "opens_on": today, "need_by": today + 7 * DAY, "review_by": today + 14 * DAY,
            "allocate_by": today + 21 * DAY, "accept_by": today + 28 * DAY, "nominate_by": today + 35 * DAY,
            "ends_on": today + 90 * DAY,
        } | given
    )  # fmt: skip


def noon(day: Any) -> datetime:
    return datetime(day.year, day.month, day.day, 12, tzinfo=clock.LONDON)


def acting(person: Person, *roles: tuple[Role, Any]) -> Actor:
    return Actor(person=person.id, name=person.display_name, roles=frozenset(roles))


@dataclass
class Story:
    """A place with bodies, their people, a round and its courses."""

    place: Organisation
    organiser: Actor
    commissioner: Actor
    bodies: list[Organisation]
    people: list[Person]
    courses: list[Course]
    round: Round
    named: dict[str, Person] = field(default_factory=dict)

    def body(self, number: int) -> Actor:
        """Whoever answers for that body."""
        return acting(self.people[number], (Role.TRAINING_LEAD, self.bodies[number].id))

    def line(self, heads: int, course: int = 0, level: str = "", reason: str = "New team") -> Line:
        return Line(self.courses[course].code, level, heads, reason)

    def of(self, course: int = 0) -> RoundCourse:
        return queries.courses_of(self.round.id)[course]

    def enter(self, number: int, *lines: Line, edition: int = 0, **more: Any) -> None:
        with transaction():
            answering.answer(self.body(number), self.round.id, self.bodies[number].id, edition, lines, Via.PAGE, **more)

    def on(self, day: str, later: int = 0) -> Any:
        """The clock at noon of a stage's day, or so many days later."""
        return clock.frozen(noon(getattr(self.round, day) + later * DAY))

    def reviewed(self) -> None:
        with self.on("need_by", 1), transaction():
            rounds.finish_review(self.organiser, self.round.id)

    def bought(self, *seats: int, pence: int = 0, budget: int = 0) -> None:
        given = {self.of(n).id: Bought(many, pence, budget) for n, many in enumerate(seats)}
        with self.on("review_by"), transaction():
            sharing.set_capacity(self.commissioner, self.round.id, given)

    def allocated(self, edition: int = 0, reason: str = "") -> None:
        with self.on("allocate_by"), transaction():
            sharing.share_out(self.commissioner, self.round.id, edition, reason)

    def accepted(self, number: int, places: int, course: int = 0, reason: str = "Nobody is free") -> None:
        with self.on("accept_by"), transaction():
            accepting.accept(
                self.body(number), self.round.id, self.bodies[number].id, self.of(course).id, places, reason
            )

    def places(self, course: int = 0) -> list[int]:
        """What each body has in the newest edition, in the order of the bodies."""
        last = queries.allocations_of(self.round.id)[0]
        found = {
            each.share.organisation_id: each.share.places
            for each in queries.standings(last, round_course_id=self.of(course).id)
        }
        return [found.get(body.id, 0) for body in self.bodies]


def a_round(
    sectors: Sequence[Sector] = (Sector.NHS, Sector.NHS, Sector.THIRD_SECTOR), *, courses: int = 1,
    method: Method = Method.GAP, reserved: int = 0, levels: Sequence[str] = (), only: Sequence[str] = (),
    course: Mapping[str, Any] | None = None, **given: Any,
) -> Story:  # fmt: skip
    """A place, a body of each of those sectors with somebody who answers for it, and an open round."""
    place = make_organisation(kind="country")
    bodies = [make_organisation(place, sector=each) for each in sectors]
    people = [make_person() for _ in bodies]
    for person, body in zip(people, bodies, strict=True):
        grant(person, Role.TRAINING_LEAD, body)
    organiser, commissioner = make_person(display_name="Organiser"), make_person(display_name="Commissioner")
    grant(organiser, Role.ORGANISER, place)
    grant(commissioner, Role.COMMISSIONER, place)
    made = [make_course(**(course or {})) for _ in range(courses)]
    actor = acting(organiser, (Role.ORGANISER, place.id))
    with transaction():
        opened = rounds.open_round(
            actor, Bilingual("Spring round", "Rownd y gwanwyn"), place.id,
            [rounds.Wanted(each.code, levels) for each in made], dates(**given), method, reserved, only,
        )  # fmt: skip
    db.session.refresh(opened)
    return Story(
        place, actor, acting(commissioner, (Role.COMMISSIONER, place.id)), bodies, people, made, opened,
        {"organiser": organiser, "commissioner": commissioner},
    )  # fmt: skip
