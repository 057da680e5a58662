"""Entries come by themselves, once, follow what becomes of it, and keep what the person wrote."""

import importlib
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import delete, func, select, text

from courses.catalogue.models import CertificateKind
from courses.cpd import handlers, queries, rules, sources
from courses.cpd.models import CpdEntry
from courses.cpd.services import automatic, own
from courses.cpd.sources import Brought
from courses.enrolments import services as enrolments
from courses.enrolments.events import LearningCompleted
from courses.enrolments.models import Enrolment, EnrolmentState, WithdrawalReason
from courses.portfolios.moderation import services as moderation
from courses.portfolios.moderation.models import WithdrawalGround
from courses.supervision.sessions import services as sessions
from lms.accounts.models import Person
from lms.core import clock
from lms.core.db import db, transaction
from lms.core.errors import Forbidden
from lms.core.ids import new_id
from lms.core.language import Bilingual
from lms.core.permissions import Actor
from tests.courses.supervision.test_sessions import log
from tests.factories.accounts import make_person
from tests.factories.catalogue import make_course
from tests.factories.enrolments import make_enrolment
from tests.factories.portfolios import a_pair, actor_of, sign

HOUSE = Actor.system()


def entries(person: Person) -> list[CpdEntry]:
    return list(db.session.scalars(queries.entries_of(person.id).order_by(CpdEntry.origin)))


def counted(person: Person) -> rules.Counted:
    return queries.counted(person.id, rules.last_year(clock.today()))[0]


def complete(enrolment: Enrolment) -> None:
    with transaction():
        enrolments.learning_completed(HOUSE, enrolment.id, clock.now())


def test_a_completion_is_an_entry_with_the_hours_of_its_course(app: Flask) -> None:
    enrolment = make_enrolment(course=make_course(format_code="elearning"))
    complete(enrolment)
    complete(enrolment)
    [entry] = entries(enrolment.learner)
    minutes = enrolment.version.minutes
    assert (entry.origin, entry.origin_id, entry.title) == ("course", enrolment.id, enrolment.version.title)
    assert (entry.minutes, entry.participatory_minutes, entry.told_minutes) == (minutes, 0, minutes)
    assert (entry.method, entry.happened_on) == ("e_learning", clock.today())


def test_a_session_that_was_attended_is_participatory(app: Flask) -> None:
    enrolment = make_enrolment(course=make_course(format_code="face_to_face"))
    with transaction():
        enrolments.complete(HOUSE, enrolment.id)
    [entry] = entries(enrolment.learner)
    assert (entry.method, entry.participatory_minutes) == ("course", enrolment.version.minutes)


def test_a_place_given_up_shows_as_withdrawn_and_keeps_the_words(app: Flask) -> None:
    enrolment = make_enrolment(course=make_course(certificate_kind=CertificateKind.COMPLETION_WITH_PORTFOLIO))
    complete(enrolment)  # the content is done, the portfolio is not
    [entry] = entries(enrolment.learner)
    learner = actor_of(enrolment.learner)
    with transaction():
        own.save(learner, entry.id, 1, minutes=30, texts={"reflection": "I learnt to wait."})
    assert counted(enrolment.learner).minutes == 30
    with transaction():
        enrolments.withdraw(learner, enrolment.id, WithdrawalReason.NO_TIME)
    db.session.refresh(entry)
    assert entry.withdrawn_at is not None
    assert entry.texts == {"reflection": "I learnt to wait."}
    assert counted(enrolment.learner).entries == 0


def test_agreed_supervision_counts_for_both_once(app: Flask) -> None:
    supervisor, first, second = make_person(), make_person(), make_person()
    held = log(supervisor, first, second)
    assert entries(first) == [] == entries(supervisor)
    for learner in (first, second):
        sessions.answer(actor_of(learner), held.id, wrong=None)
    db.session.commit()
    assert [(each.origin, each.minutes, each.participatory_minutes) for each in entries(first)] == [
        ("supervision", 90, 90)
    ]
    assert [(each.origin, each.minutes) for each in entries(supervisor)] == [("supervision_given", 90)]
    with transaction():
        sessions.withdraw(actor_of(supervisor), held.id, "Twice")
    db.session.expire_all()
    assert all(each.withdrawn_at for person in (first, second, supervisor) for each in entries(person))


def test_what_is_not_agreed_is_no_entry(app: Flask) -> None:
    supervisor, learner = make_person(), make_person()
    sessions.answer(actor_of(learner), log(supervisor, learner).id, wrong="I was away")
    assert entries(learner) == [] == entries(supervisor)


def test_a_signed_portfolio_counts_no_hours_twice_and_follows_its_signature(app: Flask) -> None:
    pair = a_pair()
    signature = sign(pair)
    [entry] = entries(pair.learner)
    assert (entry.origin, entry.minutes) == ("sign_off", 0)
    with transaction():
        moderation.withdraw(actor_of(pair.supervisor), signature.id, WithdrawalGround.SIGNED_IN_ERROR, "The wrong one")
    db.session.expire_all()
    assert [each.withdrawn_at is not None for each in entries(pair.learner)] == [True]
    with transaction():  # a new signature: what came again stands again
        automatic.bring(HOUSE, [Brought(pair.learner.id, "sign_off", pair.portfolio.id, entry.title, entry.happened_on, 0,
                                        False, "portfolio")])  # fmt: skip
    db.session.expire_all()
    assert [each.withdrawn_at for each in entries(pair.learner)] == [None]


def test_the_same_completion_handled_twice_at_once_is_one_entry(app: Flask) -> None:
    enrolment = make_enrolment()
    with transaction():
        enrolment = db.session.merge(enrolment)
        enrolment.learning_completed_at = clock.now()
    id, together = enrolment.id, Barrier(4)

    def handle(_n: int) -> None:
        with app.app_context():
            together.wait(10)
            with transaction():
                handlers.learnt(LearningCompleted(id))

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(handle, range(4)))
    db.session.rollback()
    assert db.session.scalar(select(func.count()).select_from(CpdEntry)) == 1


def test_brought_again_keeps_what_was_written_and_left_out(app: Flask) -> None:
    enrolment = make_enrolment()
    complete(enrolment)
    [entry] = entries(enrolment.learner)
    with transaction():
        own.save(actor_of(enrolment.learner), entry.id, 1, minutes=15, texts={"impact": "We ring first."})
        own.leave_out(actor_of(enrolment.learner), entry.id, left_out=True)
    with transaction():
        assert automatic.bring(HOUSE, sources.courses_learnt(enrolment.id)) == 0
    [entry] = entries(enrolment.learner)
    assert (entry.minutes, entry.texts, entry.left_out_at is not None) == (15, {"impact": "We ring first."}, True)
    assert db.session.get_one(Enrolment, enrolment.id).learning_completed_at is not None, "the history is not touched"


def test_gathering_brings_what_was_written_past_the_use_cases_once(app: Flask) -> None:
    done = [make_enrolment(state=EnrolmentState.COMPLETED) for _ in range(3)]
    with transaction():
        assert automatic.gather(HOUSE) == 3
    with transaction():
        assert automatic.gather(HOUSE) == 0
    assert [len(entries(each.learner)) for each in done] == [1, 1, 1]


def given(person: Any, **more: Any) -> Brought:
    usual: dict[str, Any] = {
        "person_id": person.id, "origin": "course", "origin_id": new_id(), "title": Bilingual("A", "B"),
        "happened_on": clock.today(), "minutes": 60, "participatory": True, "method": "course",
    }  # fmt: skip
    return Brought(**usual | more)


def test_another_room_brings_with_one_call_and_must_name_its_origin(app: Flask) -> None:
    person = make_person()
    with transaction():
        assert automatic.bring(HOUSE, [given(person)]) == 1
    with pytest.raises(ValueError, match="name it in"):
        automatic.bring(HOUSE, [given(person, origin="nowhere")])
    with pytest.raises(Forbidden):
        automatic.bring(actor_of(make_person()), [given(person)])
    with pytest.raises(Forbidden):
        automatic.withdraw(actor_of(person), "course", new_id())


def test_the_backfill_says_what_the_use_cases_would_have_said(app: Flask) -> None:
    """Migration 0046 over what was there before, beside the same gathered by this room."""
    for code in ("elearning", "face_to_face", "placement"):
        make_enrolment(course=make_course(format_code=code), state=EnrolmentState.COMPLETED)
    pair = a_pair()
    sign(pair)
    sessions.answer(actor_of(pair.learner), log(pair.supervisor, pair.learner).id, wrong=None)
    db.session.commit()
    empty = delete(CpdEntry)
    told = [each for each in CpdEntry.__table__.columns if each.key not in ("id", "saved_at", "recorded_at")]
    facts = select(*told).order_by(CpdEntry.origin, CpdEntry.origin_id, CpdEntry.person_id)
    with transaction():
        db.session.execute(empty)
        automatic.gather(HOUSE)
        gathered = db.session.execute(facts).all()
        db.session.execute(empty)
        backfill = importlib.import_module("migrations.versions.0046_cpd_backfill")
        for found in (backfill.COURSES, backfill.SUPERVISION, backfill.GIVEN, backfill.SIGNED) * 2:
            db.session.execute(text((backfill.INTO + found + backfill.ONCE).replace(":", "\\:")))
        assert db.session.execute(facts).all() == gathered
    assert {each.origin for each in gathered} == {"course", "supervision", "supervision_given", "sign_off"}
