"""The pages of enrolments, in both languages, and how much they ask of the database."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from courses.enrolments import services
from courses.enrolments.models import Enrolment, EnrolmentState
from lms.accounts.models import Sector
from lms.core import clock
from lms.core.db import db, transaction
from lms.core.permissions import Actor, Role
from tests.counting import queries_of
from tests.factories.accounts import grant, make_membership, make_organisation, make_person, organisation, post_form
from tests.factories.catalogue import make_course
from tests.factories.enrolments import make_enrolment
from tests.factories.supervision import make_attestation, make_licence, make_supervision

SignedIn = Callable[..., Any]


def text_of(answer: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.text)).replace("&#39;", "'")


def test_enrolling_by_form_asks_the_language_and_lands_on_the_learning(app: Flask, signed_in: SignedIn) -> None:
    person, course = make_person(), make_course()
    browser = signed_in(person)
    url = f"/en/training/{course.code}/enrol"
    refused = post_form(browser, url, {"language": ""})
    assert refused.status_code == 422
    assert "Choose a language" in refused.text
    done = post_form(browser, url, {"language": "cy"})
    enrolment = db.session.scalars(select(Enrolment)).one()
    assert (done.status_code, done.location) == (303, f"/en/learning/{enrolment.id}")
    shown = browser.get(done.location)
    for words in ("You are enrolled", "Why is this not complete?", "All of the content is done", "Nothing yet"):
        assert words in shown.text
    again = browser.get(url)
    assert again.location == f"/en/learning/{enrolment.id}"


def test_volunteer_reads_why_not_and_what_is_open_instead(app: Flask, signed_in: SignedIn) -> None:
    person = make_person()
    make_membership(person, sector=Sector.THIRD_SECTOR, job_role_code="volunteer", paid=False)
    browser = signed_in(person)
    english, welsh = (browser.get(f"/{lang}/training/ECAMHS-4/enrol") for lang in ("en", "cy"))
    assert "This module is only for clinical staff under supervision in NHS CAMHS teams." in english.text
    assert "ECAMHS-1, ECAMHS-2 and ECAMHS-3 are open to you now." in english.text
    assert '/en/training/ECAMHS-1/enrol"' in english.text
    assert '<form method="post" novalidate' not in english.text
    assert "ECAMHS-1, ECAMHS-2 ac ECAMHS-3" in welsh.text
    assert "GIG Cymru" in text_of(welsh)
    assert post_form(browser, "/en/training/ECAMHS-1/enrol", {"language": "en"}).status_code == 303


def test_declarations_are_asked_and_a_full_course_offers_the_list(app: Flask, signed_in: SignedIn) -> None:
    person = make_person()
    course = make_course(eligibility={"all": [{"manager_support": True}]}, seats=0)
    browser = signed_in(person)
    url = f"/en/training/{course.code}/enrol"
    page = browser.get(url)
    assert "Join the waiting list" in page.text
    assert "Your manager supports you to take part" in page.text
    missing = post_form(browser, url, {"language": "en", "wait": "true"})
    assert missing.status_code == 422
    assert "Confirm each of these" in missing.text
    done = post_form(browser, url, {"language": "en", "wait": "true", "declared": "manager_support"})
    assert "number 1 on the waiting list" in text_of(browser.get(done.location))


def test_leaving_asks_why_and_keeps_the_row(app: Flask, signed_in: SignedIn) -> None:
    person = make_person()
    enrolment = make_enrolment(person)
    browser = signed_in(person)
    url = f"/en/learning/{enrolment.id}/withdraw"
    assert post_form(browser, url, {}).status_code == 422
    assert post_form(browser, url, {"reason": "no_time"}).status_code == 303
    page = browser.get(f"/cy/learning/{enrolment.id}")
    assert page.status_code == 200
    assert browser.get(url).status_code == 409


def test_paused_and_completed_say_what_happened(app: Flask, signed_in: SignedIn) -> None:
    person, supervisor = make_person(), make_person(display_name="Siân Goruchwylydd")
    make_membership(person, organisation("BCU"), job_role_code="camhs_nurse", setting_code="camhs")
    make_licence(supervisor)
    make_supervision(person, supervisor)
    make_attestation(person, supervisor, ends_on=clock.today())
    from tests.factories.catalogue import course

    enrolment = make_enrolment(person, course("ECAMHS-4"), state=EnrolmentState.IN_PROGRESS)
    browser = signed_in(person)
    assert "With Siân Goruchwylydd" in text_of(browser.get(f"/en/learning/{enrolment.id}"))
    with clock.frozen(clock.now() + timedelta(days=1)), transaction():
        services.pause_unattested(person.id, "ECAMHS")
    assert "This is paused" in browser.get(f"/en/learning/{enrolment.id}").text
    done = make_enrolment(person, make_course(), state=EnrolmentState.COMPLETED)
    assert "Completed on" in browser.get(f"/en/learning/{done.id}").text


def test_organiser_records_completion_for_several_and_all_or_nothing(app: Flask, signed_in: SignedIn) -> None:
    body, organiser = make_organisation(), make_person()
    grant(organiser, Role.ORGANISER, body)
    course = make_course()
    people = [make_person() for _ in range(3)]
    rows = [make_enrolment(each, course, make_membership(each, body)) for each in people]
    elsewhere = make_enrolment(course=course, membership=make_membership(make_person(), make_organisation()))
    browser = signed_in(organiser)
    page = browser.get(f"/en/manage/enrolments?course={course.code}&state=enrolled")
    assert page.text.count('name="enrolment"') == 3
    ids = [str(each.id) for each in rows]
    stolen = post_form(browser, "/en/manage/enrolments", {"action": "complete", "enrolment": [*ids, str(elsewhere.id)]})
    assert stolen.status_code == 404
    states = select(Enrolment.state).where(Enrolment.course_id == course.id)
    assert set(db.session.scalars(states)) == {EnrolmentState.ENROLLED}
    db.session.rollback()
    done = post_form(browser, "/en/manage/enrolments", {"action": "complete", "enrolment": ids})
    assert "Recorded. People: 3." in browser.get(done.location).text
    assert browser.get("/cy/manage/enrolments?state=waitlisted").status_code == 200
    assert post_form(browser, "/en/manage/enrolments", {"action": "complete"}).status_code == 303


@pytest.mark.parametrize("many", [12])
def test_lists_and_pages_ask_the_same_whatever_the_rows(app: Flask, signed_in: SignedIn, many: int) -> None:
    body, organiser = make_organisation(), make_person()
    grant(organiser, Role.ORGANISER, body)
    browser = signed_in(organiser)
    learner = make_person()
    place = make_membership(learner, body)
    enrolment = make_enrolment(learner, membership=place)
    own = signed_in(learner)
    pages = [
        (browser, "/en/manage/enrolments"),
        (own, f"/en/learning/{enrolment.id}"),
        (own, "/en/training/ECAMHS-4/enrol"),
    ]
    before = [queries_of(who, url) for who, url in pages]
    for _ in range(many):
        person = make_person()
        make_enrolment(person, membership=make_membership(person, body))
        make_enrolment(learner, membership=place)
        with transaction():
            services.record_progress(Actor.system(), enrolment.id, enrolment.progress + 5, clock.now())
    after = [queries_of(who, url) for who, url in pages]
    assert after == before
    assert max(before) <= 30
