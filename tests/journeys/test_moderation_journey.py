"""A moderator does not agree: on a phone, in both languages, from the sample with its file to the portfolio that is open again."""

from types import SimpleNamespace
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select

from courses.catalogue.models import CertificateKind
from courses.enrolments import services as enrolments
from courses.enrolments.models import EnrolmentState
from courses.portfolios.models import Portfolio, PortfolioState
from courses.portfolios.moderation.models import ModerationSample
from lms.core import clock
from lms.core.db import db, transaction
from lms.core.permissions import Actor, Role
from tests.factories.accounts import grant, kept, make_membership, make_organisation, make_person
from tests.factories.catalogue import make_course
from tests.factories.portfolios import a_pair, sign
from tests.journeys.conftest import Server
from tests.journeys.test_every_page import browser_of
from tests.journeys.words import Words

pytestmark = pytest.mark.browser
WHY = "The reflection does not say what changed."


@pytest.fixture
def signed(live: tuple[Server, Flask]) -> SimpleNamespace:
    """A completed course, its signature drawn, and who moderates where its learner works."""
    course = make_course(
        programme_code="ECAMHS", portfolio_template_code="PF-ECAMHS-1",
        certificate_kind=CertificateKind.COMPLETION_WITH_PORTFOLIO,
    )  # fmt: skip
    pair, body, lead = a_pair(course=course), make_organisation(), make_person(display_name="Lead")
    make_membership(pair.learner, body)
    grant(lead, Role.LEAD_SUPERVISOR, body)
    with transaction():
        enrolments.complete(Actor.system(), pair.portfolio.enrolment_id)
    signature = sign(pair)
    drawn = select(ModerationSample).where(ModerationSample.sign_off_id == signature.id)  # one signature in ten is
    if db.session.scalars(drawn).one_or_none() is None:
        kept(ModerationSample(sign_off_id=signature.id, percent=10, drawn_at=clock.now()))
    return SimpleNamespace(pair=pair, lead=lead, portfolio=pair.portfolio)


def opened(chromium: Browser, live: tuple[Server, Flask], person: Any) -> Page:
    page = browser_of(chromium, live, person.id).new_page()
    page.set_viewport_size({"width": 390, "height": 780})
    return page


@pytest.mark.parametrize("language", ["en", "cy"])
def test_a_disagreement_opens_the_portfolio_again(
    chromium: Browser, live: tuple[Server, Flask], signed: SimpleNamespace, language: str
) -> None:
    server, app = live
    say = Words(app, language)  # type: ignore[arg-type]
    here = f"{server.url}/{language}"
    page = opened(chromium, live, signed.lead)
    page.goto(f"{here}/manage/supervision/moderation")
    page.locator("main a[href*='/moderation/']").first.click()
    expect(page.locator("main")).to_contain_text(say("Waits for a moderator"))
    with page.expect_download() as file:
        page.get_by_role("link", name="timeline.pdf").click()
    assert file.value.suggested_filename == "timeline.pdf"
    no = say("No: it is withdrawn, the certificate is revoked, and the portfolio opens again")
    page.get_by_label(no).check()
    page.get_by_role("button", name=say("Record it")).click()
    expect(page.get_by_role("alert")).to_contain_text(say("Write what you do not agree with"))
    page.get_by_role("textbox", name=say("Comment")).fill(WHY)
    page.get_by_role("button", name=say("Record it")).click()
    told = say("The signature is withdrawn, and the portfolio is open again. Both are told.")
    expect(page.locator("body")).to_contain_text(told)
    page.context.close()

    theirs = opened(chromium, live, signed.pair.learner)
    theirs.goto(f"{here}/portfolio/{signed.portfolio.enrolment_id}")
    expect(theirs.locator("main")).to_contain_text(say("The signature was withdrawn"))
    expect(theirs.locator("main")).to_contain_text(WHY)
    expect(theirs.locator("main")).to_contain_text(say("In progress"))
    theirs.goto(f"{here}/learning/{signed.portfolio.enrolment_id}")
    expect(theirs.locator("main")).to_contain_text(say("This no longer counts as completed"))
    theirs.context.close()

    supervisor = opened(chromium, live, signed.pair.supervisor)
    supervisor.goto(f"{here}/supervision/portfolios/{signed.portfolio.id}")
    expect(supervisor.locator("main")).to_contain_text(say("Signature withdrawn"))
    supervisor.context.close()
    db.session.expire_all()
    portfolio = db.session.get_one(Portfolio, signed.portfolio.id)
    assert (portfolio.state, portfolio.enrolment.state) == (PortfolioState.IN_PROGRESS, EnrolmentState.IN_PROGRESS)


def test_agreement_shows_to_the_learner_and_the_supervisor(
    chromium: Browser, live: tuple[Server, Flask], signed: SimpleNamespace
) -> None:
    server, app = live
    say = Words(app, "cy")
    page = opened(chromium, live, signed.lead)
    page.goto(f"{server.url}/cy/manage/supervision/moderation")
    page.locator("main a[href*='/moderation/']").first.click()
    page.get_by_label(say("Yes, it stands")).check()
    page.get_by_role("button", name=say("Record it")).click()
    expect(page.locator("body")).to_contain_text(say("You agree, and it stands."))
    page.context.close()
    for person, path in (
        (signed.pair.learner, f"portfolio/{signed.portfolio.enrolment_id}"),
        (signed.pair.supervisor, f"supervision/portfolios/{signed.portfolio.id}"),
    ):
        theirs = opened(chromium, live, person)
        theirs.goto(f"{server.url}/cy/{path}")
        expect(theirs.locator("main")).to_contain_text(say("Signed off and moderated"))
        theirs.context.close()
