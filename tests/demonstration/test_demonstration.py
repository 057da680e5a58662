"""The demonstration loads, is consistent, and loads once."""

from collections import Counter
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select, text

from certificates.models import Award
from courses.enrolments.models import Enrolment, EnrolmentState
from courses.evaluation import queries as evaluation
from courses.evaluation import summing
from courses.evaluation.models import EvaluationAsked, EvaluationTally
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
from lms.demonstration.large.sheets import TABLES
from lms.reporting.facts import gathering
from lms.reporting.facts.models import Fact, FactKind


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
    year = select(Fact.person_id).where(Fact.on_day > today - timedelta(days=330))
    people = {
        kind: len(set(db.session.scalars(year.where(Fact.kind == kind))))
        for kind in (FactKind.ATTENDED, FactKind.DID_NOT_ATTEND, FactKind.CANCELLED_LATE, FactKind.OFFERED)
    }
    assert min(people.values()) >= 10, "the report of attendance hides less than ten"
    assert people[FactKind.ATTENDED] >= 50, "and gives no percentage of fewer than fifty"
    waits = db.session.scalar(
        text("SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY amount) FROM fact WHERE kind = 'offered'")
    )
    assert waits > 0, "some asked before there was a date"
    assert gathering.missing() == 0
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

    assert gathering.missing() == 0, "the facts are all that the records give"
    told = Counter(db.session.scalars(select(Fact.kind)))
    expected = (
        FactKind.WAITLISTED, FactKind.ENROLLED, FactKind.ACCESSED, FactKind.ACTIVE, FactKind.LEARNED, FactKind.COMPLETED,
        FactKind.WITHDRAWN, FactKind.CERTIFIED, FactKind.OFFERED, FactKind.DECLINED, FactKind.ATTENDED,
        FactKind.DID_NOT_ATTEND, FactKind.CANCELLED_LATE, FactKind.SESSION_HELD,
    )  # fmt: skip
    assert [kind for kind in expected if not told.get(kind)] == []
    assert told[FactKind.DID_NOT_ATTEND] < told[FactKind.ATTENDED] / 4
    assert told[FactKind.COMPLETED] < told[FactKind.ENROLLED] <= 1500
    assert evaluation_counts() == (0, 0), "and the sums of evaluation are what its counters give"
    assert count(EvaluationTally) > 100


def evaluation_counts() -> tuple[int, int]:
    """(sums that differ, who was asked and is in no sum yet)."""
    return summing.different(), count(EvaluationAsked)


def test_the_large_demonstration_is_as_the_application_would_have_written_it(app: Flask) -> None:
    large.load(300, 3000, clock.today(), lambda *_: None)
    assert nothing(
        """SELECT FROM series AS s WHERE capacity < (SELECT count(*) FROM booking AS b WHERE b.series_id = s.id
           AND b.state IN ('offered', 'booked', 'over'))""",
        """SELECT FROM series_meeting AS m JOIN series AS s ON s.id = m.series_id WHERE s.capacity <
           (SELECT count(*) FROM attendance AS a WHERE a.meeting_id = m.id)""",
        "SELECT FROM series WHERE (state = 'held') <> (ends_at < now()) OR extract(isodow FROM starts_at) > 5",
        """SELECT FROM booking_event AS e JOIN series AS s ON s.id = e.series_id WHERE e.kind IN ('booked', 'offered')
           AND e.at NOT BETWEEN s.published_at AND s.starts_at""",
        """SELECT FROM booking AS b JOIN series AS s ON s.id = b.series_id WHERE
           (b.state = 'late_cancelled' AND b.ended_at::date <= s.cancel_by) OR (b.state = 'over' AND s.state <> 'held')""",
        """SELECT FROM booking WHERE offered_at < asked_at OR booked_at < offered_at OR ended_at < booked_at
           OR asked_at > now() OR booked_at > now() OR (state IN ('over', 'booked') AND booked_at IS NULL)""",
        """SELECT FROM enrolment AS e LEFT JOIN booking AS b ON b.enrolment_id = e.id WHERE e.dated <> (b.id IS NOT NULL)
           OR (b.state = 'waiting') <> (e.state = 'waitlisted') OR (b.state = 'offered') <> (e.state = 'offered')
           OR b.sector <> e.sector OR b.learner_id <> e.learner_id""",
        """SELECT FROM enrolment WHERE (state = 'completed') <> (completed_on IS NOT NULL) OR completed_on < enrolled_on
           OR (state = 'withdrawn') <> (ended_on IS NOT NULL) OR ended_on < enrolled_on
           OR (state = 'completed' AND (progress <> 100 OR learning_completed_at IS NULL OR started_at IS NULL))""",
        """SELECT FROM enrolment AS e WHERE dated AND state = 'completed' AND NOT EXISTS (SELECT FROM booking AS b
           JOIN attendance AS a ON a.booking_id = b.id WHERE b.enrolment_id = e.id AND a.presence = 'attended')""",
        """SELECT FROM enrolment AS e JOIN membership AS m ON m.person_id = e.learner_id
           WHERE (e.sector, e.organisation_id, e.job_role_code, e.setting_code, e.paid)
             IS DISTINCT FROM (m.sector, m.organisation_id, m.job_role_code, m.setting_code, m.paid)""",
        """SELECT FROM evaluation_invitation AS i JOIN enrolment AS e ON e.id = i.enrolment_id
           WHERE e.completed_on IS NULL OR i.made_on < e.completed_on OR i.course_id <> e.course_id""",
    ) == []  # fmt: skip
    for column, least, most in (
        ("job_role_code", 0.01, 0.2),
        ("setting_code", 0.05, 0.4),
        ("organisation_id", 0.001, 0.1),
    ):
        unknown = db.session.scalar(text(f"SELECT avg(({column} IS NULL)::int) FROM membership"))
        assert least < float(unknown or 0) < most, column
    welsh = db.session.scalar(text("SELECT avg((language = 'cy')::int) FROM enrolment"))
    assert 0.1 < float(welsh or 0) < 0.3
    assert db.session.scalar(text("SELECT max(on_day) FROM fact")) is None, "facts are somebody else's to gather"


def test_the_large_demonstration_is_the_same_every_time_and_all_or_nothing(app: Flask) -> None:
    class Enough(Exception):
        pass

    first: dict[str, object] = {}

    def stop(done: int, whole: int) -> None:
        assert done == whole
        first.update(digests())
        raise Enough

    with pytest.raises(Enough):
        large.load(50, 400, clock.today(), stop)
    assert (count(Person), count(Enrolment)) == (0, 0)
    large.load(50, 400, clock.today(), lambda *_: None)
    assert first["person"]
    assert digests() == first


def nothing(*asked: str) -> list[str]:
    """Which of these statements find anything."""
    return [each for each in asked if db.session.scalar(text(f"SELECT count(*) FROM ({each}) AS found"))]


def digests() -> dict[str, object]:
    columns = dict(TABLES)
    columns["evaluation_tally"] = columns.pop("evaluation_said")
    return {
        table: db.session.scalar(
            text(f"SELECT md5(string_agg(it::text, '|' ORDER BY it::text)) FROM (SELECT {of} FROM {table}) AS it")
        )
        for table, of in columns.items()
    }
