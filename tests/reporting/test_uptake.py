"""Uptake against an oracle that counts in Python; and who sees what of it."""

import random
from collections import defaultdict
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

import pytest
from flask import Flask

from lms.core import clock
from lms.core.errors import Invalid, NotFound
from lms.core.permissions import Actor, Role
from lms.reporting import queries
from lms.reporting.queries import Dimension
from lms.reporting.reports.uptake import uptake
from lms.reporting.rules.disclosure import RULE, alone
from lms.reporting.rules.measures import Measure, happened
from lms.reporting.rules.periods import Period, earlier, end_of_month, usual
from lms.reporting.services import Asked, view
from tests.counting import queries_of
from tests.factories.accounts import grant, make_membership, make_person, organisation
from tests.factories.catalogue import make_course
from tests.factories.enrolments import make_enrolment
from tests.factories.reporting import Told, make_history, told_to_reports

SEED = 7


def actor_of(role: Role, code: str) -> Actor:
    place = organisation(code)
    person = make_person(display_name="Reader")
    grant(person, role, place)
    return Actor(person=person.id, name="Reader", roles=frozenset({(role, place.id)}))


def history(people: int = 60, places: tuple[str | None, ...] = ("BCU", "CAV", "MIND", None)) -> list[Told]:
    courses = [make_course() for _ in range(3)]
    bodies = [organisation(code) if code else None for code in places]
    return make_history(random.Random(SEED), [make_person() for _ in range(people)], courses, bodies, clock.today())


def counted(told: list[Told], period: Period, key: Callable[[Told, date], str]) -> dict[tuple[str, str], int]:
    """Brute force: distinct people by (group, measure)."""
    people: dict[tuple[str, str], set[UUID]] = defaultdict(set)
    for it in told:
        for measure, day in happened(it.facts(period.as_at), period.as_at, period.ends_on).items():
            if period.starts_on <= day <= min(period.ends_on, period.as_at):
                people[key(it, day), measure].add(it.learner)
    return {group: len(found) for group, found in people.items()}


KEYS: dict[Dimension, Callable[[Told, date], str]] = {
    Dimension.SECTOR: lambda it, _: it.sector,
    Dimension.ORGANISATION: lambda it, _: str(it.organisation) if it.organisation else queries.NOWHERE,
    Dimension.COURSE: lambda it, _: str(it.course),
    Dimension.MONTH: lambda _, day: day.strftime("%Y-%m"),
}


def test_counts_are_those_of_brute_force_at_any_moment_and_by_anything(app: Flask) -> None:
    told = history()
    today = clock.today()
    for period in (usual(today), usual(today).before, replace(usual(today), as_at=end_of_month(earlier(today, 1)))):
        filters = replace(view(Actor.system(), Asked()).filters, period=period)
        period = replace(period, ends_on=min(period.ends_on, period.as_at))
        for dimension in KEYS:
            found = queries.counts(filters, dimension, None)
            rows = {key: number for key, number in found.rows.items() if not key[1].startswith("no_")}
            assert rows == counted(told, period, KEYS[dimension]), (period, dimension)
        expected = counted(told, period, lambda it, day: "all")
        totals = {measure: found.totals.get(measure, 0) for measure in Measure}
        assert totals == {measure: expected.get(("all", measure), 0) for measure in Measure}
        two_ways = queries.counts(filters, Dimension.SECTOR, Dimension.MONTH).cells
        assert {
            (f"{row}|{column}", measure): n for (row, column, measure), n in two_ways.items() if measure in set(Measure)
        } == (counted(told, period, lambda it, day: f"{it.sector}|{day:%Y-%m}"))


def test_a_board_commissioner_counts_the_board_and_nothing_else(app: Flask) -> None:
    told = history(80)
    board = organisation("BCU")
    commissioner = actor_of(Role.COMMISSIONER, "BCU")
    report = uptake(commissioner, Asked(group=Dimension.ORGANISATION))
    period = report.view.filters.period
    expected = counted(
        [it for it in told if board.id in it.lineage], replace(period, ends_on=period.as_at), lambda *_: "all"
    )
    for measure, people in report.totals.items():
        assert people in (None, alone(expected.get(("all", measure), 0)))
    assert {line.label.name.en for line in report.lines} <= {board.name.en, f"{board.name.en}, itself"}
    assert [body.code for body in report.view.organisations] == ["BCU", "BCU-AP"]
    with pytest.raises(NotFound):
        uptake(commissioner, Asked(organisation="CAV"))


def test_the_whole_of_wales_includes_those_without_an_organisation(app: Flask) -> None:
    history(80)
    labels = [
        line.label.code
        for line in uptake(actor_of(Role.COMMISSIONER, "WALES"), Asked(group=Dimension.ORGANISATION)).lines
    ]
    assert queries.NOWHERE in labels


def test_small_counts_are_hidden_from_a_commissioner_and_not_from_an_organiser(app: Flask) -> None:
    history(40, ("BCU", "CAV", "MIND", "PTH", "HDU", None))
    asked = Asked(group=Dimension.MONTH, columns=Dimension.SECTOR, measure=Measure.ENROLLED)
    shown = uptake(actor_of(Role.COMMISSIONER, "WALES"), asked)
    known = uptake(actor_of(Role.ORGANISER, "WALES"), asked)
    assert shown.grid is not None
    assert known.grid is not None
    small = {place for place, n in known.grid.table.values().items() if n is not None and 0 < n < RULE.threshold}
    assert small
    assert all(shown.grid.table.values()[place] is None for place in small)
    for line in shown.lines:
        assert all(n is None or n == 0 or n >= RULE.threshold for n in line.people.values())
    own = uptake(actor_of(Role.ORGANISER, "BCU"), replace(asked, columns=None))
    assert own.view.exact
    assert not uptake(actor_of(Role.COMMISSIONER, "BCU"), Asked()).view.exact


def test_names_at_one_board_do_not_open_the_small_counts_of_wales(app: Flask) -> None:
    history(60)
    both = actor_of(Role.COMMISSIONER, "WALES")
    both = replace(both, roles=both.roles | {(Role.ORGANISER, organisation("BCU").id)})
    assert not view(both, Asked()).exact
    assert view(both, Asked(organisation="BCU")).exact


def test_what_is_hidden_in_the_wider_table_stays_hidden_under_a_filter(app: Flask) -> None:
    """By sector one group has three people, so the next smallest is hidden with it; the filter must not show it."""
    course = make_course()
    for code, people in (("BCU", 40), ("MIND", 12), ("W06000001", 3)):
        place = organisation(code)
        for _ in range(people):
            person = make_person()
            make_enrolment(person, course, make_membership(person, place))
    told_to_reports()
    reader = actor_of(Role.COMMISSIONER, "WALES")
    by_sector = {line.label.code: line.people[Measure.ENROLLED] for line in uptake(reader, Asked()).lines}
    assert (by_sector["nhs"], by_sector["third_sector"], by_sector["social_care"]) == (45, None, None)
    assert uptake(reader, Asked(sector="third_sector")).totals[Measure.ENROLLED] is None
    assert uptake(reader, Asked(organisation="MIND")).totals[Measure.ENROLLED] is None
    assert uptake(reader, Asked(sector="nhs")).totals[Measure.ENROLLED] == 45
    assert uptake(reader, Asked(sector="social_care")).withheld


def test_a_handful_of_people_is_not_reported_on(app: Flask) -> None:
    history(8)
    report = uptake(actor_of(Role.COMMISSIONER, "WALES"), Asked())
    assert report.withheld
    assert all(people is None for people in report.totals.values())
    assert not uptake(actor_of(Role.ORGANISER, "WALES"), Asked()).withheld


def test_reports_are_seen_today_or_at_the_end_of_a_month(app: Flask) -> None:
    with pytest.raises(Invalid):
        view(Actor.system(), Asked(as_at=date(2026, 2, 11)))
    today = clock.today()
    with pytest.raises(Invalid):
        view(Actor.system(), Asked(first=today, last=earlier(today, 3)))
    with pytest.raises(Invalid):
        view(Actor.system(), Asked(course="NO-SUCH"))


def test_the_number_of_queries_does_not_grow(app: Flask, signed_in: Any) -> None:
    reader = make_person()
    grant(reader, Role.COMMISSIONER, organisation("WALES"))
    grant(reader, Role.ORGANISER, organisation("WALES"))
    browser = signed_in(reader)
    for url in (
        "/en/uptake?group=organisation&columns=sector&organisation=NHS-WALES",
        "/en/uptake/people",
        "/en/uptake/baselines",
    ):
        numbers = []
        for people in (3, 40):
            history(people)
            numbers.append(queries_of(browser, url))
        assert numbers[0] == numbers[1] <= 16, (url, numbers)
