"""Getting a place, waiting for one, giving it up, and finishing: also when many come at once."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import func, select

from courses.catalogue.models import CapacityRule, CertificateKind
from courses.enrolments import services
from courses.enrolments.errors import AlreadyEnrolled, EnrolmentClosed, LanguageNotOffered, ModuleFull, NotDeclared
from courses.enrolments.events import (
    EnrolmentCompleted,
    EnrolmentWithdrawn,
    LearnerActive,
    LearnerEnrolled,
    LearningCompleted,
)
from courses.enrolments.models import Enrolment, EnrolmentEvent, EnrolmentEventKind, EnrolmentState, WithdrawalReason
from lms.accounts.models import Membership, Person, Sector
from lms.core import clock, events
from lms.core.db import db, transaction
from lms.core.errors import Forbidden, Invalid, NotFound, Refusal
from lms.core.mail import MailMessage
from lms.core.permissions import Actor, Role
from tests.factories.accounts import grant, make_membership, make_organisation, make_person
from tests.factories.catalogue import make_course, make_version
from tests.factories.enrolments import make_enrolment

SYSTEM = Actor.system()


def me(person: Person) -> Actor:
    return Actor(person=person.id, name=person.display_name)


def state(enrolment_id: UUID) -> EnrolmentState:
    db.session.expire_all()
    return db.session.get_one(Enrolment, enrolment_id).state


def count(kind: EnrolmentEventKind) -> int:
    return db.session.scalar(select(func.count()).where(EnrolmentEvent.kind == kind)) or 0


@pytest.fixture
def heard(app: Flask, monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """What enrolments told, in order; nobody else hears it."""
    told: list[object] = []
    monkeypatch.setattr(events, "publish", told.append)
    return told


def at_once(app: Flask, work: list[Callable[[], object]]) -> list[object]:
    """Run each in a thread and a transaction of its own; give what each returned, or its refusal."""

    def run(one: Callable[[], object]) -> object:
        with app.app_context():
            try:
                with transaction():
                    return one()
            except Refusal as refusal:
                return refusal
            finally:
                db.session.remove()

    with ThreadPoolExecutor(len(work)) as pool:
        return list(pool.map(run, work))


def test_twenty_at_once_on_five_seats_are_exactly_five(app: Flask) -> None:
    course = make_course(seats=5)
    actors = [me(make_person()) for _ in range(20)]
    code = course.code

    def ask(actor: Actor) -> Callable[[], object]:
        return lambda: services.enrol(actor, actor.person, code, "en").id  # type: ignore[arg-type]

    answers = at_once(app, [ask(actor) for actor in actors])
    assert sorted(type(each).__name__ for each in answers) == ["ModuleFull"] * 15 + ["UUID"] * 5
    assert db.session.scalar(select(func.count()).select_from(Enrolment)) == 5


def test_one_learner_twenty_times_at_once_is_enrolled_once(app: Flask) -> None:
    course, actor = make_course(), me(make_person())
    code = course.code
    answers = at_once(app, [lambda: services.enrol(actor, actor.person, code, "en").id] * 20)  # type: ignore[arg-type]
    assert sorted(type(each).__name__ for each in answers) == ["AlreadyEnrolled"] * 19 + ["UUID"]


def test_twenty_completions_at_once_are_one(app: Flask) -> None:
    enrolment = make_enrolment(course=make_course(certificate_kind=CertificateKind.NONE))
    at_once(app, [lambda: services.complete(SYSTEM, enrolment.id).id] * 20)
    assert state(enrolment.id) is EnrolmentState.COMPLETED
    assert [count(kind) for kind in (EnrolmentEventKind.COMPLETED, EnrolmentEventKind.LEARNING_COMPLETED)] == [1, 1]


def test_completing_tells_once_and_a_portfolio_comes_between(heard: list[object]) -> None:
    simple = make_enrolment(course=make_course())
    services.learning_completed(SYSTEM, simple.id, clock.now())
    services.learning_completed(SYSTEM, simple.id, clock.now())
    assert heard == [LearnerActive(simple.id), LearningCompleted(simple.id), EnrolmentCompleted(simple.id)]
    heard.clear()

    deep = make_enrolment(course=make_course(certificate_kind=CertificateKind.COMPLETION_WITH_PORTFOLIO))
    services.learning_completed(SYSTEM, deep.id, clock.now())
    assert (heard, deep.state) == ([LearnerActive(deep.id), LearningCompleted(deep.id)], EnrolmentState.IN_PROGRESS)
    services.portfolio_signed_off(SYSTEM, deep.id)
    services.portfolio_signed_off(SYSTEM, deep.id)
    assert heard == [LearnerActive(deep.id), LearningCompleted(deep.id), EnrolmentCompleted(deep.id)]
    services.portfolio_reopened(SYSTEM, deep.id)
    assert deep.state is EnrolmentState.COMPLETED, "what is completed stays completed"


def test_portfolio_reopened_before_the_content_is_done_counts_no_more(heard: list[object]) -> None:
    enrolment = make_enrolment(course=make_course(certificate_kind=CertificateKind.COMPLETION_WITH_PORTFOLIO))
    services.portfolio_signed_off(SYSTEM, enrolment.id)
    services.portfolio_reopened(SYSTEM, enrolment.id)
    services.learning_completed(SYSTEM, enrolment.id, clock.now())
    assert enrolment.state is EnrolmentState.IN_PROGRESS
    services.portfolio_signed_off(SYSTEM, enrolment.id)
    assert enrolment.state is EnrolmentState.COMPLETED


def test_progress_never_goes_back_and_starts_what_was_not_started(app: Flask) -> None:
    enrolment = make_enrolment()
    now = clock.now()
    services.record_progress(SYSTEM, enrolment.id, 60, now)
    services.record_progress(SYSTEM, enrolment.id, 20, now - timedelta(hours=1))
    assert (enrolment.progress, enrolment.state) == (60, EnrolmentState.IN_PROGRESS)
    assert enrolment.last_active_at == now
    services.note(SYSTEM, enrolment.id, "failed", now)
    assert count(EnrolmentEventKind.PROGRESSED) == count(EnrolmentEventKind.NOTED) == 1


def test_membership_is_frozen_as_it_was_that_day(app: Flask) -> None:
    person, old, new = make_person(), make_organisation(), make_organisation()
    first = make_membership(person, old, setting_code=None)
    with transaction():
        enrolment = services.enrol(me(person), person.id, make_course().code, "en")
    with transaction():
        db.session.get_one(Membership, first.id).ends_on = clock.today() - timedelta(days=1)
    make_membership(person, new, sector=Sector.THIRD_SECTOR)
    db.session.expire_all()
    kept = db.session.get_one(Enrolment, enrolment.id)
    assert (kept.organisation_id, kept.sector, kept.organisation_lineage) == (old.id, "nhs", [old.id])
    with transaction():
        later = services.enrol(me(person), person.id, make_course().code, "en")
    assert (later.organisation_id, later.sector) == (new.id, "third_sector")


def test_learner_chooses_among_places_and_only_among_their_own(app: Flask) -> None:
    person, course = make_person(), make_course()
    make_membership(person, make_organisation())
    charity = make_membership(person, make_organisation(sector=Sector.THIRD_SECTOR), paid=False)
    elsewhere = make_membership(make_person(), make_organisation())
    with pytest.raises(Invalid):
        services.enrol(me(person), person.id, course.code, "en", membership_id=elsewhere.id)
    db.session.rollback()
    with transaction():
        enrolment = services.enrol(me(person), person.id, course.code, "en", membership_id=charity.id)
    assert (enrolment.sector, enrolment.paid) == ("third_sector", False)


def test_waiting_list_first_come_first_served_with_mail_in_their_language(app: Flask) -> None:
    course = make_course(seats=1)
    first, second, third = make_person(), make_person(language="cy"), make_person()
    with transaction():
        place = services.enrol(me(first), first.id, course.code, "en")
    with pytest.raises(ModuleFull):
        services.enrol(me(second), second.id, course.code, "cy")
    db.session.rollback()
    waits = []
    for person in (second, third):
        with transaction():
            waits.append(services.enrol(me(person), person.id, course.code, "cy", wait=True))
    assert [each.state for each in waits] == [EnrolmentState.WAITLISTED] * 2
    with transaction():
        services.withdraw(me(first), place.id, WithdrawalReason.NO_TIME)
    assert [state(each.id) for each in (place, *waits)] == ["withdrawn", "enrolled", "waitlisted"]
    (mail,) = db.session.scalars(select(MailMessage))
    assert (mail.to, mail.subject) == (second.emails[0].address, f"Mae gennych le: Cwrs {course.code}")
    with pytest.raises(EnrolmentClosed):
        services.withdraw(me(first), place.id, WithdrawalReason.NO_TIME)
    db.session.rollback()
    with pytest.raises(AlreadyEnrolled) as refused:
        services.enrol(me(second), second.id, course.code, "cy")
    assert refused.value.more == {"enrolment": str(waits[0].id)}


def test_on_a_cohort_learners_ask_and_an_organiser_gives_the_place(app: Flask) -> None:
    course = make_course(seats=1, capacity_rule=CapacityRule.COHORT)
    body = make_organisation()
    learners, organiser = [make_person(), make_person()], make_person()
    for person in learners:
        make_membership(person, body)
    grant(organiser, Role.ORGANISER, body)
    acting = Actor(person=organiser.id, roles=frozenset({(Role.ORGANISER, body.id)}))
    with transaction():
        asked = [services.enrol(me(person), person.id, course.code, "en") for person in learners]
    assert [each.state for each in asked] == [EnrolmentState.WAITLISTED] * 2
    with pytest.raises(NotFound):
        services.give_place(me(learners[0]), asked[0].id)
    db.session.rollback()
    with transaction():
        services.give_place(acting, asked[1].id)
    with pytest.raises(ModuleFull):
        services.give_place(acting, asked[0].id)
    db.session.rollback()
    assert [state(each.id) for each in asked] == ["waitlisted", "enrolled"]


def test_what_nobody_holds_is_asked_and_kept(app: Flask) -> None:
    person = make_person()
    course = make_course(eligibility={"all": [{"manager_support": True}, {"years_in_practice_min": 2}]})
    with pytest.raises(NotDeclared):
        services.enrol(me(person), person.id, course.code, "en", ["manager_support"])
    db.session.rollback()
    given = ["manager_support", "years_in_practice_min:2", "not-asked"]
    with transaction():
        enrolment = services.enrol(me(person), person.id, course.code, "en", given)
    assert enrolment.declared == ["manager_support", "years_in_practice_min:2"]


def test_organiser_enrols_people_in_reach_from_the_place_in_reach(heard: list[object]) -> None:
    mine, other = make_organisation(), make_organisation()
    person, stranger = make_person(), make_person()
    make_membership(person, other)
    make_membership(person, mine)
    make_membership(stranger, other)
    organiser = Actor(person=make_person().id, roles=frozenset({(Role.ORGANISER, mine.id)}))
    code = make_course().code
    enrolment = services.enrol(organiser, person.id, code, "en")
    assert enrolment.organisation_id == mine.id
    assert heard == [LearnerEnrolled(enrolment.id)]
    with pytest.raises(Forbidden):
        services.enrol(organiser, stranger.id, code, "en")
    services.withdraw(organiser, enrolment.id, WithdrawalReason.ENROLLED_IN_ERROR)
    assert heard[-1] == EnrolmentWithdrawn(enrolment.id)


def test_language_not_offered_and_retired_and_unknown_courses_are_refused(app: Flask) -> None:
    person, course = make_person(), make_course(languages=["cy"])
    with pytest.raises(LanguageNotOffered):
        services.enrol(me(person), person.id, course.code, "en")
    draft = make_course()
    make_version(draft, status="retired")
    draft.published_version_id = None
    db.session.flush()
    for code in (draft.code, "NOWHERE"):
        with pytest.raises(NotFound):
            services.enrol(me(person), person.id, code, "en")


def test_nothing_is_recorded_on_what_is_over_or_has_not_begun(app: Flask) -> None:
    for given in (EnrolmentState.WITHDRAWN, EnrolmentState.WAITLISTED):
        enrolment = make_enrolment(state=given)
        with pytest.raises(EnrolmentClosed):
            services.complete(SYSTEM, enrolment.id)
        db.session.rollback()


def test_a_completed_course_can_be_taken_again(app: Flask) -> None:
    person, course = make_person(), make_course()
    make_enrolment(person, course, state=EnrolmentState.COMPLETED)
    with transaction():
        again: Any = services.enrol(me(person), person.id, course.code, "en")
    assert again.state is EnrolmentState.ENROLLED
