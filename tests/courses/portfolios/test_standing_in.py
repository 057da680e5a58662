"""Cover, deputies, escalation and handover: who has whose evidence on which day, and who is told."""

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from courses.portfolios import queries as portfolios
from courses.portfolios.errors import LicenceNotLive
from courses.portfolios.models import Decision, EvidenceState, Outcome
from courses.portfolios.services import access, decisions, overdue
from courses.supervision import queries, services
from courses.supervision.errors import AlreadyEnded, NobodyLeftToHandOver, NotLicensed, OwnSupervisor, SupervisorFull
from courses.supervision.models import Escalation, StandIn, StandInKind, Supervision
from lms.accounts.models import Person
from lms.core import clock
from lms.core.audit import AuditEntry
from lms.core.db import db, transaction
from lms.core.errors import Forbidden, Invalid, NotFound
from lms.core.mail import MailMessage
from lms.core.permissions import Actor, Permission, Role
from tests.courses.portfolios.test_races import at_once
from tests.factories.accounts import grant, kept, make_membership, make_organisation, make_person
from tests.factories.portfolios import a_pair, actor_of, submit
from tests.factories.supervision import make_licence, make_supervision

CODE = "ECAMHS"
DAY = timedelta(days=1)


def make_deputy(pair: Any, kind: StandInKind, **given: Any) -> Person:
    deputy = make_person(display_name="Dafydd Deputy")
    make_licence(deputy, CODE)
    with transaction():
        services.stand_in(actor_of(pair.supervisor), pair.supervisor.id, deputy.id, CODE, kind, **given)
    return deputy


def waiting(item: Any, days: int) -> None:
    item.submitted_at = clock.now() - timedelta(days=days)
    kept(item)


def queue(person: Person) -> list[Any]:
    return [each.id for each in db.session.scalars(portfolios.queue_of(person.id))]


def mails_to(person: Person) -> list[str]:
    return list(db.session.scalars(select(MailMessage.subject).where(MailMessage.to == person.emails[0].address)))


def test_cover_sees_and_decides_in_its_days_under_a_licence_of_its_own(app: Flask) -> None:
    pair = a_pair()
    item = submit(pair.items[0])
    today = clock.today()
    deputy = make_deputy(pair, StandInKind.COVER, ends_on=today + 3 * DAY)
    assert queue(deputy) == [item.id] == queue(pair.supervisor)
    assert portfolios.waiting_for(deputy.id)[0] == 1
    decision = decisions.decide(actor_of(deputy), item.id, item.edition, outcome=Outcome.ACCEPTED)
    assert decision.by == deputy.id
    later = make_deputy(pair, StandInKind.COVER, starts_on=today + 5 * DAY, ends_on=today + 9 * DAY)
    other = submit(pair.items[1])
    assert queue(later) == []
    with pytest.raises(NotFound):
        decisions.decide(actor_of(later), other.id, other.edition, outcome=Outcome.ACCEPTED)
    cover = db.session.scalars(select(StandIn).where(StandIn.deputy_id == deputy.id)).one()
    services.end_stand_in(actor_of(pair.supervisor), cover.id)
    assert queue(deputy) == []
    assert queries.supervised_people(deputy.id) == frozenset()
    with pytest.raises(AlreadyEnded):
        services.end_stand_in(actor_of(pair.supervisor), cover.id)


def test_cover_whose_licence_has_run_out_reads_and_does_not_decide(app: Flask) -> None:
    pair = a_pair()
    item = submit(pair.items[0])
    deputy = make_deputy(pair, StandInKind.COVER, ends_on=clock.today() + DAY)
    licence = queries.live_licence(deputy.id, CODE, clock.today())
    assert licence is not None
    licence.withdrawn_on = clock.today()
    kept(licence)
    assert access.item_by_id(actor_of(deputy), Permission.PORTFOLIO_READ, item.id).id == item.id
    with pytest.raises(LicenceNotLive):
        decisions.decide(actor_of(deputy), item.id, item.edition, outcome=Outcome.ACCEPTED)


def test_what_is_wrong_with_a_stand_in_is_said(app: Flask) -> None:
    pair = a_pair()
    actor, today = actor_of(pair.supervisor), clock.today()

    def name(deputy: Person, kind: StandInKind = StandInKind.COVER, **given: Any) -> None:
        services.stand_in(actor, pair.supervisor.id, deputy.id, CODE, kind, **given)

    with pytest.raises(OwnSupervisor):
        name(pair.supervisor, ends_on=today)
    with pytest.raises(NotLicensed):
        name(make_person(), ends_on=today)
    deputy = make_person()
    make_licence(deputy, CODE)
    for wrong in (
        {},
        {"ends_on": today - DAY},
        {"starts_on": today - DAY, "ends_on": today},
        {"ends_on": today + 500 * DAY},
    ):
        with pytest.raises(Invalid):
            name(deputy, **wrong)
    name(deputy, ends_on=today + DAY)
    with pytest.raises(Invalid):
        name(deputy, starts_on=today + DAY, ends_on=today + 2 * DAY)
    with pytest.raises(Forbidden):
        services.stand_in(actor_of(deputy), pair.supervisor.id, deputy.id, CODE, StandInKind.DEPUTY)


def test_what_waits_too_long_goes_to_the_deputy_once_and_back(app: Flask) -> None:
    pair = a_pair()
    item = submit(pair.items[0])
    deputy = make_deputy(pair, StandInKind.DEPUTY)
    waiting(item, 13)
    assert overdue.tell_what_waits_too_long() == 0
    assert queue(deputy) == []
    waiting(item, 14)
    assert [overdue.tell_what_waits_too_long() for _ in range(3)] == [1, 0, 0]
    made = db.session.scalars(select(Escalation)).one()
    assert (made.to_id, made.deputy, made.supervisor_id) == (deputy.id, True, pair.supervisor.id)
    assert len([each for each in mails_to(deputy) if "14" in each]) == 1
    assert queue(deputy) == [item.id] == queue(pair.supervisor)
    decisions.decide(actor_of(deputy), item.id, item.edition, outcome=Outcome.ACCEPTED)
    assert overdue.tell_what_waits_too_long() == 0
    assert made.ended_at is not None
    assert queries.supervised_people(deputy.id) == frozenset()


def test_without_a_deputy_whoever_finds_supervisors_is_told_and_reads_nothing(app: Flask) -> None:
    pair = a_pair()
    body = make_organisation()
    make_membership(pair.learner, body)
    lead = make_person()
    grant(lead, Role.LEAD_SUPERVISOR, body)
    item = submit(pair.items[0])
    waiting(item, 20)
    assert overdue.tell_what_waits_too_long() == 1
    made = db.session.scalars(select(Escalation)).one()
    assert (made.to_id, made.deputy) == (lead.id, False)
    assert len(mails_to(lead)) == 1
    assert queue(lead) == []
    with pytest.raises(NotFound):
        access.item_by_id(actor_of(lead), Permission.PORTFOLIO_READ, item.id)


def test_an_organisation_says_after_how_many_days(app: Flask) -> None:
    pair = a_pair()
    body = make_organisation()
    make_membership(pair.learner, body)
    lead = Actor(person=make_person().id, roles=frozenset({(Role.LEAD_SUPERVISOR, body.id)}))
    services.set_policy(lead, CODE, body.id, escalate_after=3)
    waiting(submit(pair.items[0]), 3)
    assert overdue.tell_what_waits_too_long() == 1


def test_two_jobs_at_once_tell_once(app: Flask) -> None:
    pair = a_pair()
    waiting(submit(pair.items[0]), 30)
    assert at_once(app, *[lambda: overdue.tell_what_waits_too_long()] * 2) == ["done", "done"]
    assert len(db.session.scalars(select(Escalation)).all()) == 1


@pytest.fixture
def leaver(app: Flask) -> dict[str, Any]:
    """A supervisor of three learners in a body where somebody leads, and two who could take them."""
    body = make_organisation()
    pair = a_pair()
    learners = [pair.learner, make_person(), make_person()]
    for each in [*learners, pair.supervisor]:
        make_membership(each, body)
    for each in learners[1:]:
        make_supervision(each, pair.supervisor, CODE)
    heirs = [make_person(display_name="Heir One"), make_person(display_name="Heir Two")]
    make_licence(heirs[0], CODE, capacity=2)
    make_licence(heirs[1], CODE, capacity=1)
    lead = Actor(person=make_person().id, name="Lead", roles=frozenset({(Role.LEAD_SUPERVISOR, body.id)}))
    return {"pair": pair, "learners": learners, "heirs": heirs, "lead": lead}


def test_handing_over_moves_all_and_tells_everybody(leaver: dict[str, Any]) -> None:
    pair, learners, heirs = leaver["pair"], leaver["learners"], leaver["heirs"]
    item = submit(pair.items[0])
    to = {learners[0].id: heirs[0].id, learners[1].id: heirs[0].id, learners[2].id: heirs[1].id}
    services.hand_over(leaver["lead"], pair.supervisor.id, CODE, to, reason="Leaves the service")
    assert queries.supervised_people(pair.supervisor.id) == frozenset()
    assert queue(heirs[0]) == [item.id]
    assert item.state is EvidenceState.SUBMITTED
    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "supervision.handed-over")).one()
    assert (entry.reason, len(entry.details["learners"])) == ("Leaves the service", 3)
    assert [len(mails_to(each)) for each in learners] == [1, 1, 1]
    assert [len([m for m in mails_to(each) if m == "You have new learners"]) for each in heirs] == [1, 1]
    with pytest.raises(NobodyLeftToHandOver):
        services.hand_over(leaver["lead"], pair.supervisor.id, CODE, to, reason="Again")


def test_a_handover_that_does_not_fit_moves_nobody(app: Flask, leaver: dict[str, Any]) -> None:
    pair, learners, heirs = leaver["pair"], leaver["learners"], leaver["heirs"]
    to = {each.id: heirs[1].id for each in learners}
    with pytest.raises(SupervisorFull), transaction():
        services.hand_over(leaver["lead"], pair.supervisor.id, CODE, to, reason="x")
    held = db.session.scalars(select(Supervision).where(Supervision.supervisor_id == pair.supervisor.id)).all()
    assert [each.ends_on for each in held] == [None] * 3
    with pytest.raises(Forbidden):
        services.hand_over(actor_of(heirs[0]), pair.supervisor.id, CODE, to, reason="x")


def test_supervisor_and_cover_who_decide_at_once_make_one_decision(app: Flask) -> None:
    pair = a_pair()
    item = submit(pair.items[0])
    deputy = make_deputy(pair, StandInKind.COVER, ends_on=clock.today() + DAY)
    first, second, id, edition = actor_of(pair.supervisor), actor_of(deputy), item.id, item.edition
    answers = at_once(
        app,
        lambda: decisions.decide(first, id, edition, outcome=Outcome.ACCEPTED),
        lambda: decisions.decide(second, id, edition, outcome=Outcome.RETURNED, comment="No"),
    )
    assert answers == ["already-decided", "done"]
    assert len(db.session.scalars(select(Decision)).all()) == 1
