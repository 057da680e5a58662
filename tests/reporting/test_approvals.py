"""Statutory approvals expiring: counts by function and by when they end, and no small ones for anybody."""

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from lms.core import clock
from lms.core.permissions import Actor, Role
from lms.reporting.reports.approvals import approvals
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
        found = approvals(actor, Asked())
        amhp = found.lines[0]
        assert (found.withheld, amhp.function.code, amhp.total) == (False, "AMHP", 14)
        assert amhp.ending[2] is None
        assert sum(each is None for each in amhp.ending) >= 2, "one alone could be worked out from the total"
        assert [line.total for line in found.lines[1:]] == [0, 0, 0]


def test_few_people_are_not_reported_on_and_a_place_counts_its_own(area: Any, as_token: Any, signed_in: Any) -> None:
    council = make_council(make_organisation())
    make_approval(council, make_person())
    elsewhere = reader(Role.COMMISSIONER, council)
    told = as_token(elsewhere).get("/api/v1/reports/approvals").json
    assert (told["withheld"], told["functions"]) == (True, [])
    assert "Too few people" in signed_in(elsewhere).get("/en/uptake/approvals").text
    here = as_token(reader(Role.COMMISSIONER, area)).get("/api/v1/reports/approvals")
    assert here.json["functions"][0]["total"] == 14
    assert as_token(make_person()).get("/api/v1/reports/approvals").status_code == 403
    bad = as_token(elsewhere).get("/api/v1/reports/approvals?as_at=2026-01-03")
    assert bad.status_code == 422
