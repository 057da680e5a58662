"""Statutory approvals expiring: counts by function and by when they end, and no small ones for anybody."""

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from lms.core import clock
from lms.core.permissions import Actor, Role
from lms.reporting.reports.approvals import run
from lms.reporting.services import Asked
from tests.factories.accounts import grant, make_organisation, make_person
from tests.factories.approvals import make_approval, make_council


@pytest.fixture
def area(app: Flask) -> Any:
    """A county with a council that approved fourteen people; six end within 49 days, and one in a hundred days."""
    county = make_organisation(make_organisation())
    council = make_council(county)
    today = clock.today()
    for left in (20,) * 6 + (100,) + (900,) * 7:
        make_approval(
            council, make_person(), starts_on=today + timedelta(days=left - 1800), ends_on=today + timedelta(days=left)
        )
    return county


def reader(role: Role, place: Any) -> Any:
    person = make_person()
    grant(person, role, place)
    return person


def test_small_counts_are_hidden_from_those_too_who_see_names_elsewhere(area: Any) -> None:
    for role in (Role.COMMISSIONER, Role.ORGANISER):
        actor = Actor(person=make_person().id, name="x", roles=frozenset({(role, area.id)}))
        found = run(actor, Asked())
        amhp, *others = found.sheets[0].rows
        *ending, total = amhp.values
        assert (found.withheld, amhp.code, total) == (False, "AMHP", 15)
        assert ending[2] is None
        assert sum(each is None for each in ending) >= 2, "one alone could be worked out from the total"
        assert [row.values[-1] for row in others] == [None] * 3, "none is not told from a few"


def test_few_people_are_not_reported_on_and_a_place_counts_its_own(area: Any, as_token: Any, signed_in: Any) -> None:
    council = make_council(make_organisation())
    make_approval(council, make_person())
    elsewhere = reader(Role.COMMISSIONER, council)
    told = as_token(elsewhere).get("/api/v1/reports/approvals").json
    assert (told["withheld"], told["sheets"][0]["rows"]) == (True, [])
    assert "Fewer than 10 people" in signed_in(elsewhere).get("/en/reports/approvals").text
    here = as_token(reader(Role.COMMISSIONER, area)).get("/api/v1/reports/approvals")
    assert here.json["sheets"][0]["rows"][0]["values"][-1] == 15
    assert as_token(make_person()).get("/api/v1/reports/approvals").status_code == 403
    bad = as_token(elsewhere).get("/api/v1/reports/approvals?as_at=2026-01-03")
    assert bad.status_code == 422
