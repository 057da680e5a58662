"""What is kept of where people are: always what the records give, whatever happens to people, frameworks and days."""

import random
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import delete, select, text
from sqlalchemy.exc import DBAPIError

from frameworks.assessment import queries, services, views
from frameworks.assessment.models import RatingStanding
from frameworks.assessment.rules import Reach
from frameworks.editing import queries as editing_queries
from frameworks.editing import services as editing_services
from lms.accounts.models import JobRole, Membership, Person
from lms.core import clock
from lms.core.db import db, transaction
from lms.core.language import Bilingual
from lms.core.permissions import Role
from lms.reporting import groups
from lms.reporting.reach import checking, counting, folding, jobs, reading
from lms.reporting.reach.counting import Grouping
from lms.reporting.reach.models import Reached, ReachMark, StaleReach
from tests.factories.accounts import grant, make_membership, make_person, organisation
from tests.factories.assessment import acting_for, confirm, make_health_visitor, rate
from tests.factories.frameworks import draft_of, editing, make_editor, published
from tests.factories.reporting import reach_taken_in
from tests.frameworks.editing.test_life import put


def stale() -> list[Any]:
    return list(db.session.scalars(select(StaleReach.person_id)))


def kept(person: Person, code: str = "CAMHS") -> list[str]:
    of = queries.outline(code).framework_id
    return sorted(
        db.session.scalars(select(Reached.reach).where(Reached.person_id == person.id, Reached.framework_id == of))
    )


def agree() -> None:
    """Row by row and in sum, in every grouping and for whoever reads."""
    reach_taken_in()
    with transaction():
        assert checking.check().different == 0
    board = [each.id for each in groups.within(frozenset({organisation("BCU").id}))]
    for it in queries.outlines().values():
        for group in Grouping:
            for bodies in (None, board):
                told = reading.counts(it, group, bodies)
                assert told == counting.counts(it, group, clock.today(), bodies), (it.code, group)
    assert not stale()


def as_pages_say(person: Person, code: str, day: date) -> str | None:
    it = views.assessment(person.id, code, day)
    reaches = {reach for reach in it.reaches.values() if reach is not Reach.NOT_NEEDED}
    if not reaches:
        return None
    some = any(line.met for line in it.lines if line.needed)
    return "meets" if reaches == {Reach.MEETS} else "partly" if some else "not_yet"


def test_whoever_changes_something_waits_to_be_counted_in_the_same_transaction(app: Flask) -> None:
    reach_taken_in()
    person = make_health_visitor()
    assert stale() == [person.id], "a membership that begins"
    reach_taken_in()
    assert (stale(), kept(person)) == ([], ["not_yet"])
    rate(person, "CAMHS", "C1")
    assert set(stale()) == {person.id}
    reach_taken_in()
    assert kept(person) == ["partly"]
    db.session.execute(delete(RatingStanding).where(RatingStanding.person_id == person.id))
    assert set(stale()) == {person.id}, "what is erased"
    db.session.rollback()
    assert stale() == [], "what did not happen asks for nothing"
    with transaction():
        db.session.execute(text("UPDATE assessment_standing SET state = 'returned', edition = edition + 1"))
        db.session.execute(text("UPDATE membership SET line_manager_id = person_id"))
    assert stale() == [], "what does not decide where somebody is"
    with transaction():
        db.session.execute(text("UPDATE membership SET job_role_code = NULL WHERE person_id = :p"), {"p": person.id})
    assert set(stale()) == {person.id}
    reach_taken_in()
    assert kept(person, "PIMH") == [] or kept(person, "PIMH") == [as_pages_say(person, "PIMH", clock.today())]


def test_days_that_pass_are_taken_in_without_anybody_doing_anything(app: Flask) -> None:
    person, later, supervisor = make_health_visitor(), make_person(), make_person()
    today = clock.today()
    make_membership(
        later, organisation("BCU"), job_role_code="health_visitor", setting_code="health_visiting",
        starts_on=today + timedelta(days=3), ends_on=today + timedelta(days=5),
    )  # fmt: skip
    rate(person, "CAMHS", "C1")
    confirm(person, supervisor, "CAMHS")
    with transaction():
        db.session.execute(
            text("UPDATE assessment_standing SET lapses_on = :day WHERE person_id = :p"),
            {"day": today + timedelta(days=4), "p": person.id},
        )
    told = []
    for days in range(7):
        with clock.frozen(clock.now() + timedelta(days=days)):
            reach_taken_in()
            told.append((kept(person), kept(later)))
            agree()
    assert [each[0] for each in told] == [["partly"]] * 4 + [["not_yet"]] * 3
    assert [each[1] for each in told] == [[]] * 3 + [["not_yet"]] * 3 + [[]]


def test_another_version_is_counted_anew_and_until_then_the_page_says_so(
    app: Flask, signed_in: Callable[..., FlaskClient]
) -> None:
    people = [make_health_visitor() for _n in range(12)]
    for person in people:
        rate(person, "CAMHS", "C1")
    reach_taken_in()
    editor, commissioner = make_editor(), make_person()
    grant(commissioner, Role.COMMISSIONER, organisation("WALES"))
    draft = draft_of("CAMHS", editor)
    for line in [each for each in draft.statements if each.domain and each.domain.code == "C1"]:
        put(editing(editor), draft, line, wording=Bilingual(f"Other {line.code}.", f"Arall {line.code}."))
    published(editing_queries.whole(draft.id), editor)
    browser = signed_in(commissioner)
    page = browser.get("/en/reports/framework-gaps?framework=CAMHS").text
    assert "version 1" in page
    assert "everybody is being counted anew" in page
    assert kept(people[0]) == ["partly"]
    reach_taken_in()
    page = browser.get("/en/reports/framework-gaps?framework=CAMHS").text
    assert "version 2" in page
    assert "everybody is being counted anew" not in page
    assert {word for person in people for word in kept(person)} == {"not_yet"}, "it is to be rated again"
    agree()
    with transaction():
        editing_services.retire(editing(editor), editing_queries.whole(draft.id).id, "No longer used.")
    reach_taken_in()
    assert db.session.scalars(select(Reached).where(Reached.framework_id == draft.framework_id)).all() == []
    assert len(list(db.session.scalars(select(ReachMark)))) == len(
        [it for it in queries.outlines().values() if it.statements]
    )


def test_which_roles_are_clinical_decides_who_is_asked(app: Flask) -> None:
    person = make_health_visitor()
    reach_taken_in()
    before = {mark.framework_id: mark.basis for mark in db.session.scalars(select(ReachMark))}
    with transaction():
        role = db.session.get(JobRole, "health_visitor")
        assert role is not None
        role.clinical = not role.clinical
    reach_taken_in()
    db.session.expire_all()
    after = {mark.framework_id: mark.basis for mark in db.session.scalars(select(ReachMark))}
    assert all(before[key] != after[key] for key in before)
    agree()
    assert kept(person) == [as_pages_say(person, "CAMHS", clock.today())]


def test_the_page_says_until_when_and_before_anything_is_counted(
    app: Flask, signed_in: Callable[..., FlaskClient], as_token: Callable[..., Any]
) -> None:
    commissioner = make_person()
    grant(commissioner, Role.COMMISSIONER, organisation("WALES"))
    with transaction():
        db.session.execute(delete(ReachMark))
        db.session.execute(delete(Reached))
    browser, address = signed_in(commissioner), "/api/v1/reports/framework-gaps?framework=CAMHS"
    assert "Nobody has been counted yet" in browser.get("/en/reports/framework-gaps?framework=CAMHS").text
    assert "Ni chyfrifwyd neb eto" in browser.get("/cy/reports/framework-gaps?framework=CAMHS").text
    answer = as_token(commissioner).get(address).json
    assert (answer["known_at"], answer["total"]) == (None, None)
    for _n in range(12):
        make_health_visitor()
    reach_taken_in()
    mark = db.session.scalars(select(ReachMark.at)).first()
    assert mark is not None
    told = datetime.fromisoformat(as_token(commissioner).get(address).json["known_at"])
    assert abs(told - mark) < timedelta(seconds=1)
    make_health_visitor()
    since = db.session.scalars(select(StaleReach.since)).first()
    answer = as_token(commissioner).get(address).json
    assert datetime.fromisoformat(answer["known_at"]) == since, "what changed since is not in it"
    with transaction():
        checking.check()
    page = browser.get("/en/reports/framework-gaps?framework=CAMHS").text
    assert "Compared with the records last on" in page


def test_nobody_who_saves_waits_for_whoever_counts(app: Flask) -> None:
    person, other = make_health_visitor(), make_health_visitor()
    rate(person, "CAMHS", "C1")

    def save() -> None:
        with app.app_context():
            rate(person, "CAMHS", "C2")
            rate(other, "CAMHS", "C1")
            db.session.remove()

    with ThreadPoolExecutor(1) as thread, transaction():
        folding.bring_up_to_date()  # holds what it has taken until the commit
        thread.submit(save).result(timeout=20)
    assert set(stale()) == {person.id, other.id}
    agree()
    assert kept(other) == ["partly"]


def test_two_who_count_at_once_count_one_after_the_other(app: Flask) -> None:
    people = [make_health_visitor() for _n in range(6)]
    for person in people[:4]:
        rate(person, "CAMHS", "C1")

    def fold(_n: int) -> None:
        with app.app_context():
            with transaction():
                folding.bring_up_to_date(2)
            db.session.remove()

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(fold, range(4)))
    assert stale() == []
    agree()


def test_the_check_finds_a_row_that_is_wrong_missing_or_too_much(app: Flask) -> None:
    people = [make_health_visitor() for _n in range(5)]
    reach_taken_in()
    it = queries.outline("CAMHS")
    with transaction():
        clean = checking.check()
        assert (clean.rows >= 5, clean.different) == (True, 0)
        for change in ("reach = 'meets'", None, "membership_id = gen_random_uuid()"):
            _tampered(people.pop(), it.framework_id, change)
        assert checking.check().different == 4, "wrong, missing, and one that is missing and too much"
    runner = app.test_cli_runner()
    found = runner.invoke(args=["check-reach"])
    assert (found.exit_code, "4 differ" in found.output) == (1, True)
    assert runner.invoke(args=["count-reach"]).exit_code == 0
    assert runner.invoke(args=["check-reach"]).exit_code == 0


def _tampered(person: Person, framework: Any, change: str | None) -> None:
    """A row of that person's is gone, and back with the change."""
    given = {"p": person.id, "f": framework}
    of = "WHERE person_id = :p AND framework_id = :f"
    db.session.execute(
        text(f"CREATE TEMPORARY TABLE taken ON COMMIT DROP AS SELECT * FROM framework_reach {of}"), given
    )
    db.session.execute(text(f"DELETE FROM framework_reach {of}"), given)
    if change:
        db.session.execute(text(f"UPDATE taken SET {change}"))
        db.session.execute(text("INSERT INTO framework_reach SELECT * FROM taken"))
    db.session.execute(text("DROP TABLE taken"))


def test_sums_follow_the_rows_and_the_check_finds_one_that_does_not(app: Flask) -> None:
    for _n in range(3):
        make_health_visitor()
    reach_taken_in()
    with pytest.raises(DBAPIError), transaction():
        db.session.execute(text("UPDATE framework_reach SET reach = 'meets'"))
    with transaction():
        db.session.execute(
            text("UPDATE framework_reach_sum SET n = n + 1 WHERE rank = (SELECT min(rank) FROM framework_reach_sum)")
        )
        assert checking.check().different >= 1
    runner = app.test_cli_runner()
    assert runner.invoke(args=["check-reach"]).exit_code == 1
    assert runner.invoke(args=["count-reach"]).exit_code == 0
    assert runner.invoke(args=["check-reach"]).exit_code == 0


def test_jobs_take_in_what_waits_and_ask_for_the_rest(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    people = [make_health_visitor() for _n in range(3)]
    with transaction():
        folding.bring_up_to_date(1)
        assert folding.waiting()
        jobs.fold()
        jobs.check()
    assert stale() == []
    assert all(kept(person) == ["not_yet"] for person in people)


ROLES = ("health_visitor", "community_psychiatric_nurse", "social_worker", None)
BODIES = ("BCU", "CAV", None)


@pytest.mark.parametrize("seed", range(4))
def test_whatever_happens_the_rows_are_what_the_records_give(app: Flask, seed: int) -> None:
    chance = random.Random(seed)
    people = [make_health_visitor() for _n in range(6)]
    editor = make_editor()
    known = set(db.session.scalars(select(JobRole.code)))
    roles = [role for role in ROLES if role is None or role in known]
    now = clock.now()
    for step in range(14):
        now += timedelta(days=chance.choice([0, 0, 1, 20]))
        with clock.frozen(now):
            _something_happens(chance, people, roles, editor, step)
            if chance.random() < 0.6:
                agree()
    with clock.frozen(now):
        agree()
        for person in people:
            for code, it in queries.outlines().items():
                said = as_pages_say(person, code, clock.today()) if it.statements else None
                assert set(kept(person, code)) == ({said} if said else set())


def _something_happens(
    chance: random.Random, people: list[Person], roles: list[str | None], editor: Person, step: int
) -> None:
    person, today = chance.choice(people), clock.today()
    match chance.choice(["rate", "rate", "rate", "lapse", "join", "leave", "move", "publish", "confirm"]):
        case "rate":
            it = services.mine(acting_for(person), "CAMHS")
            domain = chance.choice(it.outline.domain_codes)
            rate(person, "CAMHS", domain, chance.choice(["confident", "developing", "not_applicable"]))
        case "lapse":
            with transaction():
                db.session.execute(
                    text("UPDATE assessment_standing SET lapses_on = :day WHERE person_id = :p"),
                    {"day": today + timedelta(days=chance.randint(1, 30)), "p": person.id},
                )
        case "join":
            body = chance.choice(BODIES)
            starts = today + timedelta(days=chance.choice([-10, 0, 15]))
            make_membership(
                person, organisation(body) if body else None, job_role_code=chance.choice(roles), starts_on=starts,
                ends_on=starts + timedelta(days=40) if chance.random() < 0.5 else None,
            )  # fmt: skip
        case "leave":
            with transaction():
                found = db.session.scalars(select(Membership).where(Membership.person_id == person.id)).all()
                if found:
                    chosen = chance.choice(found)
                    chosen.ends_on = max(chosen.starts_on, today + timedelta(days=chance.choice([-1, 0, 9])))
        case "move":
            with transaction():
                for each in db.session.scalars(select(Membership).where(Membership.person_id == person.id)):
                    each.job_role_code = chance.choice(roles)
        case "confirm":
            if any(line.row for line in services.mine(acting_for(person), "CAMHS").lines):
                _confirmed(person)
        case "publish":
            if step < 12:
                draft = draft_of("CAMHS", editor)
                line = chance.choice(draft.statements)
                put(editing(editor), draft, line, wording=Bilingual(f"{line.code} {step}.", f"{line.code} {step}."))
                published(editing_queries.whole(draft.id), editor)


def _confirmed(person: Person) -> None:
    waits = [
        line for line in services.mine(acting_for(person), "CAMHS").lines
        if line.held is not None and line.row is not None and line.row.state.value == "self_assessed"
    ]  # fmt: skip
    if waits:
        confirm(person, make_person(), "CAMHS")
