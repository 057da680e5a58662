"""Licences, assignments and attestations: what is allowed, what is dated, and what is told."""

from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask

from courses.supervision import queries, rules, services
from courses.supervision.errors import (
    AlreadyEnded,
    AlreadySupervised,
    NotLicensed,
    NotTheSupervisor,
    OwnSupervisor,
    SupervisorFull,
)
from courses.supervision.events import AttestationEnded, AttestationMade, LicenceChanged
from courses.supervision.models import AttestationGround
from lms.accounts.models import Person
from lms.core import clock, events
from lms.core.errors import Forbidden, Invalid, NotFound
from lms.core.permissions import Actor, Role
from tests.factories.accounts import make_membership, make_organisation, make_person
from tests.factories.supervision import make_attestation, make_licence, make_supervision

CODE = "ECAMHS"
CONFIRMED = {"team": "CAMHS", "clinical_role": True, "in_setting": True, "under_supervision": True}


class Cast:
    """A learner and an organiser in one body, and a licensed supervisor in another."""

    def __init__(self) -> None:
        self.body = make_organisation()
        self.learner, self.supervisor, self.lead = make_person(), make_person(), make_person()
        make_membership(self.learner, self.body)
        make_membership(self.supervisor, self.body)
        self.licence = make_licence(self.supervisor, CODE)
        self.organiser = Actor(person=self.lead.id, roles=frozenset({(Role.LEAD_SUPERVISOR, self.body.id)}))

    def acting(self, person: Person) -> Actor:
        return Actor(person=person.id, supervises=queries.supervised_people(person.id))


@pytest.fixture
def cast(app: Flask) -> Cast:
    return Cast()


@pytest.fixture
def heard(app: Flask, monkeypatch: pytest.MonkeyPatch) -> list[object]:
    told: list[object] = []
    monkeypatch.setattr(events, "publish", told.append)
    return told


def test_a_learner_gets_a_licensed_supervisor_who_has_room(cast: Cast) -> None:
    with pytest.raises(NotLicensed):
        services.assign(cast.organiser, cast.learner.id, cast.lead.id, CODE)
    with pytest.raises(NotLicensed):
        services.assign(cast.organiser, cast.learner.id, cast.supervisor.id, "PIMH")
    with pytest.raises(OwnSupervisor):
        services.assign(cast.organiser, cast.supervisor.id, cast.supervisor.id, CODE)
    with pytest.raises(Forbidden):
        services.assign(cast.acting(cast.supervisor), cast.learner.id, cast.supervisor.id, CODE)
    made = services.assign(cast.organiser, cast.learner.id, cast.supervisor.id, CODE)
    assert queries.supervised_people(cast.supervisor.id) == {cast.learner.id}
    found = queries.supervisor_of(cast.learner.id, CODE, clock.today())
    assert found is not None
    assert found.id == made.id
    with pytest.raises(AlreadySupervised):
        services.assign(cast.organiser, cast.learner.id, cast.supervisor.id, CODE)
    cast.licence.capacity = 1
    another = make_person()
    make_membership(another, cast.body)
    with pytest.raises(SupervisorFull):
        services.assign(cast.organiser, another.id, cast.supervisor.id, CODE)


def test_handing_over_ends_the_old_supervision_and_its_attestation(cast: Cast, heard: list[object]) -> None:
    make_supervision(cast.learner, cast.supervisor, CODE)
    attestation = make_attestation(cast.learner, cast.supervisor, CODE)
    heir = make_person()
    make_licence(heir, CODE)
    services.assign(cast.organiser, cast.learner.id, heir.id, CODE)
    assert queries.supervised_people(cast.supervisor.id) == frozenset()
    assert (attestation.ended_on, attestation.ended_ground) == (clock.today(), AttestationGround.SUPERVISION_ENDED)
    assert heard == [AttestationEnded(cast.learner.id, CODE)]


def test_only_the_supervisor_attests_all_three_for_at_most_a_year(cast: Cast, heard: list[object]) -> None:
    make_supervision(cast.learner, cast.supervisor, CODE)
    actor, until = cast.acting(cast.supervisor), clock.today() + timedelta(days=100)
    for wrong in ({"clinical_role": False}, {"in_setting": False}, {"under_supervision": False}):
        with pytest.raises(Invalid) as refused:
            services.attest(actor, cast.learner.id, CODE, ends_on=until, **(CONFIRMED | wrong))  # type: ignore[arg-type]
        assert refused.value.fields.keys() == wrong.keys()
    for day in (clock.today() - timedelta(days=1), clock.today() + timedelta(days=370)):
        with pytest.raises(Invalid):
            services.attest(actor, cast.learner.id, CODE, ends_on=day, **CONFIRMED)  # type: ignore[arg-type]
    with pytest.raises(Forbidden):
        services.attest(cast.acting(cast.learner), cast.learner.id, CODE, ends_on=until, **CONFIRMED)  # type: ignore[arg-type]
    with pytest.raises(NotTheSupervisor):
        services.attest(actor, cast.learner.id, "PIMH", ends_on=until, **CONFIRMED)  # type: ignore[arg-type]
    made = services.attest(actor, cast.learner.id, CODE, ends_on=until, **CONFIRMED)  # type: ignore[arg-type]
    assert made.licence_number == cast.licence.number
    assert heard == [AttestationMade(cast.learner.id, CODE)]
    cast.licence.withdrawn_on = clock.today()
    with pytest.raises(NotLicensed):
        services.attest(actor, cast.learner.id, CODE, ends_on=until, **CONFIRMED)  # type: ignore[arg-type]


def test_withdrawing_a_licence_ends_what_was_attested_under_it(cast: Cast, heard: list[object]) -> None:
    make_supervision(cast.learner, cast.supervisor, CODE)
    make_attestation(cast.learner, cast.supervisor, CODE)
    assert queries.attestation_on(cast.learner.id, CODE, clock.today()) is not None
    services.withdraw_licence(cast.organiser, cast.licence.id, "left the service")
    assert queries.attestation_on(cast.learner.id, CODE, clock.today()) is None
    assert heard == [LicenceChanged(cast.licence.id), AttestationEnded(cast.learner.id, CODE)]
    with pytest.raises(AlreadyEnded):
        services.withdraw_licence(cast.organiser, cast.licence.id, "again")


def test_an_attestation_lapses_with_the_licence_and_comes_back_with_its_renewal(
    cast: Cast, heard: list[object]
) -> None:
    make_attestation(cast.learner, cast.supervisor, CODE)
    cast.licence.ends_on = clock.today() - timedelta(days=1)
    services.tell_what_ran_out()
    assert heard == [AttestationEnded(cast.learner.id, CODE)]
    renewed = services.issue_licence(cast.organiser, cast.supervisor.id, CODE)
    assert heard[1:] == [LicenceChanged(renewed.id), AttestationMade(cast.learner.id, CODE)]
    services.tell_what_ran_out()
    assert len(heard) == 3


def test_ending_an_attestation_is_for_its_supervisor_or_whoever_assigns(cast: Cast) -> None:
    make_supervision(cast.learner, cast.supervisor, CODE)
    attestation = make_attestation(cast.learner, cast.supervisor, CODE)
    for stranger in (cast.acting(cast.learner), Actor(person=make_person().id)):
        with pytest.raises(NotFound):
            services.end_attestation(stranger, attestation.id, AttestationGround.LEFT_ROLE)
    services.end_attestation(cast.organiser, attestation.id, AttestationGround.LEFT_ROLE)
    with pytest.raises(AlreadyEnded):
        services.end_attestation(cast.acting(cast.supervisor), attestation.id, AttestationGround.LEFT_ROLE)


def test_licences_are_issued_where_one_leads_and_say_what_is_wrong(cast: Cast) -> None:
    stranger = make_person()
    make_membership(stranger, make_organisation())
    with pytest.raises(Forbidden):
        services.issue_licence(cast.organiser, stranger.id, CODE)
    with pytest.raises(NotFound):
        services.issue_licence(cast.organiser, cast.learner.id, "NONE")
    wrong: dict[str, Any] = {"starts_on": clock.today(), "ends_on": clock.today() - timedelta(days=1), "capacity": 0}
    with pytest.raises(Invalid) as refused:
        services.issue_licence(cast.organiser, cast.learner.id, CODE, **wrong)
    assert set(refused.value.fields) == {"ends_on", "capacity"}
    made = services.issue_licence(cast.organiser, cast.learner.id, CODE)
    assert made.ends_on == rules.months_after(clock.today(), 36)


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2024, 2, 29), 12, date(2025, 2, 28)),
        (date(2026, 11, 30), 3, date(2027, 2, 28)),
        (date(2026, 12, 5), 12, date(2027, 12, 5)),
    ],
)
def test_months_after(day: date, months: int, expected: date) -> None:
    assert rules.months_after(day, months) == expected
