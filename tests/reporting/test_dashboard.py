"""The start of the reports: figures as they may be shown, compared as shown, and no way past the disclosure rule."""

from collections.abc import Callable
from datetime import date
from typing import Any

from flask import Flask
from flask.testing import FlaskClient

from courses.enrolments.models import EnrolmentState
from lms.core import clock
from lms.core.permissions import Actor, Role
from lms.reporting.dashboard import dashboard
from lms.reporting.reports.report import NO_DENOMINATOR
from lms.reporting.returns.rules import Span, offered
from lms.reporting.rules.measures import Measure
from lms.reporting.rules.periods import month_after
from tests.counting import queries_of
from tests.factories.accounts import grant, make_membership, make_person, organisation
from tests.factories.catalogue import make_course
from tests.factories.enrolments import make_enrolment
from tests.factories.reporting import told_to_reports

QUARTER = next(term for term in offered(clock.today()) if term.span is Span.QUARTER)


def commissioner(code: str = "WALES") -> Any:
    person = make_person(display_name="Y Darllenydd")
    grant(person, Role.COMMISSIONER, organisation(code))
    return person


def actor_at(code: str) -> Actor:
    return Actor(roles=frozenset({(Role.COMMISSIONER, organisation(code).id)}))


def completed(number: int, code: str, on: date, programme: str | None = None) -> None:
    course = make_course(programme_code=programme)
    for _ in range(number):
        person = make_person()
        make_enrolment(
            person, course, make_membership(person, organisation(code)), state=EnrolmentState.COMPLETED, enrolled_on=on,
            completed_on=on, started_at=None,
        )  # fmt: skip


def test_figures_are_compared_as_they_are_shown(app: Flask) -> None:
    completed(33, "BCU", QUARTER.starts_on)
    completed(21, "CAV", QUARTER.starts_on)
    completed(12, "BCU", QUARTER.before.starts_on)
    completed(28, "BCU", month_after(QUARTER.starts_on, -12))
    told_to_reports()
    told = {each.key: each for each in dashboard(actor_at("WALES"), None, None).figures}
    assert (told["completed"].now, told["completed"].before, told["completed"].year_before) == (55, 15, 25)
    assert told["coverage"].now == NO_DENOMINATOR
    own = {each.key: each for each in dashboard(actor_at("BCU"), None, QUARTER.code).figures}
    assert own["completed"].now == 35


def test_what_is_hidden_among_others_is_hidden_by_itself(app: Flask) -> None:
    """One of three is small: a second is hidden with it, and stays hidden when it is opened alone."""
    completed(40, "BCU", QUARTER.starts_on)
    completed(12, "CAV", QUARTER.starts_on)
    completed(2, "PTH", QUARTER.starts_on)
    told_to_reports()
    whole = dashboard(actor_at("WALES"), None, None)
    rows = {body.code: numbers[0] for body, numbers in whole.rows}
    assert (rows["PTH"], rows["CAV"], rows["BCU"]) == (None, None, 45)
    alone = {each.key: each.now for each in dashboard(actor_at("WALES"), "CAV", None).figures}
    assert alone["completed"] is None
    assert dashboard(actor_at("WALES"), "PTH", None).withheld


def test_of_one_programme_all_of_it_is_about_that(
    app: Flask, as_token: Callable[..., Any], signed_in: Callable[..., FlaskClient]
) -> None:
    completed(33, "BCU", QUARTER.starts_on, "PIMH")
    completed(61, "BCU", QUARTER.starts_on)
    completed(12, "CAV", QUARTER.starts_on)
    told_to_reports()
    whole, alone = dashboard(actor_at("WALES"), None, None), dashboard(actor_at("WALES"), None, None, "PIMH")
    assert [each.now for each in (whole.figures[0], alone.figures[0])] == [105, 35]
    assert [body.code for body, _ in alone.rows] == ["BCU"]
    assert alone.trend is not None
    assert max(line.people[Measure.COMPLETED] or 0 for line in alone.trend.lines) == 35
    told = as_token(commissioner()).get("/api/v1/dashboard?programme=PIMH").json
    assert (told["programme"], told["figures"][0]["now"]) == ("PIMH", 35)
    page = signed_in(commissioner()).get("/en/reports?programme=PIMH")
    assert "organisation=BCU&amp;programme=PIMH" in page.text
    assert signed_in(commissioner()).get("/en/reports?programme=NONE").status_code == 422


def test_who_may_open_it(app: Flask, signed_in: Callable[..., FlaskClient]) -> None:
    board = signed_in(commissioner("BCU"))
    assert board.get("/en/reports").status_code == 200
    assert board.get("/en/reports?organisation=CAV").status_code == 404
    assert board.get("/en/reports?term=2099-00-Q1").status_code == 422
    assert board.get("/cy/reports?organisation=NOBODY").status_code == 422
    assert signed_in(make_person()).get("/en/reports").status_code == 403


def test_the_api_says_what_the_page_says(app: Flask, as_token: Callable[..., Any]) -> None:
    completed(33, "BCU", QUARTER.starts_on)
    completed(21, "CAV", QUARTER.starts_on)
    completed(4, "PTH", QUARTER.starts_on)
    told_to_reports()
    told = as_token(commissioner()).get("/api/v1/dashboard").json
    figures = {each["key"]: each for each in told["figures"]}
    assert (figures["completed"]["now"], figures["completed"]["before"]) == (55, None)
    assert figures["coverage"]["now"] == {"en": NO_DENOMINATOR.en, "cy": NO_DENOMINATOR.cy}
    assert figures["completed"]["definition"]["id"] == "UPTAKE-COMPLETED"
    assert {each["code"]: each["completed"] for each in told["bodies"]} == {"BCU": 35, "CAV": None, "PTH": None}
    assert (told["term"], told["withheld"], told["disclosure"]["applied"]) == (QUARTER.code, False, True)
    months = {each["month"]: each["completed"] for each in told["trend"]}
    assert (len(months), months[QUARTER.starts_on.strftime("%Y-%m")]) == (12, 55)
    board = as_token(commissioner("BCU"))
    assert board.get("/api/v1/dashboard").json["organisation"] == "BCU"
    for query, status in (("organisation=CAV", 404), ("term=2099-00-Q1", 422), ("organisation=NOBODY", 422)):
        assert board.get(f"/api/v1/dashboard?{query}").status_code == status, query
    assert as_token(commissioner()).get("/api/v1/dashboard?organisation=PTH").json["withheld"]
    assert as_token(make_person()).get("/api/v1/dashboard").status_code == 403


def test_its_query_count_is_constant(app: Flask, signed_in: Callable[..., FlaskClient]) -> None:
    browser = signed_in(commissioner())
    completed(20, "BCU", QUARTER.starts_on)
    told_to_reports()
    few = queries_of(browser, "/en/reports")
    for code in ("CAV", "PTH", "HDU", "MIND"):
        completed(20, code, QUARTER.starts_on)
    told_to_reports()
    assert queries_of(browser, "/en/reports") == few
