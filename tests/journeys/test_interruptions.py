"""What life does to a form: a sign-in that ends in the middle, two tabs, a double click. Nothing typed is lost."""

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from courses.portfolios.models import EvidenceItem, EvidenceState
from lms.core.db import db
from tests.journeys.story import Story
from tests.journeys.visitor import Visitor

pytestmark = pytest.mark.browser

WRITTEN = "Gŵyl yr haf, a'r teulu ŷ'm ni'n ei gefnogi. <b>Not bold</b>, and \"quoted\".\n\nA second paragraph."
OTHER = "What I wrote on the other tab."


def test_nothing_typed_is_lost(story: Story) -> None:
    nurse = story.signed_in("nurse")
    nurse.go("/training/ECAMHS-1/enrol")
    nurse.press("Enrol", times=2)
    nurse.reads("You are enrolled.")
    course = nurse.page.url
    assert story.enrolments_of(story.cast.nurse) == 1

    nurse.follow("Evidence portfolio")
    portfolio = nurse.page.url
    writes_while_the_sign_in_ends(nurse, story)
    writes_on_two_tabs(nurse)
    submits_with_a_double_click(nurse)
    nurse.page.goto(portfolio)
    nurse.reads("With the supervisor")

    nurse.page.goto(course)
    leaves_while_the_sign_in_ends(nurse, story)
    nurse.page.goto(course)
    nurse.reads("Withdrawn")


def writes_while_the_sign_in_ends(it: Visitor, story: Story) -> None:
    """Every letter is there after signing in, and is not yet saved until it is sent again."""
    it.follow(it.say.item("PF-ECAMHS-1", 1))
    it.page.locator("#body").fill(WRITTEN)
    story.end_sign_ins(story.cast.nurse)
    it.press("Save draft")
    it.heading("Sign in")
    it.reads("What you had typed is kept. Sign in, and it is still there.")
    it.type("E-mail address", "nurse@taith.example")
    it.type("Password", "not her password")
    it.press("Sign in")
    it.reads("What you had typed is kept. Sign in, and it is still there.")
    it.sign_in()
    it.heading(it.say.item("PF-ECAMHS-1", 1))
    it.reads("What you had typed is still here. Check it and send it again.")
    expect(it.page.locator("#body")).to_have_value(WRITTEN)
    it.press("Save draft")
    it.reads("Draft saved")
    expect(it.page.locator("#body")).to_have_value(WRITTEN)


def writes_on_two_tabs(it: Visitor) -> None:
    """The second to save is told, sees both texts, and decides."""
    first, address = it.page, it.page.url
    it.page = second = it.new_tab()
    second.goto(address)
    it.page = first
    first.locator("#body").fill(WRITTEN + "\n\nOn the first tab.")
    it.press("Save draft")
    it.reads("Draft saved")
    it.page = second
    second.locator("#body").fill(OTHER)
    it.press("Save draft")
    it.reads("This was saved from another tab or device since you opened it. Compare the two.")
    it.reads("On the first tab.")
    expect(second.locator("#body")).to_have_value(OTHER)
    it.press("Save draft")
    it.reads("Draft saved")
    expect(second.locator("#body")).to_have_value(OTHER)
    first.close()


def submits_with_a_double_click(it: Visitor) -> None:
    """One submission, however often it is sent; whoever goes back sees that it is with the supervisor."""
    it.press("Save and check")
    it.tick("Nobody can be recognised in this evidence: no patient, no family, no colleague")
    address = it.page.url
    sent = {name: it.page.locator(f"main [name={name}]").input_value() for name in ("csrf_token", "once", "edition")}
    it.press("Submit to my supervisor", times=2)
    it.reads("Evidence sent to your supervisor")
    portfolio = it.page.url
    again = it.context.request.post(address, form=sent | {"no_identifiers": "true"})
    assert (again.status, again.url) == (200, portfolio)  # answered as the first was
    afresh = it.context.request.post(address, form=sent | {"no_identifiers": "true", "once": "another"})
    assert afresh.status == 409
    it.page.go_back()
    expect(it.page.get_by_role("button", name=it.say("Submit to my supervisor"))).to_have_count(0)
    db.session.rollback()
    states = db.session.scalars(select(EvidenceItem.state)).all()
    assert sorted(states) == [EvidenceState.DRAFT, EvidenceState.SUBMITTED]


def leaves_while_the_sign_in_ends(it: Visitor, story: Story) -> None:
    """A choice is kept as a text is; nothing has happened until it is sent again."""
    it.follow("Leave this course")
    it.choose("My role has changed")
    story.end_sign_ins(story.cast.nurse)
    it.press("Leave the course")
    it.heading("Sign in")
    it.sign_in()
    it.heading("Leave this course")
    expect(it.page.get_by_role("radio", name=it.say("My role has changed"), exact=True)).to_be_checked()
    it.press("Leave the course")
    it.reads("You have left this course.")
