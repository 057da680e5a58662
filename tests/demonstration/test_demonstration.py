"""The demonstration loads, is consistent, and loads once."""

import pytest
from flask import Flask
from sqlalchemy import func, select, text

from certificates.models import Award
from courses.enrolments.models import Enrolment, EnrolmentState
from courses.evaluation import queries as evaluation
from courses.evaluation import summing
from courses.evaluation.models import EvaluationTally
from courses.portfolios.models import EvidenceItem, EvidenceState, Observation, ObserverAnswer, PortfolioState, SignOff
from courses.portfolios.models import Portfolio as EvidencePortfolio
from courses.supervision.models import StandIn, StandInKind
from courses.supervision.sessions.models import SessionLearner, SupervisionSession
from lms.accounts.models import EmailAddress, Person
from lms.accounts.passwords import verify
from lms.core import clock
from lms.core.db import db
from lms.demonstration import large
from lms.demonstration.cast import CAST, PASSWORD


def count(statement: object) -> int:
    return db.session.scalar(select(func.count()).select_from(statement)) or 0  # type: ignore[arg-type]


@pytest.fixture
def source(request: pytest.FixtureRequest, template: str) -> str:
    if "demonstrated" not in request.fixturenames:
        return template
    database: str = request.getfixturevalue("demonstrated")[0]
    return database


@pytest.mark.slow
@pytest.mark.usefixtures("demonstrated")
def test_the_demonstration_loads_once_and_hangs_together(app: Flask) -> None:
    runner = app.test_cli_runner()
    people, enrolments = count(Person), count(Enrolment)
    assert people > 400
    assert enrolments > 1500
    again = runner.invoke(args=["load-demo"])
    assert "already there" in again.output
    assert (count(Person), count(Enrolment)) == (people, enrolments)

    assert db.session.scalar(select(func.count()).where(~Person.is_demonstration)) == 0
    done = select(Enrolment.id).where(Enrolment.state == EnrolmentState.COMPLETED)
    assert db.session.scalar(select(func.count()).where(Enrolment.id.in_(done), Enrolment.completed_on.is_(None))) == 0
    assert db.session.scalar(select(func.count()).where(Award.enrolment_id.not_in(done))) == 0
    assert db.session.scalar(text("SELECT count(*) FROM enrolment_event WHERE at > now()")) == 0
    assert db.session.scalar(text("SELECT count(*) FROM enrolment WHERE completed_on < enrolled_on")) == 0
    signed = select(EvidencePortfolio.id).where(EvidencePortfolio.state == PortfolioState.SIGNED_OFF)
    assert set(db.session.scalars(select(SignOff.portfolio_id))) == set(db.session.scalars(signed))
    waiting = select(func.count()).where(EvidenceItem.state == EvidenceState.SUBMITTED)
    assert (db.session.scalar(waiting) or 0) >= 4

    sizes = [len(each.learners) for each in db.session.scalars(select(SupervisionSession))]
    assert (sizes.count(1), max(sizes)) == (8, 7)
    answers = [(each.agreed_at is not None, each.disputed) for each in db.session.scalars(select(SessionLearner))]
    assert answers.count((False, None)) == 2, "some still wait for an answer"
    assert sum(words is not None for _agreed, words in answers) == 1
    signed_by = db.session.scalars(select(Observation.answer)).all()
    assert signed_by
    assert set(signed_by) == {ObserverAnswer.SIGNED}
    again = select(func.count(EvidenceItem.id)).where(
        EvidenceItem.state == EvidenceState.SUBMITTED, EvidenceItem.decisions.any()
    )
    assert (db.session.scalar(again) or 0) >= 1, "something was changed since it was returned"
    today = clock.today()
    covers = db.session.scalars(select(StandIn).where(StandIn.kind == StandInKind.COVER)).all()
    assert sorted(each.starts_on <= today <= (each.ends_on or today) for each in covers) == [False, True]

    found = {each.address: each.person_id for each in db.session.scalars(select(EmailAddress))}
    nobody_began = [found[f"{key}@demo.llwybr.example"] for key in ("nurse", "volunteer")]
    assert db.session.scalar(select(func.count()).where(Enrolment.learner_id.in_(nobody_began))) == 0
    nurse = found["nurse2@demo.llwybr.example"]
    states = set(db.session.scalars(select(Enrolment.state).where(Enrolment.learner_id == nurse)))
    assert states == {EnrolmentState.COMPLETED, EnrolmentState.ENROLLED}  # the second: the way to renew what ends soon
    open_now = evaluation.open_for(nurse, today)
    assert {it.form.which.value for it in open_now} == {"after", "later"}, (
        "she can say how a course was, and what became of one"
    )
    answered = select(func.sum(EvaluationTally.n)).where(EvaluationTally.item == "answered")
    assert (db.session.scalar(answered) or 0) > 300
    assert summing.different() == 0, "and the reports read what was answered"
    assert evaluation.how_many_wait(found["publisher@demo.llwybr.example"]) > 0
    hashes = set(db.session.scalars(select(Person.password_hash).where(Person.password_hash.is_not(None))))
    assert len(hashes) == 1
    assert verify(hashes.pop(), PASSWORD)
    listed = runner.invoke(args=["demo-sign-ins"]).output
    assert all(part.address in listed for part in CAST)


def test_the_large_demonstration_is_as_large_as_asked_and_loads_once(app: Flask) -> None:
    runner = app.test_cli_runner()
    made = runner.invoke(args=["load-demo-large", "--people", "200", "--enrolments", "1500"])
    assert made.exit_code == 0, made.output
    assert (count(Person), count(Enrolment)) == (200, 1500)
    assert count(Award) > 0
    assert large.is_there()
    assert "already there" in runner.invoke(args=["load-demo-large"]).output
