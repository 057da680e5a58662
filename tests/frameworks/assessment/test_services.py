"""Rating oneself, sharing, confirming and returning, lapsing; and that nothing is lost when a version is published."""

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError

from frameworks.assessment import services, views
from frameworks.assessment.errors import NotWaiting, NotYourEvidence
from frameworks.assessment.impact import ratings_touched
from frameworks.assessment.models import Rating, RatingStanding
from frameworks.assessment.rules import RatingState, Reach
from frameworks.assessment.services import Say
from frameworks.editing import queries as editing_queries
from frameworks.editing import services as editing_services
from frameworks.editing.impact import Becoming, Touch
from frameworks.models import MappingKind
from frameworks.rules.carrying import Outcome
from lms.core import clock
from lms.core.db import db, transaction
from lms.core.errors import Invalid, NotFound, StaleEdit
from lms.core.language import Bilingual
from lms.core.permissions import Role
from tests.factories.accounts import grant, make_membership, make_person, organisation, post_form
from tests.factories.assessment import acting_for, confirm, make_health_visitor, rate, share
from tests.factories.frameworks import draft_of, editing, make_editor, published
from tests.factories.supervision import make_supervision
from tests.frameworks.editing.test_life import put


def test_ratings_belong_to_the_version_and_the_bar_and_a_day_is_one_rating(app: Flask) -> None:
    person = make_health_visitor()
    it = rate(person, "PIMH", "D4", "developing")
    assert (it.level_in("D4").code, it.reaches["D4"], it.reaches["D1"]) == ("skilled", Reach.NOT_YET, Reach.NOT_YET)
    it = rate(person, "PIMH", "D4", "confident")
    assert it.reaches["D4"] is Reach.MEETS
    ratings = db.session.scalars(select(Rating).where(Rating.person_id == person.id)).all()
    assert {(each.bar, each.version.number, each.value) for each in ratings} == {("skilled", 1, "confident")}
    assert len(ratings) == sum(line.needed for line in it.of_domain("D4")), "what was typed today is one rating"
    with clock.frozen(clock.now() + timedelta(days=40)):
        rate(person, "PIMH", "D4", "supports_others")
    assert db.session.scalar(select(func.count()).where(Rating.person_id == person.id)) == 2 * len(ratings)


def test_two_tabs_do_not_overwrite_each_other(app: Flask) -> None:
    person = make_health_visitor()
    actor = acting_for(person)
    seen = services.mine(actor, "PIMH").edition("D4")
    code = next(line.statement.code for line in services.mine(actor, "PIMH").of_domain("D4"))

    def save(value: str) -> str:
        with app.app_context():
            try:
                with transaction():
                    services.save(actor, "PIMH", "D4", seen, {code: Say(value)})
                return value
            except StaleEdit:
                return "stale"

    with ThreadPoolExecutor(2) as threads:
        done = list(threads.map(save, ["confident", "not_yet"]))
    assert done.count("stale") == 1
    db.session.rollback()
    stored = db.session.scalars(select(RatingStanding.value).where(RatingStanding.person_id == person.id)).all()
    assert stored == [each for each in done if each != "stale"]


def test_what_was_answered_is_not_rewritten_even_past_the_service(app: Flask) -> None:
    person, supervisor = make_health_visitor(), make_person()
    rate(person, "PIMH", "D4")
    confirm(person, supervisor, "PIMH")
    with pytest.raises(DBAPIError), transaction():
        db.session.execute(
            text("UPDATE assessment_rating SET value = 'not_yet' WHERE person_id = :p"), {"p": person.id}
        )
    with pytest.raises(DBAPIError), transaction():
        db.session.execute(text("DELETE FROM assessment_rating WHERE person_id = :p"), {"p": person.id})
    it = rate(person, "PIMH", "D4", "supports_others")
    assert {line.row.state for line in it.of_domain("D4") if line.row} == {RatingState.SELF_ASSESSED}
    assert {line.row.rating.value for line in it.of_domain("D4") if line.row} == {"supports_others"}


def test_a_supervisor_returns_with_a_reason_and_only_what_is_shared_and_waits(app: Flask) -> None:
    person, supervisor, stranger = make_health_visitor(), make_person(), make_person()
    rate(person, "PIMH", "D4", "not_applicable")
    theirs = acting_for(supervisor, person)
    with pytest.raises(NotFound):
        services.of_person(theirs, person.id, "PIMH")
    assert services.mine(acting_for(person), "PIMH").reaches["D4"] is Reach.NOT_YET, (
        "nobody agreed that it does not apply"
    )
    confirm(person, supervisor, "PIMH")
    assert services.mine(acting_for(person), "PIMH").reaches["D4"] is Reach.MEETS
    row = next(iter(services.mine(acting_for(person), "PIMH").rows.values()))
    pick = [(row.statement_id, row.edition)]
    with pytest.raises(NotWaiting):
        services.answer(theirs, person.id, "PIMH", pick, confirmed=False, reason="Let us talk")
    with pytest.raises(NotFound):
        services.answer(acting_for(stranger), person.id, "PIMH", pick, confirmed=True)
    with pytest.raises(Invalid):
        services.answer(theirs, person.id, "PIMH", pick, confirmed=False)
    share(person, "PIMH")
    with pytest.raises(NotFound):
        services.of_person(theirs, person.id, "PIMH")


def test_all_that_was_shown_is_answered_at_once_and_nothing_that_came_since(
    app: Flask, signed_in: Callable[..., FlaskClient]
) -> None:
    learner, supervisor = make_health_visitor(), make_person()
    make_supervision(learner, supervisor)
    rate(learner, "PIMH", "D4")
    share(learner, "PIMH", supervisor=True)
    with transaction():
        asked = services.ask(acting_for(learner), "PIMH")
    address = f"/en/supervision/assessments/{learner.id}/PIMH"
    browser = signed_in(supervisor)
    page = browser.get(address).text
    assert f"All {asked} that wait" in page
    shown = re.findall(r'name="shown" value="([^"]+)"', page)
    assert len(shown) == asked
    rate(learner, "PIMH", "D1")
    with transaction():
        since = services.ask(acting_for(learner), "PIMH")
    done = post_form(browser, address, {"everything": "yes", "shown": shown, "outcome": "confirm"})
    assert done.status_code == 303
    states = [line.row.state for line in services.mine(acting_for(learner), "PIMH").lines if line.row]
    assert states.count(RatingState.CONFIRMED) == asked
    assert states.count(RatingState.CONFIRMATION_ASKED) == since
    again = post_form(browser, address, {"everything": "yes", "shown": shown, "outcome": "confirm"})
    assert again.status_code == 409, "they do not wait any more"


def test_evidence_is_ones_own(app: Flask) -> None:
    person = make_health_visitor()
    it = services.mine(acting_for(person), "PIMH")
    code = it.of_domain("D4")[0].statement.code
    for ref in ("portfolio:0190a0a0-0000-7000-8000-000000000000", "nonsense", "cpd:not-an-id"):
        with pytest.raises(NotYourEvidence), transaction():
            services.save(acting_for(person), "PIMH", "D4", 0, {code: Say("confident", evidence=(ref,))})


def test_ratings_lapse_as_the_framework_says(app: Flask) -> None:
    person = make_health_visitor()
    with transaction():
        services.set_lapse(editing(make_editor()), "PIMH", 12)
    rate(person, "PIMH", "D4")
    assert services.mine(acting_for(person), "PIMH").reaches["D4"] is Reach.MEETS
    with clock.frozen(clock.now() + timedelta(days=370)):
        it = services.mine(acting_for(person), "PIMH")
        assert it.reaches["D4"] is Reach.NOT_YET
        assert {line.statement.domain for line in it.to_rate_again} == {"D4"}
        assert rate(person, "PIMH", "D4").reaches["D4"] is Reach.MEETS


def test_after_a_new_version_only_what_changed_is_asked_again(app: Flask) -> None:
    person, supervisor = make_health_visitor(), make_person()
    rate(person, "CAMHS", "C1")
    rate(person, "CAMHS", "C2")
    confirmed = confirm(person, supervisor, "CAMHS")
    editor = make_editor()
    draft = draft_of("CAMHS", editor)
    changed, polished = draft.statements[0], draft.statements[1]
    touched = ratings_touched("CAMHS", [Becoming(changed.code, str(changed.came_from_id), (Outcome.NEEDS_RERATING,))])
    assert touched == Touch(1, 1)
    put(editing(editor), draft, changed, wording=Bilingual("Says something else now.", "Yn dweud rhywbeth arall."))
    put(editing(editor), draft, polished, wording=Bilingual("Polished words.", "Geiriau caboledig."))
    with transaction():
        editing_services.decide_mapping(
            editing(editor), draft.id, polished.came_from_id, [(polished.id, MappingKind.EQUIVALENT)]
        )
    published(editing_queries.whole(draft.id), editor)
    it = services.mine(acting_for(person), "CAMHS")
    assert it.outline.number == 2
    assert [line.statement.code for line in it.to_rate_again] == [changed.code]
    assert [line.statement.code for line in it.lines if line.reworded] == [polished.code]
    carried = [line for line in it.lines if line.carried and line.row.state is RatingState.CONFIRMED]
    assert len(carried) == confirmed - 1
    code = changed.code
    with transaction():
        services.save(acting_for(person), "CAMHS", "C1", it.edition("C1"), {code: Say("confident")})
    it = services.mine(acting_for(person), "CAMHS")
    assert not it.to_rate_again
    assert len([line for line in it.lines if line.carried]) == confirmed - 1


KINDS = st.sampled_from([*MappingKind])
VALUES = st.sampled_from(["confident", "developing", "not_applicable"])
BECOMES = st.lists(st.tuples(KINDS, st.booleans(), st.integers(0, 9)), min_size=10, max_size=10)


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(becomes=BECOMES, values=st.tuples(VALUES, VALUES, VALUES))
def test_no_mapping_loses_a_confirmed_rating_silently(
    app: Flask, becomes: list[tuple[MappingKind, bool, int]], values: tuple[str, str, str]
) -> None:
    """Every example publishes one version more, so ratings go through ever longer chains of mappings."""
    person, supervisor, editor = make_health_visitor(), make_person(), make_editor()
    it = services.mine(acting_for(person), "CAMHS")
    for domain, value in zip(("C1", "C2", "C3"), values, strict=True):
        if any(line.needed for line in it.of_domain(domain)):
            rate(person, "CAMHS", domain, value)
    confirm(person, supervisor, "CAMHS")
    draft = draft_of("CAMHS", editor)
    own = list(draft.statements)
    for each, (kind, elsewhere, number) in zip(own, becomes, strict=False):
        to = own[number % len(own)] if elsewhere else each
        successors = [] if kind is MappingKind.NO_SUCCESSOR else [(to.id, kind)]
        with transaction():
            editing_services.decide_mapping(editing(editor), draft.id, each.came_from_id, successors)
    published(editing_queries.whole(draft.id), editor)
    rows = db.session.execute(
        select(RatingStanding.person_id, RatingStanding.statement_id).where(
            RatingStanding.state == RatingState.CONFIRMED
        )
    ).all()
    assert rows
    for someone in {row.person_id for row in rows}:
        standing = views.assessment(someone, "CAMHS", clock.today()).standing
        told = {held.rated.statement for held in (*standing.counts.values(), *standing.again.values())}
        told |= {held.rated.statement for held in (*standing.past, *standing.beside)}
        assert {str(row.statement_id) for row in rows if row.person_id == someone} <= told
        assert all(held.outcome in (Outcome.CARRIED, Outcome.EQUIVALENT) for held in standing.counts.values())


@pytest.mark.parametrize("supervisor_may", [False, True])
@pytest.mark.parametrize("manager_may", [False, True])
def test_who_sees_what_by_sharing(
    app: Flask, as_token: Callable[..., Any], supervisor_may: bool, manager_may: bool
) -> None:
    from tests.factories.supervision import make_supervision

    people = {
        name: make_person() for name in ("supervisor", "former", "lead", "line", "elsewhere", "commissioner", "other")
    }
    learner = make_person()
    make_membership(
        learner, organisation("BCU"), job_role_code="health_visitor", setting_code="health_visiting",
        line_manager_id=people["line"].id,
    )  # fmt: skip
    make_supervision(learner, people["supervisor"])
    make_supervision(learner, people["former"], "PIMHP", ends_on=clock.today() - timedelta(days=1))
    grant(people["lead"], Role.TEAM_LEAD, organisation("BCU"))
    grant(people["elsewhere"], Role.TEAM_LEAD, organisation("CAV"))
    grant(people["commissioner"], Role.COMMISSIONER, organisation("WALES"))
    code = services.mine(acting_for(learner), "PIMH").of_domain("D4")[0].statement.code
    with transaction():
        services.save(acting_for(learner), "PIMH", "D4", 0, {code: Say("confident", "My own words")})
    share(learner, "PIMH", supervisor=supervisor_may, manager=manager_may)
    seen = {}
    for name, person in people.items():
        answer = as_token(person).get(f"/api/v1/people/{learner.id}/assessments/PIMH")
        assert answer.status_code in (200, 404), answer.json
        seen[name] = None if answer.status_code == 404 else "My own words" in answer.text
        nothing = as_token(person).post(
            f"/api/v1/people/{learner.id}/assessments/PIMH/answers",
            json={"ratings": [{"statement_id": str(learner.id), "edition": 1}], "confirmed": True},
        )
        assert nothing.status_code in (403, 404, 409), name
        own = as_token(person).get("/api/v1/assessments/PIMH")
        assert "My own words" not in own.text
    assert seen == {
        "supervisor": True if supervisor_may else None, "former": None, "lead": False if manager_may else None,
        "line": False if manager_may else None, "elsewhere": None, "commissioner": None, "other": None,
    }  # fmt: skip
    assert as_token(learner).get(f"/api/v1/people/{learner.id}/assessments/PIMH").status_code == 200


def test_the_history_shows_how_each_domain_moves(signed_in: Callable[..., FlaskClient]) -> None:
    person = make_health_visitor()
    rated = len([line for line in rate(person, "PIMH", "D4", "developing").of_domain("D4") if line.row])
    browser = signed_in(person)
    assert "How it moves" not in browser.get("/en/assessment/PIMH/history").text, "one month is no movement"
    code = next(
        line.statement.code for line in services.mine(acting_for(person), "PIMH").of_domain("D4") if line.needed
    )
    with clock.frozen(clock.now() + timedelta(days=40)):
        rate(person, "PIMH", "D4", "developing", **{code.replace(".", "_"): Say("confident")})
        rate(person, "PIMH", "D1")
    page = browser.get("/en/assessment/PIMH/history").text
    rows = {
        row[0]: row[1:]
        for row in re.findall(r">([^<>]+)</t[hd]>\s*<td[^>]*>([^<]+)</td>\s*<td[^>]*>([^<]+)</td>", page)
    }
    outline = services.mine(acting_for(person), "PIMH").outline
    assert rows[outline.domain("D4").title.en] == (f"0 of {rated}", f"1 of {rated}")
    assert rows[outline.domain("D1").title.en][0] == "–"
    assert browser.get("/cy/assessment/PIMH/history").status_code == 200


def test_pages_say_who_sees_and_save_as_one_goes(signed_in: Callable[..., FlaskClient]) -> None:
    person = make_health_visitor()
    browser = signed_in(person)
    listed = browser.get("/en/assessment")
    assert (listed.status_code, "Perinatal" in listed.text) == (200, True)
    assert "Private: only you can see it" in browser.get("/en/assessment/PIMH").text
    page = browser.get("/en/assessment/PIMH/D4")
    assert "data-autosave" in page.text
    token = page.text.split('name="csrf_token" value="')[1].split('"')[0]
    code = services.mine(acting_for(person), "PIMH").of_domain("D4")[0].statement.code.replace(".", "~")
    sent = {"csrf_token": token, "edition": "0", f"value-{code}": "developing"}
    saved = browser.post("/en/assessment/PIMH/D4/draft", data=sent)
    assert saved.status_code == 200, saved.text
    assert (saved.status_code, saved.headers["ETag"]) == (200, '"1"')
    assert browser.post("/en/assessment/PIMH/D4/draft", data=sent | {f"value-{code}": "confident"}).status_code == 409
    assert browser.post("/en/assessment/PIMH/D4", data=sent | {f"value-{code}": "confident"}).status_code == 409
    for path in ("/cy/assessment/PIMH", "/cy/assessment/PIMH/sharing", "/cy/assessment/PIMH/history"):
        assert browser.get(path).status_code == 200, path
    assert browser.get("/en/assessment/NOPE").status_code == 404
    assert browser.get("/en/assessment/PIMH/NOPE").status_code == 404
