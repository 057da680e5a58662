"""The report of evaluation: counts through the disclosure rule for every reader, words only of enough answers."""

import csv
import io
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from courses.catalogue.models import Course
from courses.evaluation import jobs, services
from courses.evaluation.models import EvaluationInvitation, EvaluationText
from lms.accounts.models import Person, Sector
from lms.core import clock
from lms.core.db import db, transaction
from lms.core.permissions import Actor, Role
from lms.reporting.rules import disclosure
from tests.factories.accounts import grant, make_organisation, make_person, organisation
from tests.factories.catalogue import make_course
from tests.factories.evaluation import answer, answers, complete, invite, shuffle

API = "/api/v1/reports/evaluation"
UNHAPPY = {"aims": 2, "useful": 1, "care": 3, "access": 2, "recommend": 1, "before": 3, "after": 3}


def reader(role: Role = Role.COMMISSIONER, code: str = "WALES") -> Person:
    made = make_person()
    grant(made, role, organisation(code))
    return made


def sheet(told: Any, key: str) -> Any:
    return next(each for each in told["sheets"] if each["key"] == key)


def rows(told: Any, key: str) -> dict[str, list[Any]]:
    return {row["code"]: row["values"] for row in sheet(told, key)["rows"]}


@pytest.fixture
def given(app: Flask) -> tuple[Course, Course]:
    """62 answers of two courses and two sectors: 51 content, 11 not."""
    large, small = make_course(), make_course()
    answers(40, large, organisation("BCU"))
    answers(11, large, organisation("MIND"), sector=Sector.THIRD_SECTOR)
    answers(11, small, organisation("BCU"), UNHAPPY)
    for _ in range(5):
        invite(complete(None, large, organisation("BCU")))
    return large, small


def test_counts_stand_for_their_ten_and_shares_are_of_them(given: tuple[Course, Course], as_token: Any) -> None:
    large, small = given
    told = as_token(reader()).get(API).json
    assert rows(told, "response")["after"] == [65, 65, 100], (
        "fewer than ten have not answered, so the rate is of what is shown"
    )
    assert rows(told, "satisfaction")["aims"] == [55, 65, 85, 4.5]
    assert rows(told, "satisfaction")["recommend"] == [55, 65, 85, 4.3]
    assert rows(told, "change") == {"more": [55, 85], "same": [15, 23], "less": [None, None]}
    assert rows(told, "course")[large.code] == [55, 100, 100, None, None]
    assert rows(told, "course")[small.code] == [15, None, None, None, None], (
        "no share of fewer than fifty, none of nobody"
    )
    assert rows(told, "sector")["third_sector"][0] == 15
    assert "used" not in {each["key"] for each in told["sheets"]}
    assert told["disclosure"] | {"words": None} == {"id": "SDC-1", "version": 3, "words": None, "applied": True}


def test_who_may_see_names_sees_no_more(given: tuple[Course, Course], as_token: Any, signed_in: Any) -> None:
    organiser = reader(Role.ORGANISER)
    told, same = as_token(organiser).get(API).json, as_token(reader()).get(API).json
    assert told["sheets"] == same["sheets"]
    assert told["disclosure"]["applied"] is True
    assert "nothing is hidden" not in signed_in(organiser).get("/en/reports/evaluation").text


def test_no_raw_small_count_leaves(app: Flask, as_token: Any) -> None:
    """Every number of answers that is told ends in 5; a question that few answered one way hides it."""
    course = make_course()
    answers(57, course, organisation("BCU"))
    answers(3, course, organisation("PTH"), UNHAPPY)
    told = as_token(reader()).get(API).json
    for each in told["sheets"]:
        counts = [n for n, column in enumerate(each["columns"]) if column["unit"] == "number"]
        for row in [*each["rows"], *([each["total"]] if each["total"] else [])]:
            assert all(row["values"][n] is None or row["values"][n] % 10 == 5 for n in counts), (each["key"], row)
    assert rows(told, "satisfaction")["aims"][:2] == [55, 65]
    assert rows(told, "course")[course.code][0] == 65
    few = as_token(reader()).get(f"{API}?organisation=PTH").json
    assert (few["withheld"], few["sheets"]) == (True, [])


def test_a_part_of_a_body_is_not_told_apart(given: tuple[Course, Course], as_token: Any) -> None:
    part = make_organisation(parent=organisation("BCU"))
    told = as_token(reader(code=part.code)).get(API).json
    assert (told["withheld"], "nothing is told of a part" in told["finding"]["en"]) == (True, True)
    assert as_token(reader(code="BCU")).get(f"{API}?organisation=MIND").status_code == 404
    board = as_token(reader(code="BCU")).get(API).json
    assert rows(board, "sector")["nhs"][0] == 55
    group = as_token(reader()).get(f"{API}?organisation=NHS-BOARDS").json
    assert group["sheets"] == board["sheets"]


def test_three_months_later_it_says_what_was_used(app: Flask, as_token: Any) -> None:
    course = make_course()
    answers(50, course, organisation("BCU"))
    with clock.frozen(clock.now() + timedelta(days=93)):
        with transaction():
            jobs.invite_later()
        for number, it in enumerate(db.session.scalars(select_later()).all()):
            said = "yes" if number < 38 else "not_yet"
            answer(it, {"now": 4}, chosen={"used": (said,), "barriers": ("time",) if number < 20 else ("nothing",)})
        told = as_token(reader()).get(API).json
        assert told["finding"]["en"] == "64% had used what they learned three months later"
        assert rows(told, "used") == {
            "yes": [35, 64],
            "not_yet": [15, 27],
            "partly": [None, None],
            "no_chance": [None, None],
        }
        assert rows(told, "barriers")["time"] == [25, 45]
        assert rows(told, "confidence")["now"][-1] == 4.0
        assert rows(told, "course")[course.code] == [55, 100, 100, 55, 64]
        month = clock.today().strftime("%Y-%m")
        assert as_token(reader()).get(f"{API}?from={month}").json["withheld"] is True, (
            "nobody was asked anew this month"
        )


def select_later() -> Any:
    return select(EvaluationInvitation).where(EvaluationInvitation.form == "later").order_by(EvaluationInvitation.id)


def test_words_are_told_once_released_of_enough_answers_and_of_all_of_wales(app: Flask, as_token: Any) -> None:
    large, small = make_course(), make_course()
    answers(12, large, organisation("BCU"), helped="=SUM(A1) The films", hindered="Mrs Jones talked")
    answers(4, small, organisation("BCU"), helped="Only few")
    shuffle()
    client = as_token(reader())
    assert "texts" not in {each["key"] for each in client.get(API).json["sheets"]}
    with transaction():
        for it in db.session.scalars(services.to_review(Actor.system())).unique().all():
            if it.question == "helped":
                services.release(Actor.system(), it.id)
            else:
                services.redact(Actor.system(), it.id, "[…] talked")
        hidden = db.session.scalars(select(EvaluationText).where(EvaluationText.course_id == small.id)).all()
        for it in hidden:  # as if there had been enough once
            it.state, it.reviewed_on = "released", clock.today()
    told = client.get(API).json
    words = [row["values"][1] for row in sheet(told, "texts")["rows"]]
    assert sorted(set(words)) == ["=SUM(A1) The films", "[…] talked"]
    assert "Jones" not in str(told)
    assert "Only few" not in str(told)
    assert "texts" not in {each["key"] for each in client.get(f"{API}?organisation=BCU").json["sheets"]}
    assert client.get(f"{API}/figures.xlsx").status_code == 200


def test_a_download_runs_nothing(app: Flask, signed_in: Any) -> None:
    answers(12, make_course(), organisation("BCU"), helped="=SUM(A1)")
    shuffle()
    with transaction():
        for it in db.session.scalars(services.to_review(Actor.system())).unique().all():
            services.release(Actor.system(), it.id)
    browser = signed_in(reader())
    lines = list(csv.reader(io.StringIO(browser.get("/en/reports/evaluation/figures.csv").data.decode("utf-8-sig"))))
    cells = [cell for line in lines for cell in line]
    assert any("SUM(A1)" in cell for cell in cells)
    assert not any(cell.startswith("=") for cell in cells)
    for language in ("en", "cy"):
        assert browser.get(f"/{language}/reports/evaluation").status_code == 200


def test_authors_see_their_course_alone_through_the_same_rule(given: tuple[Course, Course], as_token: Any) -> None:
    large, small = given
    author = as_token(reader(Role.AUTHOR))
    told = author.get(f"/api/v1/courses/{large.code}/evaluation").json
    assert rows(told, "satisfaction")["aims"] == [55, 55, 100, 5.0]
    assert list(rows(told, "course")) == [large.code]
    assert author.get(f"/api/v1/courses/{small.code}/evaluation").json["withheld"] is False
    assert author.get(f"/api/v1/courses/{make_course().code}/evaluation").json["withheld"] is True


def test_authors_are_not_told_what_the_table_of_all_courses_hides(app: Flask, as_token: Any) -> None:
    """Of two courses with 11 answers and 1 neither is told, for one is the other's difference to the whole."""
    course, few = make_course(), make_course()
    answers(11, course, organisation("BCU"))
    author, path = as_token(reader(Role.AUTHOR)), f"/api/v1/courses/{course.code}/evaluation"
    assert author.get(path).json["withheld"] is False
    answers(1, few, organisation("BCU"))
    assert rows(as_token(reader()).get(API).json, "course")[course.code][0] is None
    told = as_token(reader(Role.AUTHOR)).get(path).json
    assert (told["withheld"], told["sheets"]) == (True, [])


def test_one_question_alone_can_be_hidden_among_courses(app: Flask, as_token: Any) -> None:
    """Everybody would recommend the first course and hardly anybody the second: the first count would tell the second."""
    course, unloved = make_course(), make_course()
    answers(60, course, organisation("BCU"))
    answers(13, unloved, organisation("BCU"), UNHAPPY)
    answers(1, unloved, organisation("BCU"))
    told = as_token(reader(Role.AUTHOR)).get(f"/api/v1/courses/{course.code}/evaluation").json
    agree, whole, _percent, _mean = rows(told, "satisfaction")["recommend"]
    above = rows(as_token(reader()).get(API).json, "course")
    assert above[course.code][0] == 65
    assert above[unloved.code][0] == 15
    assert above[course.code][1] is None
    assert (agree, whole) == (None, 65)
    assert rows(told, "satisfaction")["aims"][0] == 65
    assert set(rows(told, "change")) == {"more", "same", "less"}


def test_a_mean_is_of_fifty_at_least_and_one_person_does_not_move_what_it_tells() -> None:
    assert disclosure.mean(200, 49) is None
    for count in (50, 57, 59):
        for low in range(count, 5 * count + 1):
            told = disclosure.mean(low, count)
            assert told is not None
            assert 1 <= told <= 5
            assert len({disclosure.mean(low + answer, count + 1) for answer in range(1, 6)}) <= 2, (low, count)
