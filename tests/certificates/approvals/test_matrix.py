"""Who may open what: holder, manager, the body, another body, one above, and strangers; ids of others guessed."""

import re
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from certificates.approvals.models import Approval
from certificates.approvals.services import proving
from lms.accounts.models import Organisation
from lms.core import clock
from lms.core.db import db, transaction
from lms.core.ids import new_id
from lms.core.permissions import Actor, Role
from tests.factories.accounts import grant, make_membership, make_organisation, make_person, post_form
from tests.factories.approvals import address, days_ago, make_approval, make_council, make_officer

WHO = ("holder", "manager", "officer", "officer elsewhere", "officer above", "organiser", "administrator", "other")
BODY = (403, 403, 200, 404, 404, 403, 403, 403)
KEEPERS = (403, 403, 200, 200, 200, 403, 403, 403)
EVERYBODY = (200,) * 8
PAGES: dict[str, tuple[int, ...]] = {
    # {a} the approval, {e} evidence that waits, {b} the body's code, {x} a body elsewhere
    "/en/approvals": KEEPERS,
    "/en/approvals/register.csv": KEEPERS,
    "/en/approvals/new": KEEPERS,
    "/en/approvals/new/{b}/AMHP": BODY,
    "/en/approvals/new/{b}/S12": (403, 403, 404, 404, 404, 403, 403, 403),
    "/en/approvals/hours/{b}/AMHP": BODY,
    "/en/approvals/{a}": BODY,
    "/en/approvals/{a}/again": BODY,
    "/en/approvals/{a}/suspension": BODY,
    "/en/approvals/{a}/end": BODY,
    "/en/approvals/{a}/choice": (403, 403, 404, 404, 404, 403, 403, 403),
    "/en/approvals/{a}/authorities": BODY,
    "/en/approvals/{a}/evidence": BODY,
    "/en/approvals/evidence/{e}": BODY,
    "/en/record/approvals": EVERYBODY,
    "/en/record/team-approvals": EVERYBODY,
    "/en/record/approvals/{a}/evidence": (200, *(404,) * 7),
    "/api/v1/statutory-functions": EVERYBODY,
    "/api/v1/function-approvals": KEEPERS,
    "/api/v1/function-approvals.csv": KEEPERS,
    "/api/v1/function-approvals/mine": EVERYBODY,
    "/api/v1/function-approvals/team": EVERYBODY,
    "/api/v1/function-approvals/{a}": (200, 404, 200, 404, 404, 404, 404, 404),
}


@pytest.fixture
def cast(app: Flask) -> dict[str, Any]:
    parent = make_organisation()
    body, elsewhere, work = make_council(parent), make_council(), make_organisation()
    people = {name: make_person() for name in WHO}
    people |= {
        "officer": make_officer(body),
        "officer elsewhere": make_officer(elsewhere),
        "officer above": make_officer(parent),
    }
    make_membership(people["holder"], work, line_manager_id=people["manager"].id)
    for place in (parent, work):
        grant(people["organiser"], Role.ORGANISER, place)
        grant(people["administrator"], Role.ADMINISTRATOR, place)
    it = make_approval(body, people["holder"], starts_on=days_ago(100), conditions="=1+1")
    make_approval(elsewhere, make_person())
    with transaction():
        item = proving.give(Actor(people["holder"].id, "H"), it.id, "practice", clock.today(), "Six")
    return people | {"names": {"a": it.id, "e": item.id, "b": body.code, "x": elsewhere.code}, "body": body, "it": it}


def test_each_opens_to_whom_the_table_says(app: Flask, cast: dict[str, Any], signed_in: Any, as_token: Any) -> None:
    browsers = {who: signed_in(cast[who]) for who in WHO}
    clients = {who: as_token(cast[who]) for who in WHO}
    for path, expected in PAGES.items():
        url = path.format(**cast["names"])
        found = tuple((clients if url.startswith("/api") else browsers)[who].get(url).status_code for who in WHO)
        assert found == expected, path
        assert app.test_client().get(url).status_code in (303, 401), path


def test_three_see_it_and_nobody_else(cast: dict[str, Any], signed_in: Any, as_token: Any) -> None:
    holder, number = cast["holder"].display_name, str(cast["it"].id)
    names = {cast["holder"].display_name, cast["holder"].legal_name}
    seen = {
        who: {
            path
            for path in ("approvals", "record/approvals", "record/team-approvals", "record", "manage", "uptake")
            if who != "holder" and names & set(re.findall(r"[^<>]+", signed_in(cast[who]).get(f"/en/{path}").text))
        }
        for who in WHO
    }
    assert seen == {who: set() for who in WHO} | {"officer": {"approvals"}, "manager": {"record/team-approvals"}}
    team = as_token(cast["manager"]).get("/api/v1/function-approvals/team").json["items"]
    assert [(each["id"], each["name"]) for each in team] == [(number, holder)]
    assert "evidence" not in team[0]
    for who in WHO:
        items = as_token(cast[who]).get("/api/v1/function-approvals/mine").json["items"]
        assert [each["id"] for each in items] == ([number] if who == "holder" else [])
        if who != "manager":
            assert as_token(cast[who]).get("/api/v1/function-approvals/team").json["items"] == []
    ours = as_token(cast["officer"]).get("/api/v1/function-approvals").json["items"]
    theirs = as_token(cast["officer elsewhere"]).get("/api/v1/function-approvals").json["items"]
    assert [each["id"] for each in ours] == [number]
    assert number not in {each["id"] for each in theirs}


def test_what_changes_something_is_the_bodys_alone(cast: dict[str, Any], as_token: Any) -> None:
    today = clock.today().isoformat()
    one = f"/api/v1/function-approvals/{cast['it'].id}"
    person = make_person()
    terms = {"decided_on": today, "starts_on": today, "ends_on": today, "course_title": "x", "course_on": today}
    new = terms | {"function": "AMHP", "body": cast["names"]["b"], "email": address(person), "profession": "social_worker",
                   "basis": "course"}  # fmt: skip
    table = [
        (f"{one}/evidence", {"sort": "practice", "on": today, "title": "x"}, (201, 404, 201, 404, 404, 404, 404, 404)),
        (f"{one}/suspension", {"on": today, "reason": "asked", "note": "x"}, BODY),
        (f"{one}/lifting", {"on": today}, BODY),
        (f"{one}/authorities", {"other": cast["names"]["x"]}, BODY),
        (f"{one}/end", {"on": today, "ground": "asked", "note": "x"}, BODY),
        (f"/api/v1/approving-bodies/{cast['names']['b']}/hours", {"function": "AMHP", "minutes": 60, "from_on": today},
         (403, 403, 201, 404, 404, 403, 403, 403)),
        ("/api/v1/function-approvals", new, (403, 403, 201, 404, 404, 403, 403, 403)),
        (f"/api/v1/function-approvals/evidence/{cast['names']['e']}/verdict", {"verdict": "accepted"},
         (404, 404, 200, 404, 404, 404, 404, 404)),
    ]  # fmt: skip
    clients = {who: as_token(cast[who]) for who in WHO}
    for url, body, expected in table:
        others = [(who, status) for who, status in zip(WHO, expected, strict=True) if who != "officer"]
        for who, status in [*others, ("officer", expected[2])]:
            answer = clients[who].post(url, json=body)
            assert answer.status_code == status, (who, url, answer.json)


def test_ids_that_are_nobodys_are_not_found(cast: dict[str, Any], as_token: Any) -> None:
    client, guess = as_token(cast["officer"]), new_id()
    answers = [
        client.get(f"/api/v1/function-approvals/{guess}"),
        client.post(f"/api/v1/function-approvals/{guess}/lifting", json={"on": clock.today().isoformat()}),
        client.post(f"/api/v1/function-approvals/evidence/{guess}/verdict", json={"verdict": "accepted"}),
        client.post("/api/v1/approving-bodies/NONE/hours", json={"function": "AMHP", "from_on": "2026-01-01"}),
    ]
    assert [each.status_code for each in answers] == [404] * 4


def test_a_register_in_a_spreadsheet_runs_nothing_and_is_recorded(cast: dict[str, Any], signed_in: Any) -> None:
    answer = signed_in(cast["officer"]).get("/cy/approvals/register.csv?show=all")
    rows = answer.data.decode("utf-8-sig").splitlines()
    assert len(rows) == 2
    assert "'=1+1" in rows[1]
    assert "Mewn grym" in rows[1]
    assert answer.headers["Cache-Control"] == "private, no-store"
    from lms.core.audit import AuditEntry

    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "approval.register-exported")).one()
    assert entry.actor_id == cast["officer"].id


def test_an_officer_approves_by_pages_and_checks_first(cast: dict[str, Any], signed_in: Any) -> None:
    browser, person, today = signed_in(cast["officer"]), make_person(legal_name="Mair Onnen"), clock.today()
    url = f"/en/approvals/new/{cast['names']['b']}/AMHP"

    def day(name: str, at: Any) -> dict[str, str]:
        return {f"{name}-day": str(at.day), f"{name}-month": str(at.month), f"{name}-year": str(at.year)}

    typed = {
        "email": address(person), "profession": "social_worker", "basis": "course", "course_title": "Swansea",
        "conditions": "18 hours", **day("decided_on", today), **day("starts_on", today), **day("ends_on", days_ago(-2000)),
        **day("course_on", days_ago(30)),
    }  # fmt: skip
    refused = post_form(browser, url, typed)
    assert refused.status_code == 422
    assert "This is longer than the law allows" in refused.text
    typed |= day("ends_on", days_ago(-1000))
    checking = post_form(browser, url, typed)
    assert "Mair Onnen" in checking.text
    count = select(Approval).where(Approval.person_id == person.id)
    assert db.session.scalars(count).all() == []
    done = post_form(browser, url, typed | {"step": "approve"})
    assert done.status_code == 303
    made = db.session.scalars(count).one()
    assert made.conditions == "18 hours"
    shown = browser.get(done.headers["Location"]).text
    assert "They are approved, and have been told." in shown
    assert db.session.get_one(Organisation, made.body_id).code == cast["names"]["b"]
