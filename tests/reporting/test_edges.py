"""The page, the file and the API: no name and no small count leaves in any of them."""

import csv
import io
import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from lms.accounts.models import Person
from lms.core.audit import AuditEntry
from lms.core.db import db, transaction
from lms.core.permissions import Actor, Role
from lms.reporting import loading
from lms.reporting.exports import safe
from lms.reporting.models import Baseline
from lms.reporting.rules.disclosure import RULE
from tests.factories.accounts import grant, make_membership, make_organisation, make_person, organisation
from tests.factories.catalogue import make_course
from tests.factories.enrolments import make_enrolment
from tests.factories.reporting import told_to_reports

NAME = "Gwenhwyfar Unigryw"
ADDRESSES = (
    "/en/uptake", "/cy/uptake", "/en/uptake/figures.csv", "/cy/uptake/figures.csv", "/api/v1/reports/uptake",
    "/api/v1/reports/uptake.csv",
)  # fmt: skip


@pytest.fixture
def enrolled(app: Flask) -> dict[str, int]:
    """People by organisation: two bodies have small numbers."""
    course = make_course()
    sizes = {"BCU": 41, "CAV": 23, "MIND": 17, "PTH": 3, "W06000001": 2}
    for code, size in sizes.items():
        place = organisation(code)
        for _ in range(size):
            person = make_person(display_name=NAME, legal_name=NAME)
            make_enrolment(person, course, make_membership(person, place))
    told_to_reports()
    return sizes


def reader(role: Role, code: str = "WALES") -> Person:
    made = make_person(display_name="Y Darllenydd")
    grant(made, role, organisation(code))
    return made


def figures(text: str) -> set[str]:
    """Every number that stands alone in what was sent, apart from markup and dates."""
    plain = re.sub(r"<(script|style|head|svg)\b.*?</\1>", " ", text, flags=re.S)
    return set(re.findall(r"(?<![\w.-])\d+(?![\w.-])", re.sub(r"<[^>]*>", " ", plain)))


def test_no_name_and_no_small_count_in_any_format(
    enrolled: dict[str, int], signed_in: Callable[..., FlaskClient], as_token: Callable[..., Any]
) -> None:
    person = reader(Role.COMMISSIONER)
    browser, token = signed_in(person), as_token(person)
    for address in ADDRESSES:
        for query in (
            "group=organisation&measure=enrolled", "group=sector&columns=organisation&measure=enrolled",
            "group=organisation&columns=month&measure=enrolled", "organisation=PTH&measure=enrolled",
        ):  # fmt: skip
            answer = (token if address.startswith("/api") else browser).get(f"{address}?{query}")
            assert answer.status_code == 200, (address, query, answer.text)
            assert NAME not in answer.text
    answer = token.get("/api/v1/reports/uptake?group=organisation&columns=month&measure=enrolled").json
    told = [group["enrolled"] for group in answer["groups"]] + [n for row in answer["grid"]["cells"] for n in row]
    assert not set(range(RULE.threshold)) & set(told)
    assert {group["code"]: group["enrolled"] for group in answer["groups"]} == {
        "BCU": 45, "CAV": 25, "MIND": None, "PTH": None, "W06000001": None,
    }  # fmt: skip
    page = browser.get("/en/uptake?group=organisation&measure=enrolled").text
    bars = re.findall(r'class="app-bar" width="([\d.]+)%"', page)
    assert len(bars) == 2
    lines = list(
        csv.reader(io.StringIO(browser.get("/en/uptake/figures.csv?group=organisation").data.decode("utf-8-sig")))
    )
    assert [row[4] for row in lines if row and row[0] in ("PTH", "W06000001")] == ["*", "*"]
    assert browser.get("/en/uptake/people").status_code == 403


def test_the_chart_says_what_the_figures_say_in_both_languages(
    enrolled: dict[str, int], signed_in: Callable[..., FlaskClient]
) -> None:
    browser = signed_in(reader(Role.COMMISSIONER))
    english = browser.get("/en/uptake?measure=enrolled").text
    assert "NHS Wales: more than half of the people who enrolled (65 of 85)" in english
    assert "GIG Cymru: " in browser.get("/cy/uptake?measure=enrolled").text
    assert "UPTAKE-1" in english
    assert "SDC-1" in english


def test_a_board_commissioner_is_given_the_board_alone(
    enrolled: dict[str, int], signed_in: Callable[..., FlaskClient], as_token: Callable[..., Any]
) -> None:
    person = reader(Role.COMMISSIONER, "CAV")
    page = signed_in(person).get("/en/uptake?group=organisation&measure=enrolled")
    assert organisation("CAV").name.en in page.text
    assert organisation("BCU").name.en not in page.text
    token = as_token(person)
    assert token.get("/api/v1/reports/uptake").json["figures"][1]["people"] == 25
    assert token.get("/api/v1/reports/uptake?organisation=BCU").status_code == 404


def test_an_organiser_sees_names_page_by_page_and_that_is_recorded(
    enrolled: dict[str, int], signed_in: Callable[..., FlaskClient]
) -> None:
    browser = signed_in(reader(Role.ORGANISER))
    first = browser.get("/en/uptake/people")
    assert first.text.count(NAME) == 50
    following = re.search(r'href="([^"]*cursor=[^"]*)"', first.text)
    assert following
    assert browser.get(following.group(1).replace("&amp;", "&")).text.count(NAME) == sum(enrolled.values()) - 50
    assert browser.get("/en/uptake/people?organisation=PTH").text.count(NAME) == 3
    assert db.session.scalar(select(func.count()).where(AuditEntry.action == "uptake.names_read")) == 3
    board = signed_in(reader(Role.ORGANISER, "CAV"))
    assert board.get("/en/uptake/people").text.count(NAME) == enrolled["CAV"]
    assert board.get("/en/uptake/people?organisation=BCU").status_code == 404


def test_who_may_not_read_uptake_is_refused_everywhere(
    app: Flask, client: FlaskClient, signed_in: Callable[..., FlaskClient], as_token: Callable[..., Any]
) -> None:
    anybody = make_person()
    browser, token = signed_in(anybody), as_token(anybody)
    for address in ("/en/uptake", "/en/uptake/figures.csv", "/en/uptake/people", "/en/uptake/baselines"):
        assert browser.get(address).status_code == 403
        assert client.get(address).status_code == 303
    for address in ("/reports", "/reports/uptake", "/reports/uptake.csv", "/baselines"):
        assert token.get(f"/api/v1{address}").status_code == 403
        assert client.get(f"/api/v1{address}").status_code == 401


def test_what_is_wrong_in_an_address_is_said_and_breaks_nothing(
    app: Flask, signed_in: Callable[..., FlaskClient], as_token: Callable[..., Any]
) -> None:
    person = reader(Role.COMMISSIONER)
    browser, token = signed_in(person), as_token(person)
    for query in (
        "sector=nobody", "from=yesterday", "from=2026-13", "as_at=2026-02-30", "as_at=2020-01-01", "group=colour",
        "course=NO-SUCH", "organisation=%00", "from=2026-05&to=2025-05", "measure=1",
    ):  # fmt: skip
        page = browser.get(f"/en/uptake?{query}")
        assert page.status_code == 422, query
        assert "There is a problem" in page.text
        assert browser.get(f"/en/uptake/figures.csv?{query}").status_code == 422
        answer = token.get(f"/api/v1/reports/uptake?{query}")
        assert (answer.status_code, answer.mimetype) == (422, "application/problem+json"), query
    assert browser.get("/en/uptake?sector=&course=&_external=1&endpoint=x&lang=zz").status_code == 200
    assert browser.get("/en/uptake/people?cursor=nonsense").status_code == 403


def test_the_file_opens_in_a_spreadsheet_and_runs_nothing(app: Flask, signed_in: Callable[..., FlaskClient]) -> None:
    from lms.core.language import Bilingual

    evil = '=HYPERLINK("http://evil.example","x")'
    place = make_organisation(organisation("WALES"), code="EVIL", name=Bilingual(evil, "@SUM(A1)"))
    course = make_course()
    for _ in range(12):
        person = make_person()
        make_enrolment(person, course, make_membership(person, place))
    told_to_reports()
    raw = signed_in(reader(Role.COMMISSIONER)).get("/cy/uptake/figures.csv?group=organisation&organisation=EVIL").data
    assert raw.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(raw.decode("utf-8-sig"))))
    cells = [cell for row in rows for cell in row]
    assert f"'{evil}" in cells
    assert "'@SUM(A1)" in cells
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@"))]
    assert any(re.fullmatch(r"\d{4}-\d\d-\d\d", cell) for cell in cells)
    assert {"UPTAKE-1 v2", "UPTAKE-COMPLETED v2", f"SDC-1 v{RULE.version}"} <= set(cells)


@pytest.mark.parametrize("cell", ["=1+1", "+44", "-1", "@x", "\tx", "\rx", "＝1"])
def test_a_cell_that_starts_like_a_formula_is_text(cell: str) -> None:
    assert safe(cell) == f"'{cell}"


def test_baselines_load_once_and_stand_apart(
    app: Flask, signed_in: Callable[..., FlaskClient], as_token: Callable[..., Any]
) -> None:
    before = db.session.scalar(select(func.count()).select_from(Baseline))
    entries = db.session.scalar(select(func.count()).select_from(AuditEntry))
    with transaction():
        loading.load_reference(Actor.system())
    assert db.session.scalar(select(func.count()).select_from(Baseline)) == before == 57
    assert db.session.scalar(select(func.count()).select_from(AuditEntry)) == entries
    person = reader(Role.COMMISSIONER)
    items = as_token(person).get("/api/v1/baselines").json["items"]
    brief = {each["code"]: (each["value"], each["conflicts_with"]) for each in items if each["code"].startswith("F12")}
    assert brief == {"F12a": (300, ["F12b", "F12c"]), "F12b": (350, ["F12a", "F12c"]), "F12c": (650, ["F12a", "F12b"])}
    assert all(each["unit"]["en"] and each["unit"]["cy"] and each["source"] for each in items)
    page = signed_in(person).get("/en/uptake/baselines").text
    assert "433" not in figures(page)  # nobody averages
    assert page.count("Sources disagree") == 2


def test_the_reports_say_what_they_count(app: Flask, as_token: Callable[..., Any]) -> None:
    items = as_token(reader(Role.COMMISSIONER)).get("/api/v1/reports").json["items"]
    assert items[0]["id"] == "UPTAKE-1"
    assert [each["id"] for each in items[0]["definitions"]] == [
        "UPTAKE-ACCESSED", "UPTAKE-ENROLLED", "UPTAKE-ACTIVE", "UPTAKE-LEARNED", "UPTAKE-COMPLETED", "UPTAKE-CERTIFIED",
    ]  # fmt: skip
