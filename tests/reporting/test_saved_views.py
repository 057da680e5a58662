"""Saved views hold no figures; letters about them go once a month, to whom they may, and end without signing in."""

import random
import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from lms.accounts.models import RoleGrant
from lms.core import clock
from lms.core.db import db, transaction
from lms.core.mail import MailMessage
from lms.core.permissions import Role
from lms.reporting.saved.jobs import write_letters
from lms.reporting.saved.letters import first_working_day
from tests.counting import queries_of
from tests.factories.accounts import grant, make_person, organisation
from tests.factories.catalogue import make_course
from tests.factories.reporting import make_history


def reader(role: Role = Role.COMMISSIONER, code: str = "WALES", **given: Any) -> Any:
    person = make_person(display_name="Y Darllenydd", **given)
    grant(person, role, organisation(code))
    return person


def history() -> None:
    bodies = [organisation(code) for code in ("BCU", "CAV", "MIND", "PTH")]
    make_history(random.Random(5), [make_person() for _ in range(60)], [make_course() for _ in range(3)],
                 [*bodies, None], clock.today())  # fmt: skip


def saved(token: Any, name: str = "Powys", report: str = "uptake", **query: str) -> str:
    told = token.post("/api/v1/report-views", json={"name": name, "report": report, "query": query})
    assert told.status_code == 201, told.text
    return str(told.json["id"])


def next_working_day() -> datetime:
    month = (clock.today().replace(day=1) + timedelta(days=32)).replace(day=1)
    day = first_working_day(month)
    return datetime(day.year, day.month, day.day, 9, tzinfo=UTC)


def letters() -> list[MailMessage]:
    return list(db.session.scalars(select(MailMessage).where(MailMessage.subject.contains("Powys"))))


@pytest.mark.parametrize(
    ("month", "day"), [(date(2026, 12, 1), 1), (date(2026, 8, 1), 3), (date(2027, 1, 1), 4), (date(2028, 1, 1), 4),
                       (date(2028, 5, 1), 2), (date(2023, 1, 1), 3)],
)  # fmt: skip
def test_the_first_working_day(month: date, day: int) -> None:
    assert first_working_day(month).day == day


def test_a_view_is_saved_opened_renamed_and_deleted_on_pages(app: Flask, signed_in: Callable[..., FlaskClient]) -> None:
    history()
    browser, other = signed_in(reader()), signed_in(reader(code="BCU"))
    page = browser.get("/en/uptake?organisation=PTH&measure=enrolled&nonsense=1").text
    found = re.search(r'href="(/en/reports/views/new/uptake\?[^"]+)"', page)
    assert found is not None
    there = found.group(1).replace("&amp;", "&")
    assert "nonsense" not in there
    token = browser.get(there).text.split('name="csrf_token" value="')[1].split('"')[0]
    assert browser.post(there, data={"csrf_token": token, "name": "  "}).status_code == 422
    assert browser.post(there, data={"csrf_token": token, "name": "Powys & Cymru"}).status_code == 303
    told = browser.get("/cy/reports/views").text
    assert "Powys &amp; Cymru" in told
    address = re.search(r'href="/cy(/reports/views/[0-9a-f-]{36})"', told)
    assert address is not None
    assert browser.get(f"/en{address.group(1)}").location == "/en/uptake?measure=enrolled&organisation=PTH"
    passed_on = other.get(f"/en{address.group(1)}", follow_redirects=True)
    assert passed_on.status_code == 404, "the receiver sees only what they may"
    assert other.get(f"/en{address.group(1)}/change").status_code == 404
    token_of_other = other.get("/en/reports/views").status_code
    assert token_of_other == 200
    assert (
        browser.post(f"/en{address.group(1)}/change", data={"csrf_token": token, "name": "Gogledd"}).status_code == 303
    )
    assert "Gogledd" in browser.get("/en/reports/views").text
    assert browser.post(f"/en{address.group(1)}/change", data={"csrf_token": token, "do": "delete"}).status_code == 303
    assert browser.get(f"/en{address.group(1)}").status_code == 404


def test_who_may(app: Flask, as_token: Callable[..., Any]) -> None:
    mine, other, nobody = as_token(reader()), as_token(reader(code="MIND")), as_token(make_person())
    id = saved(mine)
    assert mine.get(f"/api/v1/report-views/{id}").status_code == 200
    assert other.get(f"/api/v1/report-views/{id}").json["query"] == {}
    assert nobody.get(f"/api/v1/report-views/{id}").status_code == 403
    assert other.post(f"/api/v1/report-views/{id}/name", json={"name": "Mine"}).status_code == 404
    assert other.delete(f"/api/v1/report-views/{id}").status_code == 404
    assert nobody.delete(f"/api/v1/report-views/{id}").status_code == 403
    assert nobody.post(f"/api/v1/report-views/{id}/letters").status_code == 403
    assert other.get("/api/v1/report-views").json["items"] == []
    assert mine.post("/api/v1/report-views", json={"name": "x", "report": "none"}).status_code == 422
    assert mine.post(
        "/api/v1/report-views", json={"name": "x", "report": "uptake", "query": {"sector": "everybody"}}
    ).status_code == 422  # fmt: skip
    assert mine.post(f"/api/v1/report-views/{id}/name", json={"name": "Cymru"}).json["name"] == "Cymru"
    assert mine.delete(f"/api/v1/report-views/{id}").status_code == 204
    assert mine.get(f"/api/v1/report-views/{id}").status_code == 404


def test_a_letter_goes_once_a_month_and_ends_without_signing_in(
    app: Flask, as_token: Callable[..., Any], client: FlaskClient
) -> None:
    history()
    person = reader(Role.ORGANISER, language="cy")
    token = as_token(person)
    id = saved(token, report="parity")
    for _ in range(2):
        assert token.post(f"/api/v1/report-views/{id}/letters").json["letters"] is True
    write_letters()
    assert letters() == [], "who asked in the middle of a month waits for the next"
    with clock.frozen(next_working_day() - timedelta(days=1)):
        write_letters()
    assert letters() == []
    with clock.frozen(next_working_day()):
        for _ in range(3):
            write_letters()
    (letter,) = letters()
    assert letter.language == "cy"
    welsh, english = letter.body.split("\n\n---\n\n")
    assert f"/cy/reports/views/{id}" in welsh
    assert f"/en/reports/views/{id}" in english
    figures = re.findall(r": (\d+)$", english, re.M)
    assert figures
    assert all(int(number) % 5 == 0 for number in figures), "an organiser sees all on the page, and not in a letter"
    found = re.search(r"(/en/reports/letters/\S+)", english)
    assert found is not None
    page = client.get(found.group(1))
    assert (page.status_code, client.get(found.group(1) + "x").status_code) == (200, 404)
    csrf = page.text.split('name="csrf_token" value="')[1].split('"')[0]
    assert client.post(found.group(1), data={"csrf_token": csrf}).status_code == 200
    assert "You will get no more" in client.get(found.group(1)).text
    with clock.frozen(next_working_day() + timedelta(days=32)):
        write_letters()
    assert len(letters()) == 1


def test_who_may_not_see_it_any_more_gets_no_letter(app: Flask, as_token: Callable[..., Any]) -> None:
    history()
    person = reader()
    token = as_token(person)
    for report in ("parity", "uptake"):
        id = saved(token, report=report, organisation="BCU")
        assert token.post(f"/api/v1/report-views/{id}/letters").status_code == 200
    with transaction():
        for each in db.session.scalars(select(RoleGrant).where(RoleGrant.person_id == person.id)):
            each.organisation_id = organisation("MIND").id
    with clock.frozen(next_working_day()):
        write_letters()
    assert letters() == []


def test_query_counts_are_constant(
    app: Flask, signed_in: Callable[..., FlaskClient], as_token: Callable[..., Any]
) -> None:
    person = reader()
    browser, token = signed_in(person), as_token(person)
    saved(token)
    few = queries_of(browser, "/en/reports/views")
    for number in range(6):
        saved(token, name=f"Powys {number}")
    assert queries_of(browser, "/en/reports/views") == few
