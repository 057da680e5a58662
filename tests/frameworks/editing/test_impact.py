"""Whom publishing would touch, before it is done: roles with their people, courses by name, goals and confirmed ratings."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from flask import Flask
from flask.testing import FlaskClient

from courses.catalogue.models import CourseStatement, CourseStatus
from courses.plans import services as plans
from courses.plans.services import Words
from frameworks.editing import queries, services
from lms.core import clock
from lms.core.db import db, transaction
from lms.core.language import Bilingual
from tests.factories.accounts import make_membership, make_person, organisation
from tests.factories.assessment import acting_for, confirm, make_health_visitor, rate
from tests.factories.catalogue import make_course
from tests.factories.enrolments import make_enrolment
from tests.factories.frameworks import draft_of, editing, make_editor
from tests.frameworks.editing.test_life import put


def covering(code: str, statement: str) -> Any:
    """A course on offer that says it covers that statement of CAMHS."""
    course = make_course(code, status=CourseStatus.DRAFT)
    draft = course.versions[0]
    with transaction():
        db.session.add(CourseStatement(version_id=draft.id, framework_code="CAMHS", statement_code=statement))
    with transaction():
        draft.status, draft.published_at, course.published = CourseStatus.PUBLISHED, clock.now(), draft
    return course


def test_everything_that_is_touched_is_counted_and_courses_are_named(
    app: Flask, signed_in: Callable[..., FlaskClient], as_token: Callable[..., Any]
) -> None:
    editor, visitors = make_editor(), [make_health_visitor() for _n in range(3)]
    draft = draft_of("CAMHS", editor)
    changed, beside = draft.statements[0], draft.statements[1]
    touched, other = covering("TOUCHED", changed.code), covering("OTHER", beside.code)
    for course in (touched, other):
        make_enrolment(visitors[0], course, make_membership(visitors[0], organisation("BCU")))
    for person in visitors[:2]:
        rate(person, "CAMHS", "C1")
    confirm(visitors[0], make_person(), "CAMHS")
    goal = Words("Reach it", "Families", "I see it", clock.today() + timedelta(days=30), "CAMHS", "C1")
    with transaction():
        plans.add(acting_for(visitors[1]), goal)

    def asked() -> dict[str, tuple[int, int, list[str]]]:
        items = as_token(editor).get(f"/api/v1/frameworks/CAMHS/drafts/{draft.number}/impact").json["items"]
        return {it["what"]: (it["things"], it["people"], [title["en"] for title in it["named"]]) for it in items}

    nothing = (0, 0, [])
    assert asked() == {"roles": nothing, "courses": nothing, "plans": nothing, "ratings": nothing}
    put(editing(editor), draft, changed, wording=Bilingual("Says something else.", "Yn dweud rhywbeth arall."))
    title = touched.published.title.en
    things, people, named = asked().pop("courses")
    assert (things, people) == (len(named), 1)
    assert title in named
    assert other.published.title.en not in named
    assert {what: it for what, it in asked().items() if what != "courses"} == {
        "roles": nothing, "plans": (1, 1, []), "ratings": (1, 1, []),
    }  # fmt: skip
    need = next(each for each in draft.requirements if each.condition.get("role") == "health_visitor")
    highest = max(draft.levels, key=lambda each: each.rank)
    with transaction():
        services.put(
            editing(editor), draft.id, "requirements",
            {"condition": dict(need.condition), "level": highest.code, "domain": None}, part_id=need.id, edition=need.edition,
        )  # fmt: skip
    things, people, _named = asked()["roles"]
    assert things >= 1
    assert people >= len(visitors)
    address = f"/en/manage/frameworks/CAMHS/{draft.number}/impact"
    page = signed_in(editor).get(address).text
    assert title in page
    assert "/en/training/TOUCHED" in page
    assert other.published.title.en not in page
    assert highest.title.en in page, "and how the required level changes"
    assert signed_in(make_person()).get(address).status_code == 404
    assert queries.whole(draft.id).published_on is None
