"""Demand beside capacity, by body and sector, for whoever organises there."""

from typing import Any

from flask import Flask

from courses.portfolios.demand import queries
from courses.portfolios.demand.rules import Need
from lms.accounts.models import Sector
from lms.core import clock
from lms.core.language import Bilingual
from lms.core.permissions import Role
from tests.counting import queries_of
from tests.factories.accounts import grant, make_membership, make_organisation, make_person
from tests.factories.portfolios import a_pair, items_of, make_portfolio, submit
from tests.factories.supervision import make_licence

CODE = "ECAMHS"


def test_places_lacking_is_what_no_free_place_here_can_take() -> None:
    name = Bilingual("x", "x")
    assert Need("", name, unsupervised=3, capacity=4, taken=2).short == 1
    assert Need("", name, unsupervised=3, capacity=4, taken=6).short == 3
    assert Need("", name, unsupervised=1, capacity=4, taken=1).short == 0


def test_people_waiting_and_places_by_body_and_sector(app: Flask, signed_in: Any, as_token: Any) -> None:
    body, other = make_organisation(), make_organisation(sector=Sector.THIRD_SECTOR)
    pair = a_pair(membership=None)
    enrolled(pair.portfolio.enrolment, body)
    lone = make_portfolio()
    enrolled(lone.enrolment, body)
    far = make_portfolio()
    enrolled(far.enrolment, other)
    make_membership(pair.supervisor, body)
    second = make_person()
    make_membership(second, other)
    make_licence(second, CODE, capacity=2)
    item = submit(items_of(pair.portfolio)[0])
    submit(items_of(lone)[0])
    organiser, elsewhere = make_person(), make_person()
    grant(organiser, Role.ORGANISER, body)
    grant(elsewhere, Role.LEAD_SUPERVISOR, other)
    assert item.submitted_at.date() <= clock.today()
    for by, key in (("organisation", str(body.id)), ("sector", "nhs")):
        url = f"/api/v1/supervision-demand?programme={CODE}&by={by}"
        (shown,) = as_token(organiser).get(url).json["items"]
        figures = {
            name: shown[name]
            for name in ("key", "learners", "unsupervised", "waiting", "supervisors", "capacity", "taken", "short")
        }
        assert figures == {
            "key": key, "learners": 2, "unsupervised": 1, "waiting": 2, "supervisors": 1, "capacity": 4, "taken": 1,
            "short": 0,
        }  # fmt: skip
    (theirs,) = as_token(elsewhere).get(f"/api/v1/supervision-demand?programme={CODE}").json["items"]
    assert (theirs["learners"], theirs["unsupervised"], theirs["capacity"]) == (1, 1, 2)
    assert as_token(pair.supervisor).get("/api/v1/supervision-demand").status_code == 403
    browser = signed_in(organiser)
    page = f"/en/manage/supervision/demand?programme={CODE}"
    assert body.name.en in browser.get(page).text
    before = queries_of(browser, page)
    for _ in range(3):
        enrolled(make_portfolio().enrolment, make_organisation(body))
    assert queries_of(browser, page) == before
    assert queries.BY == ("organisation", "sector")


def enrolled(enrolment: Any, body: Any) -> None:
    from tests.factories.accounts import kept

    enrolment.organisation_id, enrolment.organisation_lineage, enrolment.sector = (
        body.id,
        list(body.lineage),
        body.sector,
    )
    kept(enrolment)
