"""Two at once: one decision, one signature, and one clear refusal for the other."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

from flask import Flask
from sqlalchemy import func, select

from courses.portfolios import signing
from courses.portfolios.models import Decision, Outcome, Portfolio, SignOff
from courses.portfolios.services import decisions, evidence, opening
from lms.core.db import db, transaction
from lms.core.errors import Refusal
from lms.core.permissions import Actor
from tests.factories.catalogue import make_course
from tests.factories.enrolments import make_enrolment
from tests.factories.portfolios import a_pair, actor_of, items_of, submit, submit_whole


def at_once(app: Flask, *acts: Callable[[], Any]) -> list[str]:
    """Run them together; "done" or the slug of each one's refusal, sorted."""
    together = Barrier(len(acts))

    def run(act: Callable[[], Any]) -> str:
        with app.app_context():
            together.wait(10)
            try:
                with transaction():
                    act()
            except Refusal as refusal:
                return refusal.slug
            return "done"

    with ThreadPoolExecutor(len(acts)) as pool:
        return sorted(pool.map(run, acts))


def count(kind: type) -> int:
    return db.session.scalar(select(func.count()).select_from(kind)) or 0


def test_two_who_decide_at_once_make_one_decision(app: Flask) -> None:
    pair = a_pair()
    item, supervisor = submit(pair.items[0]), actor_of(pair.supervisor)
    item_id, edition = item.id, item.edition
    answers = at_once(
        app,
        lambda: decisions.decide(supervisor, item_id, edition, outcome=Outcome.ACCEPTED),
        lambda: decisions.decide(supervisor, item_id, edition, outcome=Outcome.RETURNED, comment="Not yet."),
    )
    assert answers == ["already-decided", "done"]
    assert count(Decision) == 1


def test_two_signatures_at_once_are_one(app: Flask) -> None:
    pair = a_pair()
    portfolio = submit_whole(pair)
    supervisor, id = actor_of(pair.supervisor), portfolio.id
    seen = signing.digest(signing.evidence_content(portfolio))
    answers = at_once(app, *[lambda: decisions.sign_off(supervisor, id, seen=seen, statement="Read.")] * 2)
    assert answers == ["done", "portfolio-frozen"]
    assert count(SignOff) == 1


def test_whoever_saves_while_it_is_accepted_gets_one_or_the_other(app: Flask) -> None:
    pair = a_pair()
    item = submit(pair.items[0])
    learner, supervisor, id, edition = actor_of(pair.learner), actor_of(pair.supervisor), item.id, item.edition
    answers = at_once(
        app,
        lambda: evidence.take_back(learner, id),
        lambda: decisions.decide(supervisor, id, edition, outcome=Outcome.ACCEPTED),
    )
    assert answers in (["already-decided", "done"], ["done", "item-not-submitted"])


def test_twenty_enrolment_events_open_one_portfolio(app: Flask) -> None:
    course = make_course(programme_code="ECAMHS", portfolio_template_code="PF-ECAMHS-1")
    id = make_enrolment(course=course).id
    assert at_once(app, *[lambda: opening.open_portfolio(Actor.system(), id)] * 8) == ["done"] * 8
    (portfolio,) = db.session.scalars(select(Portfolio))
    assert len(items_of(portfolio)) == 2
