"""Portfolios, from opening to signature, through the services that people use."""

import io
from datetime import date
from types import SimpleNamespace
from typing import Any

from courses.portfolios import signing
from courses.portfolios.models import EvidenceItem, EvidenceKind, Outcome, Portfolio, SignOff
from courses.portfolios.services import decisions, evidence, opening, whole
from courses.supervision.queries import supervised_people
from lms.accounts.models import Person
from lms.core.db import db, transaction
from lms.core.permissions import Actor
from tests.factories.accounts import make_person
from tests.factories.catalogue import make_course
from tests.factories.enrolments import make_enrolment
from tests.factories.supervision import make_licence, make_supervision

PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\n%%EOF\n"
WRITTEN = "A child of seven learned to name what she felt. I learned to wait."


def actor_of(person: Person) -> Actor:
    """The person as the edge would know them now."""
    return Actor(
        person=person.id, name=person.display_name, language=person.language, supervises=supervised_people(person.id)
    )


def make_portfolio(
    learner: Person | None = None, template: str = "PF-ECAMHS-1", programme: str = "ECAMHS", **given: Any
) -> Portfolio:
    """An enrolment on a course that asks for the template, and its open portfolio. `given` goes to the enrolment."""
    learner = learner or make_person()
    course = given.pop("course", None) or make_course(programme_code=programme, portfolio_template_code=template)
    enrolment = make_enrolment(learner, course, **given)
    with transaction():
        portfolio_id = opening.open_portfolio(Actor.system(), enrolment.id)
    return db.session.get_one(Portfolio, portfolio_id)


def make_supervisor(*learners: Person, programme: str = "ECAMHS", licence: bool = True, **given: Any) -> Person:
    """Somebody with a live licence who has these learners."""
    supervisor = make_person(**given)
    if licence:
        make_licence(supervisor, programme)
    for learner in learners:
        make_supervision(learner, supervisor, programme)
    return supervisor


def a_pair(template: str = "PF-ECAMHS-1", **given: Any) -> SimpleNamespace:
    """A learner with an open portfolio, and their supervisor: learner, supervisor, portfolio, items."""
    learner = make_person(display_name="Alys Learner")
    portfolio = make_portfolio(learner, template, **given)
    supervisor = make_supervisor(
        learner, programme=portfolio.programme_code, display_name="Siân Supervisor", legal_name="Siân Supervisor"
    )
    return SimpleNamespace(learner=learner, supervisor=supervisor, portfolio=portfolio, items=items_of(portfolio))


def items_of(portfolio: Portfolio) -> list[EvidenceItem]:
    db.session.refresh(portfolio)
    return signing.in_order(portfolio)


def write(item: EvidenceItem, body: str = WRITTEN) -> EvidenceItem:
    """What the item's kind asks for, saved as a draft."""
    learner = actor_of(item.portfolio.learner)
    with transaction():
        kind = item.template_item.kind
        if kind is EvidenceKind.FILE:
            return evidence.attach_file(learner, item.id, item.edition, io.BytesIO(PDF), "timeline.pdf", 1_000_000)
        seen = {"observer": "Mair, team lead", "observed_on": date(2026, 3, 2)}
        more = seen if kind is EvidenceKind.OBSERVED_PRACTICE else {}
        return evidence.save_draft(learner, item.id, item.edition, body=body, **more)


def submit(item: EvidenceItem, body: str = WRITTEN) -> EvidenceItem:
    write(item, body)
    with transaction():
        return evidence.submit_item(actor_of(item.portfolio.learner), item.id, item.edition, no_identifiers=True)


def decide(item: EvidenceItem, supervisor: Person, outcome: Outcome = Outcome.ACCEPTED, **given: Any) -> EvidenceItem:
    with transaction():
        decisions.decide(actor_of(supervisor), item.id, item.edition, outcome=outcome, **given)
    return item


def accept_all(pair: SimpleNamespace, **given: Any) -> None:
    for item in items_of(pair.portfolio):
        decide(submit(item), pair.supervisor, **given)


def submit_whole(pair: SimpleNamespace) -> Portfolio:
    accept_all(pair)
    with transaction():
        return whole.submit(actor_of(pair.learner), pair.portfolio.id, declared=True)


def sign(pair: SimpleNamespace) -> SignOff:
    """From nothing to the signature."""
    portfolio = submit_whole(pair)
    with transaction():
        return decisions.sign_off(
            actor_of(pair.supervisor), portfolio.id, seen=signing.digest(signing.evidence_content(portfolio)),
            statement="I have read all of it.",
        )  # fmt: skip
