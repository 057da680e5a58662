"""Cascade in reports: apart from completions, people and champions under the disclosure rule, sessions not."""

import re
from typing import Any

import pytest
from flask import Flask

from courses.mentoring.cascade import services
from courses.mentoring.cascade.models import CancelReason
from lms.accounts.models import Person
from lms.core.db import transaction
from lms.core.permissions import Role
from tests.factories.accounts import grant, make_membership, make_person, organisation
from tests.factories.mentoring import a_champion, make_cascade
from tests.factories.portfolios import actor_of
from tests.factories.reporting import told_to_reports

SIZES = {"BCU": 41, "CAV": 23, "MIND": 17, "PTH": 7, "W06000001": 5}
API = "/api/v1/reports/cascade"
PEOPLE, SESSIONS, CHAMPIONS = range(3)


def reader(role: Role, code: str = "WALES") -> Person:
    made = make_person()
    grant(made, role, organisation(code))
    return made


@pytest.fixture
def given(app: Flask) -> dict[str, Person]:
    """Champions by organisation; each reached so many of the NHS."""
    champions = {}
    for code, size in SIZES.items():
        champions[code] = make_person()
        make_membership(champions[code], organisation(code))
        a_champion(champions[code])
        make_cascade(champions[code], people={("nhs", "clinical"): size})
    return champions


def sheet(told: Any, key: str) -> Any:
    return next(each for each in told["sheets"] if each["key"] == key)


def rows(told: Any, key: str, what: int) -> dict[str, Any]:
    return {row["code"]: row["values"][what] for row in sheet(told, key)["rows"] if row["values"][SESSIONS]}


def total(told: Any) -> list[Any]:
    totals = [each["total"]["values"] for each in told["sheets"]]
    assert all(each == totals[0] for each in totals)
    return list(totals[0])


def test_people_are_hidden_where_they_are_few_and_sessions_never(given: dict[str, Person], as_token: Any) -> None:
    told = as_token(reader(Role.COMMISSIONER)).get(API).json
    people = rows(told, "organisation", PEOPLE)
    assert people == {"BCU": 45, "CAV": 25, "MIND": 15, "PTH": None, "W06000001": None}
    assert list(people)[-2:] == ["PTH", "W06000001"]
    assert set(rows(told, "organisation", SESSIONS).values()) == {1}
    assert set(rows(told, "organisation", CHAMPIONS).values()) == {None}
    assert total(told)[:2] == [95, 5]
    assert told["disclosure"]["applied"] is True
    assert rows(told, "sector", PEOPLE) == {"nhs": 95}
    assert sum(rows(told, "quarter", PEOPLE).values()) == 95


def test_what_is_hidden_in_the_whole_stays_hidden_in_the_part(given: dict[str, Person], as_token: Any) -> None:
    client = as_token(reader(Role.COMMISSIONER))
    few = client.get(f"{API}?organisation=PTH").json
    assert total(few) == [None, 1, None]
    for each in few["sheets"]:
        assert all(row["values"][n] is None for row in each["rows"] for n in (PEOPLE, CHAMPIONS))
    large = client.get(f"{API}?organisation=BCU").json
    assert total(large)[:2] == [45, 1]
    assert client.get(f"{API}?organisation=NOPE").status_code == 422
    assert client.get(f"{API}?from=2026-05&to=2026-01").status_code == 422
    elsewhere = as_token(reader(Role.COMMISSIONER, "CAV"))
    assert elsewhere.get(f"{API}?organisation=BCU").status_code == 404
    assert total(elsewhere.get(API).json)[0] == 25


def test_a_count_that_its_neighbours_hide_is_hidden_by_itself_too(app: Flask, as_token: Any) -> None:
    for code, size in {"BCU": 41, "CAV": 12, "PTH": 3}.items():
        champion = make_person()
        make_membership(champion, organisation(code))
        a_champion(champion)
        make_cascade(champion, people={("nhs", "clinical"): size})
    client = as_token(reader(Role.COMMISSIONER))
    assert rows(client.get(API).json, "organisation", PEOPLE) == {"BCU": 45, "CAV": None, "PTH": None}
    assert total(client.get(f"{API}?organisation=CAV").json)[0] is None


def test_whoever_may_see_names_sees_every_count(given: dict[str, Person], as_token: Any) -> None:
    told = as_token(reader(Role.ORGANISER)).get(API).json
    assert rows(told, "organisation", PEOPLE) == SIZES
    assert total(told) == [93, 5, 5]


def test_cancelled_and_corrected_ones_count_as_they_are_now(given: dict[str, Person], as_token: Any) -> None:
    champion = given["BCU"]
    extra = make_cascade(champion, people={("nhs", "support"): 20})
    client = as_token(reader(Role.COMMISSIONER))
    assert total(client.get(API).json)[0] == 115
    with transaction():
        services.cancel(actor_of(champion), extra.id, CancelReason.RECORDED_IN_ERROR)
    assert total(client.get(API).json)[:2] == [95, 5]


def test_the_page_and_the_file_say_the_same_and_no_name(given: dict[str, Person], signed_in: Any) -> None:
    browser = signed_in(reader(Role.COMMISSIONER))
    for language, word in (("en", "People reached"), ("cy", "Pobl a gyrhaeddwyd")):
        page = browser.get(f"/{language}/reports/cascade").text
        assert word in page
        plain = set(re.findall(r"(?<![\w.-])\d+(?![\w.-])", re.sub(r"<[^>]*>", " ", page)))
        assert {"45", "25", "15", "95"} <= plain
        assert not any(champion.display_name in page for champion in given.values())
    file = browser.get("/en/reports/cascade/figures.csv")
    lines = [line.split(",") for line in file.data.decode("utf-8-sig").splitlines()]
    assert [line[-3] for line in lines if line[0] in ("PTH", "W06000001")] == ["*", "*"]
    assert lines[-1][:4] == ["total", "Together", "95", "5"]
    assert browser.get("/en/reports/cascade?from=nonsense").status_code == 422
    assert "No sessions in this period" in browser.get("/en/reports/cascade?from=2025-01&to=2025-02").text


def test_they_are_not_among_the_completions(given: dict[str, Person], as_token: Any) -> None:
    told_to_reports()
    client = as_token(reader(Role.ORGANISER))
    completed = next(
        each for each in client.get("/api/v1/reports/uptake").json["figures"] if each["measure"] == "completed"
    )
    assert completed["people"] == len(SIZES)  # the champions' own courses, and nobody whom they reached
    ids = [each["id"] for each in client.get("/api/v1/reports").json["items"]]
    assert ids[:2] == ["UPTAKE-1", "CASCADE-1"]
