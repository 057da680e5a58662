"""What plans tell people by mail: days that come, an answer that is waited for, and how a goal went."""

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from courses.plans import jobs, services
from courses.plans.models import ActionKind, Outcome
from lms.accounts.queries import primary_email
from lms.core import clock
from lms.core.db import db, transaction
from lms.core.mail import MailMessage
from tests.courses.plans.test_plans import add, shared, words
from tests.factories.accounts import make_person
from tests.factories.assessment import acting_for, make_health_visitor
from tests.factories.catalogue import make_course
from tests.factories.supervision import make_supervision


@pytest.fixture
def pair(app: Flask) -> tuple[Any, Any]:
    """A health visitor and the supervisor of hers."""
    learner, supervisor = make_health_visitor(), make_person()
    make_supervision(learner, supervisor)
    return learner, supervisor


def letters_to(person: Any) -> list[MailMessage]:
    found = select(MailMessage).where(MailMessage.to == primary_email(person.id)).order_by(MailMessage.id)
    return list(db.session.scalars(found))


def test_an_activity_with_a_day_of_its_own_is_in_the_letter_until_it_is_done(pair: tuple[Any, Any]) -> None:
    learner, _ = pair
    goal, course = add(learner, by_when=clock.today() + timedelta(days=90)), make_course()
    actor, soon = acting_for(learner), clock.today() + timedelta(days=7)
    with transaction():
        services.add_action(actor, goal.id, 1, ActionKind.OWN, words="Sit in on a clinic", by_when=soon)
    with transaction():
        services.add_action(actor, goal.id, 2, ActionKind.COURSE, course=course.code, by_when=soon)
    with transaction():
        done = services.add_action(actor, goal.id, 3, ActionKind.OWN, words="Read the guide", by_when=soon)
    with transaction():
        services.set_done(actor, goal.id, done.id, done=True)
    for _time in range(2):
        with transaction():
            jobs.remind()
    (letter,) = letters_to(learner)
    assert "Sit in on a clinic" in letter.body
    assert course.published.title.en in letter.body
    assert "Read the guide" not in letter.body
    assert goal.what not in letter.body, "its own day is far away"


def test_who_does_not_answer_is_reminded_once_and_again_only_of_what_is_new(pair: tuple[Any, Any]) -> None:
    learner, supervisor = pair
    goal = shared(learner, supervisor)
    before = len(letters_to(supervisor))
    for days, more in ((9, 0), (11, 1), (30, 1)):
        with clock.frozen(clock.now() + timedelta(days=days)), transaction():
            jobs.remind()
        assert len(letters_to(supervisor)) - before == more, days
    letter = letters_to(supervisor)[-1]
    assert goal.what in letter.body
    assert learner.display_name in letter.body
    assert "/team/plans" in letter.body
    with transaction():
        services.answer(acting_for(supervisor, learner), learner.id, [(goal.id, 1)], agreed=True)
    later = clock.now() + timedelta(days=40)
    with clock.frozen(later), transaction():
        services.save(acting_for(learner), goal.id, 1, words(why="Once more", by_when=goal.by_when))
    for days, more in ((5, 1), (12, 2)):
        with clock.frozen(later + timedelta(days=days)), transaction():
            jobs.remind()
        assert len(letters_to(supervisor)) - before == more, "it waits again since it was changed"


def test_the_other_one_hears_how_a_goal_went(pair: tuple[Any, Any]) -> None:
    learner, supervisor = pair
    theirs = acting_for(supervisor, learner)
    first, second = shared(learner, supervisor), shared(learner, supervisor)
    with transaction():
        services.answer(theirs, learner.id, [(first.id, 1), (second.id, 1)], agreed=True)
    heard = (len(letters_to(learner)), len(letters_to(supervisor)))
    with transaction():
        services.review(acting_for(learner), first.id, Outcome.REACHED, "It worked")
    assert f"/team/plans/{learner.id}" in letters_to(supervisor)[-1].body
    with transaction():
        services.review(theirs, second.id, Outcome.PARTLY, "Well begun", of=learner.id)
    assert letters_to(learner)[-1].subject == f"{supervisor.display_name} has reviewed a goal"
    assert (len(letters_to(learner)), len(letters_to(supervisor))) == (heard[0] + 1, heard[1] + 1)
