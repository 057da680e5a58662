"""Facts are written when things happen; tallies follow them; what was known stays known."""

import random
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import func, select, text
from sqlalchemy.exc import IntegrityError

from certificates.models import Award
from courses.enrolments import services as enrolments
from courses.enrolments.models import WithdrawalReason
from lms.core import clock
from lms.core.db import db, transaction
from lms.core.permissions import Actor, Role
from lms.reporting import event_counts, queries
from lms.reporting.facts import checking, events, gathering, tallying
from lms.reporting.facts.models import EventCount, Fact, FactKind, PendingFact, Tally
from lms.reporting.facts.shares import COUNTED, PACKED, ROW, UNPACKED
from lms.reporting.queries import Dimension
from lms.reporting.returns import knowing
from lms.reporting.services import Asked, view
from tests.factories.accounts import grant, make_membership, make_person, organisation
from tests.factories.catalogue import make_course
from tests.factories.reporting import make_history

SYSTEM = Actor.system()


def kinds(person: Any) -> list[str]:
    found = select(Fact.kind).where(Fact.person_id == person.id).order_by(Fact.recorded_at, Fact.kind)
    return [kind.value for kind in db.session.scalars(found)]


def tallies() -> dict[tuple[Any, ...], tuple[int, tuple[int, ...]]]:
    rows = db.session.execute(text(f"SELECT {PACKED} FROM tally"))
    return {tuple(row[:-2]): (row[-2], tuple(row[-1])) for row in rows}


def tallies_at(at: datetime, *, anew: bool) -> dict[tuple[Any, ...], int]:
    with transaction():
        with knowing.as_known(at, anew=anew):
            rows = db.session.execute(
                text(
                    f"SELECT {ROW}, before, sum(n) FROM ({UNPACKED.format('tally')}) AS sparse"
                    f" GROUP BY {ROW}, before HAVING sum(n) <> 0"
                )
            ).all()
        return {tuple(row[:-1]): row[-1] for row in rows}


def up_to_date() -> None:
    with transaction():
        while tallying.bring_up_to_date(7):
            pass


def test_what_happens_is_a_fact_in_the_same_transaction(app: Flask) -> None:
    person, course = make_person(), make_course()
    make_membership(person, organisation("BCU"))
    with transaction():
        enrolment = enrolments.enrol(SYSTEM, person.id, course.code, "en")
    assert kinds(person) == ["enrolled"]
    with transaction():
        enrolments.start(SYSTEM, enrolment.id, clock.now())
        enrolments.record_progress(SYSTEM, enrolment.id, 30, clock.now())
        enrolments.learning_completed(SYSTEM, enrolment.id, clock.now())
    told = kinds(person)
    assert {"accessed", "active", "learned", "completed"} <= set(told)
    assert told.count("active") == 1
    if db.session.scalar(select(func.count()).select_from(Award).where(Award.learner_id == person.id)):
        assert "certified" in told
    fact = db.session.scalars(select(Fact).where(Fact.kind == FactKind.COMPLETED)).one()
    assert fact.organisation_id == organisation("BCU").id
    assert gathering.missing() == 0


def test_a_refused_enrolment_leaves_no_fact_and_facts_are_never_changed(app: Flask) -> None:
    person, course = make_person(), make_course()
    make_membership(person, organisation("BCU"))
    enrolments.enrol(SYSTEM, person.id, course.code, "en")
    assert kinds(person) == ["enrolled"]
    db.session.rollback()
    assert kinds(person) == []
    with transaction():
        enrolments.enrol(SYSTEM, person.id, course.code, "en")
    for change in ("UPDATE fact SET on_day = '2020-01-01'", "DELETE FROM fact"):
        with pytest.raises(IntegrityError), transaction():
            db.session.execute(text(change))


def test_a_correction_is_a_new_fact_and_yesterday_can_be_told_again(app: Flask) -> None:
    people, course = [make_person() for _ in range(3)], make_course()
    for person in people:
        make_membership(person, organisation("BCU"))
    yesterday = clock.now() - timedelta(days=1)
    with clock.frozen(yesterday), transaction():
        made = [enrolments.enrol(SYSTEM, person.id, course.code, "en") for person in people]
    with transaction():
        enrolments.withdraw(SYSTEM, made[0].id, WithdrawalReason.ENROLLED_IN_ERROR)
    up_to_date()
    filters = view(SYSTEM, Asked(group=Dimension.COURSE)).filters
    assert queries.counts(filters, Dimension.SECTOR, None).totals["enrolled"] == 2
    for anew in (True, False):
        with transaction(), knowing.as_known(yesterday + timedelta(hours=1), anew=anew):
            assert queries.by(filters, None, ("enrolled",), ()) == {(None, "enrolled"): 3}


def test_who_moves_stays_where_they_were(app: Flask) -> None:
    person, course, other = make_person(), make_course(), make_course()
    first = make_membership(person, organisation("BCU"))
    with transaction():
        enrolments.enrol(SYSTEM, person.id, course.code, "en")
    with transaction():
        db.session.merge(first).ends_on = clock.today() - timedelta(days=1)
    make_membership(person, organisation("CAV"))
    with transaction():
        enrolments.enrol(SYSTEM, person.id, other.code, "en")
    up_to_date()
    filters = view(SYSTEM, Asked()).filters
    found = queries.by(filters, Dimension.ORGANISATION, ("enrolled",), ())
    bodies = [str(organisation(code).id) for code in ("BCU", "CAV")]
    assert [found[body, "enrolled"] for body in bodies] == [1, 1]
    assert found[None, "enrolled"] == 1  # once in Wales: parts may be more than the whole


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_what_is_taken_in_bit_by_bit_is_what_is_counted_anew(app: Flask, seed: int) -> None:
    """Random histories, told in a random order on several days, in batches; then everything counted from the start."""
    chance, today = random.Random(seed), clock.now()
    courses, bodies = [make_course() for _ in range(3)], [organisation(code) for code in ("BCU", "MIND", "NHS-WALES")]
    people = [make_person() for _ in range(12)]
    make_history(chance, people, courses, [*bodies, None], clock.today() - timedelta(days=200))
    for ahead in (40, 95, 200):
        with clock.frozen(today + timedelta(days=ahead)):
            make_history(chance, [make_person() for _ in range(3)], courses, [*bodies, None], clock.today())
            up_to_date()
    with clock.frozen(today + timedelta(days=200)):
        kept = tallies()
        assert kept
        with transaction():
            tallying.rebuild()
        assert tallies() == kept
        with transaction():
            assert checking.check().different == 0


@pytest.mark.parametrize("seed", range(4))
def test_each_fact_by_itself_changes_what_it_can_change(app: Flask, seed: int) -> None:
    """Facts of every kind, in any order, taken in one by one on the same day: a measure that a kind changes and that is not
    named for it would differ."""
    chance, person, course = random.Random(seed), make_person(), make_course()
    things = [uuid4() for _ in range(2)]
    told: list[Fact] = []
    every = [*COUNTED, *events.COUNTED] * 4
    for n, kind in enumerate(chance.sample(every, len(every))):
        on = clock.today() - timedelta(days=chance.randrange(150))
        fact = Fact(
            kind=kind, key=f"told:{n}", on_day=on, person_id=person.id, thing_id=chance.choice(things),
            course_id=course.id, until=on + timedelta(days=60) if kind is FactKind.CERTIFIED else None, language="en",
            sector=chance.choice(("nhs", "third_sector")), amount=chance.randrange(200),
        )  # fmt: skip
        if told and n % 5 == 0:
            fact.kind, fact.cancels_id = FactKind.CANCELLED, told.pop(chance.randrange(len(told))).id
        else:
            told.append(fact)
        with transaction():
            db.session.add(fact)
        up_to_date()
        with transaction():
            assert checking.check().different == 0, (n, fact.kind)


@pytest.mark.parametrize("seed", range(3))
def test_the_difference_to_an_instant_gives_what_is_counted_anew(app: Flask, seed: int) -> None:
    """Before, between and after what was recorded, with facts that no tally holds yet, and on a day not yet taken in."""
    chance, today = random.Random(seed), clock.now()
    courses, bodies = [make_course() for _ in range(3)], [organisation(code) for code in ("BCU", "MIND")]
    people = [make_person() for _ in range(9)]
    for ahead, course in zip((0, 40, 95), courses, strict=True):
        with clock.frozen(today + timedelta(days=ahead)):
            make_history(chance, [make_person() for _ in range(4)], courses, [*bodies, None], clock.today())
            for person in chance.sample(people, 5):
                with transaction():
                    made = enrolments.enrol(SYSTEM, person.id, course.code, "en")
                    enrolments.start(SYSTEM, made.id, clock.now())
            if ahead < 95:
                up_to_date()
    with clock.frozen(today + timedelta(days=97)):
        assert tallying.freshness().waiting
        seen = [
            tallies_at(today + timedelta(days=ahead), anew=anew)
            for ahead in (-9, 1, 39, 41, 94, 96, 97)
            for anew in (False, True)
        ]
    assert seen[::2] == seen[1::2]
    assert len({len(each) for each in seen}) > 3


def test_the_check_finds_a_wrong_tally_and_a_missing_fact(app: Flask) -> None:
    make_history(random.Random(4), [make_person()], [make_course()], [organisation("BCU")], clock.today())
    with transaction():
        found = checking.check()
        assert (found.different, found.missing) == (0, 0)
        assert found.cells > 10
        db.session.execute(text("UPDATE tally SET n = n + 1 WHERE ctid = (SELECT ctid FROM tally LIMIT 1)"))
    with transaction():
        assert checking.check().different == 1
    from tests.factories.enrolments import make_enrolment

    make_enrolment()
    with transaction():
        assert checking.check().missing == 1


def test_what_waits_is_told(app: Flask, signed_in: Callable[..., Any]) -> None:
    make_person()
    assert tallying.freshness().waiting == 0
    make_history(random.Random(4), [make_person()], [make_course()], [organisation("BCU")], clock.today())
    assert db.session.scalar(select(func.count()).select_from(PendingFact)) == 0
    assert db.session.scalar(select(func.count()).select_from(Tally))
    assert tallying.freshness().at is not None


def test_counting_anew_puts_right_what_is_wrong_and_leaves_the_rest(app: Flask) -> None:
    make_history(random.Random(4), [make_person()], [make_course()], [organisation("BCU")], clock.today())
    right = tallies()
    with transaction():
        for wrong in ("UPDATE tally SET n = n + 1", "DELETE FROM tally", "UPDATE tally SET seen = seen - 1"):
            db.session.execute(text(f"{wrong} WHERE ctid = (SELECT max(ctid) FROM tally)"))
    assert tallies() != right
    with transaction():
        assert tallying.rebuild() == len(right) + db.session.scalar(select(func.count()).select_from(EventCount))
    assert tallies() == right


def test_what_happens_while_all_is_counted_anew_is_counted_once(app: Flask) -> None:
    """Writers go on while the tallies are counted anew, compared and brought up to date, over and over."""
    people, course = [make_person() for _ in range(30)], make_course()
    ended, differ = threading.Event(), []

    def write() -> None:
        with app.app_context():
            for person in people:
                with transaction():
                    made = enrolments.enrol(SYSTEM, person.id, course.code, "en")
                    attended = Fact(
                        kind=FactKind.ATTENDED, key=f"attended:{made.id}", on_day=clock.today(), person_id=person.id,
                        thing_id=made.id, course_id=course.id, language="en",
                    )  # fmt: skip
                    db.session.add(attended)
            db.session.remove()
        ended.set()

    def count() -> None:
        with app.app_context():
            while not ended.is_set():
                for work in (
                    tallying.rebuild,
                    lambda: differ.append(checking.check().different),
                    tallying.bring_up_to_date,
                ):
                    with transaction():
                        work()
            db.session.remove()

    threads = [threading.Thread(target=write), threading.Thread(target=count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    up_to_date()
    assert differ
    assert not any(differ)
    filters = view(SYSTEM, Asked()).filters
    assert queries.by(filters, None, ("enrolled",), ()) == {(None, "enrolled"): len(people)}
    assert event_counts.events(filters, ("attended",)) == {(None, "attended"): len(people)}
    with transaction():
        assert checking.check().different == 0


def test_what_an_earlier_release_counted_is_counted_anew_and_said_to_be(
    app: Flask, signed_in: Callable[..., Any]
) -> None:
    """Until the job has run, pages say so and an instant is told from the facts; afterwards all is as it should be."""
    make_history(random.Random(4), [make_person()], [make_course()], [organisation("BCU")], clock.today())
    right, reader, at = tallies(), make_person(), clock.now()
    grant(reader, Role.COMMISSIONER, organisation("WALES"))
    then = tallies_at(at, anew=True)
    with transaction():
        db.session.execute(text("UPDATE tally_mark SET layout = layout - 1"))
        db.session.execute(text("DELETE FROM tally"))
    assert tallying.freshness().at is None
    assert "The figures are being counted" in signed_in(reader).get("/en/reports/waiting").text
    assert then
    assert tallies_at(at, anew=False) == then
    up_to_date()
    assert tallies() == right
    assert "The figures are being counted" not in signed_in(reader).get("/en/reports/waiting").text
