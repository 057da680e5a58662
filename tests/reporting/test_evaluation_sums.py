"""The sums that the report of evaluation reads say what the counters say: whatever was answered, asked and withdrawn."""

import importlib
import random
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from itertools import product
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, text, update

from courses.catalogue.models import Course
from courses.evaluation import jobs, services, summing
from courses.evaluation.forms import Kind, Which, newest
from courses.evaluation.models import EvaluationInvitation, EvaluationSum, EvaluationTally, InvitationState
from courses.evaluation.rules import APART, Said, counted, months_before
from lms.accounts.models import Organisation, Sector
from lms.core import clock
from lms.core.db import db, transaction
from lms.core.permissions import Actor
from lms.reporting import groups
from lms.reporting.reports import evaluation
from lms.reporting.reports.evaluation import MEASURES, WHOLES, Counts
from lms.reporting.services import Asked, view
from tests.factories.accounts import organisation
from tests.factories.catalogue import make_course
from tests.factories.evaluation import answer, answers, complete, invite

BODIES = ("BCU", "PTH", "W06000003", "MIND")
NARROWED = (
    "(CAST(:bodies AS text[]) IS NULL OR body = ANY(:bodies)) AND (:all = ANY(:whole) OR course_id = ANY(:whole))"
    " AND {} BETWEEN :starts_on AND :ends_on"
)
COUNTERS = f"""
SELECT form, item, value, sector, CAST(course_id AS text), sum(n)::int FROM evaluation_tally
WHERE {NARROWED.format("month")} GROUP BY 1, 2, 3, 4, 5"""
INVITATIONS = f"""
SELECT form, count(*)::int FROM evaluation_invitation
WHERE state <> 'withdrawn' AND {NARROWED.format("made_on")} GROUP BY 1"""


def from_the_counters(given: dict[str, Any]) -> Counts:
    """What the report would tell without any sums."""
    found: Any = defaultdict(lambda: defaultdict(int))
    for form, item, value, sector, course, n in db.session.execute(text(COUNTERS), given):
        for key in (("all", ""), ("sector", sector), ("course", course)):
            found[key][form, item, value] += n
    for form, n in db.session.execute(text(INVITATIONS), given):
        found["all", ""][form, "asked", ""] = n
    return Counts(found)


def said(chance: random.Random, which: Which) -> Said:
    """Anything that may be said, with something left out now and then."""
    form = newest(which)
    rated = {it.code for kind in (Kind.AGREEMENT, Kind.CONFIDENCE) for it in form.of_kind(kind)}
    chosen = {
        it.code: (chance.choice(it.choices).code,) for kind in (Kind.CHOICE, Kind.CHOICES) for it in form.of_kind(kind)
    }
    return Said({code: chance.randint(3, 5) for code in sorted(rated) if chance.random() < 0.9}, chosen)


def random_answers(chance: random.Random, courses: list[Course], count: int) -> None:
    """Of several courses, versions, editions, bodies, sectors and months; counted as an answer is."""
    today = clock.today()
    months = [months_before(today, n).replace(day=1) for n in (0, 0, 1, 5, 14)]
    with transaction():
        for _ in range(count):
            form = replace(newest(chance.choice(list(Which))), edition=chance.choice((1, 1, 2)))
            it = EvaluationInvitation(
                form=form.which, course_id=chance.choice(courses).id, version=chance.choice((1, 1, 3)),
                sector=chance.choice((Sector.NHS, Sector.NHS, Sector.THIRD_SECTOR, Sector.LIVED_EXPERIENCE)),
                body=chance.choice((*BODIES, BODIES[0], "")), made_on=chance.choice(months).replace(day=chance.randint(1, 20)),
            )  # fmt: skip
            summing.count(it, form, [*counted(form, said(chance, form.which)), ("language", chance.choice("ec"))])


@pytest.fixture
def courses(app: Flask) -> list[Course]:
    """Four, two of which belong to a programme; with invitations in every state."""
    made = [make_course() for _ in range(4)]
    with transaction():
        for each in made[:2]:
            db.session.execute(update(Course).where(Course.id == each.id).values(programme_code="MENT"))
    for number, (course, body) in enumerate(product(made, (*BODIES, None))):
        it = invite(complete(None, course, organisation(body) if body else None))
        if number % 4 == 1:
            answer(it)
        elif number % 4 == 2:
            with transaction():
                services.withdraw(Actor.system(), it.enrolment_id)
        if number % 8 == 2:  # completed again after all
            invite(it.enrolment)
        if number % 7 == 0:
            with transaction():
                summing.fold()
    return made


def scopes(courses: list[Course]) -> Iterator[Asked]:
    """Every kind of place, by every narrowing and several periods."""
    today = clock.today()
    places = (None, "WALES", "NHS-BOARDS", *BODIES)
    spans: list[tuple[date | None, date | None]] = [
        (None, None), (today.replace(day=1), None),
        (months_before(today, 20).replace(day=1), months_before(today, 1).replace(day=1)),
    ]  # fmt: skip
    narrowed: list[dict[str, str]] = [{}, {"programme": "MENT"}, {"course": courses[2].code}]
    for place, (first, last), further in product(places, spans, narrowed):
        yield Asked(organisation=place, first=first, last=last, **further)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_every_figure_from_the_sums_is_the_one_from_the_counters(
    courses: list[Course], seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    random_answers(random.Random(seed), courses, 250)
    assert summing.different() == 0
    told = 0
    for asked in scopes(courses):
        seen = replace(view(Actor.system(), asked), exact=False)
        given = evaluation._given(seen)
        sums, counters = evaluation._counts(given), from_the_counters(given)
        for form, item, value in set(counters.by["all", ""]) | set(sums.by["all", ""]):
            if item != "language":  # which nobody is told
                assert sums.all(form, item, value) == counters.all(form, item, value), (asked, form, item, value)
        known = set(map(str, given["courses"]))
        keys = {(by, key) for by, key in (*counters.by, *sums.by) if by == "sector" or key in known}
        for (by, key), measure in product(keys, (*MEASURES, *WHOLES.values())):
            assert sums.of(by, key, measure) == counters.of(by, key, measure), (asked, by, key, measure)
        from_sums = evaluation.told(seen, asked)
        with monkeypatch.context() as patched:
            patched.setattr(evaluation, "_counts", from_the_counters)
            same = evaluation.told(seen, asked)
        assert (from_sums.finding, from_sums.withheld, from_sums.sheets) == (
            same.finding,
            same.withheld,
            same.sheets,
        ), asked
        told += not from_sums.withheld
    assert told > 20, "most of it was withheld, so nothing was compared"


def test_who_is_asked_counts_at_once_and_is_folded_by_the_hour(courses: list[Course]) -> None:
    given = evaluation._given(view(Actor.system(), Asked()))
    asked = from_the_counters(given).all("after", "asked", "")
    assert asked == 20 - 5 + 3
    assert evaluation._counts(given).all("after", "asked", "") == asked
    with transaction():
        jobs.fold()
    assert db.session.scalar(text("SELECT count(*) FROM evaluation_asked")) == 0
    assert evaluation._counts(given).all("after", "asked", "") == asked
    db.session.execute(update(EvaluationInvitation).values(state=InvitationState.WITHDRAWN))
    assert evaluation._counts(given).all("after", "asked", "") == 0
    db.session.rollback()


def test_what_is_told_by_sector_is_added_up_by_sector() -> None:
    assert {item for _form, item, _values in (*MEASURES, *WHOLES.values())} == APART


def test_the_check_finds_what_differs_and_the_night_puts_it_right(app: Flask) -> None:
    answers(3, make_course(), organisation("BCU"))
    run = app.test_cli_runner().invoke
    assert run(args=["check-evaluation-sums"]).output == "0 sums differ.\n"
    with transaction():
        db.session.execute(update(EvaluationSum).where(EvaluationSum.item == "aims").values(n=7))
        db.session.execute(text("DELETE FROM evaluation_sum WHERE item = 'useful'"))
        db.session.execute(text("INSERT INTO evaluation_asked (month, course_id, form, body, n)"
                                " SELECT month, course_id, form, body, 2 FROM evaluation_asked LIMIT 1"))  # fmt: skip
    found = run(args=["check-evaluation-sums"])
    assert (found.exit_code, found.output) == (1, "24 sums differ.\n"), (
        "three kinds, of four places, of a course and of all"
    )
    with transaction():
        jobs.check()
    assert run(args=["check-evaluation-sums"]).exit_code == 0
    assert run(args=["put-evaluation-sums-right"]).output == "0 sums put right.\n"
    useful = select(EvaluationSum.n).where(EvaluationSum.item == "useful")
    assert set(db.session.scalars(useful)) == {3}


def test_a_body_that_moves_takes_its_answers_along_in_the_night(app: Flask) -> None:
    answers(2, make_course(), organisation("MIND"))
    group = organisation("NHS-BOARDS")
    with transaction():
        body = organisation("MIND")
        db.session.execute(
            update(Organisation)
            .where(Organisation.id == body.id)
            .values(parent_id=group.id, lineage=[*group.lineage, body.id])
        )
        jobs.check()
    of_group = select(EvaluationSum.n).where(EvaluationSum.place == group.id, EvaluationSum.item == "answered")
    assert set(db.session.scalars(of_group)) == {2}
    assert summing.different() == 0
    assert groups.organisations(), "and the tree is read anew"


def test_the_migration_adds_up_what_was_there(app: Flask, courses: list[Course]) -> None:
    """The backfill has a statement of its own: it stays as it is when the code goes on."""
    backfill = importlib.import_module("migrations.versions.0101_evaluation_sums")
    random_answers(random.Random(7), courses, 60)
    with transaction():
        db.session.execute(text("DELETE FROM evaluation_sum"))
        db.session.execute(text("DELETE FROM evaluation_asked"))
        db.session.execute(text("DROP INDEX ix_evaluation_sum_answered"))
        db.session.execute(text(backfill.FILL))
    assert db.session.scalar(select(EvaluationTally.n).limit(1))
    assert summing.different() == 0
