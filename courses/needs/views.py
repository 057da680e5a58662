"""A round as tables: the same rows for pages, the API, and the exported files. A few statements each, whatever its size.

These are operational lists for whoever plans places: heads that bodies ask for, under access control, so nothing is hidden.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from courses.needs import queries, wording
from courses.needs.models import Capacity, Round, RoundCourse
from courses.needs.queries import Figure, Standing
from courses.needs.rules.allocating import affordable
from frameworks.queries import LevelName, level_names
from lms.accounts.models import Organisation
from lms.core.language import Bilingual


@dataclass(frozen=True)
class AskedLine:
    """A line of the round that a body answers: a course, at a level or all together."""

    number: int
    course: RoundCourse
    title: Bilingual
    level: str
    level_title: Bilingual | None

    @property
    def code(self) -> str:
        return self.course.course.code

    @property
    def key(self) -> tuple[str, str]:
        return self.code, self.level


def asked(courses: Sequence[RoundCourse]) -> list[AskedLine]:
    """Every line, in order."""
    known: Mapping[tuple[str, str], LevelName] = level_names()
    found: list[AskedLine] = []
    for course in courses:
        for level in course.levels or [""]:
            named = wording.level_name(level, known) if level else None
            found.append(AskedLine(len(found) + 1, course, wording.title_of(course), level, named))
    return found


@dataclass(frozen=True)
class Demand:
    """One line of the national table: how many bodies ask, for how many people as entered and after review."""

    line: AskedLine
    bodies: int
    entered: int
    heads: int
    sectors: Mapping[str, int]


Only = Collection[UUID] | None
"""The bodies that the reader sees; None: all of them."""


def demand(it: Round, only: Only = None) -> list[Demand]:
    figures = queries.figures(it.id, only)
    bodies = queries.organisations_by_id(each.organisation_id for each in figures)
    by_line: dict[tuple[UUID, str], list[Figure]] = defaultdict(list)
    for each in figures:
        by_line[each.round_course_id, each.level].append(each)
    return [_demand(line, by_line[line.course.id, line.level], bodies) for line in asked(queries.courses_of(it.id))]


def _demand(line: AskedLine, figures: Sequence[Figure], bodies: Mapping[UUID, Organisation]) -> Demand:
    sectors = queries.totals((bodies[each.organisation_id].sector.value, each.heads) for each in figures)
    return Demand(
        line, len({each.organisation_id for each in figures if each.heads}), sum(each.entered for each in figures),
        sum(each.heads for each in figures), sectors,
    )  # fmt: skip


@dataclass(frozen=True)
class Outturn:
    """Of a course, or of a body on a course: from need to use. `first`: what the first allocation gave."""

    course: RoundCourse
    title: Bilingual
    body: Organisation | None
    need: int
    first: int
    offered: int
    accepted: int
    named: int
    used: int
    pence: int

    @property
    def returned(self) -> int:
        """Offered, and not with somebody's name on it."""
        return self.offered - self.named

    @property
    def spent(self) -> int:
        """Pence for places that have a name on them."""
        return self.named * self.pence


def outturn(it: Round, only: Only = None) -> list[Outturn]:
    """By course and body, in order of courses and names."""
    editions = queries.allocations_of(it.id)
    if not editions:
        return []
    newest, first = editions[0], editions[-1]
    firsts = {
        (each.share.round_course_id, each.share.organisation_id): each.share.places for each in queries.standings(first)
    }
    courses = {each.id: each for each in queries.courses_of(it.id)}
    prices = {course: each.pence for course, each in queries.capacities_of(it.id).items()}
    return [
        _outturn(each, courses[each.share.round_course_id], firsts, prices)
        for each in queries.standings(newest)
        if only is None or each.share.organisation_id in only
    ]


def _outturn(
    each: Standing, course: RoundCourse, firsts: Mapping[tuple[UUID, UUID], int], prices: Mapping[UUID, int]
) -> Outturn:
    share = each.share
    return Outturn(
        course, wording.title_of(course), share.organisation, share.need,
        firsts.get((share.round_course_id, share.organisation_id), 0), share.places, each.held, each.named, each.used,
        prices.get(course.id, 0),
    )  # fmt: skip


def by_course(rows: Sequence[Outturn]) -> list[Outturn]:
    """Summed over the bodies."""
    grouped: dict[UUID, list[Outturn]] = defaultdict(list)
    for each in rows:
        grouped[each.course.id].append(each)
    return [_summed(group) for group in grouped.values()]


def _summed(group: Sequence[Outturn]) -> Outturn:
    def of(name: str) -> int:
        return sum(getattr(each, name) for each in group)

    return replace(
        group[0], body=None, need=of("need"), first=of("first"), offered=of("offered"), accepted=of("accepted"),
        named=of("named"), used=of("used"),
    )  # fmt: skip


@dataclass(frozen=True)
class Room:
    """A course with what was bought of it. `places` None: nothing is set yet."""

    course: RoundCourse
    title: Bilingual
    capacity: Capacity | None
    need: int

    @property
    def places(self) -> int | None:
        it = self.capacity
        return affordable(it.seats, it.pence, it.budget) if it else None


def rooms(it: Round, only: Only = None) -> list[Room]:
    need = queries.totals((each.round_course_id, each.heads) for each in queries.figures(it.id, only))
    capacities = queries.capacities_of(it.id)
    return [
        Room(each, wording.title_of(each), capacities.get(each.id), need.get(each.id, 0))
        for each in queries.courses_of(it.id)
    ]


@dataclass(frozen=True)
class Offer:
    """A body's places on a course as its page shows them."""

    standing: Standing
    course: RoundCourse
    title: Bilingual

    def open(self, today: date) -> bool:
        return today <= self.standing.share.allocation.accept_by


def offers(it: Round, organisation_id: UUID) -> list[Offer]:
    editions = queries.allocations_of(it.id)
    courses = {each.id: each for each in queries.courses_of(it.id)}
    return [
        Offer(each, courses[each.share.round_course_id], wording.title_of(courses[each.share.round_course_id]))
        for each in queries.standings(editions[0] if editions else None, organisation_id)
    ]
