"""A date from the first click to the certificate, on phones: booked, put into a calendar, given up, offered, marked."""

from datetime import timedelta

import icalendar
import pytest
from flask import Flask
from playwright.sync_api import Browser, expect
from sqlalchemy import select

from certificates.models import Award
from courses.delivery.services.publishing import When
from courses.enrolments.models import Enrolment, EnrolmentState
from lms.core import clock
from lms.core.db import db
from tests.factories.accounts import make_person
from tests.factories.delivery import make_series
from tests.journeys.conftest import Server
from tests.journeys.test_evidence_on_a_phone import phone_of
from tests.journeys.words import Words


@pytest.mark.browser
@pytest.mark.parametrize("language", ["en", "cy"])
def test_from_booking_to_the_certificate(chromium: Browser, live: tuple[Server, Flask], language: str) -> None:
    server, app = live
    say = Words(app, language)
    trainer, first, second = (make_person(language=language) for _ in range(3))
    starts_at = (clock.now() + timedelta(minutes=30)).replace(second=0, microsecond=0)
    today = clock.on_the_day(starts_at)
    series = make_series(
        trainer=trainer, capacity=1, booking_opens=today, booking_closes=today, cancel_by=today,
        meetings=[When(starts_at, starts_at + timedelta(hours=3))],
    )  # fmt: skip
    code, here = series.course.code, f"{server.url}/{language}"

    learner = phone_of(chromium, server, app, first)
    learner.goto(f"{here}/training/{code}")
    learner.get_by_role("link", name=say("See the dates and book")).click()
    learner.get_by_role("link", name=say("Book"), exact=True).click()
    learner.get_by_label(say("Is there anything you need so that you can take part? (optional)")).fill("Captions")
    learner.get_by_role("button", name=say("Book this date")).click()
    expect(learner.get_by_text("Room 4, Plas Coch")).to_be_visible()
    with learner.expect_download() as downloading:
        learner.get_by_role("link", name=say("Put it into my calendar")).click()
    calendar = icalendar.Calendar.from_ical(downloading.value.path().read_bytes())
    (event,) = calendar.walk("VEVENT")
    assert event.decoded("dtstart") == starts_at
    assert event["dtstart"].params["TZID"] == "Europe/London"
    assert "Plas Coch" in str(event["location"])

    other = phone_of(chromium, server, app, second)
    other.goto(f"{here}/training/{code}/dates")
    other.get_by_role("link", name=say("Join the waiting list")).click()
    other.get_by_role("button", name=say("Join the waiting list")).click()
    expect(other.get_by_text(say("On the waiting list")).first).to_be_visible()

    learner.get_by_role("link", name=say("Give up my place")).click()
    learner.get_by_label(say("There is no time for it at work")).check()
    learner.get_by_role("button", name=say("Give up my place")).click()
    expect(learner.get_by_text(say("Thank you. Somebody else can come now."))).to_be_visible()

    other.reload()
    other.get_by_role("button", name=say("Yes, I take it")).click()
    expect(other.get_by_text(say("Booked"), exact=True).first).to_be_visible()

    room = phone_of(chromium, server, app, trainer)
    room.goto(f"{here}/registers")
    room.locator("#open a").first.click()
    expect(room.get_by_text(second.display_name)).to_be_visible()
    expect(room.get_by_text(first.display_name, exact=True)).to_have_count(0)
    room.get_by_role("button", name=say("Everybody else is here")).click()
    room.get_by_role("button", name=say("Save and close it")).click()
    expect(room.get_by_text(say("Register closed")).first).to_be_visible()

    db.session.rollback()
    states = {
        each.learner_id: each.state
        for each in db.session.scalars(select(Enrolment))
        if each.course_id == series.course_id
    }
    assert states == {first.id: EnrolmentState.WITHDRAWN, second.id: EnrolmentState.COMPLETED}
    award = db.session.scalars(select(Award).where(Award.learner_id == second.id)).one()
    assert award.kind.value == "attendance"
    other.goto(f"{here}/record")
    expect(other.get_by_text(award.number).first).to_be_visible()
    for each in (learner, other, room):
        assert each.evaluate("document.documentElement.scrollWidth <= innerWidth")
        each.context.close()
