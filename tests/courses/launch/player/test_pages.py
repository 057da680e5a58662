"""The player's pages, as a browser without a script sees them."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from courses.enrolments.models import Enrolment, EnrolmentState
from courses.launch.formats.structure import Format, LaunchMethod, MoveOn
from courses.launch.packages import queries
from courses.launch.sessions.models import Registration, Session, SessionState
from lms.accounts.models import Person
from lms.core.db import db
from tests.counting import queries_of
from tests.factories.accounts import make_person, post_form
from tests.factories.catalogue import make_course
from tests.factories.content import block, make_files, make_package, make_registration, make_scorm, unit
from tests.factories.enrolments import make_enrolment

SignedIn = Callable[[Person], FlaskClient]
PDF = {"document.pdf": b"%PDF-1.4 %%EOF"}


def the_list(of: Registration) -> str:
    return f"/en/learning/{of.enrolment_id}/launch"


def start(browser: FlaskClient, of: Registration, at: int = 0, **given: str) -> Any:
    node = queries.units(of.package_id)[at]
    return post_form(browser, the_list(of) + "/start", {"unit": str(node.id), **given}, page=the_list(of))


@pytest.fixture
def person(app: Flask) -> Person:
    return make_person()


def test_the_parts_are_listed_with_their_state_and_what_they_ask_for(signed_in: SignedIn, person: Person) -> None:
    package = make_package(tree=(unit("a"), block("b", unit("c", move_on=MoveOn.PASSED))))
    page = signed_in(person).get(the_list(make_registration(package, person))).text
    for words in ("Unit a", "Block b", "Unit c", "0 of 2", "Not started", "Counts when it is passed.", "Next"):
        assert words in page


def test_the_list_asks_as_often_however_long_it_is(signed_in: SignedIn, person: Person) -> None:
    few = make_registration(make_package(tree=(unit("a"),)), person)
    many = make_registration(make_package(tree=tuple(unit(f"u{n}") for n in range(30))), person)
    browser = signed_in(person)
    counts = [queries_of(browser, the_list(each)) for each in (few, many)]
    assert counts[0] == counts[1]


def test_starting_opens_the_content_in_a_frame_of_the_contents_origin(
    signed_in: SignedIn, person: Person, app: Flask
) -> None:
    registration = make_registration(make_scorm(), person)
    browser = signed_in(person)
    went = start(browser, registration)
    assert went.status_code == 303
    page = browser.get(went.location)
    origin = app.config["CONTENT_ORIGIN"]
    assert f'src="{origin}/c/' in page.text
    assert "~llwybr/scorm12" in page.text
    assert f"frame-src 'self' {origin}" in page.headers["Content-Security-Policy"]
    assert "allow-top-navigation" not in page.text


def test_a_session_that_is_over_leads_back_to_the_list(signed_in: SignedIn, person: Person) -> None:
    registration = make_registration(make_scorm(), person)
    browser = signed_in(person)
    first = start(browser, registration).location
    start(browser, registration)
    assert browser.get(first).location == the_list(registration)
    state = browser.get(first + "/state.json")
    assert state.json == {"open": False, "elsewhere": True, "done": False}
    assert "private" in state.headers["Cache-Control"]
    states = set(db.session.scalars(select(Session.state)))
    assert states == {SessionState.ABANDONED, SessionState.LAUNCHED}


def test_nobody_else_opens_or_looks(signed_in: SignedIn, person: Person, client: FlaskClient) -> None:
    registration = make_registration(make_scorm(), person)
    went = start(signed_in(person), registration).location
    stranger = signed_in(make_person())
    for path in (the_list(registration), went, went + "/state.json", the_list(registration) + "/state.json"):
        assert stranger.get(path).status_code == 404, path
    assert client.get(the_list(registration)).status_code == 303, "to the sign-in page"
    other = make_registration(make_scorm(), person)
    inside = went.replace(str(registration.enrolment_id), str(other.enrolment_id))
    assert signed_in(person).get(inside).status_code == 404


def test_a_unit_of_another_package_is_not_started(signed_in: SignedIn, person: Person) -> None:
    registration, other = make_registration(make_scorm(), person), make_scorm(files={"sco.html": b"2"})
    node = queries.units(other.id)[0]
    browser = signed_in(person)
    for wrong in (str(node.id), str(uuid4()), "x", ""):
        answer = post_form(browser, the_list(registration) + "/start", {"unit": wrong}, page=the_list(registration))
        assert answer.status_code == 404


def test_a_document_counts_when_its_reader_says_so(signed_in: SignedIn, person: Person) -> None:
    paper = unit("paper", "document.pdf", more={"completion": {"rule": "read"}})
    registration = make_registration(make_files(None, (paper,), PDF, format=Format.DOCUMENT), person)
    browser = signed_in(person)
    went = start(browser, registration).location
    assert "~llwybr/media" in browser.get(went).text
    done = post_form(browser, went + "/confirm", {}, page=went)
    assert done.status_code == 303
    assert db.session.get_one(Enrolment, registration.enrolment_id).state is EnrolmentState.COMPLETED


def test_a_link_is_opened_elsewhere_and_confirmed_here(signed_in: SignedIn, person: Person) -> None:
    link = unit("link", "https://guide.example/page", more={"completion": {"rule": "confirmed"}})
    registration = make_registration(make_package(tree=(link,), format=Format.LINK), person)
    browser = signed_in(person)
    went = start(browser, registration).location
    page = browser.get(went).text
    assert 'href="https://guide.example/page"' in page
    assert "<iframe" not in page
    post_form(browser, went + "/confirm", {}, page=went)
    assert db.session.get_one(Enrolment, registration.enrolment_id).progress == 100


def test_a_page_that_cannot_report_counts_when_opened(signed_in: SignedIn, person: Person) -> None:
    asset = unit("asset", "sco.html", more={"completion": {"rule": "opened"}})
    registration = make_registration(make_files(None, (asset,), {"sco.html": b"x"}, format=Format.SCORM_12), person)
    start(signed_in(person), registration)
    assert db.session.get_one(Enrolment, registration.enrolment_id).state is EnrolmentState.COMPLETED


def test_what_reports_by_itself_cannot_be_confirmed(signed_in: SignedIn, person: Person) -> None:
    registration = make_registration(make_scorm(), person)
    browser = signed_in(person)
    went = start(browser, registration).location
    assert post_form(browser, went + "/confirm", {}, page=went).status_code == 404
    assert db.session.get_one(Enrolment, registration.enrolment_id).progress == 0


def test_a_window_of_its_own_is_never_a_frame(signed_in: SignedIn, person: Person) -> None:
    registration = make_registration(make_scorm(launch_method=LaunchMethod.OWN_WINDOW), person)
    browser = signed_in(person)
    assert 'target="_blank"' in browser.get(the_list(registration)).text
    answer = start(browser, registration)
    assert answer.status_code == 200
    assert 'http-equiv="refresh"' in answer.text
    assert "<iframe" not in answer.text


def test_the_language_changes_and_what_was_done_stays(signed_in: SignedIn, person: Person) -> None:
    course = make_course()
    english = make_package(course, (unit("a"), unit("b")), languages=["en"])
    welsh = make_package(course, (unit("a"), unit("b")), languages=["cy"])
    registration = make_registration(english, person)
    from courses.launch.sessions.models import Fact
    from courses.launch.sessions.noting import achieved
    from lms.core import clock
    from lms.core.db import transaction

    with transaction():
        achieved(registration, queries.units(english.id)[0].key, Fact.COMPLETED, clock.now(), source="commit")
    browser = signed_in(person)
    assert "Continue in Welsh" in browser.get(the_list(registration)).text
    went = post_form(browser, the_list(registration) + "/language", {"language": "cy"}, page=the_list(registration))
    assert went.status_code == 303
    db.session.refresh(registration)
    assert (registration.language, registration.package_id) == ("cy", welsh.id)
    assert "1 of 2" in browser.get(the_list(registration)).text


def test_without_a_package_a_course_opens_as_before(signed_in: SignedIn, person: Person) -> None:
    enrolment = make_enrolment(person, make_course())
    assert "Connect a content player" in signed_in(person).get(f"/en/learning/{enrolment.id}/launch").text


def test_the_returning_page_may_stand_in_our_own_frame_only(signed_in: SignedIn, person: Person) -> None:
    registration = make_registration(make_scorm(), person)
    answer = signed_in(person).get(the_list(registration) + "/returned")
    assert "frame-ancestors 'self'" in answer.headers["Content-Security-Policy"]
