"""A change of name is asked for by the holder and decided by somebody else, once."""

import pytest
from flask import Flask
from sqlalchemy import func, select

from certificates import queries
from certificates.errors import NameNotPrintable
from certificates.models import Award, NameChange, NameChangeState
from certificates.names import services
from certificates.names.errors import AlreadyAsked, AlreadyDecided, OwnNameChange, SameName
from certificates.rules import RevocationReason, State
from certificates.services import revoke
from lms.accounts.models import Person
from lms.core import clock
from lms.core.db import db, transaction
from lms.core.errors import NotFound
from lms.core.mail import MailMessage
from lms.core.permissions import Actor, Role
from tests.certificates.test_standing import at_once, state_of
from tests.factories.accounts import grant, make_membership, make_organisation, make_person
from tests.factories.certificates import NAME, make_award, make_completed


def setting() -> tuple[Actor, Actor, list[Award]]:
    """A holder with three certificates, one of which is revoked, and an organiser of the holder's place."""
    board, learner = make_organisation(), make_person(legal_name=NAME)
    membership = make_membership(learner, board)
    awards = [make_award(make_completed(learner=learner, membership=membership)) for _ in range(3)]
    with transaction():
        revoke(Actor.system(), awards[2].id, RevocationReason.ISSUED_IN_ERROR, "x")
    organiser = Actor(make_person().id, "Organiser", roles=frozenset({(Role.ORGANISER, board.id)}))
    return Actor(learner.id, "Holder"), organiser, awards


def ask(holder: Actor, name: str = "Siân Newydd") -> NameChange:
    with transaction():
        return services.ask(holder, name, "I have married")


def test_approval_issues_what_stands_again_in_the_new_name(app: Flask) -> None:
    holder, organiser, awards = setting()
    asked = ask(holder)
    with transaction():
        services.decide(organiser, asked.id, approve=True, note="")
    assert [state_of(each) for each in awards] == [State.SUPERSEDED, State.SUPERSEDED, State.REVOKED]
    fresh = db.session.scalars(select(Award).where(Award.replaces_id.is_not(None))).all()
    assert {each.replaces_id for each in fresh} == {awards[0].id, awards[1].id}
    assert {each.snapshot["cy"]["holder"] for each in fresh} == {"Siân Newydd"}
    assert db.session.get_one(Person, holder.person).legal_name == "Siân Newydd"
    old = queries.award_by_id(awards[0].id)
    assert old is not None
    assert queries.standing_of(old, clock.today()).reason is RevocationReason.NAME_CHANGED


def test_nobody_decides_about_their_own_name_and_no_stranger_about_anyones(app: Flask) -> None:
    holder, organiser, _awards = setting()
    asked = ask(holder)
    both = Actor(holder.person, "Both", roles=organiser.roles)
    with pytest.raises(OwnNameChange), transaction():
        services.decide(both, asked.id, approve=True, note="")
    for stranger in (
        holder,
        Actor(make_person().id, "x"),
        Actor(make_person().id, "y", roles=frozenset({(Role.ORGANISER, make_organisation().id)})),
    ):
        with pytest.raises(NotFound), transaction():
            services.decide(stranger, asked.id, approve=True, note="")


def test_five_approvals_at_once_reissue_once(app: Flask) -> None:
    holder, organiser, _awards = setting()
    asked = ask(holder)
    refused = at_once(app, 5, lambda: services.decide(organiser, asked.id, approve=True, note=""))
    assert [type(each) for each in refused] == [AlreadyDecided] * 4
    assert db.session.scalar(select(func.count()).where(Award.replaces_id.is_not(None))) == 2


def test_one_request_at_a_time_and_it_can_be_taken_back(app: Flask) -> None:
    holder, organiser, _awards = setting()
    refused = at_once(app, 4, lambda: services.ask(holder, "Siân Newydd", "x"))
    assert [type(each) for each in refused] == [AlreadyAsked] * 3
    open_one = db.session.scalars(select(NameChange)).one()
    with transaction():
        services.take_back(holder, open_one.id)
    with pytest.raises(AlreadyDecided), transaction():
        services.decide(organiser, open_one.id, approve=True, note="")
    with transaction():
        declined = services.decide(
            organiser, services.ask(holder, "Siân Arall", "y").id, approve=False, note="No paper"
        )
    assert (declined.state, declined.note) == (NameChangeState.DECLINED, "No paper")
    assert db.session.scalar(select(func.count()).where(Award.replaces_id.is_not(None))) == 0


def test_a_name_that_is_the_same_or_cannot_be_printed_is_refused(app: Flask) -> None:
    holder, _organiser, _awards = setting()
    for name, refusal in ((f" {NAME} ", SameName), ("李文", NameNotPrintable)):
        with pytest.raises(refusal), transaction():
            services.ask(holder, name, "x")


def test_who_may_decide_nearest_hears_of_a_request_and_not_why(app: Flask) -> None:
    region = make_organisation()
    board = make_organisation(region)
    learner, near = make_person(legal_name=NAME), make_person(language="cy", email="agos@example.org")
    membership = make_membership(learner, board)
    for person, place in (
        (near, board),
        (learner, board),
        (make_person(), region),
        (make_person(), make_organisation()),
    ):
        grant(person, Role.ORGANISER, place)
    make_award(make_completed(learner=learner, membership=membership))
    asked = ask(Actor(learner.id, "Holder"))
    (letter,) = db.session.scalars(select(MailMessage)).all()
    assert (letter.to, letter.language) == ("agos@example.org", "cy")
    assert f"/cy/manage/awards/names/{asked.id}" in letter.body
    assert "Siân Newydd" in letter.body
    assert "married" not in letter.body
