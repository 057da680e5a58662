"""Asking, answering and reviewing, through the use cases; and what the tables do not hold."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, inspect, select, text

from courses.enrolments.events import CompletionWithdrawn, EnrolmentCompleted
from courses.enrolments.models import EnrolmentState
from courses.evaluation import jobs, queries, services
from courses.evaluation.errors import AlreadyAnswered, EvaluationClosed, TextReviewed
from courses.evaluation.models import (
    EvaluationInvitation,
    EvaluationTally,
    EvaluationText,
    InvitationState,
    RejectReason,
    TextState,
)
from courses.evaluation.rules import ENOUGH, Said
from lms.accounts.models import Sector
from lms.core import audit, clock, events
from lms.core.audit import AuditEntry
from lms.core.db import db, transaction
from lms.core.errors import Forbidden, Invalid, NotFound
from lms.core.mail import MailMessage
from lms.core.permissions import Actor, Role
from tests.factories.accounts import grant, make_organisation, make_person, organisation
from tests.factories.catalogue import make_course
from tests.factories.evaluation import CONTENT, answer, answers, complete, invite, shuffle, state_of
from tests.factories.portfolios import actor_of

SYSTEM = Actor.system()


def reviewer() -> Actor:
    person = make_person()
    grant(person, Role.PUBLISHER, organisation("WALES"))
    return Actor(person=person.id, name="R", roles=frozenset({(Role.PUBLISHER, organisation("WALES").id)}))


def letters(address: str) -> list[MailMessage]:
    return list(db.session.scalars(select(MailMessage).where(MailMessage.to == address).order_by(MailMessage.id)))


def tally() -> dict[tuple[str, str], int]:
    rows = db.session.execute(
        select(EvaluationTally.item, EvaluationTally.value, func.sum(EvaluationTally.n)).group_by(
            EvaluationTally.item, EvaluationTally.value
        )
    )
    return {(item, value): n for item, value, n in rows}


def test_whoever_completes_is_asked_once_with_a_letter_in_their_language(app: Flask) -> None:
    learner = make_person(language="cy")
    enrolment = complete(learner)
    for _ in range(2):
        with transaction():
            events.publish(EnrolmentCompleted(enrolment.id))
    it = db.session.scalars(select(EvaluationInvitation)).one()
    assert (it.state, it.closes_on) == (InvitationState.OPEN, clock.today() + timedelta(days=28))
    (letter,) = letters(learner.emails[0].address)
    assert f"/cy/evaluation/{it.id}" in letter.body
    assert "Nid yw eich enw" in letter.body
    assert [each.id for each in services.mine(actor_of(learner))] == [it.id]


def test_who_completed_long_ago_or_does_not_want_to_be_asked_is_not(app: Flask) -> None:
    silent = make_person()
    with transaction():
        services.set_silence(actor_of(silent), silent=True)
    for enrolment in (complete(days=40), complete(silent)):
        with transaction():
            assert services.invite_after(SYSTEM, enrolment.id) is None
    with transaction():
        services.set_silence(actor_of(silent), silent=False)
    assert invite(complete(silent)).state is InvitationState.OPEN


def test_a_completion_that_falls_is_not_asked_about_until_it_stands_again(app: Flask) -> None:
    it = invite()
    with transaction():
        events.publish(CompletionWithdrawn(it.enrolment_id))
    assert state_of(it.id) is InvitationState.WITHDRAWN
    assert services.mine(actor_of(it.enrolment.learner)) == []
    with clock.frozen(clock.now() + timedelta(days=3)):
        db.session.get_one(EvaluationInvitation, it.id).enrolment.completed_on = clock.today()
        assert invite(it.enrolment).id == it.id
        assert state_of(it.id) is InvitationState.OPEN
        answer(it)
    with transaction():
        events.publish(CompletionWithdrawn(it.enrolment_id))
    assert state_of(it.id) is InvitationState.ANSWERED, "what was said stays said"


def test_an_answer_leaves_counts_and_nothing_else(app: Flask) -> None:
    board, below = organisation("BCU"), make_organisation(parent=organisation("BCU"))
    it = invite(complete(None, make_course(), below))
    before = db.session.scalar(select(func.count()).select_from(AuditEntry))
    answer(it, language="cy", helped="The films")
    counted = db.session.scalars(select(EvaluationTally)).all()
    assert {(each.item, each.value): each.n for each in counted} == {
        **{(code, str(number)): 1 for code, number in CONTENT.items()},
        ("answered", ""): 1, ("change", "more"): 1, ("language", "cy"): 1,
    }  # fmt: skip
    assert {(each.body, each.sector, each.month) for each in counted} == {
        (board.code, Sector.NHS, clock.today().replace(day=1))
    }
    assert db.session.scalar(select(func.count()).select_from(AuditEntry)) == before, "no entry says when it came"
    with transaction(), pytest.raises(AlreadyAnswered):
        services.answer(actor_of(it.enrolment.learner), it.id, Said({"aims": 1}), "en")
    assert tally()["answered", ""] == 1


def test_no_table_could_lead_from_an_answer_to_a_person(app: Flask) -> None:
    """Neither a person, nor an enrolment, nor a time, nor an id with a time in it; an invitation has no time of its own."""
    for kind in (EvaluationTally, EvaluationText):
        columns = inspect(kind).columns
        assert not {"person_id", "learner_id", "enrolment_id", "invitation_id", "recorded_at"} & {
            each.name for each in columns
        }
        assert not any(each.type.python_type.__name__ == "datetime" for each in columns), kind
    assert {"answered_at", "changed_at"}.isdisjoint(each.name for each in inspect(EvaluationInvitation).columns)
    answer(invite(), helped="One"), answer(invite(), helped="Two")
    assert {each.id.version for each in db.session.scalars(select(EvaluationText))} == {4}


def test_words_are_written_anew_in_no_order_before_anybody_sees_them(app: Flask) -> None:
    course, actor = make_course(), reviewer()
    for number in range(ENOUGH):
        answer(invite(complete(None, course)), helped=f"Text {number}")
    before = set(db.session.scalars(select(EvaluationText.id)))
    assert db.session.scalars(services.to_review(actor)).all() == []
    assert (shuffle(), shuffle()) == (ENOUGH, 0)
    db.session.expire_all()
    found = db.session.scalars(services.to_review(actor)).unique().all()
    assert {it.text for it in found} == {f"Text {number}" for number in range(ENOUGH)}
    assert before.isdisjoint(it.id for it in found)
    assert db.session.scalar(text("SELECT count(DISTINCT xmin::text) FROM evaluation_text")) == 1, "one write for all"


def test_reviewers_see_words_only_where_enough_have_answered_and_not_of_their_own_course(app: Flask) -> None:
    actor = reviewer()
    few, own, edited = make_course(), make_course(author_id=actor.person), make_course()
    with transaction():
        audit.record(actor, "course.edited", thing=edited.published)
    answers(ENOUGH - 1, few, helped="Almost")
    answers(ENOUGH, own, helped="Mine")
    answers(ENOUGH, edited, helped="Mine")
    shuffle()
    assert db.session.scalars(services.to_review(actor)).unique().all() == []
    assert len(db.session.scalars(services.to_review(reviewer())).unique().all()) == 2 * ENOUGH
    answers(1, few)
    assert len(db.session.scalars(services.to_review(actor)).unique().all()) == ENOUGH - 1
    hidden = db.session.scalars(select(EvaluationText.id).where(EvaluationText.text == "Mine")).first()
    assert hidden is not None
    with pytest.raises(NotFound):
        services.release(actor, hidden)
    with pytest.raises(Forbidden):
        services.to_review(actor_of(make_person()))


def test_words_are_released_cut_or_rejected_once(app: Flask) -> None:
    course, actor = make_course(), reviewer()
    answers(ENOUGH, course, helped="Dr Fernbank was kind")
    shuffle()
    one, two, three, *_ = db.session.scalars(services.to_review(actor)).unique().all()
    with transaction():
        assert services.release(actor, one.id).state is TextState.RELEASED
    with transaction(), pytest.raises(Invalid):
        services.redact(actor, two.id, "Dr Fernbank was unkind")
    with transaction():
        assert services.redact(actor, two.id, "[…] was kind").text == "[…] was kind"
        rejected = services.reject(actor, three.id, RejectReason.IDENTIFIES)
    assert (rejected.text, rejected.reason) == ("", RejectReason.IDENTIFIES)
    for each in (one, two, three):
        with transaction(), pytest.raises(TextReviewed):
            services.release(actor, each.id)
    said = db.session.execute(
        select(AuditEntry.action, AuditEntry.details).where(AuditEntry.actor_id == actor.person)
    ).all()
    assert [action for action, _ in said] == [
        "evaluation-text.released", "evaluation-text.redacted", "evaluation-text.rejected",
    ]  # fmt: skip
    assert "Fernbank" not in str(said)


def test_three_months_later_they_are_asked_what_became_of_it(app: Flask) -> None:
    today = clock.today()
    it = invite()
    answer(it)
    silent, withdrawn = invite(), invite()
    later = clock.now() + timedelta(days=93)
    with transaction():
        services.set_silence(actor_of(silent.enrolment.learner), silent=True)
        withdrawn.enrolment.state = EnrolmentState.IN_PROGRESS
        services.withdraw(SYSTEM, withdrawn.enrolment_id)
    complete(days=93)  # from before people were asked at all
    with transaction():
        jobs.invite_later()
    assert db.session.scalar(select(func.count()).select_from(EvaluationInvitation)) == 3, "not before its time"
    with clock.frozen(later):
        for _ in range(2):
            with transaction():
                jobs.invite_later()
        (found,) = services.mine(actor_of(it.enrolment.learner))
        assert found.form.which == "later"
        second = db.session.get_one(EvaluationInvitation, found.id)
        assert (second.enrolment_id, second.made_on) == (it.enrolment_id, clock.today())
        answer(second, {"now": 4}, chosen={"used": ("yes",), "barriers": ("time",)}, example="I ask first")
    assert tally()["used", "yes"] == 1
    months = db.session.execute(select(EvaluationTally.form, EvaluationTally.month).distinct()).all()
    assert {(form.value, month) for form, month in months} == {
        ("after", today.replace(day=1)), ("later", clock.on_the_day(later).replace(day=1))
    }  # fmt: skip
    assert len(letters(it.enrolment.learner.emails[0].address)) == 2


def test_one_reminder_and_none_to_who_has_answered_or_declined(app: Flask) -> None:
    waits, answered, declined = invite(), invite(), invite()
    answer(answered)
    with transaction():
        services.decline(actor_of(declined.enrolment.learner), declined.id)
    for days in (5, 12, 13, 26):
        with clock.frozen(clock.now() + timedelta(days=days)), transaction():
            jobs.remind()
    sent = {who: len(letters(it.enrolment.learner.emails[0].address))
            for who, it in (("waits", waits), ("answered", answered), ("declined", declined))}  # fmt: skip
    assert sent == {"waits": 2, "answered": 1, "declined": 1}
    assert db.session.get_one(EvaluationInvitation, waits.id).reminded_on == clock.today() + timedelta(days=12)


def test_after_four_weeks_it_is_closed(app: Flask) -> None:
    it = invite()
    with clock.frozen(clock.now() + timedelta(days=28)):
        assert len(services.mine(actor_of(it.enrolment.learner))) == 1
    with clock.frozen(clock.now() + timedelta(days=29)), transaction():
        assert services.mine(actor_of(it.enrolment.learner)) == []
        with pytest.raises(EvaluationClosed):
            services.answer(actor_of(it.enrolment.learner), it.id, Said({"aims": 3}), "en")


def test_not_wanting_to_be_asked_declines_what_is_open(app: Flask) -> None:
    it = invite()
    actor = actor_of(it.enrolment.learner)
    for _ in range(2):
        with transaction():
            services.set_silence(actor, silent=True)
    assert state_of(it.id) is InvitationState.DECLINED
    assert queries.is_silent(actor.me)
    with transaction(), pytest.raises(EvaluationClosed):
        services.answer(actor, it.id, Said({"aims": 3}), "en")


def test_nobody_answers_for_somebody_else(app: Flask) -> None:
    it, other = invite(), actor_of(make_person())
    for attempt in (
        lambda: services.asked(other, it.id),
        lambda: services.answer(other, it.id, Said({"aims": 3}), "en"),
        lambda: services.decline(other, it.id),
        lambda: services.answer(SYSTEM, it.id, Said({"aims": 3}), "en"),
    ):
        with transaction(), pytest.raises(NotFound):
            attempt()
    assert state_of(it.id) is InvitationState.OPEN
    assert tally() == {}


def test_bodies_are_those_that_reports_know(app: Flask) -> None:
    known = queries.bodies()
    below = make_organisation(parent=organisation("BCU"))
    assert queries.bodies()[below.id] == "BCU"
    assert {known[organisation(code).id] for code in ("BCU", "MIND", "WG")} == {"BCU", "MIND", "WG"}
    assert not {organisation(code).id for code in ("WALES", "NHS-WALES", "NHS-BOARDS")} & set(known)
