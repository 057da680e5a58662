"""Self-assessments and plans as they are lived with: a health visitor's, and what her team shares with its lead."""

from datetime import date, timedelta
from uuid import UUID

from courses.plans import services as plans
from courses.plans.models import ActionKind, Goal, Outcome
from courses.plans.services import Words
from courses.supervision.models import Supervision
from frameworks.assessment import services as assessment
from frameworks.assessment.services import Say
from lms.core.db import db
from lms.demonstration.acting import PROGRAMME, acting, at

CODE = "PIMH"
COMMENT = "I ask every family now, and I know whom to ring."
SHARING = 12
"""Health visitors of the crowd who rate themselves; two of three share it with their manager."""
TURNS = ("confident", "developing", "confident", "supports_others", "not_yet", "confident")


def tell(cast: dict[str, UUID], team: list[UUID], today: date) -> None:
    """The health visitor of the cast has ratings over time, some confirmed, and goals in every state."""
    me, lead = cast["visitor"], cast["teamlead"]
    db.session.add(
        Supervision(learner_id=me, supervisor_id=cast["supervisor"], programme_code=PROGRAMME,
                    starts_on=today - timedelta(days=200))
    )  # fmt: skip
    db.session.flush()  # what follows asks who supervises
    with at(today - timedelta(days=160)):
        for domain in ("D1", "D2", "D4"):
            _rate(me, domain, ("developing", "developing", "not_yet", "confident"))
        assessment.share(acting(me), CODE, to_supervisor=True, to_manager=True)
    with at(today - timedelta(days=30)):
        _rate(me, "D1", ("confident",))
        _rate(me, "D2", ("confident", "developing"))
        assessment.ask(acting(me), CODE)
    with at(today - timedelta(days=22)):
        _confirm(cast["supervisor"], me, "D1")
    _goals(me, lead, today)
    with at(today - timedelta(days=15)):
        for number, person in enumerate(team[:SHARING]):
            for domain in ("D1", "D2", "D3", "D4", "D5")[: 2 + number % 4]:
                _rate(person, domain, TURNS[number % 3 :] if number % 4 else ("confident",))
            assessment.share(acting(person), CODE, to_supervisor=False, to_manager=number % 3 != 0)


def _rate(person: UUID, domain: str, values: tuple[str, ...]) -> None:
    actor = acting(person)
    it = assessment.mine(actor, CODE)
    lines = [line for line in it.of_domain(domain) if line.needed]
    said = {
        line.statement.code: Say(values[n % len(values)], COMMENT if n == 0 else "") for n, line in enumerate(lines)
    }  # fmt: skip
    if said:
        assessment.save(actor, CODE, domain, it.edition(domain), said)


def _confirm(supervisor: UUID, person: UUID, domain: str) -> None:
    actor = acting(supervisor)
    it, _as = assessment.of_person(actor, person, CODE)
    picks = [
        (line.row.statement_id, line.row.edition)
        for line in it.of_domain(domain) if line.row is not None and line.row.state.value == "confirmation_asked"
    ]  # fmt: skip
    assessment.answer(actor, person, CODE, picks, confirmed=True, reason="I saw it in the clinic.")


def _goals(me: UUID, lead: UUID, today: date) -> None:
    with at(today - timedelta(days=150)):
        done = _goal(me, "Know the pathways in our area", "D3", date.fromordinal(today.toordinal() - 60))
        plans.share(acting(me), lead)
    with at(today - timedelta(days=140)):
        plans.answer(acting(lead), me, [(done.id, done.edition)], agreed=True)
    with at(today - timedelta(days=58)):
        plans.review(acting(me), done.id, Outcome.REACHED, "I drew the map, and the team uses it.")
    with at(today - timedelta(days=20)):
        agreed = _goal(me, "Talk about stigma with every family", "D4", today + timedelta(days=40))
        plans.add_action(acting(me), agreed.id, agreed.edition, ActionKind.COURSE, course="PIMH-03")
        plans.add_action(acting(me), agreed.id, agreed.edition, ActionKind.OWN, words="Sit in on two first visits")
        plans.share(acting(me), lead)
    with at(today - timedelta(days=16)):
        plans.answer(acting(lead), me, [(agreed.id, agreed.edition)], agreed=True)
    with at(today - timedelta(days=3)):
        _goal(me, "Notice risk early", "D5", today + timedelta(days=90))
        plans.share(acting(me), lead)
        _goal(me, "Understand medicines while breastfeeding", "D8", today + timedelta(days=120))


def _goal(me: UUID, what: str, domain: str, by_when: date) -> Goal:
    return plans.add(
        acting(me),
        Words(
            what, "Families ask me, and I would like to answer well.", "My supervisor sees it in two visits.", by_when, CODE,
            domain,
        ),
    )  # fmt: skip
