"""The tables: what is not written is refused, and a role reaches its subtree only."""

from uuid import uuid4

import pytest

from lms.core.errors import Forbidden, NotFound
from lms.core.permissions import EVERYONE, GRANTED, HOUSE, OWN, SUPERVISED, Actor, Permission, Role

ROOT, BOARD, TEAM, OTHER = (uuid4() for _ in range(4))
ME, LEARNER, STRANGER = (uuid4() for _ in range(3))


def test_nobody_may_only_what_everyone_may() -> None:
    for permission in Permission:
        assert Actor().may(permission, about=ME, at=(ROOT,)) == (permission in EVERYONE)
        assert Actor().might(permission) == (permission in EVERYONE)


def test_one_may_what_is_own_about_oneself_only() -> None:
    me = Actor(person=ME)
    for permission in Permission:
        assert me.may(permission, about=ME) == (permission in OWN | EVERYONE)
        assert me.may(permission, about=STRANGER) == (permission in EVERYONE)
        assert me.may(permission) == (permission in EVERYONE)


def test_a_supervisor_reaches_those_they_supervise() -> None:
    supervisor = Actor(person=ME, supervises=frozenset({LEARNER}))
    for permission in Permission:
        assert supervisor.may(permission, about=LEARNER) == (permission in SUPERVISED | EVERYONE)
        assert supervisor.may(permission, about=STRANGER) == (permission in EVERYONE)
    assert not Actor(person=ME).might(Permission.PORTFOLIO_DECIDE)
    assert supervisor.might(Permission.PORTFOLIO_DECIDE)


@pytest.mark.parametrize("role", Role)
def test_a_role_reaches_its_organisation_and_below_never_above_or_beside(role: Role) -> None:
    actor = Actor(person=ME, roles=frozenset({(role, BOARD)}))
    for permission in Permission:
        granted = permission in GRANTED[role] | EVERYONE
        assert actor.may(permission, at=(ROOT, BOARD)) == granted
        assert actor.may(permission, at=(ROOT, BOARD, TEAM)) == granted
        assert actor.may(permission, at=(ROOT,)) == (permission in EVERYONE)
        assert actor.may(permission, at=(ROOT, OTHER)) == (permission in EVERYONE)
        assert actor.reach(permission).places == (frozenset({BOARD}) if permission in GRANTED[role] else frozenset())


def test_a_token_narrows_and_never_widens() -> None:
    roles = frozenset({(Role.ADMINISTRATOR, ROOT)})
    narrow = Actor(person=ME, roles=roles, scopes=frozenset({Permission.PROFILE_READ, Permission.UPTAKE_READ}))
    assert narrow.may(Permission.PROFILE_READ, about=ME)
    assert not narrow.may(Permission.PROFILE_EDIT, about=ME)
    assert not narrow.may(Permission.UPTAKE_READ, at=(ROOT,))
    assert not narrow.might(Permission.PERSON_READ)
    assert narrow.reach(Permission.PERSON_READ).places == frozenset()


def test_refusals_say_no_or_hide() -> None:
    with pytest.raises(Forbidden):
        Actor(person=ME).require(Permission.PERSON_READ, about=STRANGER)
    with pytest.raises(NotFound):
        Actor(person=ME).require_or_hide(Permission.PERSON_READ, about=STRANGER)
    assert Actor.system().reach(Permission.PERSON_READ).everything
    assert Actor.system().may(Permission.AUDIT_READ)


def test_every_permission_is_in_a_table() -> None:
    written = EVERYONE | OWN | SUPERVISED | frozenset().union(*GRANTED.values())
    assert set(Permission) - written == HOUSE
