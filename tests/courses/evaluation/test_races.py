"""Two at once: one answer, one decision, and one clear refusal for the other."""

from flask import Flask
from sqlalchemy import func, select

from courses.evaluation import services, summing
from courses.evaluation.forms import Which
from courses.evaluation.models import ALL, EvaluationInvitation, EvaluationSum, EvaluationTally, RejectReason
from courses.evaluation.rules import ENOUGH, Said
from lms.core.db import db, transaction
from lms.core.permissions import Actor
from tests.courses.portfolios.test_races import at_once
from tests.factories.accounts import organisation
from tests.factories.catalogue import make_course
from tests.factories.evaluation import CONTENT, answers, complete, invite, shuffle
from tests.factories.portfolios import actor_of


def counted(item: str = "answered") -> int:
    return db.session.scalar(select(func.sum(EvaluationTally.n)).where(EvaluationTally.item == item)) or 0


def test_the_same_invitation_answered_at_once_is_one_answer(app: Flask) -> None:
    it = invite()
    actor, id = actor_of(it.enrolment.learner), it.id
    acts = [lambda n=n: services.answer(actor, id, Said({"aims": n}, {}, {"helped": "x"}), "en") for n in (1, 3, 5)]
    assert at_once(app, *acts) == ["done", "evaluation-answered", "evaluation-answered"]
    assert (counted(), counted("aims")) == (1, 1)


def test_answered_or_declined_never_both(app: Flask) -> None:
    it = invite()
    actor, id = actor_of(it.enrolment.learner), it.id
    answers = at_once(
        app, lambda: services.answer(actor, id, Said({"aims": 4}), "en"), lambda: services.decline(actor, id)
    )
    assert answers in (["done", "evaluation-answered"], ["done", "evaluation-closed"])
    assert counted() == (1 if "evaluation-answered" in answers else 0)


def test_many_answers_to_one_course_at_once_all_count_and_nobody_locks_another_out(app: Flask) -> None:
    course = make_course()
    asked = [invite(complete(None, course)) for _ in range(8)]
    people = [(actor_of(it.enrolment.learner), it.id) for it in asked]
    db.session.remove()
    ratings = [dict(CONTENT), dict(reversed(CONTENT.items()))]
    acts = [lambda a=a, i=i, n=n: services.answer(a, i, Said(ratings[n % 2]), "en") for n, (a, i) in enumerate(people)]
    assert at_once(app, *acts) == ["done"] * 8
    assert counted() == 8
    assert counted("change") == 8


def test_answers_of_many_courses_and_bodies_at_once_lose_no_count_and_lock_nobody_out(app: Flask) -> None:
    """All of them add to the sums of Wales, some for the first time; between them who is asked is folded and put right."""
    bodies = [organisation(code) for code in ("BCU", "PTH", "MIND", "W06000003")]
    courses = [make_course() for _ in range(3)]
    asked = [invite(complete(None, courses[n % 3], bodies[n % 4])) for n in range(24)]
    people = [(actor_of(it.enrolment.learner), it.id) for it in asked]
    db.session.remove()
    ratings = [dict(CONTENT), {code: 6 - number for code, number in reversed(CONTENT.items())}]
    for eight in (people[:8], people[8:16], people[16:]):
        acts = [
            lambda a=a, i=i, n=n: services.answer(a, i, Said(ratings[n % 2]), "en") for n, (a, i) in enumerate(eight)
        ]
        assert at_once(app, *acts, summing.fold, summing.put_right, summing.fold) == ["done"] * 11
    assert (counted(), counted("change")) == (24, 24)
    wales = select(func.sum(EvaluationSum.n)).where(EvaluationSum.place == ALL, EvaluationSum.course_id == ALL)
    of_item = {item: wales.where(EvaluationSum.item == item, EvaluationSum.sector == "") for item in ("asked", "aims")}
    assert {item: db.session.scalar(found) for item, found in of_item.items()} == {"asked": 24, "aims": 24}
    assert summing.different() == 0


def test_two_who_answer_in_opposite_places_of_the_tree_do_not_wait_in_a_ring(app: Flask) -> None:
    """The same sums, first written by either of them, again and again."""
    bodies = [organisation("BCU"), organisation("MIND")]
    for _ in range(10):
        courses = [make_course(), make_course()]
        asked = [invite(complete(None, courses[n % 2], bodies[(n // 2) % 2])) for n in range(8)]
        people = [(actor_of(it.enrolment.learner), it.id) for it in asked]
        db.session.remove()
        said = [Said({"aims": 1 + n % 5, "recommend": 5 - n % 5}) for n in range(8)]
        acts = [lambda a=a, i=i, s=s: services.answer(a, i, s, "en") for (a, i), s in zip(people, said, strict=True)]
        assert at_once(app, *acts) == ["done"] * 8
    assert counted() == 80
    assert summing.different() == 0


def test_one_completion_told_twice_at_once_is_one_invitation(app: Flask) -> None:
    id = complete().id
    db.session.remove()
    assert at_once(app, *[lambda: services.invite_after(Actor.system(), id)] * 3) == ["done"] * 3
    found = select(func.count()).where(EvaluationInvitation.form == Which.AFTER)
    assert db.session.scalar(found) == 1


def test_two_reviewers_at_once_make_one_decision(app: Flask) -> None:
    answers(ENOUGH, make_course(), helped="Kind")
    shuffle()
    system = Actor.system()
    with transaction():
        id = db.session.scalars(services.to_review(system)).unique().all()[0].id
    acts = [lambda: services.release(system, id), lambda: services.reject(system, id, RejectReason.ABUSIVE)]
    assert at_once(app, *acts) == ["done", "evaluation-text-reviewed"]
