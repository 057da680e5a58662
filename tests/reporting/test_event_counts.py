"""Attendances, places, offers and overdue items as they are counted, held against every fact looked at one by one."""

import random
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from statistics import median
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask

from courses.catalogue.models import Course
from lms.accounts.models import Organisation
from lms.core import clock
from lms.core.db import db, transaction
from lms.core.permissions import Actor
from lms.reporting import event_counts, groups
from lms.reporting.event_counts import Waits
from lms.reporting.facts import checking, tallying
from lms.reporting.facts.models import Fact, FactKind
from lms.reporting.queries import Dimension, Filters
from lms.reporting.returns import knowing
from lms.reporting.rules import periods
from lms.reporting.services import Asked, view
from tests.factories.accounts import make_person, organisation
from tests.factories.catalogue import make_course

K = FactKind
ATTENDANCES = {"attended": K.ATTENDED, "did_not_attend": K.DID_NOT_ATTEND, "cancelled_late": K.CANCELLED_LATE}
KINDS = (*ATTENDANCES.values(), K.SESSION_HELD, K.WAITLISTED, K.OFFERED, K.ENROLLED, K.ITEM_SUBMITTED, K.ITEM_LEFT)
MONTHS = 4


class World:
    """People at two courses and three bodies, and all that is said of them."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.courses = [make_course(programme_code="ecamhs"), make_course(programme_code="perinatal")]
        self.bodies = [organisation(code) for code in ("BCU", "CAV", "MIND")]
        self.things: list[tuple[Any, ...]] = [
            (uuid4(), make_person().id, self.courses[n % 2], self.bodies[n % 3], ("nhs", "third_sector")[n % 2])
            for n in range(8)
        ]
        self.told: list[Fact] = []
        self.seconds = 0

    def happens(self, day: date) -> None:
        """Something of any kind, or that something told before is not so; recorded on that day, of that or an earlier one."""
        thing, person, course, body, sector = self.chance.choice(self.things)
        kind, self.seconds = self.chance.choice(KINDS), self.seconds + self.chance.randrange(2)
        fact = Fact(
            kind=kind, key=f"told:{uuid4()}", on_day=day - timedelta(days=self.chance.randrange(3)), thing_id=thing,
            person_id=None if kind is K.SESSION_HELD else person, course_id=course.id, programme_code=course.programme_code,
            sector=sector, organisation_id=body.id, organisation_lineage=body.lineage,
            amount=self.seconds if "item" in kind.value else self.chance.randrange(200), language="en",
            recorded_at=clock.now(),
        )  # fmt: skip
        held = [each for each in self.told if each.kind not in (K.ITEM_SUBMITTED, K.ITEM_LEFT)]
        if held and self.chance.random() < 0.2:
            wrong = self.chance.choice(held)
            self.told.remove(wrong)
            fact.kind, fact.cancels_id, fact.person_id = K.CANCELLED, wrong.id, wrong.person_id
        elif "item" in kind.value:
            fact.on_day = day
            self.told.append(fact)
        else:
            self.told.append(fact)
        with transaction():
            db.session.add(fact)
            db.session.flush()
            db.session.expunge(fact)

    def seen(self, filters: Filters) -> list[Fact]:
        return [
            fact
            for fact in self.told
            if fact.on_day <= filters.period.as_at
            and (filters.place is None or filters.place.id in fact.organisation_lineage)
            and filters.sector in (None, fact.sector)
            and filters.programme in (None, fact.programme_code)
            and filters.course in (None, fact.course_id)
        ]

    def happened(self, filters: Filters, by: Dimension | None) -> tuple[Counter[Any], dict[Any, list[int]]]:
        """(how often by row and measure, days of each offer by row), of one row and of all."""
        often: Counter[Any] = Counter()
        days: dict[Any, list[int]] = {}
        facts = self.seen(filters)
        for fact in facts:
            if not filters.period.starts_on <= fact.on_day <= filters.period.ends_on:
                continue
            same = [each for each in self.told if each.thing_id == fact.thing_id and each.on_day <= clock.today()]
            for key in keys_of(fact, by):
                for measure, kind in ATTENDANCES.items():
                    often[key, measure] += fact.kind is kind
                often[key, "places"] += (fact.amount or 0) * (fact.kind is K.SESSION_HELD)
                if (wait := self.waited(fact, same)) is not None:
                    days.setdefault(key, []).append(wait)
        return +often, days

    @staticmethod
    def waited(fact: Fact, same: Iterable[Fact]) -> int | None:
        if fact.kind is K.OFFERED:
            return fact.amount
        asked = [each.on_day for each in same if each.kind is K.WAITLISTED]
        offered = any(each.kind is K.OFFERED for each in same)
        given = fact.kind is K.ENROLLED and not offered and bool(asked) and min(asked) <= fact.on_day
        return (fact.on_day - min(asked)).days if given else None

    def overdue(self, filters: Filters) -> Counter[str | None]:
        found: Counter[str | None] = Counter()
        facts = [each for each in self.seen(filters) if each.kind in (K.ITEM_SUBMITTED, K.ITEM_LEFT)]
        for thing in {each.thing_id for each in facts}:
            last = max(
                (each for each in facts if each.thing_id == thing),
                key=lambda each: (each.amount, each.kind is K.ITEM_LEFT),
            )
            late = (filters.period.as_at - last.on_day).days > 14
            found[last.programme_code] += late and last.kind is K.ITEM_SUBMITTED
        return +found


def keys_of(fact: Fact, by: Dimension | None) -> list[str | None]:
    row = {
        Dimension.SECTOR: fact.sector, Dimension.COURSE: str(fact.course_id), Dimension.MONTH: f"{fact.on_day:%Y-%m}",
    }  # fmt: skip
    return [None] if by is None else [None, str(row[by])]


def ways(courses: list[Course], bodies: list[Organisation]) -> list[Filters]:
    """All of Wales and narrower, over several months, as of today and of the ends of months before."""
    today = clock.today()
    every = view(Actor.system(), Asked()).filters
    bodies_seen = {body.code: body for body in groups.organisations()}
    narrower = [
        every, replace(every, organisation=bodies_seen[bodies[0].code]), replace(every, sector="nhs"),
        replace(every, course=courses[1].id), replace(every, programme="ecamhs", sector="third_sector"),
        replace(every, organisation=bodies_seen[bodies[2].code], sector="third_sector", course=courses[0].id),
    ]  # fmt: skip
    spans = [(-3, today), (-1, today), (0, today)]
    spans += [(-2, periods.end_of_month(periods.month_after(periods.first_of_month(today), -1)))]
    return [
        replace(each, period=periods.Period(periods.month_after(first, months), periods.end_of_month(as_at), as_at))
        for each in narrower
        for months, as_at in spans
        for first in [periods.first_of_month(today)]
    ]


def held_against(world: World) -> int:
    """Every way of asking; how many figures there were."""
    figures = 0
    for filters in ways(world.courses, world.bodies):
        for by in (None, Dimension.SECTOR, Dimension.COURSE, Dimension.MONTH):
            often, days = world.happened(filters, by)
            assert event_counts.events(filters, (*ATTENDANCES, "places"), by) == dict(often)
            assert event_counts.waits(filters, by) == {
                key: Waits(len(each), median(each), sum(one > 90 for one in each)) for key, each in days.items()
            }
            figures += len(often) + len(days)
        assert event_counts.overdue_items(filters) == dict(world.overdue(filters))
        figures += len(world.overdue(filters))
    return figures


@pytest.mark.parametrize("seed", range(3))
def test_what_is_counted_bit_by_bit_is_what_every_fact_says(app: Flask, seed: int) -> None:
    world, now = World(seed), clock.now()
    remembered, figures = [], 0
    for week in range(4 * MONTHS):
        with clock.frozen(now + timedelta(weeks=week)):
            for _ in range(6):
                world.happens(clock.today())
            if week % 3 == 2:
                with transaction():
                    while tallying.bring_up_to_date(3):
                        pass
                figures += held_against(world)
                with transaction():
                    assert checking.check().different == 0
                remembered.append((clock.now() + timedelta(minutes=1), list(world.told)))
    assert figures > 500
    with clock.frozen(now + timedelta(weeks=4 * MONTHS, days=3)):
        for at, told in remembered:
            world.told = told
            for anew in (False, True):
                with transaction(), knowing.as_known(at, anew=anew):
                    held_against(world)


def test_an_item_is_overdue_from_its_fifteenth_day_until_it_is_gone(app: Flask) -> None:
    course, person = make_course(programme_code="ecamhs"), make_person()
    told = [
        ("waits since September", [(K.ITEM_SUBMITTED, date(2026, 9, 1), 1)]),
        ("was gone within days", [(K.ITEM_SUBMITTED, date(2026, 9, 25), 1), (K.ITEM_LEFT, date(2026, 9, 28), 2)]),
        ("was gone in the same second", [(K.ITEM_LEFT, date(2026, 9, 2), 1), (K.ITEM_SUBMITTED, date(2026, 9, 2), 1)]),
        ("was late", [(K.ITEM_SUBMITTED, date(2026, 10, 2), 1), (K.ITEM_LEFT, date(2026, 11, 3), 2)]),
        ("was sent again", [(K.ITEM_SUBMITTED, date(2026, 9, 3), 1), (K.ITEM_SUBMITTED, date(2026, 10, 25), 2)]),
    ]
    with clock.frozen(datetime(2026, 11, 20, 9, tzinfo=UTC)), transaction():
        for name, facts in told:
            thing = uuid4()
            for kind, on_day, second in facts:
                fact = Fact(
                    kind=kind, key=f"{name}:{kind}:{second}", on_day=on_day, thing_id=thing, person_id=person.id,
                    amount=second, course_id=course.id, programme_code="ecamhs", language="en",
                )  # fmt: skip
                db.session.add(fact)
        while tallying.bring_up_to_date():
            pass
        found = {}
        for as_at in (date(2026, 9, 30), date(2026, 10, 31), clock.today()):
            period = periods.Period(periods.first_of_month(as_at), periods.end_of_month(as_at), as_at)
            filters = replace(view(Actor.system(), Asked()).filters, period=period)
            found[as_at.month] = event_counts.overdue_items(filters).get("ecamhs", 0)
        assert found == {9: 2, 10: 2, 11: 2}  # since September always; sent again: first and anew; late: in October
