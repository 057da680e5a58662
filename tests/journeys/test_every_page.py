"""Every page, in both languages, at desktop and phone width, on the demonstration data.

axe finds nothing, nothing overflows, nothing jumps, the policy against foreign content is never broken, no raw msgid or
missing value is shown, and a page that is new is missed here until it is given a visit.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Page
from sqlalchemy import select

from certificates.models import Award
from courses.catalogue.models import Course, CourseStatus, CourseVersion
from courses.enrolments.models import Enrolment, EnrolmentState
from courses.portfolios.models import EvidenceItem, EvidenceState, Portfolio, PortfolioState, SignOff
from courses.supervision.models import Attestation, Supervision, SupervisorLicence
from lms.accounts.models import EmailAddress, Membership, Person, RoleGrant
from lms.core import clock
from lms.core.db import db, transaction
from lms.core.permissions import Actor
from lms.xapi.rules.scopes import Scope
from lms.xapi.services import issue_credential
from tests.factories.accounts import sign_in_browser
from tests.factories.forwarding import make_troubled_destination
from tests.journeys.conftest import Server

WIDTHS = {"desktop": (1280, 900), "phone": (375, 740)}
LARGEST = 100_000
"""Bytes of a first page with all that it loads, compressed."""


@dataclass(frozen=True)
class Visit:
    """Who goes there (a person's id, or nobody), and to which address."""

    values: dict[str, Any]
    person: Any = None


def demo(name: str) -> Any:
    return db.session.scalars(
        select(EmailAddress.person_id).where(EmailAddress.address == f"{name}@demo.llwybr.example")
    ).one()


def one(statement: Any) -> Any:
    return db.session.scalars(statement.limit(1)).one()


def portfolio(state: PortfolioState) -> Portfolio:
    return one(select(Portfolio).where(Portfolio.state == state).order_by(Portfolio.id))


def item(*states: EvidenceState) -> EvidenceItem:
    """An item of an open portfolio whose learner has a supervisor."""
    return one(
        select(EvidenceItem).join(Portfolio).join(Supervision, Supervision.learner_id == Portfolio.learner_id)
        .where(EvidenceItem.state.in_(states), Portfolio.state == PortfolioState.IN_PROGRESS,
               Supervision.ends_on.is_(None), Supervision.programme_code == Portfolio.programme_code)
        .order_by(EvidenceItem.id)
    )  # fmt: skip


def of_item(found: EvidenceItem) -> Visit:
    return Visit(
        {"enrolment_id": found.portfolio.enrolment_id, "position": found.template_item.position},
        found.portfolio.learner_id,
    )


def of_portfolio(state: PortfolioState) -> Visit:
    found = portfolio(state)
    return Visit({"enrolment_id": found.enrolment_id}, found.learner_id)


def of_enrolment() -> Visit:
    found = one(select(Enrolment).where(Enrolment.state == EnrolmentState.IN_PROGRESS).order_by(Enrolment.id))
    return Visit({"enrolment_id": found.id}, found.learner_id)


def supervised(found: EvidenceItem | Portfolio) -> Any:
    learner = found.portfolio if isinstance(found, EvidenceItem) else found
    return one(
        select(Supervision.supervisor_id).where(
            Supervision.learner_id == learner.learner_id, Supervision.programme_code == learner.programme_code,
            Supervision.ends_on.is_(None),
        )
    )  # fmt: skip


def signed() -> Visit:
    found = one(select(SignOff).join(Portfolio).order_by(SignOff.id))
    return Visit({"enrolment_id": found.portfolio.enrolment_id, "version": found.version}, found.portfolio.learner_id)


def award() -> Award:
    return one(select(Award).order_by(Award.id))


def waiting_whole() -> Visit:
    found = one(
        select(Portfolio).join(Supervision, Supervision.learner_id == Portfolio.learner_id)
        .where(Portfolio.state == PortfolioState.SUBMITTED, Supervision.ends_on.is_(None),
               Supervision.programme_code == Portfolio.programme_code)
    )  # fmt: skip
    return Visit({"portfolio_id": found.id}, supervised(found))


def a_supervision() -> Visit:
    found = one(
        select(Supervision).join(SupervisorLicence, SupervisorLicence.person_id == Supervision.supervisor_id)
        .where(Supervision.ends_on.is_(None), Supervision.programme_code == "ECAMHS",
               SupervisorLicence.programme_code == "ECAMHS", SupervisorLicence.ends_on > clock.today())
    )  # fmt: skip
    return Visit({"supervision_id": found.id}, found.supervisor_id)


def an_attestation() -> Visit:
    found = one(select(Attestation).where(Attestation.ended_on.is_(None), Attestation.ends_on > clock.today()))
    return Visit({"attestation_id": found.id}, found.supervisor_id)


def draft(status: CourseStatus = CourseStatus.DRAFT) -> dict[str, Any]:
    found = one(
        select(CourseVersion).join(Course, Course.id == CourseVersion.course_id).where(CourseVersion.status == status)
    )
    return {"code": found.course.code, "number": found.number}


def membership() -> Visit:
    found = one(select(Membership).where(Membership.person_id == demo("nurse"), Membership.ends_on.is_(None)))
    return Visit({"membership_id": found.id}, found.person_id)


def a_credential() -> Visit:
    person = demo("admin")
    with transaction():
        made, _secret = issue_credential(Actor.system(), "A course platform", (Scope.STATEMENTS_WRITE,))
    return Visit({"credential_id": made.id}, person)


def a_destination(*also: str) -> Visit:
    destination, letter = make_troubled_destination()
    values = {"destination_id": destination.id, "letter_id": letter.id}
    return Visit({name: values[name] for name in also}, demo("admin"))


def of_destination() -> Visit:
    return a_destination("destination_id")


def as_(name: str, **values: Any) -> Callable[[], Visit]:
    return lambda: Visit(values, demo(name))


def open_to_all(**values: Any) -> Callable[[], Visit]:
    return lambda: Visit(values)


VISITS: dict[str, Callable[[], Visit]] = {
    "home.home": as_("nurse2"),
    "learning.learning": as_("nurse2"),
    "manage.manage": as_("organiser"),
    "help.help": open_to_all(),
    "help.accessibility": open_to_all(),
    "help.privacy": open_to_all(),
    "developers.developers": open_to_all(),
    "outbox.outbox": open_to_all(),
    "sign_in.sign_in": open_to_all(),
    "sign_in.join": open_to_all(),
    "sign_in.forgotten_password": open_to_all(),
    "sign_in.mail_sent": open_to_all(what="join"),
    "profile.profile": as_("nurse"),
    "profile.details": as_("nurse"),
    "profile.emails": as_("nurse"),
    "profile.password": as_("nurse"),
    "profile.registrations": as_("nurse"),
    "profile.sign_ins": as_("nurse"),
    "profile.tokens": as_("nurse"),
    "profile.add_membership": as_("nurse"),
    "profile.end_membership": membership,
    "admin.people": as_("admin"),
    "admin.person": lambda: Visit({"person_id": demo("nurse")}, demo("admin")),
    "admin.organisations": as_("admin"),
    "admin.add_organisation": as_("admin"),
    "admin.audit": as_("admin"),
    "admin.end_grant": lambda: Visit(
        {"grant_id": one(select(RoleGrant.id).where(RoleGrant.person_id == demo("author")))}, demo("admin")
    ),
    "frameworks.frameworks": open_to_all(),
    "frameworks.framework": open_to_all(code="PIMH"),
    "frameworks.framework_version": open_to_all(code="CAMHS", version=1),
    "catalogue.search": as_("nurse"),
    "catalogue.course": as_("volunteer", code="ECAMHS-4"),
    "course_authors.manage": as_("author"),
    "course_authors.create": as_("author"),
    "course_authors.edit": lambda: Visit(draft(), demo("author")),
    "course_authors.version": lambda: Visit(draft(), demo("author")),
    "course_authors.step": lambda: Visit(draft() | {"step": "review"}, demo("author")),
    "enrolments.enrol": as_("volunteer", code="PT-BSF1"),
    "enrolments.enrolment": of_enrolment,
    "enrolments.withdraw": of_enrolment,
    "enrolments.manage": as_("organiser"),
    "launch.launch": of_enrolment,
    "portfolios.portfolio": lambda: of_portfolio(PortfolioState.IN_PROGRESS),
    "portfolios.item": lambda: of_item(item(EvidenceState.RETURNED)),
    "portfolios.upload": lambda: of_item(item(EvidenceState.RETURNED)),
    "portfolios.submit_item": lambda: of_item(item(EvidenceState.RETURNED)),
    "portfolios.submit": lambda: of_portfolio(PortfolioState.IN_PROGRESS),
    "portfolios.reopen": lambda: of_portfolio(PortfolioState.SIGNED_OFF),
    "portfolios.signed": signed,
    "supervision_queue.queue": as_("supervisor"),
    "supervision_queue.item": lambda: Visit(
        {"item_id": item(EvidenceState.SUBMITTED).id}, supervised(item(EvidenceState.SUBMITTED))
    ),
    "supervision_queue.portfolio": waiting_whole,
    "supervision.learners": as_("supervisor"),
    "supervision.attest": a_supervision,
    "supervision.end": a_supervision,
    "supervision.end_attestation": an_attestation,
    "supervision.manage": as_("organiser"),
    "supervision.licences": as_("organiser"),
    "supervision.withdraw_licence": lambda: Visit(
        {"licence_id": one(select(SupervisorLicence.id).where(SupervisorLicence.withdrawn_on.is_(None)))},
        demo("organiser"),
    ),
    "awards.awards": as_("organiser"),
    "awards.revocation": lambda: Visit({"number": award().number}, demo("organiser")),
    "record.record": lambda: Visit({}, award().learner_id),
    "record.award": lambda: Visit({"number": award().number}, award().learner_id),
    "record.name": lambda: Visit({"number": award().number}, award().learner_id),
    "verify.form": open_to_all(),
    "verify.check": lambda: Visit({"code": award().code}),
    "uptake.uptake": as_("commissioner"),
    "uptake.baselines": as_("commissioner"),
    "uptake.people": as_("organiser"),
    "record_store.credentials": as_("admin"),
    "record_store.new": as_("admin"),
    "record_store.revoke": a_credential,
    "destinations.destinations": a_destination,
    "destinations.new": as_("admin"),
    "destinations.destination": of_destination,
    "destinations.edit": of_destination,
    "destinations.replay": of_destination,
    "destinations.end": of_destination,
    "destinations.letters": of_destination,
    "destinations.letter": lambda: a_destination("destination_id", "letter_id"),
}
ELSEWHERE = {
    "portfolios.file", "portfolios.signed_file", "record.certificate", "uptake.download",  # files, not pages
    "sign_in.confirm_address", "sign_in.set_password",  # mailed secrets: tests/accounts
}  # fmt: skip
SUSPECT = re.compile(r"%\(|undefined|\{n\}|duration-|Undefined|&lt;")
NOT_WELSH = re.compile(r"\b(None|True|False)\b")
"""On a Welsh page these are a missing value, never a word."""


def test_every_page_has_a_visit(live_demo: tuple[Server, Flask]) -> None:
    _server, app = live_demo
    pages = {
        rule.endpoint for rule in app.url_map.iter_rules() if "lang" in rule.arguments and "GET" in (rule.methods or ())
    }
    assert pages - set(VISITS) - ELSEWHERE == set()
    assert set(VISITS) - pages == set()


def browser_of(chromium: Browser, live_demo: tuple[Server, Flask], person: Any) -> BrowserContext:
    server, app = live_demo
    context = chromium.new_context(viewport={"width": 1280, "height": 900})
    if person:
        cookie = sign_in_browser(app, db.session.get_one(Person, person)).get_cookie("llwybr")
        assert cookie is not None
        context.add_cookies([{"name": "llwybr", "value": cookie.value, "url": server.url}])
    return context


@pytest.mark.browser
@pytest.mark.parametrize("endpoint", sorted(VISITS))
def test_page(chromium: Browser, live_demo: tuple[Server, Flask], endpoint: str) -> None:
    server, app = live_demo
    visit = VISITS[endpoint]()
    context = browser_of(chromium, live_demo, visit.person)
    context.add_init_script(WATCH)
    page = context.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    for language in ("en", "cy"):
        with app.test_request_context():
            from flask import url_for

            address = url_for(endpoint, lang=language, **visit.values)
        for width, (across, down) in WIDTHS.items():
            page.set_viewport_size({"width": across, "height": down})
            answer = page.goto(server.url + address)
            assert answer is not None
            where = f"{language} {width} {address}"
            assert answer.status == 200, f"{where}: {answer.status}"
            check(page, where, language)
    page.set_viewport_size({"width": 320, "height": 640})
    page.reload()
    assert page.evaluate("document.documentElement.scrollWidth") <= 320, f"{endpoint} overflows at 320"
    context.close()
    assert said == []


WATCH = """
window.__shift = 0; window.__broken = [];
new PerformanceObserver(list => { for (const e of list.getEntries()) if (!e.hadRecentInput) window.__shift += e.value })
  .observe({type: 'layout-shift', buffered: true});
addEventListener('securitypolicyviolation', e => window.__broken.push(e.violatedDirective + ' ' + e.blockedURI));
"""


def check(page: Page, where: str, language: str) -> None:
    """What is asked of every page at every width."""
    assert page.locator("html").get_attribute("lang") == language, where
    assert page.locator("h1").count() == 1, f"{where}: h1"
    assert page.evaluate("window.__broken") == [], where
    assert page.evaluate("window.__shift") < 0.05, f"{where}: layout shift"
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{where}: overflows"
    text = page.locator("body").inner_text()
    assert not (found := SUSPECT.search(text)), (
        f"{where}: {found and text[max(0, found.start() - 60) : found.end() + 60]}"
    )
    if language == "cy":
        assert not NOT_WELSH.search(text), where
    page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
    result = Axe().run(page, options={"resultTypes": ["violations"]})
    assert result.violations_count == 0, f"{where}\n{result.generate_report()}"


@pytest.mark.browser
def test_axe_can_find_something(chromium: Browser, live_demo: tuple[Server, Flask]) -> None:
    """A check that cannot fail is none."""
    page = browser_of(chromium, live_demo, None).new_page()
    page.goto(f"{live_demo[0].url}/en/help")
    page.evaluate("document.body.insertAdjacentHTML('beforeend', '<img src=x.png><input><a href=#></a>')")
    assert {"image-alt", "label", "link-name"} <= {each["id"] for each in Axe().run(page).response["violations"]}


@pytest.mark.browser
@pytest.mark.parametrize("address", ["/en/", "/cy/training"])
def test_the_first_page_is_light(chromium: Browser, live_demo: tuple[Server, Flask], address: str) -> None:
    server, _app = live_demo
    context = browser_of(chromium, live_demo, None)
    page = context.new_page()
    session = context.new_cdp_session(page)
    session.send("Network.enable")
    sizes: list[float] = []
    session.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
    page.goto(server.url + address, wait_until="networkidle")
    assert 0 < sum(sizes) < LARGEST, sizes
