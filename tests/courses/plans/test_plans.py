"""Goals that are shared, agreed, changed and reviewed; suggestions with their reasons; a team as far as it shares."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import icalendar
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from courses.catalogue.models import CourseStatement, CourseStatus
from courses.plans import exporting, jobs, queries, rules, services, team, views
from courses.plans.errors import NoSuchLearning, NotNow, NotTheirPlan
from courses.plans.hooks import evidence_of, plans_touched
from courses.plans.models import ActionKind, Goal, GoalState, Outcome, PartnerKind, PlanReminder, StepKind
from courses.plans.rules import Gap, Learning
from courses.plans.services import Words
from frameworks.assessment import services as assessment
from frameworks.assessment.rules import Reach
from frameworks.assessment.services import Say
from frameworks.editing.impact import Becoming, Touch
from frameworks.queries import whole_version
from frameworks.rules.carrying import Outcome as Carries
from lms.accounts.queries import above
from lms.core import clock
from lms.core.db import db, transaction
from lms.core.errors import Invalid, NotFound, StaleEdit
from lms.core.jobs import run_pending
from lms.core.mail import MailMessage
from lms.core.permissions import Actor, Role
from tests.counting import queries_of
from tests.factories.accounts import grant, make_membership, make_person, organisation, post_form
from tests.factories.assessment import acting_for, make_health_visitor, rate, share
from tests.factories.catalogue import make_course
from tests.factories.cpd import write_down
from tests.factories.supervision import make_supervision


def words(**given: Any) -> Words:
    usual: dict[str, Any] = {
        "what": "Talk about stigma with families", "why": "Families asked me", "how_known": "My supervisor sees it",
        "by_when": clock.today() + timedelta(days=30),
    }  # fmt: skip
    return Words(**usual | given)


def add(person: Any, **given: Any) -> Goal:
    with transaction():
        return services.add(acting_for(person), words(**given))


def shared(person: Any, partner: Any) -> Goal:
    goal = add(person)
    with transaction():
        services.share(acting_for(person), partner.id)
    return goal


@pytest.fixture
def pair(app: Flask) -> tuple[Any, Any]:
    """A health visitor and the supervisor of hers."""
    learner, supervisor = make_health_visitor(), make_person()
    make_supervision(learner, supervisor)
    return learner, supervisor


def test_a_goal_is_drafted_shared_agreed_changed_and_reviewed(pair: tuple[Any, Any]) -> None:
    learner, supervisor = pair
    goal = add(learner)
    with pytest.raises(NotFound):
        services.shared_with_me(acting_for(supervisor), learner.id)
    with pytest.raises(NotTheirPlan), transaction():
        services.share(acting_for(learner), make_person().id)
    with transaction():
        assert services.share(acting_for(learner), supervisor.id) == 1
    theirs = acting_for(supervisor, learner)
    with pytest.raises(Invalid), transaction():
        services.answer(theirs, learner.id, [(goal.id, 1)], agreed=False)
    with pytest.raises(StaleEdit), transaction():
        services.answer(theirs, learner.id, [(goal.id, 7)], agreed=True)
    with transaction():
        services.answer(theirs, learner.id, [(goal.id, 1)], agreed=True)
    with transaction():
        services.save(acting_for(learner), goal.id, 1, words(why="Families asked me twice"))
    assert (goal.state, goal.edition) == (GoalState.SHARED, 2), "what changed has to be agreed again"
    with pytest.raises(NotNow), transaction():
        services.review(acting_for(learner), goal.id, Outcome.REACHED, "")
    with transaction():
        services.answer(theirs, learner.id, [(goal.id, 2)], agreed=True)
    with transaction():
        services.review(theirs, goal.id, Outcome.PARTLY, "Well begun", of=learner.id)
    db.session.expire_all()
    kinds = [each.kind for each in queries.goals_of(learner.id)[0].steps]
    assert kinds[::-1] == [
        StepKind.SHARED, StepKind.AGREED, StepKind.CHANGED, StepKind.AGREED, StepKind.REVIEWED,
    ]  # fmt: skip
    with pytest.raises(NotNow), transaction():
        services.save(acting_for(learner), goal.id, goal.edition, words(why="Too late"))


def test_two_tabs_do_not_overwrite_each_other(app: Flask, pair: tuple[Any, Any]) -> None:
    learner, _ = pair
    goal = add(learner)

    def save(why: str) -> str:
        with app.app_context():
            try:
                with transaction():
                    services.save(acting_for(learner), goal.id, 1, words(why=why))
                return why
            except StaleEdit:
                return "stale"

    with ThreadPoolExecutor(2) as threads:
        done = list(threads.map(save, ["one", "other"]))
    assert done.count("stale") == 1
    db.session.rollback()
    assert db.session.scalar(select(Goal.why).where(Goal.id == goal.id)) in done


def test_a_page_shows_both_when_it_was_changed_elsewhere(
    pair: tuple[Any, Any], signed_in: Callable[..., FlaskClient]
) -> None:
    learner, _ = pair
    goal = add(learner)
    with transaction():
        services.save(acting_for(learner), goal.id, 1, words(why="Newer words"))
    day = clock.today() + timedelta(days=40)
    sent = {
        "what": "Mine", "why": "Typed in the old tab", "how_known": "So", "edition": "1", "by_when-day": str(day.day),
        "by_when-month": str(day.month), "by_when-year": str(day.year),
    }  # fmt: skip
    answer = post_form(signed_in(learner), f"/en/plan/goals/{goal.id}", sent)
    assert answer.status_code == 409
    assert "Newer words" in answer.text
    assert "Typed in the old tab" in answer.text


def test_somebody_without_a_manager_turns_to_a_mentor_or_the_programme_team(app: Flask) -> None:
    carer, organiser, manager = make_person(), make_person(), make_person()
    grant(organiser, Role.ORGANISER, organisation("WALES"))
    kinds = {each.id: each.kind for each in queries.partners_of(carer.id, clock.today())}
    assert kinds == {organiser.id: PartnerKind.PROGRAMME_TEAM}
    make_membership(carer, organisation("BCU"), line_manager_id=manager.id)
    kinds = {each.id: each.kind for each in queries.partners_of(carer.id, clock.today())}
    assert kinds == {manager.id: PartnerKind.MANAGER}


def test_actions_are_courses_dates_or_ones_own(pair: tuple[Any, Any]) -> None:
    learner, _ = pair
    goal, course = add(learner), make_course()
    actor = acting_for(learner)
    with transaction():
        services.add_action(actor, goal.id, 1, ActionKind.COURSE, course=course.code)
    with transaction():
        own = services.add_action(
            actor, goal.id, 2, ActionKind.OWN, words="Sit in on a clinic", by_when=date(2030, 1, 2)
        )
    for wrong in ({"kind": ActionKind.COURSE, "course": "NOPE"}, {"kind": ActionKind.DATE, "series": uuid4()}):
        with pytest.raises(NoSuchLearning), transaction():
            services.add_action(actor, goal.id, 3, **wrong)
    with pytest.raises(StaleEdit), transaction():
        services.remove_action(actor, goal.id, own.id, 1)
    with transaction():
        services.set_done(actor, goal.id, own.id, done=True)
    assert goal.edition == 3, "ticking changes nothing that was agreed"
    found = icalendar.Calendar.from_ical(exporting.calendar_of(actor, "en", "Plan"))
    assert [str(each["summary"]) for each in found.walk("VEVENT")] == [goal.what], "what is done needs no day"


def test_reminders_come_once_for_a_day_and_in_one_letter(app: Flask, pair: tuple[Any, Any]) -> None:
    learner, _ = pair
    add(learner, by_when=clock.today() + timedelta(days=5))
    add(learner, by_when=clock.today() + timedelta(days=6))
    letters = select(func.count()).select_from(MailMessage)
    before = db.session.scalar(letters) or 0
    for _time in range(2):
        with transaction():
            jobs.remind()
    assert (db.session.scalar(letters) or 0) - before == 1
    assert db.session.scalar(select(func.count()).select_from(PlanReminder)) == 2
    with clock.frozen(clock.now() + timedelta(days=10)), transaction():
        jobs.remind()
    assert (db.session.scalar(letters) or 0) - before == 2, "and once more when the days have passed"


def test_the_pdf_is_made_by_a_job_and_is_ones_own(
    app: Flask, pair: tuple[Any, Any], as_token: Callable[..., Any]
) -> None:
    learner, supervisor = pair
    add(learner)
    asked = as_token(learner).post("/api/v1/plan/copies", json={"language": "cy"})
    assert asked.status_code == 201
    run_pending()
    url = f"/api/v1/plan/copies/{asked.json['id']}"
    assert as_token(learner).get(url).json["ready"] is True
    file = as_token(learner).get(f"{url}/file")
    assert file.data.startswith(b"%PDF")
    assert b"/MarkInfo" in file.data or b"StructTreeRoot" in file.data
    assert as_token(supervisor).get(f"{url}/file").status_code == 404


def test_a_suggestion_says_why(app: Flask) -> None:
    learner = make_health_visitor()
    lines = [line for line in assessment.mine(acting_for(learner), "PIMH").gaps if line.statement.level == "skilled"]
    draft = make_course("FITS", languages=["cy"], status=CourseStatus.DRAFT).versions[0]
    with transaction():
        for line in lines[:3]:
            db.session.add(
                CourseStatement(version_id=draft.id, framework_code="PIMH", statement_code=line.statement.code)
            )
    with transaction():
        draft.status, draft.published_at, draft.course.published = CourseStatus.PUBLISHED, clock.now(), draft
    with app.test_request_context():
        found = views.gaps(acting_for(learner), "PIMH", "en")
        first = next(each for each in found.suggestions if each.course.course.code == "FITS")
        assert first.words == f"Covers 3 of your {len(lines)} gaps at Skilled; open to you now, in Welsh"
    assert first.why.is_open


def test_suggestions_are_open_ones_first_and_never_more_than_a_dozen() -> None:
    gaps = [Gap(f"S{n}", "D1", "skilled") for n in range(4)]
    learning = [Learning(f"C{n:02}", ("en",), frozenset({"S1"})) for n in range(20)]
    learning.append(Learning("BIG", ("en", "cy"), frozenset({"S0", "S1", "S2"})))
    learning.append(Learning("NAMED", ("en",), levels=frozenset({"skilled"})))
    learning.append(Learning("OTHER", ("en",), levels=frozenset({"specialist"})))
    named = {"D1": ["NAMED", "OTHER"]}
    found = rules.suggest(gaps, learning, named, {"C05", "NAMED"}, set(), "cy")
    assert [each.code for each in found[:3]] == ["NAMED", "C05", "BIG"]
    assert (found[0].covers, found[0].named) == (("S0", "S1", "S2", "S3"), True)
    assert len(found) == rules.MOST
    assert all(each.code != "OTHER" for each in found)


def test_a_team_is_seen_as_far_as_it_shares(app: Flask, signed_in: Callable[..., FlaskClient]) -> None:
    lead, line, stranger = make_person(), make_person(), make_person()
    grant(lead, Role.TEAM_LEAD, organisation("BCU"))
    shares, hides = make_health_visitor(display_name="Aled"), make_health_visitor(display_name="Zoe")
    make_membership(hides, organisation("BCU"), line_manager_id=line.id)
    for person in (shares, hides):
        rate(person, "PIMH", "D4")
    share(shares, "PIMH", manager=True)
    actor = Actor(person=lead.id, name="", roles=frozenset({(Role.TEAM_LEAD, organisation("BCU").id)}))
    found = {each.name: each for each in team.team(actor, "PIMH").members}
    assert found["Aled"].reaches["D4"] is Reach.MEETS
    assert set(found["Zoe"].reaches.values()) == {Reach.NOT_SHARED}
    assert [each.name for each in team.team(acting_for(line), "PIMH").members] == ["Zoe"]
    assert not team.team(acting_for(stranger), "PIMH").members
    browser = signed_in(lead)
    few = queries_of(browser, "/en/team?framework=PIMH")
    for _n in range(6):
        make_health_visitor()
    assert queries_of(browser, "/en/team?framework=PIMH") == few
    assert browser.get(f"/en/team/people/{shares.id}/PIMH").status_code == 200
    for person, to in ((lead, hides), (stranger, shares)):
        assert signed_in(person).get(f"/en/team/people/{to.id}/PIMH").status_code == 404


def test_whose_team_somebody_is_in(app: Flask) -> None:
    today = clock.today()
    here, there, gone, named = (make_person(display_name=name) for name in ("Here", "There", "Gone", "Named"))
    make_person(display_name="No body")
    line = make_person()
    make_membership(here, organisation("BCU"))
    make_membership(here, organisation("BCU"))
    make_membership(there, organisation("CAV"))
    make_membership(gone, organisation("BCU"), starts_on=today - timedelta(days=9), ends_on=today - timedelta(days=1))
    make_membership(named, organisation("CAV"), line_manager_id=line.id)

    def team_of(person: Any, *places: str) -> list[str]:
        roles = frozenset((Role.TEAM_LEAD, organisation(place).id) for place in places)
        found = db.session.scalars(team.people(Actor(person=person.id, name="", roles=roles)))
        return sorted(each.display_name for each in found)

    boards = next(each.code for each in above(organisation("BCU")) if each.parent_id is not None)
    assert team_of(make_person(), "BCU") == ["Here"]
    assert team_of(make_person(), boards) == sorted(["Here", "There", "Named"]), "and all below it"
    assert team_of(line) == ["Named"]
    assert team_of(line, "BCU") == ["Here", "Named"]
    whole = set(team_of(line, "WALES"))
    assert {"Here", "There", "No body", "Gone", "Named"} <= whole, "at the root those without a body are seen to, too"
    assert line.display_name not in whole


def test_other_peoples_goals_are_not_found_by_guessing(pair: tuple[Any, Any], as_token: Callable[..., Any]) -> None:
    learner, supervisor = pair
    goal = shared(learner, supervisor)
    guesses = [
        ("GET", f"/plan/goals/{goal.id}", None), ("DELETE", f"/plan/goals/{goal.id}", None),
        ("POST", f"/plan/goals/{goal.id}/take-back", None),
        ("POST", f"/plan/goals/{goal.id}/actions", {"kind": "own", "words": "x", "edition": 1}),
        ("POST", f"/plan/goals/{goal.id}/review", {"outcome": "reached"}),
    ]  # fmt: skip
    for other in (supervisor, make_person(), make_health_visitor()):
        for method, path, body in guesses:
            assert as_token(other).open(method, f"/api/v1{path}", json=body).status_code == 404, path
    stranger = as_token(make_person())
    assert stranger.get(f"/api/v1/people/{learner.id}/plan").status_code == 404
    answer = {"goals": [{"goal_id": str(goal.id), "edition": 1}], "agreed": True}
    assert stranger.post(f"/api/v1/people/{learner.id}/plan/answers", json=answer).status_code == 404
    assert as_token(supervisor).post(f"/api/v1/people/{learner.id}/plan/answers", json=answer).json == {"goals": 1}
    assert as_token(learner).post(f"/api/v1/plan/goals/{goal.id}/take-back").json["state"] == "draft"
    assert as_token(supervisor).get(f"/api/v1/people/{learner.id}/plan").status_code == 404


def test_evidence_is_ones_own_and_can_be_linked(app: Flask) -> None:
    learner, other = make_health_visitor(), make_person()
    mine, theirs = write_down(learner), write_down(other)
    with app.test_request_context():
        refs = {each.ref for each in evidence_of(learner.id, [f"cpd:{theirs.id}", f"cpd:{mine.id}"], 5)}
        assert refs == {f"cpd:{mine.id}"}
        code = assessment.mine(acting_for(learner), "PIMH").of_domain("D4")[0].statement.code
        with transaction():
            assessment.save(
                acting_for(learner), "PIMH", "D4", 0, {code: Say("confident", evidence=(f"cpd:{mine.id}",))}
            )
        with pytest.raises(Invalid), transaction():
            assessment.save(
                acting_for(learner), "PIMH", "D4", 1, {code: Say("confident", evidence=(f"cpd:{theirs.id}",))}
            )


def test_a_new_version_says_which_goals_it_touches(app: Flask) -> None:
    learner = make_health_visitor()
    add(learner, framework="CAMHS", domain="C1")
    statement = whole_version("CAMHS").statements[0]
    changed = [Becoming(statement.code, str(statement.id), (Carries.NEEDS_RERATING,))]
    assert plans_touched("CAMHS", changed) == Touch(1, 1)
    assert plans_touched("PIMH", changed) == Touch(0, 0)


@pytest.mark.parametrize("language", ["en", "cy"])
def test_pages_open(pair: tuple[Any, Any], signed_in: Callable[..., FlaskClient], language: str) -> None:
    learner, supervisor = pair
    goal = shared(learner, supervisor)
    mine, theirs = signed_in(learner), signed_in(supervisor)
    for path in ("/plan", "/plan/goals/new?framework=PIMH&domain=D4", f"/plan/goals/{goal.id}", "/plan/share",
                 "/plan/gaps/PIMH", "/plan/days.ics", "/team", "/team/plans"):  # fmt: skip
        assert mine.get(f"/{language}{path}").status_code == 200, path
    for path in ("/team/plans", f"/team/plans/{learner.id}", "/supervision/assessments"):
        assert theirs.get(f"/{language}{path}").status_code == 200, path
