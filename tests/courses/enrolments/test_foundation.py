"""The clinical modules of Essential CAMHS: who gets in, and when."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from courses.enrolments import services
from courses.enrolments.errors import NotForYourWork, PrerequisiteMissing, SupervisionNotAttested
from courses.enrolments.models import Enrolment, EnrolmentState, WithdrawalReason
from courses.supervision import services as supervision
from courses.supervision.models import AttestationGround
from lms.accounts.models import Person, Sector
from lms.core import clock
from lms.core.db import db, transaction
from lms.core.permissions import Actor
from tests.factories.accounts import make_membership, make_person, organisation
from tests.factories.catalogue import course
from tests.factories.supervision import make_licence, make_supervision

FOUNDATION = ("ECAMHS-1", "ECAMHS-2", "ECAMHS-3")


def me(person: Person, **given: Any) -> Actor:
    return Actor(person=person.id, name=person.display_name, **given)


def programme() -> str:
    code = course("ECAMHS-4").programme_code
    assert code is not None
    return code


def complete_with_portfolio(person: Person, code: str) -> None:
    with transaction():
        enrolment = services.enrol(me(person), person.id, code, "en")
        services.learning_completed(Actor.system(), enrolment.id, clock.now())
    with transaction():
        services.portfolio_signed_off(Actor.system(), enrolment.id)
    assert state(enrolment.id) is EnrolmentState.COMPLETED


def state(enrolment_id: UUID) -> EnrolmentState:
    db.session.expire_all()
    return db.session.get_one(Enrolment, enrolment_id).state


@pytest.fixture
def nurse(app: Any) -> Person:
    person = make_person(display_name="Nia Nyrs")
    make_membership(person, organisation("BCU"), job_role_code="camhs_nurse", setting_code="camhs")
    return person


@pytest.fixture
def volunteer(app: Any) -> Person:
    person = make_person(display_name="Gwen Gwirfoddolwr")
    make_membership(person, sector=Sector.THIRD_SECTOR, job_role_code="volunteer", paid=False)
    return person


def test_nurse_is_refused_then_let_in_after_foundation_and_attestation_then_paused_and_resumed(nurse: Person) -> None:
    supervisor = make_person(display_name="Siân Goruchwylydd")
    with pytest.raises(PrerequisiteMissing) as refused:
        services.enrol(me(nurse), nurse.id, "ECAMHS-4", "en")
    assert refused.value.alternatives == FOUNDATION
    assert [type(each) for each in refused.value.reasons] == [PrerequisiteMissing, SupervisionNotAttested]
    db.session.rollback()

    for code in FOUNDATION:
        complete_with_portfolio(nurse, code)
    with pytest.raises(SupervisionNotAttested, match="no learning supervisor"):
        services.enrol(me(nurse), nurse.id, "ECAMHS-4", "en")
    db.session.rollback()

    make_licence(supervisor, programme())
    make_supervision(nurse, supervisor, programme())
    with pytest.raises(SupervisionNotAttested, match="has not yet attested"):
        services.enrol(me(nurse), nurse.id, "ECAMHS-4", "en")
    db.session.rollback()

    acting = me(supervisor, supervises=frozenset({nurse.id}))
    confirmed = {"team": "CAMHS Wrecsam", "clinical_role": True, "in_setting": True, "under_supervision": True}
    until = clock.today() + timedelta(days=180)
    with transaction():
        attestation = supervision.attest(acting, nurse.id, programme(), ends_on=until, **confirmed)
        enrolment = services.enrol(me(nurse), nurse.id, "ECAMHS-4", "cy")
    assert (enrolment.state, enrolment.language, enrolment.setting_code) == (EnrolmentState.ENROLLED, "cy", "camhs")

    with transaction():
        services.record_progress(Actor.system(), enrolment.id, 40, clock.now())
        supervision.end_attestation(acting, attestation.id, AttestationGround.LEFT_SETTING)
    assert state(enrolment.id) is EnrolmentState.PAUSED

    with transaction():
        services.learning_completed(Actor.system(), enrolment.id, clock.now())
        services.portfolio_signed_off(Actor.system(), enrolment.id)
    assert state(enrolment.id) is EnrolmentState.PAUSED, "what is done is kept, and nothing is completed meanwhile"

    with transaction():
        supervision.attest(acting, nurse.id, programme(), ends_on=until, **confirmed)
    assert state(enrolment.id) is EnrolmentState.COMPLETED


def test_attestation_that_runs_out_pauses_by_the_daily_job_and_twice_is_as_good_as_once(nurse: Person) -> None:
    supervisor = make_person()
    make_licence(supervisor, programme())
    make_supervision(nurse, supervisor, programme())
    for code in FOUNDATION:
        complete_with_portfolio(nurse, code)
    acting = me(supervisor, supervises=frozenset({nurse.id}))
    with transaction():
        supervision.attest(acting, nurse.id, programme(), team="CAMHS", clinical_role=True, in_setting=True,
                           under_supervision=True, ends_on=clock.today())  # fmt: skip
        enrolment = services.enrol(me(nurse), nurse.id, "ECAMHS-5", "en")
        supervision.tell_what_ran_out()
    assert state(enrolment.id) is EnrolmentState.ENROLLED, "its last day still counts"
    with clock.frozen(clock.now() + timedelta(days=1)):
        for _ in range(2):
            with transaction():
                supervision.tell_what_ran_out()
        assert state(enrolment.id) is EnrolmentState.PAUSED
        kinds = [event.kind.value for event in db.session.get_one(Enrolment, enrolment.id).events]
        assert kinds == ["enrolled", "paused"]
        with transaction():
            services.withdraw(me(nurse), enrolment.id, WithdrawalReason.CHANGED_ROLE)
        assert state(enrolment.id) is EnrolmentState.WITHDRAWN


def test_volunteer_is_refused_with_the_reason_and_what_is_open_instead(volunteer: Person) -> None:
    with pytest.raises(NotForYourWork) as refused:
        services.enrol(me(volunteer), volunteer.id, "ECAMHS-4", "en")
    db.session.rollback()
    assert refused.value.detail == "This module is only for clinical staff under supervision in NHS CAMHS teams."
    assert refused.value.alternatives == FOUNDATION
    assert refused.value.params["open"].cy == "ECAMHS-1, ECAMHS-2 ac ECAMHS-3"  # type: ignore[attr-defined]
    details = " ".join(each.detail for each in refused.value.reasons)
    for fact in ("offered to", "who work in", "clinical role", "come first", "no learning supervisor"):
        assert fact in details
    with transaction():
        services.enrol(me(volunteer), volunteer.id, "ECAMHS-1", "en")
    with pytest.raises(NotForYourWork) as refused:
        services.enrol(me(volunteer), volunteer.id, "ECAMHS-4", "en")
    assert refused.value.alternatives == FOUNDATION[1:]
