"""Spending and bought places: judged first, kept as facts, counted by the money report, taken out by another fact."""

import io
import re
from datetime import timedelta
from typing import Any

from flask import Flask
from openpyxl import Workbook
from sqlalchemy import func, select

from lms.core import clock
from lms.core.db import db
from lms.core.permissions import Actor, Role
from lms.reporting import answering
from lms.reporting.facts.models import Fact
from lms.reporting.services import Asked
from tests.factories.catalogue import make_course
from tests.reporting.test_reports import reader

AT = "/en/reports/spending"
HEAD = "organisation,course,date,pounds,places,reference"


def held() -> int:
    return db.session.scalar(select(func.count()).select_from(Fact)) or 0


def token_of(browser: Any) -> dict[str, str]:
    found = re.search(r'name="csrf_token" value="([^"]+)"', browser.get(AT).text)
    assert found
    return {"csrf_token": found.group(1)}


def money() -> tuple[Any, ...]:
    total = answering.answer(Actor.system(), "money", Asked()).sheets[0].total
    assert total is not None
    return total.values


def test_rows_are_judged_first_and_all_or_none_is_kept(app: Flask, as_token: Any) -> None:
    course, day = make_course(), clock.today() - timedelta(days=3)
    good = f'{HEAD}\nBCU,{course.code},{day},"£1,250.50",20,INV-1\nCAV,,{day},300,,INV-2\n'
    bad = good + (
        f"NOBODY,,{day},1,,x\nBCU,NONE,{day},1,,x\nBCU,,31/03/2026,1,,x\nBCU,,{day + timedelta(days=9)},1,,x\n"
        f"BCU,,{day},1.234,,x\nBCU,,{day},1,-2,x\nBCU,,{day},,,x\nBCU,,{day},1,,\nBCU,{course.code},{day},9,,INV-1\n"
    )
    token = as_token(reader(Role.COMMISSIONER))
    told = token.post("/api/v1/spending", json={"rows": bad}).json["items"]
    assert [bool(each["fault"]) for each in told] == [False, False, *[True] * 9]
    assert token.post("/api/v1/spending", json={"rows": bad, "dry_run": False}).status_code == 422
    assert held() == 0
    assert token.post("/api/v1/spending", json={"rows": good, "dry_run": False}).json["recorded"] == 2
    assert held() == 3
    assert money()[:2] == (155050, 20)
    again = token.post("/api/v1/spending", json={"rows": good}).json["items"]
    assert all(each["fault"] for each in again)  # the same file twice is not counted twice
    assert token.post("/api/v1/spending", json={"rows": good, "dry_run": False}).status_code == 422


def test_a_workbook_is_checked_then_recorded_from_the_page(app: Flask, signed_in: Any) -> None:
    book, browser = Workbook(), signed_in(reader(Role.ORGANISER))
    book.worksheets[0].append(["Sefydliad", "Cwrs", "Dyddiad", "Punnoedd", "Lleoedd", "Cyfeirnod"])
    book.worksheets[0].append(["BCU", None, clock.today(), 1200.5, 4, "PO 7"])
    out = io.BytesIO()
    book.save(out)
    token = token_of(browser)
    checked = browser.post(AT, data=token | {"file": (io.BytesIO(out.getvalue()), "spend.xlsx")})
    assert "Would be recorded" in checked.text
    assert held() == 0
    rows = re.search(r"<textarea[^>]*>([^<]*)</textarea>", checked.text)
    assert rows
    kept = rows.group(1).replace("&#34;", '"')
    assert browser.post(AT, data=token | {"rows": kept, "keep": "1"}).status_code == 303
    assert money()[:2] == (120050, 4)
    wrong = browser.post(AT, data=token | {"file": (io.BytesIO(b"PK\x03\x04nothing"), "x.xlsx")})
    assert (wrong.status_code, 'href="#file"' in wrong.text) == (422, True)


def test_the_form_says_what_is_wrong_and_what_is_recorded_can_be_taken_out(app: Flask, signed_in: Any) -> None:
    browser = signed_in(reader(Role.COMMISSIONER))
    day = clock.today()
    given = token_of(browser) | {
        "one": "1", "organisation": "BCU", "date-day": str(day.day), "date-month": str(day.month),
        "date-year": str(day.year), "pounds": "ten", "reference": "A1",
    }  # fmt: skip
    wrong = browser.post(AT, data=given)
    assert (wrong.status_code, 'href="#pounds"' in wrong.text) == (422, True)
    assert browser.post(AT, data=given | {"pounds": "10"}).status_code == 303
    assert money()[0] == 1000
    fact = db.session.scalars(select(Fact)).one()
    assert "A1" in browser.get(AT).text
    stranger = signed_in(reader(Role.COMMISSIONER, "CAV"))
    assert stranger.post(f"{AT}/{fact.id}", data=token_of(stranger)).status_code == 404
    token = token_of(browser)
    assert browser.post(f"{AT}/{fact.id}", data=token).status_code == 303
    assert browser.post(f"{AT}/{fact.id}", data=token).status_code == 303
    assert held() == 2
    assert money()[0] == 0
    assert browser.post(AT, data=given | token | {"pounds": "11"}).status_code == 303  # given anew
    assert money()[0] == 1100


def test_a_board_records_its_own_alone(app: Flask, as_token: Any) -> None:
    rows = f"{HEAD}\nBCU,,{clock.today()},1,,x\nCAV,,{clock.today()},1,,y\n"
    told = as_token(reader(Role.COMMISSIONER, "CAV")).post("/api/v1/spending", json={"rows": rows}).json["items"]
    assert [bool(each["fault"]) for each in told] == [True, False]
    assert as_token(reader(Role.AUTHOR)).post("/api/v1/spending", json={"rows": rows}).status_code == 403
