"""A certificate from its holder's phone to an employer's, who checks it with JavaScript and without; a list at once; and a
cohort's certificates, from looking first to one that is revoked. In both languages, in a real browser.
"""

import csv
import io
import zipfile
from datetime import date
from typing import Any

import pytest
import requests
from flask import Flask
from playwright.sync_api import Browser, Page, expect
from pypdf import PdfReader
from sqlalchemy import select

from certificates import queries, services, wording
from certificates.models import Award
from certificates.rules import NameVisibility, RevocationReason, State
from courses.catalogue.models import CertificateKind
from courses.enrolments.models import EnrolmentState
from lms.core import clock, jobs
from lms.core.db import db, transaction
from lms.core.language import Bilingual
from lms.core.mail import MailMessage
from lms.core.permissions import Actor, Role
from tests.factories.accounts import grant, make_membership, make_organisation, make_person, sign_in_browser
from tests.factories.catalogue import make_course
from tests.factories.certificates import NAME, make_award, make_completed
from tests.factories.enrolments import make_enrolment
from tests.journeys.conftest import Server
from tests.journeys.test_evidence_on_a_phone import PHONE, phone_of
from tests.journeys.words import Words

pytestmark = pytest.mark.browser

DESK = {"width": 1280, "height": 900}
Live = tuple[Server, Flask]


def headed(page: Page, words: str) -> None:
    expect(page.get_by_role("heading", level=1)).to_contain_text(words)


def fits(page: Page) -> None:
    """Nothing is cut off at the side."""
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), page.url


def pdf_named(name: str, content: bytes) -> Any:
    return {"name": name, "mimeType": "application/pdf", "buffer": content}


def dropped(page: Page, name: str, content: bytes) -> None:
    """As somebody lets a file go over the form."""
    carried = page.evaluate_handle(
        "([name, bytes]) => { const carried = new DataTransfer();"
        " carried.items.add(new File([new Uint8Array(bytes)], name, {type: 'application/pdf'})); return carried }",
        [name, list(content)],
    )
    page.locator("form[data-compare]").dispatch_event("drop", {"dataTransfer": carried})


def fills_the_date(page: Page, on: date) -> None:
    for part, value in (("day", on.day), ("month", on.month), ("year", on.year)):
        page.locator(f"#issued_on-{part}").fill(str(value))


@pytest.mark.parametrize("language", ["en", "cy"])
def test_a_holder_shares_and_an_employer_checks(chromium: Browser, live: Live, language: str) -> None:
    server, app = live
    say, here = Words(app, language), f"{server.url}/{language}"
    valid = say.of(wording.STATES[State.ACTIVE])
    award = make_award(make_completed(learner=make_person(legal_name=NAME, language=language)))

    holder = phone_of(chromium, server, app, award.learner)
    holder.goto(f"{here}/record")
    holder.get_by_role("link", name=award.snapshot[language]["course"], exact=True).click()
    which = "Welsh" if language == "cy" else "English"
    with holder.expect_download() as coming:
        holder.get_by_role("link", name=say(f"Download in {which} (PDF)")).click()
    pdf = coming.value.path().read_bytes()
    holder.get_by_role("link", name=say("Change how your name is shown")).click()
    holder.get_by_role("radio", name=say.of(wording.VISIBILITIES[NameVisibility.PRIVATE])).check()
    holder.get_by_role("button", name=say("Save")).click()
    holder.get_by_role("link", name=say("A link with your whole name, for a while")).click()
    holder.get_by_role("radio", name=say.count("%(num)s day", "%(num)s days", 7), exact=True).check()
    holder.get_by_label(say("Who is it for? (optional)")).fill("Bwrdd Iechyd, new post")
    fits(holder)
    holder.get_by_role("button", name=say("Make the link")).click()
    link = holder.locator(".nhsuk-notification-banner a").inner_text()
    assert link.startswith(f"{server.url}/v/{award.code}?share=")
    expect(holder.get_by_role("rowheader").get_by_text("Bwrdd Iechyd, new post")).to_be_visible()
    fits(holder)

    employer = phone_of(chromium, server, app, None)
    employer.set_extra_http_headers({"Accept-Language": language})
    sent: list[str] = []
    employer.on("request", lambda asked: sent.append(asked.method) if asked.method != "GET" else None)
    employer.goto(link)  # one
    headed(employer, valid)
    expect(employer.locator("main")).to_contain_text(NAME)
    employer.get_by_role("link", name="English" if language == "cy" else "Cymraeg").click()  # two
    expect(employer.locator("main")).to_contain_text(NAME)  # also in the other language
    employer.goto(f"{here}/v/{award.code}")  # three
    expect(employer.locator("main")).not_to_contain_text(NAME)
    expect(employer.get_by_text(say("(the holder has chosen not to show their name here)"))).to_be_visible()

    employer.goto(f"{here}/verify")
    employer.get_by_label(say("Certificate number")).fill(award.number.lower())
    employer.get_by_label(say("Surname on the certificate")).fill("llyr gruffydd")
    fills_the_date(employer, award.issued_on)
    fits(employer)
    assert sent == []
    employer.get_by_role("button", name=say("Find the certificate")).click()  # four
    headed(employer, valid)
    assert employer.url == f"{here}/v/{award.code}"

    sent.clear()
    said = employer.locator("form[data-compare] [role=status]")
    compare = employer.get_by_role("button", name=say("Compare the file"))
    compare.click()
    expect(said).to_have_text(say("Choose a file"))
    employer.set_input_files("#file", pdf_named("certificate.pdf", pdf))
    expect(said).to_have_text("")
    compare.click()
    expect(said).to_have_text(say("This is our file, byte for byte."))
    altered = pdf[:-30] + bytes([pdf[-30] ^ 1]) + pdf[-29:]
    dropped(employer, "altered.pdf", altered)
    expect(said).to_have_text(
        say("This is not our file. A scan, a print, or a file that was saved anew differs too: compare the words.")
    )
    dropped(employer, "true.pdf", pdf)
    expect(said).to_have_text(say("This is our file, byte for byte."))
    assert sent == []  # nothing of it left the browser
    fits(employer)

    plain = chromium.new_context(viewport=PHONE, java_script_enabled=False).new_page()
    for content, words in ((pdf, "This is our file"), (altered, "This is not our file")):
        plain.goto(f"{here}/v/{award.code}")  # five, and seven
        plain.set_input_files("#file", pdf_named("certificate.pdf", content))
        plain.get_by_role("button", name=say("Compare the file")).click()  # six, and eight
        headed(plain, say(words))
        expect(plain.get_by_text(say("We did not keep the file."))).to_be_visible()

    checked = ("Checked %(num)s time by others. We do not keep who checked.",
               "Checked %(num)s times by others. We do not keep who checked.", 8)  # fmt: skip
    holder.goto(f"{here}/v/{award.code}")  # one's own look does not count
    holder.goto(f"{here}/record/{award.number}")
    expect(holder.get_by_text(say.count(*checked))).to_be_visible()
    holder.get_by_role("link", name=say("A link with your whole name, for a while")).click()
    holder.get_by_role("button", name=say("End now")).click()
    expect(holder.get_by_text(say("The link has ended."))).to_be_visible()
    employer.goto(link)
    headed(employer, valid)
    expect(employer.locator("main")).not_to_contain_text(NAME)
    for each in (holder, employer, plain):
        each.context.close()


@pytest.mark.parametrize("language", ["en", "cy"])
def test_an_employer_checks_a_list_and_keeps_the_answers(chromium: Browser, live: Live, language: str) -> None:
    server, app = live
    say, here = Words(app, language), f"{server.url}/{language}"
    good, bad, formula = make_award(), make_award(), make_award(name="=HYPERLINK(1) Evans")
    with transaction():
        services.revoke(Actor.system(), bad.id, RevocationReason.ISSUED_IN_ERROR, "x")
    head = "cod;rhif;cyfenw;cyhoeddwyd ar" if language == "cy" else "code;number;surname;issued_on"
    day = formula.issued_on.strftime("%d/%m/%Y")
    lines = [head, f"{good.code};;;", f"{server.url}/v/{bad.code};;;", f";{formula.number};evans;{day}", "AAAAA;;;"]
    file = {"name": "rhestr.csv", "mimeType": "text/csv", "buffer": "\r\n".join(lines).encode("cp1252")}
    states = [wording.STATES[each] for each in (State.ACTIVE, State.REVOKED, State.ACTIVE)] + [wording.NOT_FOUND]

    page = phone_of(chromium, server, app, make_person(language=language))
    page.goto(f"{here}/verify")
    page.get_by_role("link", name=say("Employers: check a list of certificates")).click()
    page.get_by_role("button", name=say("Check the list")).click()
    expect(page.locator(".nhsuk-error-summary")).to_contain_text(say("Choose a file"))
    page.set_input_files("#file", file)
    page.get_by_role("button", name=say("Check the list")).click()
    expect(page.locator("tbody .nhsuk-tag")).to_have_text([each.in_(language) for each in states])
    told = say("%(good)s of %(all)s are valid today, %(missing)s were not found.", good=2, all=4, missing=1)
    expect(page.get_by_text(told)).to_be_visible()
    fits(page)

    page.set_input_files("#file", file)
    with page.expect_download() as coming:
        page.get_by_role("button", name=say("Check, and give me a CSV")).click()
    assert coming.value.suggested_filename.endswith(".csv")
    first, *rows = csv.reader(io.StringIO(coming.value.path().read_bytes().decode("utf-8-sig")))
    assert first[2] == ("Statws" if language == "cy" else "Status")
    assert [row[2] for row in rows] == [each.in_(language) for each in states]
    assert [row[3] for row in rows] == [good.number, bad.number, formula.number, ""]
    assert rows[2][4] == "'=HYPERLINK(1) Evans"
    assert rows[0][6] == good.issued_on.isoformat()
    page.context.close()


@pytest.mark.parametrize("language", ["en", "cy"])
def test_an_organiser_issues_for_a_cohort_and_revokes_one(chromium: Browser, live: Live, language: str) -> None:
    server, app = live
    say, here = Words(app, language), f"{server.url}/{language}"
    board, organiser = make_organisation(), make_person(language=language)
    grant(organiser, Role.ORGANISER, board)
    course = make_course(certificate_kind=CertificateKind.ATTENDANCE, title=Bilingual("Listening", "Gwrando"))
    learners = [make_person(legal_name=NAME, display_name=f"Dysgwr {number}", language=language) for number in range(3)]
    for learner, state in zip(learners, (EnrolmentState.COMPLETED,) * 2 + (EnrolmentState.IN_PROGRESS,), strict=True):
        make_enrolment(learner, course, make_membership(learner, board), state=state)
    mine = select(Award).where(Award.course_code == course.code)

    desk = chromium.new_context(viewport=DESK)
    cookie = sign_in_browser(app, organiser).get_cookie("llwybr")
    assert cookie is not None
    desk.add_cookies([{"name": "llwybr", "value": cookie.value, "url": server.url}])
    page = desk.new_page()
    page.goto(f"{here}/manage")
    page.get_by_role("link", name=say("Certificates"), exact=True).click()
    page.get_by_role("link", name=say("Certificates for a cohort")).click()
    page.get_by_label(say("Course"), exact=True).select_option(course.code)
    page.get_by_role("button", name=say("Look first")).click()
    expect(page.get_by_text(say("Nothing has been issued yet. This is what would happen:"))).to_be_visible()
    for learner in learners:
        expect(page.get_by_role("rowheader", name=learner.display_name)).to_be_visible()
    expect(page.locator("tbody").get_by_text(say("Has not completed the course"))).to_have_count(1)
    db.session.rollback()
    assert db.session.scalars(mine).all() == []

    specimen = page.get_by_role("link", name=say("Welsh" if language == "cy" else "English")).first.get_attribute(
        "href"
    )
    shown = PdfReader(io.BytesIO(desk.request.get(f"{server.url}{specimen}").body()))
    assert say.of(wording.SPECIMEN) in shown.pages[0].extract_text()

    page.get_by_role("button", name=say.count("Issue %(num)s certificate", "Issue %(num)s certificates", 2)).click()
    expect(page.locator(".app-job")).to_contain_text(say("%(done)s of %(of)s people have had their turn", done=0, of=3))
    jobs.run_pending()
    expect(page.locator(".app-job")).to_have_count(0)  # it has asked, and shown itself anew
    expect(page.locator("tbody").get_by_text(say("Gets a certificate"))).to_have_count(2)
    db.session.rollback()
    issued = db.session.scalars(mine.order_by(Award.number)).all()
    assert {each.learner_id for each in issued} == {each.id for each in learners[:2]}

    page.get_by_role("radio", name="Cymraeg").check()
    page.get_by_role("button", name=say("Make the zip")).click()
    jobs.run_pending()
    with page.expect_download() as coming:
        page.get_by_role("link", name=say("Download it")).click()
    with zipfile.ZipFile(coming.value.path()) as package:
        assert package.namelist() == [f"{each.number}-cy.pdf" for each in issued]
        assert "Gwrando" in PdfReader(io.BytesIO(package.read(package.namelist()[0]))).pages[0].extract_text()

    gone = issued[0]
    page.goto(f"{here}/record/{gone.number}")
    page.get_by_role("link", name=say("Revoke this certificate")).click()
    page.get_by_role("radio", name=say.of(wording.REASONS[RevocationReason.REQUIREMENTS_NOT_MET])).check()
    page.locator("#note").fill("Left at noon / Gadawodd am hanner dydd")
    page.get_by_role("button", name=say("Continue")).click()
    assert worth(gone) is State.ACTIVE  # it is asked once more
    page.get_by_role("button", name=say("Revoke the certificate")).click()
    expect(page.get_by_text(say("The certificate has been revoked."))).to_be_visible()
    desk.close()

    anyone = phone_of(chromium, server, app, None)
    anyone.goto(f"{here}/v/{gone.code}")
    headed(anyone, say.of(wording.STATES[State.REVOKED]))
    reason = wording.REASONS[RevocationReason.REQUIREMENTS_NOT_MET]
    expect(anyone.get_by_text(say("Reason: %(reason)s.", reason=say.of(reason)))).to_be_visible()
    expect(anyone.locator("main")).not_to_contain_text("hanner dydd")
    fits(anyone)
    anyone.context.close()
    status = requests.get(f"{server.url}/v/{gone.code}.json", timeout=10).json()["status"]
    assert (status["state"], status["reason"]) == ("revoked", "requirements_not_met")
    db.session.rollback()
    letter = db.session.scalars(select(MailMessage).where(MailMessage.to == gone.learner.emails[0].address)).one()
    assert (letter.language, gone.number in letter.subject) == (language, True)


def worth(award: Award) -> State:
    """What it is worth now, as anybody is told."""
    db.session.rollback()
    db.session.expire_all()
    found = queries.award_by_id(award.id)
    assert found is not None
    return queries.standing_of(found, clock.today()).state
