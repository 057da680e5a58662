"""Invitations from either side, and who finds a supervisor for whom."""

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from courses.supervision import arrangements, queries, services
from courses.supervision.errors import (
    AlreadyAnswered,
    AlreadyInvited,
    HasSupervisor,
    NotLicensed,
    SupervisorFull,
    SupervisorLeft,
)
from courses.supervision.models import Invitation, InvitationState, Scope
from lms.accounts.models import Person
from lms.core import clock
from lms.core.db import db, transaction
from lms.core.errors import Forbidden, NotFound
from lms.core.mail import MailMessage
from lms.core.permissions import Actor, Role
from tests.courses.portfolios.test_races import at_once
from tests.factories.accounts import grant, make_membership, make_organisation, make_person, organisation
from tests.factories.supervision import make_licence, make_supervision

CODE = "ECAMHS"


def acting(person: Person, *roles: tuple[Role, Any]) -> Actor:
    return Actor(person=person.id, name=person.display_name, roles=frozenset(roles))


@pytest.fixture
def pair(app: Flask) -> tuple[Person, Person]:
    """A learner in one body and a licensed supervisor in another."""
    learner, supervisor = make_person(display_name="Alys"), make_person(display_name="Siân", language="cy")
    make_membership(learner, make_organisation())
    make_membership(supervisor, make_organisation())
    make_licence(supervisor, CODE, capacity=1)
    return learner, supervisor


def mails_to(person: Person) -> list[str]:
    return list(db.session.scalars(select(MailMessage.subject).where(MailMessage.to == person.emails[0].address)))


@pytest.mark.parametrize("asks", ["learner", "supervisor"])
def test_either_asks_and_the_other_accepts_across_organisations(pair: tuple[Person, Person], asks: str) -> None:
    learner, supervisor = pair
    first, second = pair if asks == "learner" else pair[::-1]
    made = services.invite(acting(first), learner.id, supervisor.id, CODE)
    with pytest.raises(NotFound):
        services.answer(acting(first), made.id, "accept")
    with pytest.raises(NotFound):
        services.answer(acting(make_person()), made.id, "accept")
    services.answer(acting(second), made.id, "accept")
    assert queries.supervised_people(supervisor.id) == {learner.id}
    assert made.state is InvitationState.ACCEPTED
    assert [len(mails_to(each)) for each in (first, second)] == [1, 1]
    with pytest.raises(AlreadyAnswered):
        services.answer(acting(second), made.id, "decline")


def test_an_invitation_is_for_one_of_the_two_who_is_licensed_and_free(pair: tuple[Person, Person]) -> None:
    learner, supervisor = pair
    with pytest.raises(Forbidden):
        services.invite(acting(make_person()), learner.id, supervisor.id, CODE)
    with pytest.raises(NotLicensed):
        services.invite(acting(learner), learner.id, make_person().id, CODE)
    services.invite(acting(learner), learner.id, supervisor.id, CODE)
    with pytest.raises(AlreadyInvited):
        services.invite(acting(supervisor), learner.id, supervisor.id, CODE)
    make_supervision(make_person(), supervisor, CODE)
    with pytest.raises(SupervisorFull):
        services.answer(acting(supervisor), db.session.scalars(select(Invitation.id)).one(), "accept")


def test_a_learner_with_a_supervisor_cannot_be_taken_away_by_invitation(pair: tuple[Person, Person]) -> None:
    learner, supervisor = pair
    made = services.invite(acting(supervisor), learner.id, supervisor.id, CODE)
    other = make_person()
    make_licence(other, CODE)
    lead = make_person()
    body = make_organisation()
    make_membership(learner, body)
    services.assign(acting(lead, (Role.LEAD_SUPERVISOR, body.id)), learner.id, other.id, CODE)
    db.session.refresh(made)
    assert made.state is InvitationState.WITHDRAWN, "what was open is over"
    with pytest.raises(HasSupervisor):
        services.invite(acting(learner), learner.id, supervisor.id, CODE)


def test_decline_withdraw_and_lapse_close_it_once(pair: tuple[Person, Person]) -> None:
    learner, supervisor = pair
    made = services.invite(acting(learner), learner.id, supervisor.id, CODE)
    services.answer(acting(supervisor), made.id, "decline")
    again = services.invite(acting(learner), learner.id, supervisor.id, CODE)
    services.answer(acting(learner), again.id, "withdraw")
    last = services.invite(acting(learner), learner.id, supervisor.id, CODE)
    assert services.lapse_invitations() == 0
    last.until = clock.today() - timedelta(days=1)
    with pytest.raises(AlreadyAnswered):
        services.answer(acting(supervisor), last.id, "accept")
    assert services.lapse_invitations() == 1
    assert services.lapse_invitations() == 0
    assert last.state is InvitationState.LAPSED
    assert "Siân has not answered" in mails_to(learner)


def test_two_learners_accept_the_last_place_and_one_gets_it(app: Flask, pair: tuple[Person, Person]) -> None:
    first, supervisor = pair
    second = make_person()
    with transaction():
        made = [services.invite(acting(supervisor), each.id, supervisor.id, CODE).id for each in (first, second)]
    answers = at_once(
        app,
        lambda: services.answer(acting(first), made[0], "accept"),
        lambda: services.answer(acting(second), made[1], "accept"),
    )
    assert answers == ["done", "supervisor-full"]
    assert queries.learners_now(supervisor.id, CODE) == 1


def test_who_has_left_is_never_offered_nor_assigned(pair: tuple[Person, Person]) -> None:
    learner, supervisor = pair
    offered = [licence.person_id for licence, _ in queries.licensed_now(clock.today())]
    assert supervisor.id in offered
    yesterday = clock.today() - timedelta(days=1)
    for membership in supervisor.memberships:
        membership.ends_on = yesterday
    db.session.flush()
    assert supervisor.id not in [licence.person_id for licence, _ in queries.licensed_now(clock.today())]
    with pytest.raises(SupervisorLeft):
        services.invite(acting(learner), learner.id, supervisor.id, CODE)


def test_the_rule_of_the_nearest_organisation_says_who_is_offered_and_who_finds(app: Flask) -> None:
    board, other = make_organisation(organisation("BCU")), organisation("CAV")
    team = make_organisation(board)
    learner, near, area, far = make_person(), make_person(), make_person(), make_person()
    for person, place in ((learner, team), (near, team), (area, board), (far, other)):
        make_membership(person, place)
    for person in (near, area, far):
        make_licence(person, CODE)

    def offered() -> list[Any]:
        names = {near.id: "near", area.id: "area", far.id: "far"}
        return [names[it.person_id] for it, _ in arrangements.proposed(learner.id, CODE) if it.person_id in names]

    assert offered() == ["near", "area", "far"]
    lead, named = make_person(), make_person()
    grant(lead, Role.LEAD_SUPERVISOR, board)
    assert arrangements.finder_of(learner.id, CODE, clock.today()).id == lead.id  # type: ignore[union-attr]
    actor = acting(lead, (Role.LEAD_SUPERVISOR, board.id))
    with pytest.raises(Forbidden):
        services.set_policy(actor, CODE, None, scope=Scope.BODY)
    services.set_policy(actor, CODE, board.id, scope=Scope.AREA, escalate_after=7, finder_id=named.id)
    assert offered() == ["near", "area"]
    services.set_policy(actor, CODE, team.id, scope=Scope.BODY)
    assert offered() == ["near"]
    found = arrangements.arrangement_of(learner.id, CODE)
    assert (found.scope, found.escalate_after, found.sample_percent) == (Scope.BODY, 7, 10)
    assert arrangements.finder_of(learner.id, CODE, clock.today()).id == named.id  # type: ignore[union-attr]


def test_two_who_invite_each_other_at_once_make_one_invitation(app: Flask, pair: tuple[Person, Person]) -> None:
    learner, supervisor = pair
    answers = at_once(
        app,
        lambda: services.invite(acting(learner), learner.id, supervisor.id, CODE),
        lambda: services.invite(acting(supervisor), learner.id, supervisor.id, CODE),
    )
    assert answers == ["already-invited", "done"]
