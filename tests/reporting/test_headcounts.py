"""Headcounts: every row is judged before anything is written, and all or nothing is."""

import io
import re
from collections.abc import Callable
from datetime import date
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from openpyxl import Workbook
from sqlalchemy import func, select

from courses.needs import upstairs
from lms.core.db import db
from lms.core.permissions import Role
from lms.reporting.models import Headcount
from tests.factories.accounts import grant, make_person, organisation

HEAD = "organisation,sector,staff_group,setting,date,people,source,method,confidence"
GOOD = f'{HEAD}\nBCU,,,,2026-03-31,"1,200",ESR extract,esr,high\nCAV,nhs,,,2026-03-31,900,Census,census,medium\n'
BAD = (
    GOOD
    + "NOBODY,,,,2026-03-31,5,x,,\nBCU,,,,31/03/2026,5,x,,\nBCU,,,,2026-03-31,7,Again,esr,high\nBCU,,,,2026-03-31,7,,,\n"
)


def held() -> int:
    return db.session.scalar(select(func.count()).select_from(Headcount)) or 0


def reader(code: str = "WALES", role: Role = Role.COMMISSIONER) -> Any:
    made = make_person()
    grant(made, role, organisation(code))
    return made


def test_a_dry_run_tells_of_every_row_and_writes_nothing(app: Flask, as_token: Callable[..., Any]) -> None:
    token = as_token(reader())
    told = token.post("/api/v1/headcounts", json={"rows": BAD}).json
    assert [bool(each["fault"]) for each in told["items"]] == [False, False, True, True, True, True]
    assert [each["row"] for each in told["items"]] == [2, 3, 4, 5, 6, 7]
    assert held() == 0
    assert token.post("/api/v1/headcounts", json={"rows": BAD, "dry_run": False}).status_code == 422
    assert held() == 0
    assert token.post("/api/v1/headcounts", json={"rows": GOOD, "dry_run": False}).json["recorded"] == 2
    assert held() == 2


def test_the_page_checks_first_and_records_then(app: Flask, signed_in: Callable[..., FlaskClient]) -> None:
    browser = signed_in(reader())
    found = re.search(r'name="csrf_token" value="([^"]+)"', browser.get("/en/reports/headcounts").text)
    assert found
    token = {"csrf_token": found.group(1)}
    pasted = GOOD.replace(",", "\t").replace('"1\t200"', "1200")
    checked = browser.post("/en/reports/headcounts", data=token | {"rows": pasted})
    assert "Would be recorded" in checked.text
    assert held() == 0
    assert browser.post("/en/reports/headcounts", data=token | {"rows": GOOD, "keep": "1"}).status_code == 303
    assert held() == 2
    assert "ESR extract" in browser.get("/cy/reports/headcounts").text
    assert browser.post("/en/reports/headcounts", data=token | {"rows": "x"}).status_code == 422


def test_a_board_gives_its_own_and_nobody_elses(app: Flask, as_token: Callable[..., Any]) -> None:
    board, organiser = as_token(reader("CAV")), as_token(reader("WALES", Role.ORGANISER))
    told = board.post("/api/v1/headcounts", json={"rows": GOOD}).json
    assert [bool(each["fault"]) for each in told["items"]] == [True, False]
    assert organiser.post("/api/v1/headcounts", json={"rows": GOOD}).status_code == 403


def test_a_workbook_is_read_and_needs_rounds_know_it(app: Flask, signed_in: Callable[..., FlaskClient]) -> None:
    book = Workbook()
    for cells in (
        ["Organisation", "Staff group", "Date", "People", "Source"],
        ["BCU", None, date(2026, 1, 31), 1100, "ESR"],
        ["BCU", None, date(2026, 3, 31), 1200, "ESR again"],
        ["CAV", None, date(2026, 3, 31), 900, "Census"],
    ):
        book.worksheets[0].append(cells)
    out = io.BytesIO()
    book.save(out)
    browser = signed_in(reader())
    found = re.search(r'name="csrf_token" value="([^"]+)"', browser.get("/en/reports/headcounts").text)
    assert found
    sent = {"csrf_token": found.group(1), "file": (io.BytesIO(out.getvalue()), "people.xlsx")}
    checked = browser.post("/en/reports/headcounts", data=sent)
    assert "Would be recorded" in checked.text
    rows = re.search(r"<textarea[^>]*>([^<]*)</textarea>", checked.text)
    assert rows
    kept = {"csrf_token": found.group(1), "rows": rows.group(1), "keep": "1"}
    assert browser.post("/en/reports/headcounts", data=kept).status_code == 303
    bcu, cav, pth = (organisation(code).id for code in ("BCU", "CAV", "PTH"))
    assert upstairs.headcounts([bcu, cav, pth], date(2026, 6, 1)) == {
        bcu: upstairs.Known(1200, "ESR again"), cav: upstairs.Known(900, "Census"),
    }  # fmt: skip
    assert upstairs.headcounts([bcu], date(2026, 2, 1)) == {bcu: upstairs.Known(1100, "ESR")}
