"""An author tries a package as learners will have it: it counts nowhere, and is nobody else's."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from courses.enrolments.models import Enrolment
from courses.launch.packages import queries
from courses.launch.packages.models import Package
from courses.launch.sessions.models import Registration, Session
from lms.accounts.models import Person
from lms.core.db import db
from lms.core.permissions import Role
from tests.factories.accounts import grant, make_organisation, make_person, post_form
from tests.factories.catalogue import make_course
from tests.factories.content import make_package, make_registration, make_scorm


@pytest.fixture
def author(app: Flask) -> Person:
    person = make_person(display_name="Awdur")
    grant(person, Role.AUTHOR, make_organisation())
    return person


@pytest.fixture
def package(app: Flask) -> Package:
    return make_package(make_course("TRY-1"), offered=False)


URL = "/en/manage/courses/TRY-1/packages/1"


def begun(browser: Any, package: Package) -> str:
    url = f"/en/manage/courses/{package.course.code}/packages/{package.number}"
    answer = post_form(browser, f"{url}/tests", {"language": "cy"}, page=url)
    assert answer.status_code == 303, answer.text
    location: str = answer.location
    return location


def start(browser: Any, page: str, package: Package) -> Any:
    return post_form(browser, f"{page}/start", {"unit": str(queries.units(package.id)[0].id)}, page=page)


class TestTrying:
    def test_it_opens_and_counts_nowhere(
        self, author: Person, package: Package, signed_in: Callable[[Person], Any]
    ) -> None:
        browser = signed_in(author)
        page = begun(browser, package)
        assert "in Welsh. It counts in no figures" in browser.get(page).text
        assert "Nothing reported yet" in browser.get(page).text
        answer = start(browser, page, package)
        assert answer.status_code == 200
        assert "/c/" in answer.text
        assert "Started from here" in browser.get(page).text, "launched is the first report"
        made = db.session.scalars(select(Registration)).one()
        assert (made.enrolment_id, made.learner_id, made.language) == (None, author.id, "cy")
        assert db.session.scalar(select(func.count()).select_from(Enrolment)) == 0

    def test_scorm_too(self, author: Person, signed_in: Callable[[Person], Any]) -> None:
        browser, package = signed_in(author), make_scorm(course=make_course("TRY-2"))
        answer = start(browser, begun(browser, package), package)
        assert "~llwybr/scorm12" in answer.text
        assert db.session.scalars(select(Session)).one().registration.enrolment_id is None

    def test_it_is_nobody_elses(self, author: Person, package: Package, signed_in: Callable[[Person], Any]) -> None:
        page = begun(signed_in(author), package)
        other = make_person()
        grant(other, Role.AUTHOR, make_organisation())
        assert signed_in(other).get(page).status_code == 404
        assert signed_in(make_person()).get(page).status_code == 403
        learner = make_registration(package)
        taken = page.rpartition("/")[0] + f"/{learner.id}"
        assert signed_in(author).get(taken).status_code == 404, "a learner's way is no try"
