"""A supervisor confirms several ratings at once and returns one with a reason; the learner reads it, and rates it again."""

from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser
from sqlalchemy import select

from frameworks.assessment import services
from frameworks.assessment.rules import RatingState
from lms.accounts.queries import primary_email
from lms.core.db import db
from lms.core.mail import MailMessage
from tests.factories.accounts import make_membership, make_person, organisation
from tests.factories.assessment import acting_for, make_health_visitor, rate
from tests.factories.supervision import make_licence, make_supervision
from tests.journeys.conftest import Server
from tests.journeys.test_plan_journey import Walk
from tests.journeys.words import Words

REASON = {
    "en": "Let us look at this one together on Thursday.",
    "cy": "Gadewch i ni edrych ar hwn gyda'n gilydd ddydd Iau.",
}


@pytest.mark.browser
@pytest.mark.parametrize("language", ["en", "cy"])
def test_several_ratings_are_confirmed_and_one_is_returned(
    chromium: Browser, live: tuple[Server, Flask], language: Any
) -> None:
    _server, app = live
    say = Words(app, language)
    visitor, supervisor = make_health_visitor(language=language), make_person(language=language)
    make_membership(supervisor, organisation("BCU"), job_role_code="psychologist", setting_code="camhs")
    make_licence(supervisor)
    make_supervision(visitor, supervisor)
    rate(visitor, "PIMH", "D4")
    codes = [line.statement for line in services.mine(acting_for(visitor), "PIMH").of_domain("D4") if line.row]
    assert len(codes) > 2
    her = Walk(chromium, live, visitor, language)

    her.go("/assessment/PIMH/sharing")
    assert supervisor.display_name in her.page.inner_text("main"), "who sees it is said before"
    her.page.locator('[name="who"][value="supervisor"]').check()
    her.press(say("Save"))
    her.press(say("Ask %(who)s to confirm", who=supervisor.display_name))
    waiting = say.count(
        "%(num)d rating waits for your supervisor now.", "%(num)d ratings wait for your supervisor now.", len(codes)
    )
    assert waiting in her.page.inner_text("body")
    assert _mail(supervisor)[-1].subject == say(
        "%(who)s asks you to look at a self-assessment", who=visitor.display_name
    )

    him = Walk(chromium, live, supervisor, language)
    him.go("/supervision/assessments")
    him.page.get_by_role("link", name=visitor.display_name).click()
    him.page.wait_for_load_state()
    him._look("/supervision/answer")
    *agreed, doubted = codes
    for each in agreed:
        him.page.get_by_label(say.of(each.wording), exact=True).check()
    him.press(say("Send the answer"))
    done = say.count("%(num)d rating answered.", "%(num)d ratings answered.", len(agreed))
    assert done in him.page.inner_text("body")
    assert him.page.locator('main input[name="picks"]').count() == 1, "the other one waits on"

    him.page.get_by_label(say.of(doubted.wording), exact=True).check()
    him.page.get_by_label(say("I return them, with a reason"), exact=True).check()
    him.press(say("Send the answer"))
    assert say("Say why, so that they know what to do next") in him.page.inner_text("main")
    assert him.page.get_by_label(say.of(doubted.wording), exact=True).is_checked(), "what was chosen is still chosen"
    assert him.page.locator(".nhsuk-error-summary").count() == 1, "what is wrong is said once at the top"
    him._look("/supervision/answer-without-reason")
    him.page.locator('[name="reason"]').fill(REASON[language])
    him.press(say("Send the answer"))
    assert say("Nothing waits for you here.") in him.page.inner_text("main")
    him._look("/supervision/answered")
    db.session.rollback()
    states = {
        line.statement.code: line.row.state for line in services.mine(acting_for(visitor), "PIMH").lines if line.row
    }
    assert states.pop(doubted.code) is RatingState.RETURNED
    assert set(states.values()) == {RatingState.CONFIRMED}
    assert [each.to for each in _mail(visitor)] == [primary_email(visitor.id)] * 2, "one letter for each answer"

    her.go("/assessment/PIMH")
    returned = say.count("%(num)d returned to you", "%(num)d returned to you", 1)
    assert returned in her.page.inner_text("main")
    her.go("/assessment/PIMH/D4")
    shown = her.page.inner_text("main")
    assert REASON[language] in shown
    assert shown.count(supervisor.display_name) == len(codes), "whose word it is stands beside each"
    assert shown.count(say("Confirmed")) >= len(agreed)
    field = f"value-{doubted.code.replace('.', '~')}"
    her.page.locator(f'[name="{field}"][value="developing"]').check()
    her.press(say("Save"))
    her.go("/assessment/PIMH")
    assert returned not in her.page.inner_text("main")
    her.go("/assessment/PIMH/history")
    assert REASON[language] in her.page.inner_text("main"), "what was said stays in the history"


def _mail(person: Any) -> list[MailMessage]:
    db.session.rollback()
    found = select(MailMessage).where(MailMessage.to == primary_email(person.id)).order_by(MailMessage.written_at)
    return list(db.session.scalars(found))
