"""Approving, what happens after it, and who is told."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError

from certificates.approvals import queries
from certificates.approvals.errors import (
    AlreadyApproved,
    AlreadyApprovedAgain,
    ApprovalOver,
    ApprovedLater,
    NotInForce,
    OwnApproval,
)
from certificates.approvals.models import Approval, ApprovalStep
from certificates.approvals.rules import Basis, Check, Ground, State, StepKind, SuspensionReason, last_day
from certificates.approvals.services import access, changing, granting
from certificates.approvals.views import state_on, view
from lms.accounts.models import Organisation
from lms.core import clock
from lms.core.audit import AuditEntry
from lms.core.db import db, transaction
from lms.core.errors import Invalid, NotFound
from lms.core.mail import MailMessage
from lms.core.permissions import Actor
from tests.certificates.test_standing import at_once
from tests.factories.accounts import make_person
from tests.factories.approvals import acting, address, asked, days_ago, make_approval, make_council, make_officer
from tests.factories.certificates import make_award, make_completed

SYSTEM = Actor.system()


def refused(work: object) -> dict[str, str]:
    with pytest.raises(Invalid) as fault, transaction():
        work()  # type: ignore[operator]
    return fault.value.fields


def approvals_team() -> Organisation:
    return db.session.scalars(select(Organisation).where(Organisation.code == "BCU-AP")).one()


def letters_to(person: object) -> list[str]:
    found = select(MailMessage.subject).where(MailMessage.to == address(person)).order_by(MailMessage.id)  # type: ignore[arg-type]
    return list(db.session.scalars(found))


def now(it: Approval) -> State:
    return state_on(access.reread(it.id), clock.today())


def test_an_approval_is_given_told_and_recorded(app: Flask) -> None:
    body, person = make_council(), make_person(language="cy")
    officer = make_officer(body)
    with transaction():
        made = granting.approve(acting(officer, body), body.code, "AMHP", address(person), asked(conditions="18 awr"))
    assert (now(made), made.by, made.conditions) == (State.IN_FORCE, officer.id, "18 awr")
    assert letters_to(person) == ["Rydych wedi'ch cymeradwyo: Gweithiwr Proffesiynol Iechyd Meddwl Cymeradwy"]
    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "approval.given")).one()
    assert (entry.about_id, entry.actor_id, entry.details["body"]) == (person.id, officer.id, body.code)


def test_what_the_law_does_not_allow_is_refused_by_field(app: Flask) -> None:
    body, person = make_council(), make_person()

    def grant(function: str = "AMHP", at: Organisation = body, **given: object) -> object:
        return lambda: granting.approve(SYSTEM, at.code, function, address(person), asked(**given))  # type: ignore[arg-type]

    today = clock.today()
    assert set(refused(grant(ends_on=last_day(today, 5) + timedelta(days=1)))) == {"ends_on"}
    assert set(refused(grant(ends_on=None))) == {"ends_on"}
    assert set(refused(grant(profession="gp"))) == {"profession"}
    assert set(refused(grant(course_on=days_ago(740)))) == {"course_on"}
    assert set(refused(grant(course_title=""))) == {"course_title"}
    assert set(refused(grant(basis=Basis.EARLIER))) == {"earlier"}
    assert set(refused(grant(decided_on=today + timedelta(days=1)))) >= {"decided_on"}
    assert set(refused(grant(starts_on=days_ago(1), decided_on=today))) == {"starts_on"}
    assert set(refused(grant("AC"))) == {"function"}
    assert set(refused(grant("BIA", ends_on=today))) == {"ends_on", "checks"}
    assert set(refused(grant("S12", approvals_team(), profession="gp"))) == {"criterion"}
    assert set(refused(lambda: granting.approve(SYSTEM, body.code, "AMHP", "nobody@example.org", asked()))) == {"email"}
    assert db.session.scalar(select(func.count()).select_from(Approval)) == 0


def test_a_certificate_of_ours_is_an_input_only_for_whom_it_was_issued(app: Flask) -> None:
    body, person, other = make_council(), make_person(legal_name="Mair Onnen"), make_person(legal_name="Huw Eithin")
    mine = make_award(make_completed(learner=person, code="STAT-AMHP-X"))
    theirs = make_award(make_completed(learner=other, code="STAT-AMHP-Y"))
    for number in (theirs.number, "LLW-2026-999999", mine.number):  # the last is of a course that does not count
        given = asked(course_title="", course_on=None, number=number)
        assert set(
            refused(lambda given=given: granting.approve(SYSTEM, body.code, "AMHP", address(person), given))
        ) == {"number"}


def test_a_body_approves_for_itself_and_nobody_approves_themselves(app: Flask) -> None:
    parent = make_council()
    body, person = make_council(parent), make_person()
    above = acting(make_officer(parent), parent)
    with pytest.raises(NotFound), transaction():
        granting.approve(above, body.code, "AMHP", address(person), asked())
    officer = make_officer(body)
    with pytest.raises(OwnApproval), transaction():
        granting.approve(acting(officer, body), body.code, "AMHP", address(officer), asked())
    made = make_approval(body, person)
    with pytest.raises(NotFound), transaction():
        changing.end(above, made.id, clock.today(), Ground.ASKED, "x")


def test_two_approvals_at_once_are_one(app: Flask) -> None:
    body, person = make_council(), make_person()
    to = address(person)
    found = at_once(app, 5, lambda: granting.approve(SYSTEM, body.code, "AMHP", to, asked()))
    assert [type(each) for each in found] == [AlreadyApproved] * 4
    assert db.session.scalar(select(func.count()).select_from(Approval)) == 1


def test_two_authorities_at_once_leave_one_in_force(app: Flask) -> None:
    bodies, person = [make_council() for _ in range(2)], make_person()
    to, codes = address(person), [each.code for each in bodies]
    assert at_once(app, 2, lambda: granting.approve(SYSTEM, codes.pop(), "AMHP", to, asked())) == []
    states = sorted(state_on(each, clock.today()) for each in queries.of_function(person.id, "AMHP"))
    assert states == [State.ENDED_EARLY, State.IN_FORCE]


def test_approval_by_another_authority_ends_the_former_and_tells_whom_it_concerns(app: Flask) -> None:
    first, second, third = make_council(), make_council(), make_council()
    person, told, also, new = make_person(), make_officer(first), make_officer(third), make_officer(second)
    former = make_approval(first, person, starts_on=days_ago(400))
    with transaction():
        changing.act_for(SYSTEM, former.id, third.code, acts=True)
        changing.act_for(SYSTEM, former.id, third.code, acts=True)  # again changes nothing
    with transaction():
        granting.approve(acting(new, second), second.code, "AMHP", address(person), asked())
    step = db.session.scalars(select(ApprovalStep).where(ApprovalStep.kind == StepKind.ENDED)).one()
    assert (step.ground, step.on, step.other_id) == (Ground.APPROVED_ELSEWHERE, clock.today(), second.id)
    assert now(former) is State.ENDED_EARLY
    assert state_on(access.reread(former.id), days_ago(1)) is State.IN_FORCE
    for officer in (told, also):
        assert [each.partition(":")[0] for each in letters_to(officer)] == ["An approval has ended"]
    assert letters_to(new) == []
    assert sum("ends" in each for each in letters_to(person)) == 1
    assert db.session.scalar(select(func.count()).where(ApprovalStep.kind == StepKind.ACTS_FOR)) == 1


def test_somebody_approved_elsewhere_from_a_later_day_is_not_approved_before_it(app: Flask) -> None:
    first, second, person = make_council(), make_council(), make_person()
    make_approval(first, person, starts_on=clock.today() + timedelta(days=30))
    with pytest.raises(ApprovedLater), transaction():
        granting.approve(SYSTEM, second.code, "AMHP", address(person), asked())


def test_approving_again_goes_on_and_is_linked_once(app: Flask) -> None:
    body, person = make_council(), make_person()
    before = make_approval(body, person, starts_on=days_ago(1700))
    assert before.ends_on is not None
    begins = before.ends_on + timedelta(days=1)
    early = asked(starts_on=before.ends_on, basis=Basis.AGAIN, decided_on=clock.today())
    assert set(refused(lambda: granting.approve_again(SYSTEM, before.id, early))) == {"starts_on"}
    again = asked(starts_on=begins, decided_on=clock.today(), course_title="", course_on=None)
    found = at_once(app, 4, lambda: granting.approve_again(SYSTEM, before.id, again))
    assert {type(each) for each in found} <= {AlreadyApprovedAgain, AlreadyApproved}
    assert len(found) == 3
    after = db.session.scalars(select(Approval).where(Approval.follows_id == before.id)).one()
    assert (after.starts_on, after.basis, after.profession) == (begins, Basis.AGAIN, "social_worker")
    assert view(access.reread(before.id), clock.today()).after == after.id


def test_a_clinician_refreshes_no_more_than_two_years_before_the_end(app: Flask) -> None:
    team, person = approvals_team(), make_person()
    before = make_approval(team, person, "AC", days_ago(1700), profession="psychiatrist")
    assert before.ends_on is not None
    begins = before.ends_on + timedelta(days=1)
    for course_on, field in ((days_ago(700), "course_on"), (None, "course_title")):
        again = asked(starts_on=begins, decided_on=clock.today(), course_on=course_on)
        assert set(refused(lambda again=again: granting.approve_again(SYSTEM, before.id, again))) == {field}
    with transaction():
        granting.approve_again(
            SYSTEM, before.id, asked(starts_on=begins, decided_on=clock.today(), course_on=days_ago(100))
        )


def test_a_doctors_clinician_approval_gives_section_12_and_no_one_elses(app: Flask) -> None:
    team = approvals_team()
    doctor = make_approval(team, make_person(), "AC", profession="psychiatrist")
    make_approval(team, make_person(), "AC", profession="psychologist")
    with transaction():
        reach = acting(make_officer(team), team).reach(granting.access.Permission.APPROVAL_KEEP)
    rows = db.session.scalars(queries.register(reach, clock.today(), "standing", "S12", None)).all()
    assert [each.id for each in rows] == [doctor.id]
    assert [each.code for each in view(access.reread(doctor.id), clock.today()).gives] == ["S12"]


def test_suspending_lifting_and_ending_follow_each_other(app: Flask) -> None:
    body, person = make_council(), make_person()
    it = make_approval(body, person, starts_on=days_ago(100))
    with transaction():
        changing.suspend(SYSTEM, it.id, days_ago(10), SuspensionReason.REGISTRATION, "NMC")
    assert now(it) is State.SUSPENDED
    with pytest.raises(NotInForce), transaction():
        changing.suspend(SYSTEM, it.id, clock.today(), SuspensionReason.ASKED, "x")
    assert set(refused(lambda: changing.lift(SYSTEM, it.id, days_ago(-1), ""))) == {"on"}
    with transaction():
        changing.lift(SYSTEM, it.id, days_ago(5), "")
    assert now(it) is State.IN_FORCE
    assert set(refused(lambda: changing.suspend(SYSTEM, it.id, days_ago(7), SuspensionReason.ASKED, "x"))) == {"on"}
    found = at_once(app, 4, lambda: changing.end(SYSTEM, it.id, clock.today(), Ground.ASKED, "In writing"))
    assert [type(each) for each in found] == [ApprovalOver] * 3
    assert now(it) is State.ENDED_EARLY
    assert [each.partition(":")[0] for each in letters_to(person)[1:]] == [
        "Your approval is suspended", "Your approval counts again", "Your approval ends",
    ]  # fmt: skip
    body_text = db.session.scalars(select(MailMessage.body).order_by(MailMessage.id.desc()).limit(1)).one()
    assert "They asked for it in writing. In writing" in body_text


def test_a_ground_is_one_of_the_functions_own_and_a_mistake_never_counted(app: Flask) -> None:
    team, person = approvals_team(), make_person()
    it = make_approval(team, person, "AC", days_ago(50), profession="psychologist")
    fields = refused(lambda: changing.end(SYSTEM, it.id, clock.today(), Ground.APPROVED_ELSEWHERE, "x"))
    assert set(fields) == {"ground"}
    with transaction():
        changing.end(SYSTEM, it.id, clock.today(), Ground.IN_ERROR, "Another person of that name")
    assert now(it) is state_on(access.reread(it.id), days_ago(50)) is State.IN_ERROR
    make_approval(team, person, "AC", days_ago(50), profession="psychologist")  # nothing stands in its way


def test_an_assessor_is_chosen_case_by_case_with_everything_made_sure_of(app: Flask) -> None:
    body, person = make_council(), make_person()
    checks = (Check.SKILLS, Check.INSURANCE, Check.DBS)
    given = {"ends_on": None, "checks": checks, "profession": "amhp"}
    assert set(refused(lambda: granting.approve(SYSTEM, body.code, "BIA", address(person), asked(**given)))) == {
        "profession"
    }
    make_approval(body, person)
    it = make_approval(body, person, "BIA", **given)
    assert set(refused(lambda: changing.choose(SYSTEM, it.id, clock.today(), set(checks)))) == {"checks"}
    with transaction():
        changing.choose(SYSTEM, it.id, clock.today(), set(Check))
    assert [each.kind for each in access.reread(it.id).steps] == [StepKind.CHOSEN]
    assert view(access.reread(it.id), clock.today()).missing == []


def test_facts_are_not_rewritten(app: Flask) -> None:
    it = make_approval(make_council(), make_person())
    for statement in ("UPDATE function_approval SET ends_on = NULL", "DELETE FROM function_approval"):
        with pytest.raises(DBAPIError, match="append"), transaction():
            db.session.execute(text(statement))
    assert db.session.get_one(Approval, it.id).ends_on is not None
