"""Essential CAMHS as it is lived: told through the real use cases, with the clock stopped at each day of the past."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from io import BytesIO
from uuid import UUID

from sqlalchemy import select

from courses.enrolments import services as enrolments
from courses.portfolios import signing
from courses.portfolios.models import EvidenceItem, EvidenceKind, Outcome, Portfolio
from courses.portfolios.services import decisions, evidence, whole
from courses.supervision import services as supervision
from lms.core import clock
from lms.core.db import db
from lms.core.permissions import Actor
from lms.demonstration import supervising
from lms.demonstration.acting import PROGRAMME, acting, at

FOUNDATION = ("ECAMHS-1", "ECAMHS-2", "ECAMHS-3")
LARGEST = 1_000_000

WRITTEN = {
    "en": (
        "In supervision we looked at how a young person's wish for independence sat beside the need to be "
        "looked after. I noticed that I spoke mostly with the adults in the room, and asked fewer open "
        "questions than I had meant to. Since then I begin with what the young person would like to talk "
        "about, and I say what will happen next."
    ),
    "cy": (
        "Wrth gael fy ngoruchwylio buom yn edrych ar sut yr oedd awydd person ifanc am annibyniaeth yn "
        "cyd-fynd â'r angen am ofal. Sylwais fy mod yn siarad â'r oedolion yn bennaf, ac yn gofyn llai o "
        "gwestiynau agored nag yr oeddwn wedi'i fwriadu. Ers hynny rwy'n dechrau gyda'r hyn yr hoffai'r "
        "person ifanc siarad amdano."
    ),
}
CHANGED = {
    "en": " Next time I would ask the young person first what they want from the meeting, because it is theirs.",
    "cy": " Y tro nesaf byddwn yn gofyn yn gyntaf i'r person ifanc beth mae am ei gael o'r cyfarfod, gan mai ei gyfarfod ef yw.",
}
RETURNED = {
    "en": "A good start. Please add what you would do differently next time, and why.",
    "cy": "Dechrau da. Ychwanegwch beth fyddech chi'n ei wneud yn wahanol y tro nesaf, a pham.",
}
STATEMENT = "I have read this evidence and discussed it with the learner."


@dataclass(frozen=True)
class Learner:
    """Whose story: by whom supervised, how many of the foundation courses are signed off, and how the next one stands.

    `then`: None, `waiting` (evidence with the supervisor), `returned`, `again` (changed and sent again), `drafting`, or
    `whole` (asks for the sign-off).
    """

    person: UUID
    supervisor: UUID
    signed: int
    then: str | None
    begun: int
    """How many days ago."""


def tell(cast: dict[str, UUID], crowd: list[UUID], today: date, say: Callable[[int, int], None]) -> None:
    """Licences, supervision, attestations, portfolios and signatures. `crowd`: people of CAMHS teams."""
    with at(today - timedelta(days=420)):
        for key, number in (("supervisor", "SL-ECAMHS-DEMO0001"), ("supervisor2", "SL-ECAMHS-DEMO0002")):
            supervision.issue_licence(Actor.system(), cast[key], PROGRAMME, capacity=20, number=number)
    first, second = cast["supervisor"], cast["supervisor2"]
    with at(today - timedelta(days=5)):
        supervision.assign(Actor.system(), cast["nurse"], first, PROGRAMME)
    plans = [
        ("again", 0),
        ("waiting", 1),
        ("returned", 1),
        ("whole", 2),
        ("drafting", 0),
        (None, 3),
        ("waiting", 2),
        (None, 2),
    ]
    learners = [Learner(cast["nurse2"], first, 3, None, 300), Learner(cast["peer"], second, 0, "drafting", 40)]
    learners += [
        Learner(person, first if n % 3 else second, signed, then, 60 + 12 * (n + 2 * signed))
        for n, (person, (then, signed)) in enumerate(zip(crowd, plans * 2, strict=False))
    ]
    for n, learner in enumerate(learners, start=1):
        _story(learner, today)
        db.session.flush()  # a story's rows are forgotten once they are written, so that memory stays small
        db.session.expunge_all()
        say(n, len(learners))
    supervising.furnish(cast, today)


def _story(it: Learner, today: date) -> None:
    begun = today - timedelta(days=it.begun)
    with at(begun):
        supervision.assign(Actor.system(), it.person, it.supervisor, PROGRAMME)
    pace = max((it.begun - 12) // 4, 8)
    for n, code in enumerate(FOUNDATION[: it.signed + bool(it.then)]):
        day = begun + timedelta(days=n * pace)
        portfolio = _learn(it.person, code, day, finished=n < it.signed or it.then != "drafting")
        if n < it.signed:
            _hand_in(portfolio, day + timedelta(days=3))
            _accept_all(it.supervisor, portfolio, day + timedelta(days=5))
            _ask(portfolio, day + timedelta(days=6))
            _sign(it.supervisor, portfolio, day + timedelta(days=7))
        elif it.then == "drafting":
            _write(portfolio, day + timedelta(days=3), only_first=True)
        else:
            late = today - timedelta(days=2 + it.begun % 17)
            _hand_in(portfolio, max(day + timedelta(days=1), late - timedelta(days=1)))
            if it.then in ("returned", "again"):
                _return_first(it.supervisor, portfolio, max(day + timedelta(days=2), late))
            if it.then == "again":
                _send_again(portfolio, max(day + timedelta(days=3), late + timedelta(days=1)))
            if it.then == "whole":
                _accept_all(it.supervisor, portfolio, max(day + timedelta(days=2), late))
                _ask(portfolio, max(day + timedelta(days=3), late + timedelta(days=1)))
    if it.signed == len(FOUNDATION) and it.then is None and it.begun != 300:
        with at(today - timedelta(days=9)):
            supervision.attest(
                acting(it.supervisor), it.person, PROGRAMME, team="CAMHS", clinical_role=True, in_setting=True,
                under_supervision=True, ends_on=today + timedelta(days=300),
            )  # fmt: skip


def _learn(person: UUID, code: str, day: date, *, finished: bool) -> Portfolio:
    learner, system = acting(person), Actor.system()
    with at(day):
        language = learner.language
        enrolment = enrolments.enrol(learner, person, code, language)
        enrolments.start(system, enrolment.id, clock.now())
        enrolments.record_progress(system, enrolment.id, 45, clock.now() + timedelta(minutes=40))
    if finished:
        with at(day + timedelta(days=1)):
            enrolments.learning_completed(system, enrolment.id, clock.now())
    return db.session.scalars(select(Portfolio).where(Portfolio.enrolment_id == enrolment.id)).one()


def _write(portfolio: Portfolio, day: date, *, only_first: bool = False) -> list[EvidenceItem]:
    learner = acting(portfolio.learner_id)
    db.session.refresh(portfolio, ["items"])
    items = sorted(portfolio.items, key=lambda item: item.template_item.position)[: 1 if only_first else None]
    with at(day):
        for item in items:
            observed = item.template_item.kind is EvidenceKind.OBSERVED_PRACTICE
            evidence.save_draft(
                learner, item.id, item.edition, body=WRITTEN[learner.language],
                observer="Senior colleague, CAMHS" if observed else None, observed_on=day if observed else None,
            )  # fmt: skip
            if item.template_item.kind is EvidenceKind.FILE:
                file = BytesIO(supervising.timeline(learner.language))
                name = "llinell-amser.png" if learner.language == "cy" else "timeline.png"
                evidence.attach_file(learner, item.id, item.edition, file, name, LARGEST)
    return items


def _hand_in(portfolio: Portfolio, day: date) -> None:
    learner = acting(portfolio.learner_id)
    for item in _write(portfolio, day):
        if item.template_item.kind is EvidenceKind.OBSERVED_PRACTICE:
            supervising.observed(item, day)
        with at(day):
            evidence.submit_item(learner, item.id, item.edition, no_identifiers=True, harmless=True)


def _accept_all(supervisor: UUID, portfolio: Portfolio, day: date) -> None:
    with at(day):
        for item in portfolio.items:
            decisions.decide(
                acting(supervisor), item.id, item.edition, outcome=Outcome.ACCEPTED, individually_supervised=True
            )


def _return_first(supervisor: UUID, portfolio: Portfolio, day: date) -> None:
    item = min(portfolio.items, key=lambda each: each.template_item.position)
    with at(day):
        comment = RETURNED[acting(portfolio.learner_id).language]
        decisions.decide(acting(supervisor), item.id, item.edition, outcome=Outcome.RETURNED, comment=comment)


def _send_again(portfolio: Portfolio, day: date) -> None:
    learner = acting(portfolio.learner_id)
    item = min(portfolio.items, key=lambda each: each.template_item.position)
    with at(day):
        changed = item.body + CHANGED[learner.language]
        evidence.save_draft(learner, item.id, item.edition, body=changed)
        evidence.submit_item(learner, item.id, item.edition, no_identifiers=True, harmless=True)


def _ask(portfolio: Portfolio, day: date) -> None:
    with at(day):
        whole.submit(acting(portfolio.learner_id), portfolio.id, declared=True)


def _sign(supervisor: UUID, portfolio: Portfolio, day: date) -> None:
    with at(day):
        db.session.expire_all()
        seen = signing.digest(signing.evidence_content(portfolio))
        decisions.sign_off(acting(supervisor), portfolio.id, seen=seen, statement=STATEMENT)
