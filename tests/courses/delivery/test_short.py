"""Organisers hear in time that fewer people are coming than are needed."""

from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from courses.delivery import jobs, rules
from courses.delivery.models import Series
from courses.delivery.services import publishing
from lms.core import clock
from lms.core.db import db, transaction
from lms.core.mail import MailMessage
from lms.core.permissions import Actor
from tests.factories.accounts import make_organisation, make_person, sign_in_browser
from tests.factories.delivery import at, make_booking, make_organiser, make_series, planned


@pytest.mark.parametrize(
    ("now", "due"),
    [
        (datetime(2027, 3, 18, 12, 0, tzinfo=UTC), False),  # eleven days before
        (datetime(2027, 3, 19, 7, 59, tzinfo=UTC), False),  # ten, before eight
        (datetime(2027, 3, 19, 8, 0, tzinfo=UTC), True),
        (datetime(2027, 3, 28, 7, 0, tzinfo=UTC), True),  # the eve, eight in summer time
        (datetime(2027, 3, 29, 8, 0, tzinfo=UTC), False),  # the day itself: too late to be of use
    ],
)
def test_it_is_told_from_ten_days_before_by_the_clock_of_wales(now: datetime, due: bool) -> None:
    assert rules.short_due(now, datetime(2027, 3, 29, 8, 30, tzinfo=UTC)) is due


@pytest.mark.parametrize(("taken", "minimum", "few"), [(0, None, False), (3, 4, True), (4, 4, False), (0, 1, True)])
def test_what_is_too_few(taken: int, minimum: int | None, few: bool) -> None:
    assert rules.too_few(taken, minimum) is few


def warned() -> list[tuple[str, str, str]]:
    """Letters that this run wrote: to whom, subject, body."""
    before = set(db.session.scalars(select(MailMessage.id)))
    with transaction():
        jobs.warn()
    found = db.session.scalars(select(MailMessage).where(MailMessage.id.not_in(before)))
    return [(each.to, each.subject, each.body) for each in found]


def test_the_nearest_organisers_are_told_once_and_anew_when_the_day_is_moved(app: Flask) -> None:
    region = make_organisation()
    board = make_organisation(region)
    make_organiser(region)
    near = make_organiser(board)
    trainer = make_person()
    short = make_series(organisation=board, trainer=trainer, capacity=12, minimum=3)
    enough = make_series(organisation=board, trainer=trainer, minimum=1)
    make_series(organisation=board, trainer=trainer)  # needs nobody in particular
    make_series(organisation=board, trainer=trainer, minimum=2, published=False)
    make_booking(short), make_booking(enough)
    assert warned() == []  # thirty days before
    with clock.frozen(short.starts_at - timedelta(days=10)):
        ((to, subject, body),) = warned()
        assert to == near.emails[0].address
        assert "Too few have booked" in subject
        assert "Places taken so far: 1. Needed, so that it is held: 3." in body
        assert f"/en/manage/dates/{short.id}" in body
        assert warned() == []
    with transaction():
        given = planned(trainer, days=(60,), capacity=12, minimum=3)
        publishing.edit(Actor.system(), short.id, db.session.get_one(Series, short.id).sequence, given)
    with clock.frozen(at(60, 9) - timedelta(days=9)):
        assert [each[0] for each in warned()] == [near.emails[0].address]


def test_it_is_seen_on_the_pages_before_anybody_is_told(app: Flask) -> None:
    board = make_organisation()
    organiser = make_organiser(board)
    it = make_series(organisation=board, capacity=12, minimum=3)
    browser = sign_in_browser(app, organiser)
    assert "Needs 3" in browser.get("/en/manage/dates").text
    assert "Fewer have booked than are needed" in browser.get(f"/en/manage/dates/{it.id}").text
    for _ in range(3):
        make_booking(it)
    assert "Needs 3" not in browser.get("/en/manage/dates").text
    assert "Fewer have booked than are needed" not in browser.get(f"/en/manage/dates/{it.id}").text
