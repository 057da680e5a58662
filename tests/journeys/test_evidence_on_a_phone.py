"""Evidence in two minutes in a corridor, on a phone: a photo, a reflection, submitted; an observer without account; a
copy to keep. In both languages, with a real browser on the demonstration's server.
"""

import io
import re
import time
from types import SimpleNamespace
from typing import Any

import pytest
from flask import Flask
from PIL import Image
from playwright.sync_api import Browser, Page
from sqlalchemy import select

from courses.portfolios import exporting
from courses.portfolios.models import (
    EvidenceItem,
    EvidenceKind,
    EvidenceState,
    ObserverAnswer,
    Portfolio,
    PortfolioExport,
    TemplateItem,
)
from lms.core.db import db
from lms.core.files import content_of
from lms.core.mail import MailMessage
from tests.factories.accounts import make_person, sign_in_browser
from tests.factories.portfolios import make_portfolio, make_supervisor
from tests.journeys.conftest import Server
from tests.journeys.words import Words

PHONE = {"width": 375, "height": 740}


def picture() -> bytes:
    """A photograph that knows where it was taken."""
    out, exif = io.BytesIO(), Image.Exif()
    exif[0x9286] = "taken at Ysbyty Ffug"
    Image.new("RGB", (1600, 1200), "#8ab").save(out, "JPEG", exif=exif)
    return out.getvalue()


def of_kind(learner: Any, template: str, kind: EvidenceKind) -> SimpleNamespace:
    """An open portfolio of the learner, and its first item of that kind."""
    portfolio = make_portfolio(learner, template)
    found = db.session.scalars(
        select(EvidenceItem).join(TemplateItem, TemplateItem.id == EvidenceItem.template_item_id)
        .where(EvidenceItem.portfolio_id == portfolio.id, TemplateItem.kind == kind)
    ).first()  # fmt: skip
    assert found is not None
    return SimpleNamespace(portfolio=portfolio, item=found, position=found.template_item.position)


def phone_of(chromium: Browser, server: Server, app: Flask, person: Any) -> Page:
    context = chromium.new_context(viewport=PHONE, has_touch=True)
    if person is not None:
        cookie = sign_in_browser(app, person).get_cookie("llwybr")
        assert cookie is not None
        context.add_cookies([{"name": "llwybr", "value": cookie.value, "url": server.url}])
    return context.new_page()


@pytest.mark.browser
@pytest.mark.parametrize("lang", ["en", "cy"])
def test_photo_reflection_submitted_in_a_corridor(
    chromium: Browser, live_demo: tuple[Server, Flask], lang: str
) -> None:
    server, app = live_demo
    say, learner = Words(app, lang), make_person(display_name="Ffion Coridor")
    make_supervisor(learner)
    at = of_kind(learner, "PF-ECAMHS-1", EvidenceKind.REFLECTION)
    page = phone_of(chromium, server, app, learner)
    begun = time.monotonic()
    page.goto(f"{server.url}/{lang}/portfolio/{at.portfolio.enrolment_id}/{at.position}")
    page.fill("#body", "I waited longer than I usually do, and she told me what she needed.")
    page.get_by_role("button", name=say("Save and add a file"), exact=True).click()
    page.set_input_files("#file", {"name": "IMG_0001.jpg", "mimeType": "image/jpeg", "buffer": picture()})
    page.get_by_role("button", name=say("Add this file"), exact=True).click()
    page.wait_for_selector(".app-preview")
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    page.get_by_role("button", name=say("Save and check"), exact=True).click()
    page.check("#no_identifiers")
    page.get_by_role("button", name=say("Submit to my supervisor"), exact=True).click()
    page.wait_for_selector(".nhsuk-notification-banner--success")
    spent = time.monotonic() - begun
    db.session.rollback()
    item = db.session.get_one(EvidenceItem, at.item.id, populate_existing=True)
    assert item.state is EvidenceState.SUBMITTED
    assert item.file is not None
    assert b"Ysbyty" not in content_of(item.file), "where it was taken does not travel with it"
    assert spent < 120
    page.context.close()


@pytest.mark.browser
@pytest.mark.parametrize("lang", ["en", "cy"])
def test_an_observer_without_account_reads_and_signs(
    chromium: Browser, live_demo: tuple[Server, Flask], lang: str
) -> None:
    server, app = live_demo
    say, learner = Words(app, lang), make_person(display_name="Ffion Coridor")
    at = of_kind(learner, "PF-ECAMHS-2", EvidenceKind.OBSERVED_PRACTICE)
    page, address = phone_of(chromium, server, app, learner), f"mair-{lang}@elsewhere.example"
    here = f"{server.url}/{lang}/portfolio/{at.portfolio.enrolment_id}/{at.position}"
    page.goto(here)
    page.fill("#observer", "Mair, team lead")
    for part, value in (("day", "2"), ("month", "3"), ("year", "2026")):
        page.fill(f"#observed_on-{part}", value)
    page.fill("#body", "I asked what they wanted to talk about first.")
    page.get_by_role("button", name=say("Save draft"), exact=True).click()
    page.goto(f"{here}/observer")
    page.fill("#name", "Mair Arsylwr")
    page.fill("#email", address)
    page.get_by_role("button", name=say("Send the link"), exact=True).click()
    page.wait_for_selector(".nhsuk-notification-banner--success")
    db.session.rollback()
    letter = db.session.scalars(select(MailMessage.body).where(MailMessage.to == address)).one()
    link = re.search(r"/\w\w/observe/\S+", letter)
    assert link is not None
    observer = phone_of(chromium, server, app, None)
    observer.goto(server.url + link.group())
    assert "I asked what they wanted to talk about first." in observer.inner_text("main")
    assert observer.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    observer.check("input[name=answer][value=signed]")
    observer.check("#saw_it")
    observer.fill("#words", "You left room for silence.")
    observer.fill("#role", "Team lead, Hafod")
    observer.get_by_role("button", name=say("Send my answer"), exact=True).click()
    observer.wait_for_selector(".nhsuk-panel")
    assert observer.goto(server.url + link.group()).status == 409  # type: ignore[union-attr]
    page.goto(here)
    assert "You left room for silence." in page.inner_text("main")
    db.session.rollback()
    item = db.session.get_one(EvidenceItem, at.item.id, populate_existing=True)
    assert [each.answer for each in item.observations] == [ObserverAnswer.SIGNED]
    page.context.close()
    observer.context.close()


@pytest.mark.browser
@pytest.mark.parametrize("lang", ["en", "cy"])
def test_a_copy_is_asked_for_made_and_downloaded(chromium: Browser, live_demo: tuple[Server, Flask], lang: str) -> None:
    server, app = live_demo
    say, learner = Words(app, lang), make_person(display_name="Ffion Coridor")
    portfolio: Portfolio = make_portfolio(learner)
    page = phone_of(chromium, server, app, learner)
    page.goto(f"{server.url}/{lang}/portfolio/{portfolio.enrolment_id}/export")
    page.check("input[name=kind][value=pdf]")
    page.check(f"input[name=language][value={lang}]")
    page.get_by_role("button", name=say("Make the copy"), exact=True).click()
    page.wait_for_selector(".app-job, a[download]")
    db.session.rollback()
    exporting.make(export_id=str(db.session.scalars(
        select(PortfolioExport.id).where(PortfolioExport.portfolio_id == portfolio.id)
    ).one()))  # fmt: skip
    link = page.wait_for_selector("a[download]", timeout=20_000)
    assert link is not None
    with page.expect_download() as download:
        link.click()
    with open(download.value.path(), "rb") as copy:
        assert copy.read(5) == b"%PDF-"
    page.context.close()
