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

SIZES = {"BCU": 41, "CAV": 23, "MIND": 17, "PTH": 3, "W06000001": 2}
API = "/api/v1/reports/cascade"


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


def groups(answer: Any, what: str) -> dict[str, Any]:
    return {each["code"]: each[what] for each in answer.json["groups"] if each["sessions"]}


def test_people_are_hidden_where_they_are_few_and_sessions_never(given: dict[str, Person], as_token: Any) -> None:
    client = as_token(reader(Role.COMMISSIONER))
    answer = client.get(f"{API}?group=organisation")
    assert groups(answer, "people") == {"BCU": 41, "CAV": 23, "MIND": 17, "PTH": None, "W06000001": None}
    assert set(groups(answer, "sessions").values()) == {1}
    assert set(groups(answer, "champions").values()) == {None}
    assert (answer.json["people"], answer.json["sessions"]) == (86, 5)
    assert answer.json["disclosure"]["applied"] is True
    sector = client.get(f"{API}?group=sector")
    assert groups(sector, "people") == {"nhs": 86}
    quarter = client.get(f"{API}?group=quarter")
    assert sum(each["people"] for each in quarter.json["groups"]) == 86


def test_what_is_hidden_in_the_whole_stays_hidden_in_the_part(given: dict[str, Person], as_token: Any) -> None:
    client = as_token(reader(Role.COMMISSIONER))
    few = client.get(f"{API}?organisation=PTH").json
    assert (few["withheld"], few["people"], few["champions"], few["sessions"]) == (True, None, None, 1)
    large = client.get(f"{API}?organisation=BCU").json
    assert (large["withheld"], large["people"]) == (False, 41)
    assert client.get(f"{API}?organisation=NOPE").status_code == 422
    assert client.get(f"{API}?from=2026-05&to=2026-01").status_code == 422
    elsewhere = as_token(reader(Role.COMMISSIONER, "CAV"))
    assert elsewhere.get(f"{API}?organisation=BCU").status_code == 404
    assert elsewhere.get(API).json["people"] == 23


def test_whoever_may_see_names_sees_every_count(given: dict[str, Person], as_token: Any) -> None:
    answer = as_token(reader(Role.ORGANISER)).get(f"{API}?group=organisation")
    assert groups(answer, "people") == SIZES
    assert answer.json["champions"] == 5


def test_cancelled_and_corrected_ones_count_as_they_are_now(given: dict[str, Person], as_token: Any) -> None:
    champion = given["BCU"]
    extra = make_cascade(champion, people={("nhs", "support"): 20})
    client = as_token(reader(Role.COMMISSIONER))
    assert client.get(API).json["people"] == 106
    with transaction():
        services.cancel(actor_of(champion), extra.id, CancelReason.RECORDED_IN_ERROR)
    assert (client.get(API).json["people"], client.get(API).json["sessions"]) == (86, 5)


def test_the_page_and_the_file_say_the_same_and_no_name(given: dict[str, Person], signed_in: Any) -> None:
    browser = signed_in(reader(Role.COMMISSIONER))
    for language, word in (("en", "People reached"), ("cy", "Pobl a gyrhaeddwyd")):
        page = browser.get(f"/{language}/uptake/cascade?group=organisation").text
        assert word in page
        plain = set(re.findall(r"(?<![\w.-])\d+(?![\w.-])", re.sub(r"<[^>]*>", " ", page)))
        assert {"41", "23", "17", "86"} <= plain
        assert not any(champion.display_name in page for champion in given.values())
    file = browser.get("/en/uptake/cascade.csv?group=organisation")
    lines = [line.split(",") for line in file.data.decode("utf-8-sig").splitlines()]
    assert [line[-3] for line in lines if line[0] in ("PTH", "W06000001")] == ["*", "*"]
    assert lines[-1][:5] == ["total", "Total", "Cyfanswm", "86", "5"]
    assert browser.get("/en/uptake/cascade?from=nonsense").status_code == 422
    assert "No sessions in this period" in browser.get("/en/uptake/cascade?from=2025-01&to=2025-02").text


def test_they_are_not_among_the_completions(given: dict[str, Person], as_token: Any) -> None:
    client = as_token(reader(Role.ORGANISER))
    completed = next(
        each for each in client.get("/api/v1/reports/uptake").json["figures"] if each["measure"] == "completed"
    )
    assert completed["people"] == len(SIZES)  # the champions' own courses, and nobody whom they reached
    ids = [each["id"] for each in client.get("/api/v1/reports").json["items"]]
    assert ids[:2] == ["UPTAKE-1", "CASCADE-1"]
