"""Attendance as commissioners see it: people, no small counts, and rates only where they tell of nobody."""

from datetime import timedelta
from typing import Any

from flask import Flask

from courses.delivery.models import Presence
from courses.delivery.services import register
from courses.delivery.services.register import Marked
from lms.accounts.models import Sector
from lms.core import clock
from lms.core.db import transaction
from lms.core.permissions import Actor, Role
from lms.reporting.reports.attendance import attendance
from lms.reporting.services import Asked
from tests.factories.accounts import grant, make_membership, make_organisation, make_person, organisation
from tests.factories.delivery import make_booking, make_series
from tests.factories.portfolios import actor_of


def held(attended: int, missed: int, sector: Sector = Sector.NHS) -> None:
    """A date that was held just now, with so many people."""
    body, trainer = make_organisation(sector=sector), make_person()
    series = make_series(trainer=trainer, capacity=attended + missed + 5, days=(1,), cancel_by=clock.today())
    bookings = []
    for _ in range(attended + missed):
        learner = make_person(language="cy")
        make_membership(learner, body)
        bookings.append(make_booking(series, learner))
    presences = [Presence.ATTENDED] * attended + [Presence.DID_NOT_ATTEND] * missed
    meeting = series.meetings[0]
    with clock.frozen(meeting.ends_at), transaction():
        marks = [Marked(b.id, p) for b, p in zip(bookings, presences, strict=True)]
        register.mark(actor_of(trainer), meeting.id, marks)
        register.close(actor_of(trainer), meeting.id)


def tomorrow() -> Any:
    return clock.frozen(clock.now() + timedelta(days=2))


def test_exact_figures_for_those_who_may_see_names(app: Flask) -> None:
    held(15, 5)
    with tomorrow():
        found = attendance(Actor.system(), Asked())
    assert found.totals == {"attended": 15, "missed": 5, "late": 0}
    assert (found.dna_rate, found.fill, found.welsh, found.wait_days) == (25, 60, 100, 0)


def test_small_counts_never_leave(as_token: Any) -> None:
    held(15, 2)
    commissioner = make_person()
    grant(commissioner, Role.COMMISSIONER, organisation("WALES"))
    with tomorrow():
        told = as_token(commissioner).get("/api/v1/reports/attendance")
    assert told.status_code == 200
    assert (told.json["totals"]["attended"], told.json["totals"]["missed"]) == (15, None)
    assert told.json["dna_rate"] is None
    assert {each["missed"] for each in told.json["groups"]} <= {None, 0}


def test_a_handful_of_people_is_not_reported_on(as_token: Any, signed_in: Any) -> None:
    held(3, 1)
    commissioner = make_person()
    grant(commissioner, Role.COMMISSIONER, organisation("WALES"))
    with tomorrow():
        told = as_token(commissioner).get("/api/v1/reports/attendance").json
        assert (told["withheld"], told["groups"], told["welsh"]) == (True, [], None)
        assert "Too few people" in signed_in(commissioner).get("/en/uptake/attendance").text
    assert as_token(make_person()).get("/api/v1/reports/attendance").status_code == 403
