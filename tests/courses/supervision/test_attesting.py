"""Attestations as dated facts: as of any day, told of before they end, never twice."""

from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from courses.supervision import reading, services
from courses.supervision.models import AttestationGround
from lms.core import clock
from lms.core.db import db, transaction
from lms.core.mail import MailMessage
from lms.core.permissions import Actor, Role
from tests.factories.accounts import grant, make_membership, make_organisation, make_person
from tests.factories.portfolios import actor_of
from tests.factories.supervision import make_attestation, make_licence, make_supervision

DAY = timedelta(days=1)


@pytest.fixture
def pair(app: Flask) -> Any:
    """A learner, attested by a supervisor with a long licence; and a lead where the learner works."""
    body, learner, supervisor, lead = (make_organisation(), make_person(), make_person(), make_person())
    make_membership(learner, body)
    grant(lead, Role.LEAD_SUPERVISOR, body)
    make_licence(supervisor)
    make_supervision(learner, supervisor)
    return learner, supervisor, lead


def letters() -> list[tuple[str, str]]:
    return [(to, subject) for to, subject in db.session.execute(select(MailMessage.to, MailMessage.subject))]


def test_what_held_on_a_day_is_read_on_any_other(pair: Any, signed_in: Any, as_token: Any) -> None:
    learner, supervisor, lead = pair
    today = clock.today()
    made = make_attestation(learner, supervisor, starts_on=today - 10 * DAY, ends_on=today + 20 * DAY, team="Dewi team")
    browser, client = signed_in(lead), as_token(lead)

    def shown(on: date) -> tuple[bool, int]:
        page = browser.get(f"/en/manage/supervision/attestations?on={on.isoformat()}")
        listed = client.get("/api/v1/attestations", query_string={"on": on.isoformat()}).json["items"]
        assert page.status_code == 200
        assert f'value="{on.isoformat()}"' in page.text
        return "Dewi team" in page.text, len(listed)

    days = {-11: False, -10: True, 0: True, 20: True, 21: False}
    for away, held in days.items():
        assert shown(today + away * DAY) == (held, int(held)), away
    with transaction():
        services.end_attestation(actor_of(supervisor), made.id, AttestationGround.LEFT_SETTING)
    assert shown(today - DAY) == (True, 1), "what was in force yesterday was"
    assert shown(today) == (False, 0)
    assert "Attestations in force on" in browser.get("/en/manage/supervision/attestations?on=nonsense").text
    assert client.get("/api/v1/attestations?on=nonsense").status_code == 422
    elsewhere = make_person()
    grant(elsewhere, Role.LEAD_SUPERVISOR, make_organisation())
    page = signed_in(elsewhere).get(f"/cy/manage/supervision/attestations?on={(today - DAY).isoformat()}")
    assert "Dewi team" not in page.text


def test_both_are_told_a_month_and_a_week_before_and_no_more(pair: Any) -> None:
    learner, supervisor, _lead = pair
    today = clock.today()
    make_attestation(learner, supervisor, ends_on=today + 40 * DAY)
    told = []
    for away in (0, 9, 10, 11, 25, 32, 33, 34, 39):
        with clock.frozen(clock.now() + away * DAY), transaction():
            told.append(services.warn_of_ends(Actor.system()))
    assert told == [0, 0, 0, 1, 0, 0, 0, 1, 0]
    addresses = {learner.emails[0].address, supervisor.emails[0].address}
    assert {to for to, subject in letters() if "will end" in subject} == addresses
    assert len(letters()) == 4


def test_nobody_is_warned_whom_another_attestation_carries_on(pair: Any) -> None:
    learner, supervisor, _lead = pair
    today = clock.today()
    make_attestation(learner, supervisor, ends_on=today + 5 * DAY)
    make_attestation(learner, supervisor, ends_on=today + 200 * DAY)
    with transaction():
        assert services.warn_of_ends(Actor.system()) == 0


def test_a_licence_that_ends_first_ends_the_attestation(app: Flask, signed_in: Any) -> None:
    learner, supervisor = make_person(), make_person()
    today = clock.today()
    make_licence(supervisor, ends_on=today + 6 * DAY)
    make_supervision(learner, supervisor)
    made = make_attestation(learner, supervisor, ends_on=today + 300 * DAY)
    assert list(db.session.scalars(reading.ending(today, today + 7 * DAY))) == [made]
    with transaction():
        assert services.warn_of_ends(Actor.system()) == 1, (
            "it is within the month and within the week, and told of once"
        )
    assert "Attestation ends soon" in signed_in(supervisor).get("/en/supervision/learners").text


def test_five_learners_are_one_letter_to_their_supervisor(app: Flask) -> None:
    supervisor = make_person()
    make_licence(supervisor, capacity=50)
    for _ in range(5):
        learner = make_person()
        make_supervision(learner, supervisor)
        make_attestation(learner, supervisor, ends_on=clock.today() + 20 * DAY)
    with transaction():
        assert services.warn_of_ends(Actor.system()) == 5
    (mine,) = [each for each in letters() if each[0] == supervisor.emails[0].address]
    assert mine[1] == "What you attest will end"
