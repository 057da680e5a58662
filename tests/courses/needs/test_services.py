"""A round from its opening to its outturn, and what each stage refuses."""

from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from courses.enrolments import services as enrolments
from courses.enrolments.errors import AlreadyEnrolled, EnrolmentRefused
from courses.enrolments.models import Enrolment, EnrolmentState
from courses.needs import jobs, queries, upstairs
from courses.needs.errors import (
    AcceptanceClosed,
    AtAnotherStage,
    CapacityMissing,
    DatePassed,
    HeadcountMissing,
    LinkClosed,
    MoreThanOffered,
    NeedClosed,
    NominationClosed,
    NoPlaceLeft,
    NothingReturned,
    NotInRound,
    NotOpenYet,
    OffersAnswered,
    TooEarly,
)
from courses.needs.models import Adjustment, Allocation, PlaceShare, Step, StepKind, Via
from courses.needs.rules.allocating import Method
from courses.needs.rules.lines import Line
from courses.needs.rules.timetable import RoundState
from courses.needs.services import accepting, answering, nominating, reviewing, rounds, sharing
from courses.needs.services.answering import People
from lms.accounts.models import Sector
from lms.core import clock
from lms.core.db import db, transaction
from lms.core.errors import Forbidden, Invalid, NotFound, StaleEdit
from lms.core.mail import MailMessage
from lms.core.permissions import Actor, Role
from tests.factories.accounts import make_membership, make_organisation, make_person
from tests.factories.catalogue import make_course
from tests.factories.needs import DAY, a_round, acting, dates


def test_from_need_to_outturn(app: Flask) -> None:
    story = a_round(reserved=20)
    for number, heads in enumerate((60, 30, 10)):
        story.enter(number, story.line(heads))
    story.reviewed()
    story.bought(50)
    story.allocated()
    assert story.places() == [27, 13, 10]
    assert story.round.state is RoundState.ALLOCATED
    story.accepted(0, 20)
    story.accepted(1, 13)
    story.accepted(2, 10)
    with story.on("accept_by", 1):
        jobs.keep_the_days()
        db.session.commit()
        assert story.round.state is RoundState.ACCEPTED
        with transaction():
            made = sharing.reoffer(
                story.commissioner,
                story.round.id,
                1,
                clock.today() + 7 * DAY,
                clock.today() + 14 * DAY,
                "Seven came back",
            )
        assert made.edition == 2
    # the first gave back, so it asks for no more
    assert story.places() == [20, 20, 10]
    kinds = [each.kind for each in queries.steps_of(story.round.id)]
    assert kinds[0] is StepKind.OPENED
    assert kinds[-1] is StepKind.REOFFERED


def test_what_is_decided_is_never_rewritten(app: Flask) -> None:
    story = a_round()
    story.enter(0, story.line(4))
    story.reviewed()
    story.bought(4)
    story.allocated()
    for table in (
        "needs_entry",
        "needs_answer",
        "needs_share",
        "needs_allocation",
        "needs_capacity",
        "needs_rule",
        "needs_step",
    ):
        with pytest.raises(DBAPIError), db.session.begin_nested():
            db.session.execute(text(f"DELETE FROM {table}"))


def test_a_new_answer_is_a_new_edition_and_a_stale_one_is_refused(app: Flask) -> None:
    story = a_round()
    story.enter(0, story.line(4))
    story.enter(0, story.line(6), edition=1, headcount=People(120, "Payroll, March"))
    with pytest.raises(StaleEdit):
        story.enter(0, story.line(9), edition=1)
    assert [each.heads for each in queries.figures(story.round.id)] == [6]
    assert queries.headcounts_of(story.round.id)[story.bodies[0].id].people == 120


def test_a_line_has_to_be_in_the_round_and_say_why(app: Flask) -> None:
    story = a_round(levels=())
    with pytest.raises(NotInRound):
        story.enter(0, Line("NOT-THERE", "", 3, "Because"))
    with pytest.raises(Invalid):
        story.enter(0, story.line(3, reason=""))
    with pytest.raises(Invalid):
        story.enter(0, story.line(-1))
    assert queries.answer_of(story.round.id, story.bodies[0].id) is None


def test_need_is_entered_until_the_end_of_its_last_day_in_wales(app: Flask) -> None:
    summer = datetime(2026, 7, 14, 12, tzinfo=clock.LONDON)
    with clock.frozen(summer):
        story = a_round(opens_on=summer.date() + DAY)
        with pytest.raises(NotOpenYet):
            story.enter(0, story.line(1))
    last = story.round.need_by
    before = datetime(last.year, last.month, last.day, 23, 59, 59, tzinfo=clock.LONDON)
    with clock.frozen(before):
        story.enter(0, story.line(1))
        with pytest.raises(TooEarly):
            rounds.finish_review(story.organiser, story.round.id)
    assert before.utcoffset() == timedelta(hours=1), "summer: in UTC it is still the evening before midnight"
    with clock.frozen(before + timedelta(seconds=1)), pytest.raises(NeedClosed):
        story.enter(0, story.line(2), edition=1)


def test_the_lead_of_an_area_adjusts_and_the_entered_figure_stays(app: Flask) -> None:
    story = a_round()
    story.enter(0, story.line(40))
    entry = queries.figures(story.round.id)[0]
    with pytest.raises(Invalid):
        reviewing.review(story.organiser, story.round.id, story.bodies[0].id, 1, {entry.entry_id: (30, "")}, "")
    with transaction():
        reviewing.review(
            story.organiser, story.round.id, story.bodies[0].id, 1, {entry.entry_id: (30, "Ten are trained")}, "Seen"
        )
    found = queries.figures(story.round.id)[0]
    assert (found.entered, found.heads, found.adjusted) == (40, 30, "Ten are trained")
    with pytest.raises(StaleEdit):
        reviewing.review(story.organiser, story.round.id, story.bodies[0].id, 0, {}, "")
    with pytest.raises(NotFound):
        reviewing.review(story.body(0), story.round.id, story.bodies[0].id, 1, {}, "")


def test_another_areas_lead_does_not_find_the_answer(app: Flask) -> None:
    story = a_round()
    story.enter(0, story.line(4))
    elsewhere = acting(make_person(), (Role.ORGANISER, story.bodies[1].id))
    with pytest.raises(NotFound):
        reviewing.review(elsewhere, story.round.id, story.bodies[0].id, 1, {}, "")
    near = make_organisation(story.place, footprint_id=story.bodies[1].id, sector=Sector.SOCIAL_CARE)
    with transaction():
        answering.set_headcount(elsewhere, story.round.id, near.id, People(80, "Census"))
    assert db.session.scalars(select(Adjustment)).all() == []


def test_by_headcount_names_who_has_none_and_takes_what_is_known_above(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    story = a_round(method=Method.HEADCOUNT)
    story.enter(0, story.line(10), headcount=People(300, "Payroll"))
    story.enter(2, story.line(10))
    story.reviewed()
    story.bought(8)
    with pytest.raises(HeadcountMissing) as refused:
        story.allocated()
    assert [each["id"] for each in refused.value.more["bodies"]] == [str(story.bodies[2].id)]  # type: ignore[attr-defined]
    known = {story.bodies[2].id: upstairs.Known(100, "Census 2026")}
    monkeypatch.setattr(upstairs.headcounts, "answer", lambda bodies, day: known)
    story.allocated()
    assert story.places() == [6, 0, 2]


def test_budget_bounds_before_seats(app: Flask) -> None:
    story = a_round()
    story.enter(0, story.line(40))
    story.reviewed()
    with pytest.raises(CapacityMissing):
        story.allocated()
    story.bought(30, pence=25_000, budget=500_000)
    story.allocated()
    share = db.session.scalars(select(PlaceShare)).one()
    assert (share.places, share.workings["bound"]) == (20, "budget")


def test_an_allocation_is_run_again_until_somebody_answered(app: Flask) -> None:
    story = a_round(method=Method.EQUAL)
    story.enter(0, story.line(10))
    story.enter(1, story.line(2))
    story.reviewed()
    story.bought(6)
    story.allocated()
    with pytest.raises(Invalid):
        story.allocated(edition=1)
    with story.on("allocate_by"), transaction():
        rounds.change_rule(story.commissioner, story.round.id, Method.GAP, 0, "The boards asked for it")
    story.allocated(edition=1, reason="Another rule")
    assert story.places() == [5, 1, 0]
    second = select(PlaceShare).join(Allocation).where(Allocation.edition == 2)
    before = {each.organisation_id: each.before for each in db.session.scalars(second)}
    assert before == {story.bodies[0].id: 4, story.bodies[1].id: 2}
    story.accepted(0, 5)
    with pytest.raises(OffersAnswered):
        story.allocated(edition=2, reason="Once more")


def test_accepting_is_bounded_dated_and_says_why(app: Flask) -> None:
    story = a_round()
    story.enter(0, story.line(5))
    story.reviewed()
    story.bought(5)
    story.allocated()
    with pytest.raises(MoreThanOffered):
        story.accepted(0, 6)
    with pytest.raises(Invalid):
        story.accepted(0, 3, reason="")
    story.accepted(0, 0)
    story.accepted(0, 4)
    with story.on("accept_by", 1), pytest.raises(AcceptanceClosed):
        accepting.accept(story.body(0), story.round.id, story.bodies[0].id, story.of().id, 5)
    with pytest.raises(NotFound):
        accepting.accept(story.body(1), story.round.id, story.bodies[0].id, story.of().id, 1, "x")


def with_places(places: int = 2, **given: object):  # type: ignore[no-untyped-def]
    """A body with that many accepted places, and people in it."""
    story = a_round((Sector.THIRD_SECTOR,), **given)  # type: ignore[arg-type]
    story.enter(0, story.line(places))
    story.reviewed()
    story.bought(places)
    story.allocated()
    story.accepted(0, places, reason="")
    return story


def test_people_of_the_body_are_named_and_enrolled(app: Flask) -> None:
    story = with_places()
    one, two, three, stranger = (make_person() for _ in range(4))
    for each in (one, two, three):
        make_membership(each, story.bodies[0])
    here = (story.body(0), story.round.id, story.bodies[0].id, story.of().id)
    with story.on("accept_by"):
        with transaction():
            named = nominating.nominate(*here, one.id)
        assert named.enrolment is not None
        assert named.enrolment.organisation_id == story.bodies[0].id
        with pytest.raises(NotFound):
            nominating.nominate(*here, stranger.id)
        with transaction():
            nominating.nominate(*here, two.id)
        with pytest.raises(NoPlaceLeft):
            nominating.nominate(*here, three.id)
        with transaction():
            nominating.take_off(story.body(0), story.round.id, story.bodies[0].id, named.id)
        assert db.session.get_one(Enrolment, named.enrolment_id).state is EnrolmentState.WITHDRAWN
        with transaction():
            nominating.nominate(*here, three.id)
    with story.on("nominate_by", 1), pytest.raises(NominationClosed):
        nominating.nominate(*here, one.id)


def test_whoever_has_begun_is_not_taken_off(app: Flask) -> None:
    story = with_places(1)
    person = make_person()
    make_membership(person, story.bodies[0])
    with story.on("accept_by"):
        with transaction():
            named = nominating.nominate(story.body(0), story.round.id, story.bodies[0].id, story.of().id, person.id)
            enrolments.start(Actor.system(), named.enrolment_id, clock.now())
        with pytest.raises(AlreadyEnrolled):
            nominating.take_off(story.body(0), story.round.id, story.bodies[0].id, named.id)


def test_what_the_course_refuses_is_told_and_nothing_is_kept(app: Flask) -> None:
    story = with_places(1, course={"prerequisites": {"completed": [make_course().code]}})
    person = make_person()
    make_membership(person, story.bodies[0])
    with story.on("accept_by"), pytest.raises(EnrolmentRefused), transaction():
        nominating.nominate(story.body(0), story.round.id, story.bodies[0].id, story.of().id, person.id)
    assert queries.nominees_of(story.of().id, story.bodies[0].id) == []


def secret_of(address: str, path: str) -> str:
    letters = select(MailMessage.body).where(MailMessage.to == address).order_by(MailMessage.id.desc())
    body = db.session.scalars(letters).first()
    assert body is not None
    return body.split(f"/{path}/")[1].split()[0]


def test_somebody_without_an_account_is_invited_once(app: Flask) -> None:
    story = with_places(1)
    with story.on("accept_by"):
        with transaction():
            nominating.invite(
                story.body(0), story.round.id, story.bodies[0].id, story.of().id, "Non", "Non@small.example", "cy"
            )
        secret = secret_of("non@small.example", "needs/place")
        newcomer = make_person(email="other@post.example")
        with transaction():
            named = nominating.take(acting(newcomer), secret, "cy")
        assert (named.person_id, named.email, named.digest) == (newcomer.id, None, None)
        with pytest.raises(NotFound):
            nominating.take(acting(make_person()), secret, "en")


def test_places_not_named_go_back_and_are_offered_again(app: Flask) -> None:
    story = a_round((Sector.NHS, Sector.THIRD_SECTOR))
    story.enter(0, story.line(10))
    story.enter(1, story.line(10))
    story.reviewed()
    story.bought(10)
    story.allocated()
    story.accepted(0, 5)
    story.accepted(1, 5)
    person = make_person()
    make_membership(person, story.bodies[1])
    with story.on("accept_by"), transaction():
        nominating.nominate(story.body(1), story.round.id, story.bodies[1].id, story.of().id, person.id)
        rounds.end_acceptance(story.commissioner, story.round.id)
    today = story.round.accept_by
    with story.on("accept_by"), pytest.raises(NothingReturned):
        sharing.reoffer(story.commissioner, story.round.id, 1, today, today)
    with story.on("nominate_by", 1), pytest.raises(NothingReturned):
        sharing.reoffer(story.commissioner, story.round.id, 1, clock.today(), clock.today(), "Nobody named")
    # both gave places back, so nobody is left who could take them: the round says so, and may be closed
    with story.on("nominate_by", 1), transaction():
        rounds.close(story.organiser, story.round.id)
    assert story.round.state is RoundState.CLOSED


def test_a_mailed_link_answers_once(app: Flask) -> None:
    story = a_round((Sector.THIRD_SECTOR,))
    with transaction():
        answering.send_link(story.organiser, story.round.id, story.bodies[0].id, "Gwen@Elusen.example", "cy")
    secret = secret_of("gwen@elusen.example", "needs/answer")
    with transaction():
        made = answering.answer_by_link(Actor(), secret, 0, [story.line(3)], "Gwen")
    assert (made.via, made.by, made.by_name) == (Via.LINK, None, "Gwen")
    with pytest.raises(LinkClosed):
        answering.answer_by_link(Actor(), secret, 1, [story.line(4)], "Gwen")
    with pytest.raises(NotFound):
        answering.by_secret(Actor(), "guessed")


def test_days_to_come_move_and_days_that_passed_do_not(app: Flask) -> None:
    story = a_round()
    later = story.round.need_by + DAY
    with transaction():
        rounds.move_dates(story.organiser, story.round.id, dates(need_by=later), "A holiday")
    assert story.round.need_by == later
    step = db.session.scalars(select(Step).where(Step.kind == StepKind.DATES_MOVED)).one()
    assert step.details["dates"]["need_by"][1] == later.isoformat()
    with pytest.raises(DatePassed):
        rounds.move_dates(story.organiser, story.round.id, dates(opens_on=clock.today() - DAY), "x")
    with pytest.raises(Invalid):
        rounds.move_dates(story.organiser, story.round.id, dates(need_by=later + 60 * DAY), "x")


def test_each_stage_belongs_to_its_own(app: Flask) -> None:
    story = a_round()
    with pytest.raises(NotFound):
        sharing.share_out(story.body(0), story.round.id, 0)
    with pytest.raises(Forbidden):
        sharing.share_out(story.organiser, story.round.id, 0)
    with pytest.raises(AtAnotherStage):
        sharing.share_out(story.commissioner, story.round.id, 0)
    with pytest.raises(Forbidden):
        rounds.finish_review(story.commissioner, story.round.id)
    with pytest.raises(NotFound):
        answering.answer(story.body(0), story.round.id, story.bodies[1].id, 0, [], Via.API)
    outside = make_organisation()
    with pytest.raises(NotFound):
        answering.answer(
            acting(make_person(), (Role.TRAINING_LEAD, outside.id)), story.round.id, outside.id, 0, [], Via.API
        )


def test_who_has_not_answered_is_reminded_once(app: Flask) -> None:
    story = a_round()
    story.enter(0, story.line(3))

    def letters() -> list[str]:
        return list(db.session.scalars(select(MailMessage.to).where(MailMessage.subject.startswith("Until"))))

    with story.on("need_by", -3):
        for _ in range(2):
            with transaction():
                jobs.keep_the_days()
    assert sorted(letters()) == sorted(person.emails[0].address for person in story.people[1:])
