"""Content's clock may be wrong; what it reports counts, and never tomorrow."""

from datetime import timedelta

import pytest
from flask import Flask

from courses.enrolments.models import Enrolment, EnrolmentState
from courses.launch.sessions.models import Registration
from lms.core import clock
from lms.core.db import db
from lms.xapi.rules.patterns import microseconds, written
from tests.courses.launch.cmi5.driving import launch
from tests.factories.content import make_registration


@pytest.mark.parametrize("hours", [-50, -1, 1, 50])
def test_hours_ahead_or_behind_it_is_completed_today(app: Flask, hours: int) -> None:
    registration = make_registration()
    content = launch(app, registration).open()
    said = written(microseconds(clock.now() + timedelta(hours=hours)))
    content.says("initialized", "completed", "terminated", timestamp=said)
    made = db.session.get_one(Registration, registration.id, populate_existing=True)
    enrolment = db.session.get_one(Enrolment, made.enrolment_id, populate_existing=True)
    assert enrolment.state is EnrolmentState.COMPLETED
    assert enrolment.completed_on == enrolment.enrolled_on == clock.today()
    assert enrolment.learning_completed_at is not None
    assert enrolment.learning_completed_at <= clock.now()
