"""The reports in tables: same figures on the page, in the API and in the file; nothing small for who may not see names."""

import random
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from lms.core import clock
from lms.core.db import db, transaction
from lms.core.language import Bilingual
from lms.core.permissions import Actor, Role
from lms.reporting import answering
from lms.reporting.models import Confidence, Headcount, Method
from lms.reporting.reports import REPORTS, coverage, parity, waiting
from lms.reporting.reports.plan import plan, rating
from lms.reporting.reports.report import Row, leaders, leading
from lms.reporting.services import Asked
from tests.counting import queries_of
from tests.factories.accounts import grant, make_membership, make_person, organisation
from tests.factories.catalogue import make_course
from tests.factories.enrolments import make_enrolment
from tests.factories.reporting import make_history, told_to_reports

TABLED = [report.slug for report in REPORTS if report.run]
SYSTEM = Actor.system()


def reader(role: Role, code: str = "WALES") -> Any:
    made = make_person(display_name="Y Darllenydd")
    grant(made, role, organisation(code))
    return made


def history(people: int = 50) -> None:
    bodies = [organisation(code) for code in ("BCU", "CAV", "MIND", "PTH")]
    make_history(
        random.Random(5),
        [make_person() for _ in range(people)],
        [make_course() for _ in range(3)],
        [*bodies, None],
        clock.today(),
    )


@pytest.mark.parametrize("slug", TABLED)
def test_a_report_is_read_in_both_languages_as_a_page_a_file_and_json(
    app: Flask, signed_in: Callable[..., FlaskClient], as_token: Callable[..., Any], slug: str
) -> None:
    history()
    person = reader(Role.COMMISSIONER)
    browser, token = signed_in(person), as_token(person)
    about = next(report for report in REPORTS if report.slug == slug)
    for language in ("en", "cy"):
        page = browser.get(f"/{language}/reports/{slug}")
        assert page.status_code == 200, page.text
        assert f"{about.id}" in page.text
        assert "SDC-1" in page.text
        assert browser.get(f"/{language}/reports/{slug}/figures.csv").data.startswith(b"\xef\xbb\xbf")
    told = token.get(f"/api/v1/reports/{slug}").json
    assert told["disclosure"] == {**told["disclosure"], "id": "SDC-1", "version": 3, "applied": True}
    for sheet in told["sheets"]:
        people = [n for n, column in enumerate(sheet["columns"]) if column["unit"] == "people"]
        for row in sheet["rows"] + ([sheet["total"]] if sheet["total"] else []):
            assert len(row["values"]) == len(sheet["columns"])
            assert all(not isinstance(row["values"][n], int) or row["values"][n] % 10 == 5 for n in people), row
    assert signed_in(make_person()).get(f"/en/reports/{slug}").status_code == 403


def test_narrowing_filters_to_one_person_fails(app: Flask, as_token: Callable[..., Any]) -> None:
    history()
    lonely = make_person()
    make_enrolment(lonely, make_course(), make_membership(lonely, organisation("HDU")))
    told_to_reports()
    token = as_token(reader(Role.COMMISSIONER))
    for slug in (report.slug for report in REPORTS if report.run and not report.counts_others):
        answer = token.get(f"/api/v1/reports/{slug}?organisation=HDU").json
        assert answer["withheld"] is True, slug
        assert answer["sheets"] == []
    for slug in (report.slug for report in REPORTS if report.counts_others):  # of them there is nobody at all
        for sheet in token.get(f"/api/v1/reports/{slug}?organisation=HDU").json["sheets"]:
            assert not any(isinstance(value, int) and value for row in sheet["rows"] for value in row["values"])
    assert token.get("/api/v1/reports/uptake?organisation=HDU").json["withheld"] is True
    refused = token.get("/api/v1/reports/uptake?sector=nhs&group=role")
    assert (refused.status_code, refused.json["type"]) == (422, "/problems/not-in-the-grid")


def test_a_lead_of_a_charity_sees_only_its_own(app: Flask, as_token: Callable[..., Any]) -> None:
    history(80)
    token = as_token(reader(Role.COMMISSIONER, "MIND"))
    parity = token.get("/api/v1/reports/parity").json
    assert parity["organisation"] == "MIND"
    assert token.get("/api/v1/reports/parity?organisation=BCU").status_code == 404
    sectors = {row["code"]: row["values"][0] for row in parity["sheets"][0]["rows"]}
    assert sectors["nhs"] is None
    assert sectors["third_sector"]


def test_without_a_headcount_there_is_no_percentage(app: Flask) -> None:
    history(80)
    sheet = answering.answer(SYSTEM, "parity", Asked()).sheets[0]
    assert {str(row.values[4]) for row in sheet.rows} == {str(sheet.rows[0].values[4])}
    with transaction():
        for sector, people in ((None, 200), ("nhs", 100)):
            db.session.add(
                Headcount(
                    organisation_id=organisation("WALES").id,
                    sector=sector,
                    on_day=clock.today() - timedelta(days=1),
                    people=people,
                    source="Census",
                    method=Method.CENSUS,
                    confidence=Confidence.MEDIUM,
                )
            )
    rows = {row.code: row for row in answering.answer(SYSTEM, "parity", Asked()).sheets[0].rows}
    assert isinstance(rows["nhs"].values[4], int)
    assert rows["nhs"].values[2] == 50
    assert not isinstance(rows["third_sector"].values[4], int)


def test_the_plan_is_whole_and_unknown_stays_unknown(app: Flask) -> None:
    sheets = answering.answer(SYSTEM, "plan", Asked()).sheets
    assert len(sheets) == len(plan()["themes"]) == 7
    rows = [row for sheet in sheets for row in sheet.rows]
    assert len(rows) == 33
    assert [rating(*pair) for pair in ((None, 10), (5, None), (10, 10), (5, 10), (4, 10))] == [
        None,
        None,
        "green",
        "amber",
        "red",
    ]
    none = next(row for row in rows if row.code == "2")
    assert [getattr(value, "en", value) for value in none.values] == [
        "None",
        "not known",
        "not known",
        "not known",
        "not known",
        "Unknown",
    ]


def test_the_number_of_queries_does_not_grow(app: Flask, signed_in: Any) -> None:
    browser = signed_in(reader(Role.COMMISSIONER))
    for slug in TABLED:
        numbers = []
        for people in (12, 30):
            history(people)
            numbers.append(queries_of(browser, f"/en/reports/{slug}"))
        assert numbers[0] == numbers[1] <= 26, (slug, numbers)


@pytest.mark.parametrize("report", [waiting, coverage, parity])
def test_a_sentence_names_the_most_only_if_it_is_one(report: Any) -> None:
    def of(*numbers: int | None) -> list[Row]:
        return [Row(str(n), Bilingual(f"Row {n}", f"Rhes {n}"), (number,)) for n, number in enumerate(numbers)]

    one, alike, none = report.FINDINGS
    told = leading(leaders(of(15, 25, None, 0), 0), *report.FINDINGS)
    assert told == Bilingual(one.en.format("Row 1"), one.cy.format("Rhes 1"))
    assert "Row 1" in told.en
    assert leading(leaders(of(25, 15, 25, None), 0), *report.FINDINGS) == alike
    assert leading(leaders(of(None, 0), 0), *report.FINDINGS) == leading(leaders([], 0), *report.FINDINGS) == none
