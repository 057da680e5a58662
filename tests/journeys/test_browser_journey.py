"""The whole story as people meet it: in Chromium, in English and in Welsh, with JavaScript and without."""

import io
import json

import pytest
import zxingcpp
from PIL import Image
from playwright.sync_api import expect

from certificates.rules import State
from certificates.wording import EXPLANATIONS
from certificates.wording import STATES as AWARD_STATES
from lms.reporting.rules.measures import DEFINITIONS, Measure
from tests.factories.reporting import told_to_reports
from tests.journeys.cast import Cast
from tests.journeys.conftest import pages_of
from tests.journeys.story import Story
from tests.journeys.visitor import Visitor
from tests.journeys.xapi_client import report

pytestmark = pytest.mark.browser

WRITTEN = "Paratoais y cyfarfod gyda'r teulu. I prepared the meeting with the family, and thought about it afterwards."
COMMENT = "Ysgrifennwch fwy am yr hyn a newidiodd. Say more about what changed."
MORE = WRITTEN + "\n\nNewidiais drefn y cwestiynau. I changed the order of the questions."
FILE = {"name": "llinell-amser.txt", "mimeType": "text/plain", "buffer": b"What we changed, and why.\n"}
ASKED = {"en": "child family development", "cy": "datblygiad plant"}


def test_enrol_learn_sign_off_certify_report(story: Story) -> None:
    cast = story.cast
    story.a_crowd_learned("PIMH-01")
    nurse, volunteer, supervisor, commissioner = (
        story.signed_in(who) for who in ("nurse", "volunteer", "supervisor", "commissioner")
    )
    before = figures(commissioner)
    gives_a_supervisor(story)

    is_refused_as_a_nurse(nurse, story)
    for learner in (nurse, volunteer):
        searches(learner)
        enrols(learner, "ECAMHS-1")
        learns(learner)
    is_refused_as_a_volunteer(volunteer)

    gives_evidence(nurse)
    returns_the_first(supervisor, cast)
    story.server.kill()  # what was acknowledged is there after a kill -9
    story.server.start()
    corrects(nurse)
    accepts_both(supervisor, cast)
    submits_the_whole(nurse)
    signs_off(supervisor, cast)
    holds_a_certificate(nurse, story)

    for code in ("ECAMHS-2", "ECAMHS-3"):
        story.signed_off(cast.nurse, cast.supervisor, code)
    is_let_in_when_attested(nurse, supervisor, story)

    told_to_reports()
    after = figures(commissioner)
    # Twelve before, and two more: both stand for their ten. The volunteer alone is active, which none is not told from.
    for told in (before, after):
        assert [told[each] for each in (Measure.ENROLLED, Measure.COMPLETED, Measure.CERTIFIED)] == [15, 15, 15]
        assert told[Measure.ACTIVE] is None
    _name, raw = commissioner.download("Download as CSV")
    for person in (cast.nurse, cast.volunteer):
        commissioner.does_not_read(person.display_name)
        assert person.display_name not in raw.decode()


def gives_a_supervisor(story: Story) -> None:
    """The organiser licenses the supervisor and gives her the nurse."""
    organiser = story.signed_in("organiser")
    organiser.go("/manage/supervision/licences")
    organiser.type("E-mail address of the supervisor", Cast.address("supervisor"))
    organiser.pick("Programme", "ECAMHS")
    organiser.press("Issue the licence")
    organiser.reads(story.cast.supervisor.display_name)
    organiser.go("/manage/supervision")
    organiser.type("E-mail address of the learner", Cast.address("nurse"))
    organiser.box("Supervisor and programme").select_option(index=1)
    organiser.press("Give this supervisor")
    organiser.reads("%(name)s has a supervisor.", name=story.cast.nurse.display_name)


def searches(it: Visitor) -> None:
    """In either language, whatever the page's own; a circumflex may be left out."""
    it.open("Find training")
    for words, code in (("grwp cymheiriaid", "SUP-ACT"), (ASKED[it.say.language], "ECAMHS-1")):
        it.type("Words, in English or Welsh", words)
        it.press("Show results")
        it.reads(it.say.course(code))


def enrols(it: Visitor, code: str) -> None:
    """From the results of a search."""
    it.follow(it.say.course(code))
    it.follow("Enrol on this course")
    it.reads("Who will see that you are enrolled")
    it.choose("Welsh" if it.say.language == "cy" else "English")
    it.press("Enrol", times=2)  # a double click counts once
    it.reads("Enrolled")
    it.reads("Nothing yet. What the course reports appears here within seconds.")


def learns(it: Visitor) -> None:
    """The content reports through a real xAPI client; the page shows it at once."""
    here = it.page.url
    it.follow("Start learning")
    it.press("Connect a content player")
    shown = it.facts(".nhsuk-summary-list__row", "dt", "dd")
    launch = {
        name: shown[it.say(label)].strip()
        for name, label in (("endpoint", "Endpoint"), ("key", "User name"), ("secret", "Password"),
                            ("registration", "Registration"), ("activity", "Activity"))
    } | {"actor": json.loads(shown[it.say("Actor")])}  # fmt: skip
    report(launch, "initialized", "progressed")
    it.follow("See what has been received")
    assert it.page.url == here
    it.reads("%(done)s of %(total)s", done=60, total=100)
    report(launch, "completed", "passed")
    it.page.reload()
    it.reads("%(done)s of %(total)s", done=100, total=100)
    it.reads("Completed the content")
    it.reads("Passed")
    it.reads("reported by the course")


def is_refused_as_a_nurse(it: Visitor, story: Story) -> None:
    """Every reason with who can supply it, and what is open meanwhile."""
    it.go("/training/ECAMHS-4")
    it.reads("This is not open to you at the moment.")
    it.follow("See why, and what is open to you")
    it.heading("You cannot enrol on this yet: %(course)s", course=it.say.course("ECAMHS-4"))
    it.reads("You complete them; your learning supervisor signs the portfolios off.")
    who = story.cast.supervisor.display_name
    it.reads("%(supervisor)s has not yet attested your clinical role, your team and your supervision.", supervisor=who)
    it.reads("Ask %(supervisor)s to attest them.", supervisor=who)
    it.reads(it.say.course("ECAMHS-1"))


def is_refused_as_a_volunteer(it: Visitor) -> None:
    """Refused in plain words, and enrols on what is open instead."""
    it.go("/training/ECAMHS-4/enrol")
    it.heading("You cannot enrol on this yet: %(course)s", course=it.say.course("ECAMHS-4"))
    it.reads("This module is only for clinical staff under supervision in NHS CAMHS teams.")
    it.reads("Open to you now")
    it.follow(it.say.course("ECAMHS-2"))
    it.press("Enrol")
    it.reads("You are enrolled.")
    it.heading(it.say.course("ECAMHS-2"))


def writes(it: Visitor, position: int, text: str) -> None:
    """Save one item, check it, and give it to the supervisor."""
    it.follow(it.say.item("PF-ECAMHS-1", position))
    if position == 2:
        it.press("Save and add a file")
        it.page.get_by_label(it.say("Choose a file"), exact=True).set_input_files(FILE)
        it.press("Add this file")
        it.reads("File added to your draft")
        it.reads(FILE["name"])
    it.page.locator("#body").fill(text)
    it.press("Save and check")
    it.heading("Check your evidence")
    it.tick("Nobody can be recognised in this evidence: no patient, no family, no colleague")
    it.press("Submit to my supervisor", times=2)
    it.heading("Evidence portfolio")
    it.reads("With the supervisor")


def gives_evidence(it: Visitor) -> None:
    it.follow("Evidence portfolio")
    it.reads("Not started")
    writes(it, 1, WRITTEN)
    it.reads("Evidence sent to your supervisor")
    writes(it, 2, "")


def returns_the_first(it: Visitor, cast: Cast) -> None:
    it.go("/")
    it.follow("Open the queue")
    it.reads(cast.nurse.display_name)
    it.follow(it.say.item("PF-ECAMHS-1", 1))
    it.reads(WRITTEN)
    it.choose("Return, with a comment")
    it.press("Record and go to the next")  # without the comment that the learner needs
    it.reads("Write what the learner should change")
    it.choose("More is needed")
    it.type("Comment", COMMENT)
    it.press("Record and go to the next", times=2)
    it.heading(it.say.item("PF-ECAMHS-1", 2))  # the next one, by itself


def corrects(it: Visitor) -> None:
    it.page.reload()
    it.reads("Returned, with comments")
    it.reads("With the supervisor")
    it.follow(it.say.item("PF-ECAMHS-1", 1))
    it.reads(COMMENT)
    expect(it.page.locator("#body")).to_have_value(WRITTEN)
    it.page.go_back()
    writes(it, 1, MORE)


def accepts_both(it: Visitor, cast: Cast) -> None:
    it.open("Supervision")
    it.follow(it.say.item("PF-ECAMHS-1", 2))
    for position in (2, 1):  # the correction came last, so it waits last; the next one opens by itself
        it.heading(it.say.item("PF-ECAMHS-1", position))
        it.reads(FILE["name"] if position == 2 else "What changed since it was returned")
        it.choose("Accept")
        it.press("Record and go to the next")
    said = f"{it.say('Accepted')}: {cast.nurse.display_name}"
    it.reads("%(done)s. Nothing else waits with you.", done=said)


def submits_the_whole(it: Visitor) -> None:
    it.page.reload()
    it.reads("%(done)s of %(total)s", done=2, total=2)
    it.follow("Check and submit", exact=False)
    it.press("Submit for sign-off")  # without the declaration
    expect(it.page.locator(".nhsuk-error-summary")).to_be_visible()
    it.tick("All of this is my own work, it tells what really happened, and nobody can be recognised in it")
    it.press("Submit for sign-off")
    it.reads("Every item is accepted. The whole waits for the sign-off.")


def signs_off(it: Visitor, cast: Cast) -> None:
    it.open("Supervision")
    it.follow("Sign off the whole portfolio")
    it.reads(WRITTEN)
    it.page.locator("#declared").check()
    it.press("Sign off", times=2)
    said = it.say("Signed off: %(who)s", who=cast.nurse.display_name)
    it.reads("%(done)s. Nothing else waits with you.", done=said)


def holds_a_certificate(it: Visitor, story: Story) -> None:
    """The file downloads; its QR code leads to a page that says what was printed, and that it is valid."""
    it.open("My record")
    it.follow(it.say.course("ECAMHS-1"))
    language = "Welsh" if it.say.language == "cy" else "English"
    name, pdf = it.download(f"Download in {language} (PDF)")
    assert name.endswith(f"-{it.say.language}.pdf")
    (code,) = {found.text for page in pages_of(pdf) for found in zxingcpp.read_barcodes(Image.open(io.BytesIO(page)))}
    anyone = story.visitor("anyone")
    anyone.page.goto(code)
    anyone.heading(it.say.of(AWARD_STATES[State.ACTIVE]))
    anyone.reads(it.say.of(EXPLANATIONS[State.ACTIVE]))
    anyone.reads(story.cast.nurse.legal_name)
    anyone.reads(it.say.course("ECAMHS-1"))


def is_let_in_when_attested(nurse: Visitor, supervisor: Visitor, story: Story) -> None:
    """The foundation is signed off; the supervisor's word was all that was missing."""
    nurse.go("/training/ECAMHS-4/enrol")
    nurse.reads("Ask %(supervisor)s to attest them.", supervisor=story.cast.supervisor.display_name)
    nurse.does_not_read(nurse.say("You complete them; your learning supervisor signs the portfolios off."))
    who = story.cast.nurse.display_name
    supervisor.go("/supervision/learners")
    supervisor.follow("Attest", exact=False)
    supervisor.type("Name of the team", "CAMHS y Gogledd")
    for words in ("clinical role", "this team, and it is an NHS CAMHS team"):
        supervisor.tick(f"%(name)s works in {'a ' if words == 'clinical role' else ''}{words}", name=who)
    supervisor.tick("%(name)s works under supervision", name=who)
    supervisor.press("Attest")
    supervisor.reads("Attested. What %(name)s had paused for it goes on.", name=who)
    nurse.page.reload()
    nurse.press("Enrol")
    nurse.reads("You are enrolled.")
    nurse.heading(nurse.say.course("ECAMHS-4"))


def figures(it: Visitor) -> dict[Measure, int | None]:
    """The four figures of the uptake page; None: hidden."""
    it.open("Uptake")
    shown = it.facts(".app-stat", ".app-stat__label", ".app-stat__value")
    said = {each: shown[it.say.of(DEFINITIONS[each].title)].strip() for each in Measure}
    return {each: None if text == "*" else int(text) for each, text in said.items()}
