"""From statements in the store to what authors and commissioners see: counted by hand, hidden where few, nobody named."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import select, text, update

from courses.launch.cmi5.rules import words
from courses.launch.packages import queries as packages
from lms.core import clock
from lms.core.db import db, transaction
from lms.core.permissions import Actor, Role
from lms.reporting import answering
from lms.reporting.facts.shares import NIL
from lms.reporting.learning import gathering, queries, rolling
from lms.reporting.learning.jobs import anew, learn
from lms.reporting.learning.models import FirstAnswer, Mark, Passage, UnitCount
from lms.reporting.learning.rules.shown import Counted
from lms.reporting.services import Asked
from lms.xapi.services import record_own
from tests.counting import queries_of
from tests.courses.launch.cmi5.driving import launch
from tests.factories.accounts import grant, make_membership, make_person, organisation
from tests.factories.content import make_package, make_registration, unit
from tests.factories.learning import learnt, said, sat
from tests.factories.reporting import told_to_reports

NAME = "Gwenhwyfar Unigryw"


def author(place: str = "WALES") -> Any:
    made = make_person(display_name="Yr Awdur")
    grant(made, Role.AUTHOR, organisation(place))
    return made


def commissioner(place: str = "WALES") -> Any:
    made = make_person(display_name="Y Comisiynydd")
    grant(made, Role.COMMISSIONER, organisation(place))
    return made


def counts(course_id: Any, place: Any = NIL) -> list[Counted]:
    return [it.counted for it in queries.units(place, [course_id])]


def test_what_twelve_people_did_is_counted(app: Flask) -> None:
    """The factory says what they did; these are its figures by hand."""
    course = learnt(12)
    assert counts(course.id) == [
        Counted(12, 12, 6, 12, 600),  # the even ones went on to the second, so six were here last
        Counted(6, 6, 6, 6, 1200),
        Counted(0, 0, 0, 0, None),
    ]
    assert queries.of_course(course.id) == Counted(12, 0, 12, 12, 1200)  # six of 600 seconds and six of 1,800
    told = {it.iri.rpartition("/")[2]: (it.answered, it.right) for it in queries.questions(course.id)}
    assert told == {"q1": (12, 12), "q2": (12, 3)}


def test_content_itself_is_followed_from_its_launch_to_the_page(app: Flask, as_token: Any) -> None:
    """Real cmi5 content, through the store's own door: the time is no longer than the session was open."""
    package = make_package(tree=(unit("a"), unit("b")))
    for _ in range(11):
        content = launch(app, make_registration(package)).open()
        content.says("initialized", "completed", "terminated")  # it says a minute; it was open for a moment
    assert as_token(author()).get(f"/api/v1/courses/{package.course.code}/learning").json["withheld"]
    learn()
    told = as_token(author()).get(f"/api/v1/courses/{package.course.code}/learning").json
    assert [(it["opened"], it["finished"], it["minutes"]) for it in told["units"]] == [(15, 15, 0), (None, None, None)]
    assert (told["whole"]["opened"], told["withheld"]) == (15, False)
    assert told["counted_until"] is not None
    assert told["units"][0]["title"] == {"en": "Unit a", "cy": "Uned a"}


def test_a_test_launch_and_a_launch_that_never_began_count_nowhere(app: Flask) -> None:
    package = make_package()
    content = launch(app, make_registration(package, test=True)).open()
    content.says("initialized", "completed", "terminated")
    launch(app, make_registration(package)).open()
    learn()
    assert db.session.scalars(select(Passage)).all() == []


def test_a_statement_that_is_voided_counts_no_more(app: Flask) -> None:
    course = learnt(12)
    answers = db.session.scalars(select(FirstAnswer).where(FirstAnswer.course_id == course.id)).all()
    one = next(each for each in answers if not each.is_right)
    ids = db.session.scalars(
        text(
            "SELECT id FROM statement WHERE registration = :of AND payload::text IS NOT NULL AND"
            " convert_from(payload, 'UTF8') LIKE '%/q2%' ORDER BY seq"
        ),
        {"of": one.registration_id},
    ).all()
    with transaction():
        record_own(
            Actor.system(),
            {
                "actor": {"account": {"homePage": "https://x.example", "name": "house"}},
                "verb": {"id": words.VOIDED}, "object": {"objectType": "StatementRef", "id": str(ids[0])},
            },
        )  # fmt: skip
    learn()
    told = {it.iri.rpartition("/")[2]: (it.answered, it.right) for it in queries.questions(course.id)}
    assert told["q2"] == (12, 4), "its first answer is now the second one, which was right"


def test_who_is_taken_out_of_the_store_is_not_counted_any_more(app: Flask) -> None:
    course = learnt(12)
    gone = db.session.scalars(select(Passage.registration_id).where(Passage.course_id == course.id)).first()
    with transaction():
        db.session.execute(
            text("UPDATE statement SET registration = :new WHERE registration = :old"), {"new": uuid4(), "old": gone}
        )
    anew()
    learn()
    assert counts(course.id)[0].opened == 11
    assert db.session.scalars(select(FirstAnswer).where(FirstAnswer.registration_id == gone)).all() == []


def test_running_again_changes_nothing_and_windows_are_bounded(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    course = learnt(14)
    before = (counts(course.id), queries.questions(course.id))
    monkeypatch.setattr(gathering, "BATCH", 3)
    monkeypatch.setattr(gathering, "WINDOW", 7)
    with transaction():
        db.session.execute(update(Mark).values(through=0))
        db.session.execute(text("DELETE FROM learning_answer"))
        db.session.execute(text("DELETE FROM learning_passage"))
    runs = 0
    while True:
        with transaction():
            more = gathering.take_in()
        runs += 1
        if not more:
            break
    assert runs > 10
    while True:
        with transaction():
            if not rolling.roll_next():
                break
    assert (counts(course.id), queries.questions(course.id)) == before


def test_statements_that_come_late_and_out_of_order_come_to_the_same(app: Flask) -> None:
    package = make_package()
    (node,) = packages.units(package.id)
    registration, session, at = make_registration(package), uuid4(), clock.now() - timedelta(hours=2)
    with transaction():
        record_own(
            Actor.system(),
            said(registration, node, session, words.TERMINATED, at + timedelta(minutes=5), duration="PT5M"),
        )
    learn()
    with transaction():
        record_own(Actor.system(), said(registration, node, session, words.INITIALIZED, at))
    learn()
    (passage,) = db.session.scalars(select(Passage)).all()
    assert (passage.seconds, passage.last_at - passage.first_at) == (300, timedelta(minutes=5))


def test_two_runs_at_once_count_once(app: Flask) -> None:
    """Two workers reach for the same statements: one waits for the other, and the counts are those of one."""
    package = make_package()
    (node,) = packages.units(package.id)
    for _ in range(11):
        sat(make_registration(package), node, clock.now() - timedelta(days=40), 10, answers=(("q", True),))
    barrier = threading.Barrier(2)

    def run() -> None:
        with app.app_context():
            barrier.wait()
            learn()
            db.session.remove()

    with ThreadPoolExecutor(2) as workers:
        for done in [workers.submit(run) for _ in range(2)]:
            done.result()
    db.session.rollback()
    assert counts(package.course_id) == [Counted(11, 11, 0, 11, 600)]
    assert [(it.answered, it.right) for it in queries.questions(package.course_id)] == [(11, 11)]
    assert rolling.counted_until() is not None


def test_only_those_who_went_quiet_have_stopped(app: Flask) -> None:
    package = make_package(tree=(unit("a"), unit("b")))
    first, _second = packages.units(package.id)
    for days in (10, 29, 31, 90):
        sat(make_registration(package), first, clock.now() - timedelta(days=days, hours=1), 5)
    learn()
    assert counts(package.course_id)[0] == Counted(4, 4, 2, 4, 300)


def test_the_page_names_nobody_and_shows_nothing_of_few(app: Flask, signed_in: Any, as_token: Any) -> None:
    place = organisation("BCU")
    learners = [make_membership(make_person(display_name=NAME, legal_name=NAME), place) for _ in range(64)]
    course = learnt(64, learners=learners)
    browser = signed_in(author("BCU"))
    for language, words_ in (("en", "Questions, hardest first"), ("cy", "Cwestiynau, yr anoddaf yn gyntaf")):
        page = browser.get(f"/{language}/manage/courses/{course.code}/learning")
        assert page.status_code == 200, page.text
        assert words_ in page.text
        assert NAME not in page.text
        assert "SDC-1" in page.text
    told = as_token(author()).get(f"/api/v1/courses/{course.code}/learning").json
    assert [(it["opened"], it["stopped"]) for it in told["units"]] == [(65, 35), (35, 35), (None, None)]
    hardest, easiest = told["questions"]
    assert (hardest["title"]["cy"], hardest["answered"], hardest["right"], hardest["percent"]) == (
        "Cwestiwn q2",
        65,
        15,
        23,
    )
    assert (easiest["right"], easiest["percent"]) == (65, 100)
    few = learnt(9)
    page = browser.get(f"/en/manage/courses/{few.code}/learning")
    assert "Fewer than 10 people have opened this course" in page.text
    assert as_token(author()).get(f"/api/v1/courses/{few.code}/learning").json["units"] == []


def test_who_may_see_it(app: Flask, signed_in: Any, as_token: Any) -> None:
    """Whoever writes courses, and of what exists; nobody else, whichever course is guessed."""
    course = learnt(12)
    for code, who, status in (
        (course.code, author(), 200), (course.code, author("BCU"), 200), ("NO-SUCH", author(), 404),
        (course.code, make_person(), 403), (course.code, commissioner(), 403), ("NO-SUCH", make_person(), 403),
    ):  # fmt: skip
        assert as_token(who).get(f"/api/v1/courses/{code}/learning").status_code == status, (code, status)
        assert signed_in(who).get(f"/en/manage/courses/{code}/learning").status_code == status, (code, status)
    assert app.test_client().get(f"/api/v1/courses/{course.code}/learning").status_code == 401


def test_commissioners_get_it_of_their_own_place(app: Flask, as_token: Any) -> None:
    """24 people of one board and 12 of another: each board's reader sees its own, and the guessed other is not there."""
    course, places = None, {"BCU": 24, "CAV": 12}
    for code, number in places.items():
        people = [make_membership(make_person(), organisation(code)) for _ in range(number)]
        course = learnt(number, course, learners=people)
    assert course is not None
    told_to_reports()
    for reader, opened in ((commissioner(), 35), (commissioner("BCU"), 25), (commissioner("CAV"), 15)):
        told = as_token(reader).get("/api/v1/reports/learning").json
        row = next(each for each in told["sheets"][1]["rows"] if each["code"] == course.code)
        assert row["values"][0] == opened
    assert as_token(commissioner("CAV")).get("/api/v1/reports/learning?organisation=BCU").status_code == 404
    answer = answering.answer(Actor.system(), "learning", Asked(organisation="BCU"))
    assert [row.name.en for row in answer.sheets[0].rows if row.code.startswith(course.code)]
    assert answer.known_at == rolling.counted_until()
    files = [as_token(commissioner()).get(f"/api/v1/reports/learning/figures.{kind}") for kind in ("xlsx", "ods")]
    assert [each.status_code for each in files] == [200, 200]


def test_pages_read_counts_and_never_statements(app: Flask, signed_in: Any) -> None:
    browser, numbers = signed_in(author()), []
    for people in (12, 40):
        course = learnt(people)
        numbers.append(queries_of(browser, f"/en/manage/courses/{course.code}/learning"))
    assert numbers[0] == numbers[1] <= 14, numbers
    for table, asked in (
        ("learning_unit_count", "SELECT * FROM learning_unit_count WHERE course_id = :id AND place = :nil"),
        ("learning_question_count", "SELECT * FROM learning_question_count WHERE course_id = :id"),
    ):
        plan = "\n".join(
            db.session.scalars(
                text(f"EXPLAIN {asked}"), {"id": course.id, "nil": NIL} if "nil" in asked else {"id": course.id}
            )
        )
        assert f"pk_{table}" in plan or "Seq Scan" in plan  # a handful of rows may be read as they lie
        assert "statement" not in plan
    assert db.session.scalars(select(UnitCount).where(UnitCount.course_id == course.id)).all()
