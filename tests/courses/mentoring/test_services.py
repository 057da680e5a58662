"""Mentoring: programmes, wishes, coming together, meeting, going on. And two at once."""

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select, text

from courses.mentoring import jobs, queries, services, suggesting
from courses.mentoring.errors import (
    AlreadyAsked,
    AlreadyThanked,
    HasMentor,
    MeetingAnswered,
    MeetingThere,
    MentorFull,
    MentoringEnded,
    NoStanding,
    NotListed,
    ProgrammeClosed,
    RequestAnswered,
)
from courses.mentoring.models import (
    DeclineReason,
    EndReason,
    Helpful,
    Listing,
    MeetingHow,
    MentorFeedback,
    MentorMeeting,
    MentorProgramme,
    MentorRequest,
    Mentorship,
    MentorStanding,
    OnwardInvitation,
    RequestState,
)
from courses.mentoring.rules import How, Language, Preference, Side
from lms.accounts.models import Person
from lms.core import clock
from lms.core.db import db, transaction
from lms.core.errors import Forbidden, Invalid, NotFound, Refusal, StaleEdit
from lms.core.language import Bilingual
from lms.core.mail import MailMessage
from lms.core.permissions import Actor, Role
from tests.courses.portfolios.test_races import at_once
from tests.factories.accounts import grant, make_organisation, make_person
from tests.factories.catalogue import make_course
from tests.factories.certificates import make_completed
from tests.factories.mentoring import a_day, a_mentee, a_mentor, make_mentor_programme, make_mentorship
from tests.factories.portfolios import actor_of

WISHES: dict[str, Any] = {
    "topics": ["career"], "language": Language.CY, "how": How.ONLINE, "area": None, "profession": Preference.EITHER,
    "organisation": Preference.EITHER,
}  # fmt: skip


def count(kind: type, *where: Any) -> int:
    return db.session.scalar(select(func.count()).select_from(kind).where(*where)) or 0


def mail_to(person: Person) -> list[str]:
    address = person.emails[0].address
    return list(
        db.session.scalars(select(MailMessage.subject).where(MailMessage.to == address).order_by(MailMessage.id))
    )


def do(act: Any, *given: Any, **more: Any) -> Any:
    with transaction():
        return act(*given, **more)


def refused(refusal: type[Refusal], act: Any, *given: Any, **more: Any) -> None:
    with pytest.raises(refusal):
        do(act, *given, **more)


def organiser_of(programme: MentorProgramme) -> Actor:
    person = make_person()
    return Actor(person=person.id, roles=frozenset({(Role.ORGANISER, programme.organisation_id)}))


def test_a_programme_is_made_changed_once_and_only_by_its_organisers(app: Flask) -> None:
    place, elsewhere = make_organisation(), make_organisation()
    given = {
        "title": Bilingual("Lead mentors", "Prif fentoriaid"), "purpose": Bilingual("x", "y"), "mentor_course": None,
        "next_course": None, "capacity": 3, "months": 6, "meetings": 6, "feedback": True, "standing_months": 36,
        "is_open": True,
    }  # fmt: skip
    actor = Actor(person=make_person().id, roles=frozenset({(Role.ORGANISER, place.id)}))
    made = do(services.create, actor, "LEAD", place.code, **given)
    refused(Forbidden, services.create, actor, "OTHER", elsewhere.code, **given)
    refused(Invalid, services.create, actor, "THIRD", "NOWHERE", **given)
    refused(Invalid, services.create, actor, "THIRD", place.code, **given | {"next_course": "NONE"})
    do(services.edit, actor, "LEAD", made.edition, **given | {"capacity": 2})
    refused(StaleEdit, services.edit, actor, "LEAD", 1, **given)
    stranger = Actor(person=make_person().id, roles=frozenset({(Role.ORGANISER, elsewhere.id)}))
    refused(NotFound, services.edit, stranger, "LEAD", 2, **given)
    assert queries.programme_at("LEAD").capacity == 2  # type: ignore[union-attr]


def test_completing_the_mentor_course_makes_a_mentor_once(app: Flask) -> None:
    course = make_course("MENT-X")
    early = make_completed(learner=make_person())
    with transaction():
        early.course_id, early.course_version_id = course.id, course.published_version_id
    programme = make_mentor_programme(mentor_course="MENT-X")
    system = Actor.system()
    assert len(do(services.stand_by_course, system, early.id)) == 1
    assert do(services.stand_by_course, system, early.id) == []
    standing = queries.standing_of(early.learner_id, programme.id, clock.today())
    assert standing is not None
    assert standing.by_course
    person = db.session.get_one(Person, early.learner_id)
    assert mail_to(person) == [f"You may mentor in {programme.title.en}"]
    given = {name: getattr(programme, name) for name in (
        "title", "purpose", "mentor_course", "next_course", "capacity", "months", "meetings", "feedback",
        "standing_months", "is_open")}  # fmt: skip
    second = do(services.create, system, "BACK", "WALES", **given)
    assert queries.standing_of(early.learner_id, second.id, clock.today()) is not None


def test_being_found_needs_consent_an_open_programme_and_a_standing(app: Flask) -> None:
    programme, closed = make_mentor_programme(), make_mentor_programme(is_open=False)
    mentee = actor_of(make_person())
    listed = do(services.list_me, mentee, programme.code, Side.MENTEE, **WISHES)
    assert listed.consented_at is not None
    refused(NoStanding, services.list_me, mentee, programme.code, Side.MENTOR, capacity=2, **WISHES)
    refused(ProgrammeClosed, services.list_me, mentee, closed.code, Side.MENTEE, **WISHES)
    refused(NotFound, services.list_me, mentee, "NONE", Side.MENTEE, **WISHES)
    mentor = actor_of(a_mentor(programme))
    refused(Invalid, services.list_me, mentor, programme.code, Side.MENTOR, capacity=4, **WISHES)
    do(services.unlist, mentee, programme.code, Side.MENTEE)
    assert count(Listing, Listing.person_id == mentee.person) == 0
    refused(NotListed, services.unlist, mentee, programme.code, Side.MENTEE)


def test_one_asks_the_other_accepts_and_other_questions_close(app: Flask) -> None:
    programme = make_mentor_programme()
    mentor, second, mentee = a_mentor(programme), a_mentor(programme), a_mentee(programme)
    asked = do(services.ask, actor_of(mentee), programme.code, mentor.id, mentee.id)
    other = do(services.ask, actor_of(mentee), programme.code, second.id, mentee.id)
    refused(AlreadyAsked, services.ask, actor_of(mentor), programme.code, mentor.id, mentee.id)
    refused(Forbidden, services.ask, actor_of(make_person()), programme.code, mentor.id, mentee.id)
    refused(NotFound, services.answer, actor_of(mentee), asked.id, "accept")
    refused(NotFound, services.answer, actor_of(second), asked.id, "accept")
    do(services.answer, actor_of(mentor), asked.id, "accept")
    assert count(Mentorship, Mentorship.mentor_id == mentor.id, Mentorship.mentee_id == mentee.id) == 1
    assert db.session.get_one(MentorRequest, other.id).state is RequestState.LAPSED
    refused(RequestAnswered, services.answer, actor_of(mentor), asked.id, "decline")
    refused(HasMentor, services.ask, actor_of(mentee), programme.code, second.id, mentee.id)
    assert f"Mentoring: {mentor.display_name} said yes" in mail_to(mentee)
    refused(NotListed, services.ask, actor_of(person := make_person()), programme.code, second.id, person.id)


def test_a_no_is_kind_and_the_two_are_not_suggested_again(app: Flask) -> None:
    programme = make_mentor_programme()
    mentor, mentee = a_mentor(programme), a_mentee(programme)
    assert [each.candidate.person_id for each in suggesting.found_by(mentee.id, programme, Side.MENTEE)] == [mentor.id]
    asked = do(services.ask, actor_of(mentee), programme.code, mentor.id, mentee.id)
    assert suggesting.found_by(mentee.id, programme, Side.MENTEE) == []
    do(services.answer, actor_of(mentor), asked.id, "decline", DeclineReason.NOT_THE_RIGHT_MATCH)
    assert suggesting.found_by(mentee.id, programme, Side.MENTEE) == []
    assert mail_to(mentee) == [f"Mentoring: {mentor.display_name} cannot at the moment"]
    letter = db.session.scalars(select(MailMessage.body).where(MailMessage.to == mentee.emails[0].address)).one()
    assert "not_the_right_match" not in letter
    with clock.frozen(clock.now() + timedelta(days=181)):
        assert len(suggesting.found_by(mentee.id, programme, Side.MENTEE)) == 1


def test_what_nobody_answers_lapses_once(app: Flask) -> None:
    programme = make_mentor_programme()
    mentor, mentee = a_mentor(programme), a_mentee(programme)
    asked = do(services.ask, actor_of(mentor), programme.code, mentor.id, mentee.id)
    with clock.frozen(clock.now() + timedelta(days=22)):
        refused(RequestAnswered, services.answer, actor_of(mentee), asked.id, "accept")
        do(jobs.lapse_requests)
        do(jobs.lapse_requests)
    assert mail_to(mentor) == [f"Mentoring: {mentee.display_name} has not answered"]


def test_five_who_accept_at_once_get_three_places(app: Flask) -> None:
    programme = make_mentor_programme(capacity=3)
    mentor = a_mentor(programme)
    mentees = [a_mentee(programme) for _ in range(5)]
    asked = [do(services.ask, actor_of(mentor), programme.code, mentor.id, each.id).id for each in mentees]
    actors = [actor_of(each) for each in mentees]
    acts = [lambda a=a, i=i: services.answer(a, i, "accept") for a, i in zip(actors, asked, strict=True)]  # type: ignore[misc]
    answers = at_once(app, *acts)
    assert answers.count("done") == 3
    assert set(answers) - {"done"} <= {"mentor-full", "mentor-request-answered", "request-answered"}
    assert count(Mentorship, Mentorship.mentor_id == mentor.id, Mentorship.ends_on.is_(None)) == 3


def test_a_mentee_whom_two_accept_at_once_has_one_mentor(app: Flask) -> None:
    programme = make_mentor_programme()
    mentee, mentors = a_mentee(programme), [a_mentor(programme) for _ in range(4)]
    asked = [do(services.ask, actor_of(mentee), programme.code, each.id, mentee.id).id for each in mentors]
    actors = [actor_of(each) for each in mentors]
    acts = [lambda a=a, i=i: services.answer(a, i, "accept") for a, i in zip(actors, asked, strict=True)]  # type: ignore[misc]
    answers = at_once(app, *acts)
    assert answers.count("done") == 1
    assert count(Mentorship, Mentorship.mentee_id == mentee.id) == 1


def test_whoever_runs_it_arranges_up_to_what_the_mentor_offers(app: Flask) -> None:
    programme = make_mentor_programme()
    mentor, organiser = a_mentor(programme, capacity=1), organiser_of(programme)
    first, second = a_mentee(programme), a_mentee(programme)
    refused(NotFound, services.arrange, actor_of(mentor), programme.code, mentor.id, first.id)
    refused(NotListed, services.arrange, organiser, programme.code, mentor.id, make_person().id)
    made = do(services.arrange, organiser, programme.code, mentor.id, first.id)
    assert made.arranged_by == organiser.person
    refused(MentorFull, services.arrange, organiser, programme.code, mentor.id, second.id)
    assert len(mail_to(first)) == len(mail_to(mentor)) == 1


def test_both_agree_or_it_did_not_happen(app: Flask) -> None:
    programme = make_mentor_programme()
    mentor, mentee = a_mentor(programme), a_mentee(programme)
    pair = make_mentorship(mentor, mentee, programme)
    there = {"held_on": a_day(3), "minutes": 45, "how": MeetingHow.ONLINE}
    met = do(services.record_meeting, actor_of(mentor), pair.id, **there)
    refused(MeetingThere, services.record_meeting, actor_of(mentee), pair.id, **there)
    refused(NotFound, services.answer_meeting, actor_of(mentor), met.id, happened=True)
    refused(NotFound, services.answer_meeting, actor_of(make_person()), met.id, happened=True)
    assert queries.totals([pair.id]) == {}
    do(services.answer_meeting, actor_of(mentee), met.id, happened=True)
    refused(MeetingAnswered, services.answer_meeting, actor_of(mentee), met.id, happened=False)
    refused(MeetingAnswered, services.take_back, actor_of(mentor), met.id)
    assert queries.totals([pair.id]) == {pair.id: (1, 45)}
    never = do(services.record_meeting, actor_of(mentee), pair.id, **there | {"held_on": a_day(2)})
    do(services.answer_meeting, actor_of(mentor), never.id, happened=False)
    assert f"{mentor.display_name} says that you did not meet on {a_day(2)}" in mail_to(mentee)
    again = do(services.record_meeting, actor_of(mentee), pair.id, **there | {"held_on": a_day(2)})
    do(services.take_back, actor_of(mentee), again.id)
    assert queries.totals([pair.id]) == {pair.id: (1, 45)}
    columns = {each.name for each in MentorMeeting.__table__.columns}
    assert not columns & {"notes", "topics", "text", "words"}


def test_both_record_the_same_meeting_at_once_and_it_is_one(app: Flask) -> None:
    programme = make_mentor_programme()
    mentor, mentee = a_mentor(programme), a_mentee(programme)
    pair = make_mentorship(mentor, mentee, programme).id
    actors = [actor_of(mentor), actor_of(mentee)]
    day = a_day(1)
    acts = [
        lambda a=a: services.record_meeting(a, pair, held_on=day, minutes=30, how=MeetingHow.ONLINE)  # type: ignore[misc]
        for a in actors
    ]
    assert at_once(app, *acts) == ["done", "meeting-there"]
    assert count(MentorMeeting) == 1


def test_a_handover_keeps_what_counts(app: Flask) -> None:
    programme = make_mentor_programme(months=1, meetings=2)
    mentor, heir, mentee = a_mentor(programme), a_mentor(programme), a_mentee(programme)
    pair = make_mentorship(mentor, mentee, programme)
    meet(pair, mentor, mentee, 5)
    organiser = organiser_of(programme)
    refused(Invalid, services.hand_over, organiser, programme.code, mentor.id, {})
    refused(Invalid, services.hand_over, organiser, programme.code, mentor.id, {mentee.id: mentor.id})
    (after,) = do(services.hand_over, organiser, programme.code, mentor.id, {mentee.id: heir.id})
    assert (after.follows_id, db.session.get_one(Mentorship, pair.id).end_reason) == (pair.id, EndReason.HANDED_OVER)
    progress = queries.progress_of(mentee.id, programme)
    assert (progress.meetings, progress.months, progress.complete) == (1, 2, False)
    refused(MentoringEnded, services.end, actor_of(mentee), pair.id, EndReason.NO_TIME)
    refused(Invalid, services.end, actor_of(mentee), after.id, EndReason.HANDED_OVER)
    do(services.end, actor_of(mentee), after.id, EndReason.CHANGED_JOB)
    assert f"Your mentoring with {mentee.display_name} has ended" in mail_to(heir)


def meet(pair: Mentorship, mentor: Person, mentee: Person, days_ago: int) -> None:
    met = do(
        services.record_meeting, actor_of(mentor), pair.id, held_on=a_day(days_ago), minutes=60, how=MeetingHow.ONLINE
    )
    do(services.answer_meeting, actor_of(mentee), met.id, happened=True)


def test_the_next_course_is_offered_once_when_everything_is_there(app: Flask) -> None:
    make_course("NEXT-1")
    programme = make_mentor_programme(months=3, meetings=2, feedback=True, next_course="NEXT-1")
    mentor, mentee = a_mentor(programme), a_mentee(programme)
    pair = make_mentorship(mentor, mentee, programme)
    meet(pair, mentor, mentee, 9)
    meet(pair, mentor, mentee, 4)
    refused(NotFound, services.thank, actor_of(mentor), pair.id, Helpful.YES, "")
    do(services.thank, actor_of(mentee), pair.id, Helpful.YES, "Diolch")
    refused(AlreadyThanked, services.thank, actor_of(mentee), pair.id, Helpful.NO, "")
    progress = queries.progress_of(mentee.id, programme)
    assert (progress.meetings, progress.months, progress.feedback, progress.complete) == (2, 2, True, False)
    do(jobs.invite_onwards)
    assert count(OnwardInvitation) == 0
    with clock.frozen(clock.now() + timedelta(days=31)):
        do(jobs.invite_onwards)
        do(jobs.invite_onwards)
        meet(pair, mentor, mentee, 0)
    assert count(OnwardInvitation) == 1
    assert mail_to(mentee).count("You are invited: Course NEXT-1") == 1


def test_thanks_are_nobodys(app: Flask) -> None:
    programme = make_mentor_programme()
    mentor = a_mentor(programme)
    for number in range(5):
        assert queries.voices_about(mentor.id).counts == {}
        mentee = a_mentee(programme)
        pair = make_mentorship(mentor, mentee, programme)
        do(services.thank, actor_of(mentee), pair.id, Helpful.YES, f"Thanks {number}")
    assert queries.voices_about(mentor.id).counts == {"yes": 5}
    names = {each.name for each in MentorFeedback.__table__.columns}
    assert names == {"id", "programme_id", "mentor_id", "helpful", "thanks"}
    with pytest.raises(Exception, match="only ever appended to"):
        db.session.execute(text("UPDATE mentor_feedback SET thanks = ''"))
    db.session.rollback()


def test_a_withdrawn_standing_takes_nobody_new(app: Flask) -> None:
    programme = make_mentor_programme()
    mentor, mentee, organiser = a_mentor(programme), a_mentee(programme), organiser_of(programme)
    standing = db.session.scalars(select(MentorStanding).where(MentorStanding.person_id == mentor.id)).one()
    do(services.withdraw_standing, organiser, programme.code, standing.id, "Leaves")
    refused(NoStanding, services.ask, actor_of(mentee), programme.code, mentor.id, mentee.id)
    refused(MentoringEnded, services.withdraw_standing, organiser, programme.code, standing.id, "Again")
    assert suggesting.found_by(mentee.id, programme, Side.MENTEE) == []
    grant(person := make_person(), Role.COMMISSIONER, make_organisation())
    refused(NotFound, services.withdraw_standing, actor_of(person), programme.code, standing.id, "x")
