"""Sessions with one or many: agreed by both, counted once, and private to those who were there."""

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from courses.supervision.errors import AlreadyEnded, OwnSupervisor, SessionAnswered
from courses.supervision.sessions import queries, services
from courses.supervision.sessions.models import SessionKind, SupervisionSession
from courses.supervision.sessions.rules import Hours, Task, check_session
from lms.accounts.models import Person
from lms.core import clock
from lms.core.db import db
from lms.core.errors import Invalid, NotFound
from lms.core.language import Bilingual
from tests.counting import queries_of
from tests.factories.accounts import make_person, post_form
from tests.factories.portfolios import a_pair, actor_of
from tests.factories.supervision import make_supervision

GIVEN: dict[str, Any] = {"minutes": 90, "topics": "Formulation"}


def log(supervisor: Person, *learners: Person, **given: Any) -> SupervisionSession:
    kind = given.pop("kind", SessionKind.CLINICAL)
    return services.log(
        actor_of(supervisor), [each.id for each in learners], kind, **{"held_on": clock.today()} | GIVEN | given
    )


def test_hours_count_once_both_sides_agree(app: Flask) -> None:
    supervisor, first, second = make_person(), make_person(), make_person()
    group = log(supervisor, first, second)
    alone = log(supervisor, first, minutes=60, kind=SessionKind.PROFESSIONAL)
    assert queries.hours_had(first.id) == [] == queries.hours_given(supervisor.id)
    services.answer(actor_of(first), group.id, wrong=None)
    services.answer(actor_of(first), alone.id, wrong=None)
    services.answer(actor_of(second), group.id, wrong="I was not there")
    assert queries.hours_had(first.id) == [Hours("clinical", 0, 90), Hours("professional", 60, 0)]
    assert queries.hours_had(second.id) == []
    assert queries.hours_given(supervisor.id) == [Hours("clinical", 0, 90), Hours("professional", 60, 0)]
    with pytest.raises(SessionAnswered):
        services.answer(actor_of(second), group.id, wrong=None)
    services.withdraw(actor_of(supervisor), alone.id, "Twice")
    assert queries.hours_had(first.id) == [Hours("clinical", 0, 90)]
    with pytest.raises(AlreadyEnded):
        services.withdraw(actor_of(supervisor), alone.id, "Again")


def test_hours_of_one_programme(app: Flask) -> None:
    supervisor, learner = make_person(), make_person()
    for code in ("ECAMHS", None):
        made = log(supervisor, learner, programme_code=code)
        services.answer(actor_of(learner), made.id, wrong=None)
    assert [each.total for each in queries.hours_had(learner.id, "ECAMHS")] == [90]
    assert [each.total for each in queries.hours_had(learner.id)] == [180]


def test_what_is_wrong_is_said_by_field(app: Flask) -> None:
    supervisor, learner = make_person(), make_person()
    today = clock.today()
    for wrong, field in (
        ({"held_on": today + timedelta(days=1)}, "held_on"),
        ({"held_on": today - timedelta(days=400)}, "held_on"),
        ({"tasks": ["PF-NONE/1"]}, "tasks"),
        ({"standards": ["S99"]}, "standards"),
    ):
        with pytest.raises(Invalid) as refused:
            log(supervisor, learner, **wrong)
        assert refused.value.fields.keys() == {field}
    with pytest.raises(OwnSupervisor):
        log(supervisor, learner, supervisor)
    with pytest.raises(Invalid):
        check_session(today, 2, [Task("PF/1", Bilingual("x", "x"), group=False)], today)
    check_session(today, 1, [Task("PF/1", Bilingual("x", "x"), group=False)], today)
    assert db.session.scalars(select(SupervisionSession)).all() == []


def test_a_learner_reads_of_the_others_only_how_many(app: Flask, as_token: Any) -> None:
    supervisor, first, second, stranger = (make_person() for _ in range(4))
    asked = {
        "learners": [str(first.id), str(second.id)], "kind": "managerial", "held_on": clock.today().isoformat(),
        "minutes": 45, "topics": "Workload", "standards": ["S1"],
    }  # fmt: skip
    made = as_token(supervisor).post("/api/v1/supervision-sessions", json=asked)
    assert made.status_code == 201, made.json
    url = f"/api/v1/supervision-sessions/{made.json['id']}"
    assert len(made.json["learners"]) == 2
    shown = as_token(first).get(url).json
    assert (shown["group_size"], [each["learner"]["id"] for each in shown["learners"]]) == (2, [str(first.id)])
    assert as_token(stranger).get(url).status_code == 404
    assert as_token(stranger).post(f"{url}/answer", json={}).status_code == 404
    assert as_token(first).post(f"{url}/withdrawal", json={"reason": "x"}).status_code == 404
    assert as_token(first).post(f"{url}/answer", json={}).status_code == 200
    assert as_token(first).post(f"{url}/answer", json={}).json["type"] == "/problems/session-answered"
    assert as_token(first).get("/api/v1/supervision-hours").json["had"] == [
        {"kind": "managerial", "alone": 0, "group": 45}
    ]
    assert [
        len(as_token(who).get("/api/v1/supervision-sessions").json["items"]) for who in (supervisor, second, stranger)
    ] == [1, 1, 0]


def test_a_group_of_eight_in_one_form(app: Flask, signed_in: Any) -> None:
    pair = a_pair()
    others = [make_person() for _ in range(4)]
    for each in others:
        make_supervision(each, pair.supervisor)
    outside = [make_person() for _ in range(3)]
    browser = signed_in(pair.supervisor)
    today = clock.today()
    given = {
        "learners": [str(each.id) for each in [pair.learner, *others]],
        "others": "\n".join(each.emails[0].address for each in outside), "kind": "clinical", "minutes": "90",
        "topics": "Endings", "tasks": ["PF-ECAMHS-1/1"], "standards": ["S1", "S4"],
        "held_on-day": str(today.day), "held_on-month": str(today.month), "held_on-year": str(today.year),
    }  # fmt: skip
    page = "/en/supervision/sessions/new"
    unknown = post_form(browser, page, given | {"others": "nobody@example.org"})
    assert unknown.status_code == 422
    assert "Nobody here has this address: nobody@example.org" in unknown.text
    done = post_form(browser, page, given)
    assert done.status_code == 303, done.text
    made = db.session.scalars(select(SupervisionSession)).one()
    assert (len(made.learners), made.tasks, made.standards) == (8, ["PF-ECAMHS-1/1"], ["S1", "S4"])
    learner = signed_in(outside[0])
    there = f"/cy/supervision/sessions/{made.id}"
    assert pair.learner.display_name not in learner.get(there).text
    assert post_form(learner, f"{there}/answer", {"said": "agree"}, page=there).status_code == 303
    assert queries.hours_had(outside[0].id) == [Hours("clinical", 0, 90)]
    with pytest.raises(NotFound):
        services.session(actor_of(make_person()), made.id)


def test_the_list_takes_as_many_queries_for_many_as_for_few(app: Flask, signed_in: Any) -> None:
    supervisor = make_person()
    for _ in range(2):
        log(supervisor, make_person())
    db.session.commit()
    browser = signed_in(supervisor)
    few = queries_of(browser, "/en/supervision/sessions")
    for _ in range(6):
        log(supervisor, *[make_person() for _ in range(4)])
    db.session.commit()
    assert queries_of(browser, "/en/supervision/sessions") == few
