"""Attendance as commissioners see it: people, no small counts, and rates only where they tell of nobody."""

from datetime import timedelta
from typing import Any

from flask import Flask

from courses.delivery.models import Presence
from courses.delivery.services import register
from courses.delivery.services.register import Marked
from lms.accounts.models import Organisation, Sector
from lms.core import clock
from lms.core.db import transaction
from lms.core.permissions import Actor, Role
from lms.reporting import answering
from lms.reporting.services import Asked
from tests.factories.accounts import grant, make_membership, make_organisation, make_person, organisation
from tests.factories.delivery import make_booking, make_series
from tests.factories.portfolios import actor_of
from tests.factories.reporting import told_to_reports


def held(attended: int, missed: int, body: Organisation | None = None) -> None:
    """A date that was held just now, with so many people."""
    body, trainer = body or make_organisation(sector=Sector.NHS), make_person()
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


def rates(sheets: Any) -> list[Any]:
    return [row["values"][0] for row in next(each for each in sheets if each["key"] == "rates")["rows"]]


def test_exact_figures_for_those_who_may_see_names(app: Flask) -> None:
    held(15, 5)
    with tomorrow():
        told_to_reports()
        people, found = answering.answer(Actor.system(), "attendance", Asked()).sheets
    assert people.total is not None
    assert people.total.values == (15, 5, 0)
    assert [row.values[0] for row in found.rows] == [25, 60, 0, 100]


def test_small_counts_never_leave(as_token: Any) -> None:
    held(15, 2)
    commissioner = make_person()
    grant(commissioner, Role.COMMISSIONER, organisation("WALES"))
    with tomorrow():
        told_to_reports()
        told = as_token(commissioner).get("/api/v1/reports/attendance")
    assert told.status_code == 200
    people = told.json["sheets"][0]
    assert people["total"]["values"][:2] == [15, None]
    assert rates(told.json["sheets"])[0] is None
    assert {row["values"][1] for row in people["rows"]} == {None}


def test_a_handful_of_people_is_not_reported_on(as_token: Any, signed_in: Any) -> None:
    held(3, 1)
    commissioner = make_person()
    grant(commissioner, Role.COMMISSIONER, organisation("WALES"))
    with tomorrow():
        told_to_reports()
        told = as_token(commissioner).get("/api/v1/reports/attendance").json
        assert (told["withheld"], told["sheets"]) == (True, [])
        assert "Too few people" in signed_in(commissioner).get("/en/reports/attendance").text
    assert as_token(make_person()).get("/api/v1/reports/attendance").status_code == 403


def test_what_is_hidden_in_the_table_above_stays_hidden_below(as_token: Any) -> None:
    held(30, 12, organisation("BCU"))
    held(20, 8, organisation("CAV"))
    held(12, 3, organisation("PTH"))
    commissioner = make_person()
    grant(commissioner, Role.COMMISSIONER, organisation("WALES"))
    with tomorrow():
        told_to_reports()
        client = as_token(commissioner)
        told = {
            code: client.get(f"/api/v1/reports/attendance?organisation={code}").json["sheets"]
            for code in ("BCU", "CAV", "PTH")
        }
    missed = {code: sheets[0]["total"]["values"][1] for code, sheets in told.items()}
    assert missed == {"BCU": 15, "CAV": None, "PTH": None}  # or PTH's three would be the rest
    assert told["CAV"][0]["total"]["values"][0] == 25
    assert isinstance(rates(told["BCU"])[1], dict)  # places are nobody's organisation's
