"""The published figures that reports should come to: from records as they would be imported, the reports give them."""

from datetime import date
from typing import Any
from uuid import UUID, uuid4

import pytest
import yaml
from flask import Flask
from sqlalchemy import select

from courses.catalogue.models import Course
from courses.enrolments.models import EnrolmentState
from lms.accounts.models import Organisation
from lms.core import clock
from lms.core.db import db, transaction
from lms.core.permissions import Actor
from lms.reporting import answering, queries
from lms.reporting.facts.models import Fact, FactKind
from lms.reporting.loading import DATA
from lms.reporting.reports.plan import plan
from lms.reporting.services import Asked, view
from tests.factories.accounts import make_person
from tests.factories.enrolments import make_enrolment
from tests.factories.reporting import at_noon, told_to_reports

SYSTEM = Actor.system()
FIGURES = {each["id"]: each for each in yaml.safe_load(DATA.read_text(encoding="utf-8"))["figures"]}


def course(code: str) -> Course:
    return db.session.scalars(select(Course).where(Course.code == code)).one()


def records(code: str, people: list[Any], on: date, *, done: bool) -> None:
    """Rows of an import: people on a course, who opened it, and perhaps completed it."""
    for person in people:
        made: dict[str, Any] = {"enrolled_on": on, "started_at": at_noon(on), "last_active_at": at_noon(on)}
        if done:
            made |= {"completed_on": on, "state": EnrolmentState.COMPLETED}
        make_enrolment(person, course(code), **({"state": EnrolmentState.IN_PROGRESS} | made))


def people_of(programme: str, measure: str) -> int:
    filters = view(SYSTEM, Asked(programme=programme)).filters
    return queries.by(filters, None, (measure,), ()).get((None, measure), 0)


@pytest.mark.parametrize(("figure", "codes"), [("F01", ("ECAMHS-1", "ECAMHS-2")), ("F02", ("PIMH-01", "PIMH-03"))])
def test_people_who_accessed_a_programme(app: Flask, figure: str, codes: tuple[str, str]) -> None:
    """People are counted once, however many modules of it they opened."""
    many = FIGURES[figure]["v"]
    people = [make_person() for _ in range(many)]
    on = clock.today()
    records(codes[0], people, on, done=False)
    records(codes[1], people[:40], on, done=True)
    told_to_reports()
    assert people_of(str(course(codes[0]).programme_code), "accessed") == many


@pytest.mark.parametrize(
    ("figure", "code"), [("F15", "PT-CBTF"), ("F17", "CAAP-MSC"), ("F23", "TMP-01"), ("F12a", "PT-BSF1")]
)
def test_people_who_completed_a_course(app: Flask, figure: str, code: str) -> None:
    records(code, [make_person() for _ in range(FIGURES[figure]["v"])], clock.today(), done=True)
    told_to_reports()
    filters = view(SYSTEM, Asked(course=code)).filters
    assert queries.by(filters, None, ("completed",), ())[None, "completed"] == FIGURES[figure]["v"]


def test_what_each_funded_person_cost(app: Flask) -> None:
    """F09 and F10: £500,000 for 750 people is £666.67 each."""
    found = course("PT-DBT")
    records("PT-DBT", [make_person() for _ in range(750)], clock.today(), done=True)
    with transaction():
        for kind, amount in ((FactKind.SPENT, FIGURES["F10"]["v"] * 100), (FactKind.BOUGHT, 600)):
            db.session.add(
                Fact(
                    kind=kind,
                    key=f"import:{uuid4()}",
                    on_day=clock.today(),
                    amount=amount,
                    course_id=found.id,
                    programme_code=found.programme_code,
                    source="import: annual report",
                )
            )
    told_to_reports()
    rows = {row.code: row.values for row in answering.answer(SYSTEM, "money", Asked()).sheets[0].rows}
    assert rows[str(found.id)] == (50_000_000, FIGURES["F11"]["v"], FIGURES["F09"]["v"], 66667)


def test_supervisors_and_whom_they_can_take(app: Flask) -> None:
    """F03 and F21/F22: licensed supervisors; 19 lead mentors with three mentees each can take 57."""
    programme = str(course("ECAMHS-1").programme_code)
    with transaction():
        for _ in range(FIGURES["F21"]["v"]):
            db.session.add(
                Fact(
                    kind=FactKind.SUPERVISOR_LICENSED,
                    key=f"import:{uuid4()}",
                    on_day=clock.today(),
                    until=date(2099, 1, 1),
                    amount=FIGURES["F22"]["v"],
                    person_id=make_person().id,
                    thing_id=uuid4(),
                    programme_code=programme,
                    source="import: mentors",
                )
            )
    row = next(row for row in answering.answer(SYSTEM, "supervision", Asked()).sheets[0].rows if row.code == programme)
    assert row.values[:2] == (19, 57)


def test_what_the_reference_data_hold(app: Flask) -> None:
    """F05, F06, F43, F46: modules, actions, local authorities."""
    codes = set(db.session.scalars(select(Course.code)))
    assert len([code for code in codes if code.startswith("PIMH-0")]) == FIGURES["F05"]["v"]
    assert len([code for code in codes if code.startswith("ECAMHS-") and code[-1].isdigit()]) == FIGURES["F06"]["v"]
    outputs = sum(len(each["outputs"]) for each in plan()["actions"])
    assert (len(plan()["actions"]), len(plan()["themes"]), outputs) == (FIGURES["F43"]["v"], 7, 72)
    parent: UUID = db.session.scalars(select(Organisation.id).where(Organisation.code == "LOCAL-AUTHORITIES")).one()
    assert (
        len(list(db.session.scalars(select(Organisation.id).where(Organisation.parent_id == parent))))
        == FIGURES["F46"]["v"]
    )
