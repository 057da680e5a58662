"""Meetings with a mentor and champions' sessions enter the CPD record, and leave it with what they tell of."""

from typing import Any

from flask import Flask

from courses.cpd.models import CpdEntry
from courses.cpd.queries import entries_of
from courses.cpd.services import automatic
from courses.mentoring import services as mentoring
from courses.mentoring.cascade import services as cascade
from courses.mentoring.cascade.models import CancelReason
from courses.mentoring.models import MeetingHow
from lms.accounts.models import Person
from lms.core.db import db, transaction
from lms.core.permissions import Actor
from tests.courses.mentoring.test_cascade import MAIR, secret_in
from tests.factories.accounts import make_person
from tests.factories.mentoring import (
    a_champion,
    a_day,
    a_mentee,
    a_mentor,
    make_cascade,
    make_mentor_programme,
    make_mentorship,
)
from tests.factories.portfolios import actor_of


def do(act: Any, *given: Any, **more: Any) -> Any:
    with transaction():
        return act(*given, **more)


def entry(person: Person) -> CpdEntry:
    [found] = db.session.scalars(entries_of(person.id))
    return found


def test_a_meeting_that_both_agree_to_is_an_entry_of_each(app: Flask) -> None:
    programme = make_mentor_programme()
    mentor, mentee = a_mentor(programme), a_mentee(programme)
    pair = make_mentorship(mentor, mentee, programme)
    met = do(mentoring.record_meeting, actor_of(mentor), pair.id, held_on=a_day(3), minutes=45, how=MeetingHow.ONLINE)
    assert list(db.session.scalars(entries_of(mentee.id))) == []
    do(mentoring.answer_meeting, actor_of(mentee), met.id, happened=True)
    assert (entry(mentee).origin, entry(mentee).minutes, entry(mentee).method) == ("mentoring", 45, "discussion")
    assert (entry(mentor).origin, entry(mentor).minutes, entry(mentor).method) == ("mentoring_given", 45, "teaching")
    assert do(automatic.gather, Actor.system()) == 0, "what is there does not come twice"


def test_a_champions_session_is_an_entry_until_it_is_cancelled(app: Flask) -> None:
    champion, mair = a_champion(), make_person()
    made = make_cascade(champion, (MAIR,))
    do(cascade.claim, actor_of(mair), secret_in(MAIR.email))
    brought = entry(mair)
    assert (brought.origin, brought.minutes, brought.withdrawn_at) == ("cascade", 180, None)
    assert brought.title.en.startswith("A champion's session: ")
    do(cascade.cancel, actor_of(champion), made.id, CancelReason.RECORDED_IN_ERROR)
    db.session.expire_all()
    assert entry(mair).withdrawn_at is not None
