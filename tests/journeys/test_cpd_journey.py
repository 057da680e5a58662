"""A nurse's CPD record on a phone, in both languages: an entry in a corridor, a reflection on what came by itself, and a
copy in the shape of her register that opens.
"""

import csv
import io
import time
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser
from pypdf import PdfReader
from sqlalchemy import select

from courses.cpd import exporting
from courses.cpd.models import CpdCopy, CpdEntry
from courses.enrolments import services as enrolments
from lms.core import clock
from lms.core.db import db, transaction
from lms.core.permissions import Actor
from tests.factories.accounts import make_person
from tests.factories.cpd import on_register
from tests.factories.enrolments import make_enrolment
from tests.journeys.conftest import Server
from tests.journeys.test_evidence_on_a_phone import PHONE, phone_of
from tests.journeys.words import Words


def entry(person: Any, **where: Any) -> CpdEntry:
    db.session.rollback()
    found = select(CpdEntry).where(CpdEntry.person_id == person.id).filter_by(**where)
    return db.session.scalars(found.execution_options(populate_existing=True)).one()


@pytest.mark.browser
@pytest.mark.parametrize("lang", ["en", "cy"])
def test_a_nurse_keeps_her_record_in_a_corridor(
    chromium: Browser, live_demo: tuple[Server, Flask], lang: Any, tmp_path: Any
) -> None:
    server, app = live_demo
    say = Words(app, lang)
    nurse = on_register("NMC", make_person(display_name="Ffion Coridor"), renews_on=clock.today() + timedelta(days=200))
    enrolment = make_enrolment(nurse)
    with transaction():
        enrolments.learning_completed(Actor.system(), enrolment.id, clock.now())
    page = phone_of(chromium, server, app, nurse)
    page.goto(f"{server.url}/{lang}/record")
    page.get_by_role("link", name=say("My CPD record"), exact=True).click()
    begun = time.monotonic()
    page.get_by_role("link", name=say("Add an entry"), exact=True).first.click()
    page.fill("#title", "Sgwrs wrth y drws")
    page.fill("#hours", "0:30")
    page.select_option("#method", "discussion")
    page.get_by_role("button", name=say("Save"), exact=True).click()
    page.wait_for_selector(".nhsuk-notification-banner--success")
    assert time.monotonic() - begun < 60
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    made = entry(nurse, origin=None)
    assert (made.minutes, made.participatory_minutes) == (30, 30)

    page.goto(f"{server.url}/{lang}/record/cpd")
    page.get_by_role("link", name=enrolment.version.title.in_(lang)).click()
    with page.expect_response(lambda answer: answer.url.endswith("/draft")) as kept:
        page.fill("#reflection", "I wait longer than I did.")
    assert kept.value.status == 200
    assert entry(nurse, origin="course").texts == {"reflection": "I wait longer than I did."}, "kept before any button"
    page.fill("#impact", "Mrs Jones rings us first.")
    page.get_by_role("button", name=say("Save"), exact=True).click()
    page.wait_for_selector(".nhsuk-warning-callout")
    page.fill("#impact", "Families ring us first.")
    page.check("#standards-2")
    page.get_by_role("button", name=say("Save"), exact=True).click()
    page.wait_for_selector(".nhsuk-notification-banner--success")
    assert entry(nurse, origin="course").texts["impact"] == "Families ring us first."

    page.goto(f"{server.url}/{lang}/record/cpd")
    page.get_by_role("link", name=say("Take a copy"), exact=True).click()
    page.check("input[name=kind][value=csv]")
    with page.expect_download() as table:
        page.get_by_role("button", name=say("Make the copy"), exact=True).click()
    table.value.save_as(tmp_path / "copy.csv")
    rows = list(csv.reader(io.StringIO((tmp_path / "copy.csv").read_text(encoding="utf-8-sig"))))
    cells = [cell for row in rows for cell in row]
    for each in ("NMC 2016-04-01", "Sgwrs wrth y drws", "I wait longer than I did.", "0.5"):
        assert each in cells

    page.reload()  # a second click within a second counts as a double one
    page.check("input[name=kind][value=pdf]")
    page.get_by_role("button", name=say("Make the copy"), exact=True).click()
    page.wait_for_selector(".app-job, a[download]")
    db.session.rollback()
    exporting.make(copy_id=str(db.session.scalars(select(CpdCopy.id).where(CpdCopy.person_id == nurse.id)).one()))
    link = page.wait_for_selector("a[download]", timeout=20_000)
    assert link is not None
    with page.expect_download() as download:
        link.click()
    text = "".join(each.extract_text() for each in PdfReader(download.value.path()).pages)
    assert "Families ring us first." in text
    assert say("Rule of the register, edition") in " ".join(text.split())
    page.context.close()
