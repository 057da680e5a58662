"""What dates and needs rounds tell is known to the reports: through the real services, and the same from the records."""

from datetime import timedelta
from typing import Any

from flask import Flask
from sqlalchemy import func, select, text

from courses.delivery.models import Presence
from courses.delivery.services import booking, offering, register
from courses.delivery.services.register import Marked
from courses.enrolments.models import WithdrawalReason
from courses.needs.services import nominating
from lms.accounts.models import Sector
from lms.core import clock
from lms.core.db import db, transaction
from lms.core.permissions import Actor
from lms.reporting import answering, queries
from lms.reporting.facts import gathering, tallying
from lms.reporting.facts.models import Fact
from lms.reporting.queries import Dimension
from lms.reporting.services import Asked, view
from tests.factories.accounts import make_membership, make_person, organisation
from tests.factories.delivery import make_booking, make_series
from tests.factories.needs import a_round
from tests.factories.portfolios import actor_of

SYSTEM = Actor.system()


def live() -> dict[str, int]:
    not_so = select(Fact.cancels_id).where(Fact.cancels_id.is_not(None))
    found = select(Fact.kind, func.count()).where(Fact.cancels_id.is_(None), Fact.id.not_in(not_so)).group_by(Fact.kind)
    return {kind.value: number for kind, number in db.session.execute(found)}


def learner() -> Any:
    made = make_person()
    make_membership(made, organisation("BCU"))
    return made


def up_to_date() -> None:
    with transaction():
        while tallying.bring_up_to_date():
            pass


def waiting() -> dict[str, Any]:
    """Figures of offers and sessions in the report of waiting, by row."""
    up_to_date()
    return {row.code: row.values[0] for row in answering.answer(SYSTEM, "waiting", Asked()).sheets[2].rows}


def unmet() -> int:
    up_to_date()
    return queries.by(view(SYSTEM, Asked()).filters, Dimension.COURSE, (), ("unmet",)).get((None, "unmet"), 0)


def mark(series: Any, marks: dict[Any, Presence]) -> None:
    actor, meeting = actor_of(series.trainers[0].person), series.meetings[0]
    with clock.frozen(meeting.ends_at), transaction():
        register.mark(actor, meeting.id, [Marked(each.id, presence) for each, presence in marks.items()])
        register.close(actor, meeting.id)


def test_a_date_from_asking_to_its_register(app: Flask) -> None:
    series = make_series(capacity=2, days=(1,), cancel_by=clock.today())
    came, missed, waits = (make_booking(series, learner(), wait=n == 2) for n in range(3))
    assert live() == {"enrolled": 2, "offered": 2, "waitlisted": 1}
    assert unmet() == 1
    mark(series, {came: Presence.ATTENDED, missed: Presence.DID_NOT_ATTEND})
    told = live()
    assert {k: told[k] for k in ("attended", "did_not_attend", "session_held", "declined")} == {
        "attended": 1, "did_not_attend": 1, "session_held": 1, "declined": 1,
    }  # fmt: skip
    held = db.session.scalars(select(Fact).where(Fact.kind == "session_held")).one()
    assert (held.amount, held.person_id) == (2, None)
    assert gathering.missing() == 0
    with clock.frozen(series.meetings[0].ends_at + timedelta(days=1)):
        rows = waiting()
        assert (rows["dna"], rows["fill"], rows["median"], rows["late"]) == (50, 50, 0, 0)
        assert unmet() == 1  # who still waits was declined, too, and is one person
    assert waits.learner_id == db.session.scalars(select(Fact.person_id).where(Fact.kind == "declined")).one()


def test_a_register_put_right_is_told_anew(app: Flask) -> None:
    series = make_series(capacity=5, days=(1,), cancel_by=clock.today())
    them = make_booking(series, learner())
    mark(series, {them: Presence.DID_NOT_ATTEND})
    meeting = series.meetings[0]
    first = db.session.scalar(text("SELECT id FROM attendance"))
    with clock.frozen(meeting.ends_at + timedelta(hours=1)), transaction():
        register.correct(
            actor_of(series.trainers[0].person), meeting.id,
            Marked(them.id, Presence.ATTENDED, language="cy", seen=first), "Came late",
        )  # fmt: skip
    told = live()
    assert (told.get("attended"), told.get("did_not_attend")) == (1, None)
    assert db.session.scalars(select(Fact.language).where(Fact.kind == "attended")).one() == "cy"
    assert gathering.missing() == 0


def test_late_cancelling_offers_and_moves(app: Flask) -> None:
    series = make_series(capacity=1, cancel_by=clock.today() - timedelta(days=1))
    other = make_series(series.course, capacity=1)
    first, waits = make_booking(series, learner()), make_booking(series, learner(), wait=True)
    with clock.frozen(clock.now() + timedelta(days=3)):
        with transaction():
            booking.cancel(actor_of(first.learner), first.id, WithdrawalReason.NO_TIME)
        with transaction():
            booking.answer(actor_of(waits.learner), waits.id, accept=True)
        with transaction():
            booking.change(actor_of(waits.learner), waits.id, other.id)
        assert (live()["cancelled_late"], live()["offered"]) == (1, 2)
        days = db.session.scalars(select(Fact.amount).where(Fact.kind == "offered").order_by(Fact.amount)).all()
        assert days == [0, 3]
        assert gathering.missing() == 0
        rows = waiting()
        assert (rows["late"], rows["median"]) == (1, 2)
        with transaction():
            assert offering.pass_on(SYSTEM) == 0


def test_a_name_for_a_place_is_unmet_demand_until_it_is_taken(app: Flask) -> None:
    story = a_round((Sector.NHS,))
    story.enter(0, story.line(3))
    story.reviewed()
    story.bought(3)
    story.allocated()
    story.accepted(0, 3, reason="")
    named = make_person()
    make_membership(named, story.bodies[0])
    with story.on("accept_by"):
        with transaction():
            made = nominating.invite(
                story.body(0), story.round.id, story.bodies[0].id, story.of().id, "Someone", "new@example.org", "en"
            )
        assert "unplaced" not in live()  # nobody is known yet
        with transaction():
            nominating.nominate(story.body(0), story.round.id, story.bodies[0].id, story.of().id, named.id)
        told = live()
        assert ("unplaced" in told, told["enrolled"]) == (False, 1)  # named and placed at once
        with transaction():
            nominating.take_off(story.body(0), story.round.id, story.bodies[0].id, made.id)
    assert gathering.missing() == 0
