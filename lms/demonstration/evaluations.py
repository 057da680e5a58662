"""What the crowd says of its courses: invented answers, counted as real ones are, and words for a reviewer to read."""

import random
from collections import Counter
from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select

from courses.catalogue.models import CourseVersion
from courses.enrolments.models import Enrolment, EnrolmentState
from courses.evaluation import queries, rules, services, summing
from courses.evaluation.forms import Kind, Which, newest
from courses.evaluation.models import EvaluationInvitation, EvaluationTally, EvaluationText, InvitationState, TextState
from courses.evaluation.rules import Said
from lms.core.db import db
from lms.core.ids import new_id
from lms.core.permissions import Actor

MONTHS = 14
SAYS = {Which.AFTER: 0.55, Which.LATER: 0.4}
"""How many of those who are asked answer."""
WRITES, RELEASED = 0.05, 0.6
WORDS: dict[tuple[Which, str], tuple[tuple[str, str], ...]] = {
    (Which.AFTER, "helped"): (
        ("en", "The short films. I could stop and think, and watch them again on the bus."),
        ("en", "Hearing from parents themselves changed how I listen."),
        ("cy", "Cael y cyfan yn Gymraeg, am unwaith, a'r enghreifftiau o Gymru."),
        ("cy", "Yr ymarferion byr ar ddiwedd pob rhan."),
        ("en", "Plain words for things I had seen and never had a name for."),
    ),
    (Which.AFTER, "hindered"): (
        ("en", "Two hours without being called away. I did it in pieces."),
        ("cy", "Roedd y sain yn wan ar fy ffôn."),
        ("en", "Dr Fernbank said we would get time for it, and we did not."),
    ),
    (Which.LATER, "example"): (
        ("en", "I ask about sleep and mood at every first visit now, and I wait for the answer."),
        ("cy", "Rwy'n gofyn i bawb pa iaith sydd orau ganddynt cyn i ni ddechrau."),
        ("en", "We have a card with the numbers to ring by every telephone."),
    ),
    (Which.LATER, "needed"): (
        ("en", "An hour a month to go over cases together."),
        ("cy", "Goruchwyliaeth reolaidd gan rywun sy'n nabod y maes."),
    ),
}  # fmt: skip


def tell(chance: random.Random, learner: UUID, today: date) -> None:
    """Invitations of the last months, answers to many of them, words of some; and one that `learner` can answer today."""
    tallies: Counter[tuple[Any, ...]] = Counter()
    invitations: list[dict[str, Any]] = []
    words: list[dict[str, Any]] = []
    codes = queries.bodies()
    for enrolment, version in _completed(today):
        for form, made_on in _asked(enrolment.completed_on, today):
            closes, answered = rules.closes_on(made_on), chance.random() < SAYS[form]
            mine = enrolment.learner_id == learner
            state = InvitationState.ANSWERED if answered and not mine else InvitationState.OPEN
            row = {
                "id": new_id(), "enrolment_id": enrolment.id, "form": form, "course_id": enrolment.course_id,
                "version": version, "sector": enrolment.sector, "made_on": made_on, "closes_on": closes, "state": state,
                "body": codes.get(enrolment.organisation_id, "") if enrolment.organisation_id else "",
                "reminded_on": None if answered or made_on + rules.REMINDED_AFTER > today else made_on + rules.REMINDED_AFTER,
            }  # fmt: skip
            invitations.append(row)
            if state is InvitationState.ANSWERED:
                language, answer = enrolment.language, said(chance, form)
                for item, value in [*rules.counted(newest(form), answer), ("language", language)]:
                    tallies[_key(row, item, value)] += 1
                words += [each for each in _words(chance, form, enrolment.course_id, today) if each not in words]
    _save(EvaluationInvitation, invitations)
    names = ("month", "course_id", "version", "form", "edition", "body", "sector", "item", "value")
    _save(EvaluationTally, [dict(zip(names, key, strict=True)) | {"n": n} for key, n in tallies.items()])
    _save(EvaluationText, words)
    services.shuffle(Actor.system())
    _ask(learner, today)
    db.session.flush()  # the sums are added up by a statement
    summing.put_right()


def _completed(today: date) -> Iterable[Any]:
    """(enrolment, number of its version) of what was completed lately and not asked about by the story itself."""
    known = select(EvaluationInvitation.enrolment_id)
    return db.session.execute(
        select(Enrolment, CourseVersion.number)
        .join(CourseVersion, CourseVersion.id == Enrolment.course_version_id)
        .where(
            Enrolment.state == EnrolmentState.COMPLETED,
            Enrolment.completed_on > rules.months_before(today, MONTHS),
            Enrolment.id.not_in(known),
        )
        .order_by(Enrolment.completed_on, Enrolment.id)
    ).all()


def _asked(completed_on: date | None, today: date) -> list[tuple[Which, date]]:
    """When they would have been asked, as far as that day has come."""
    assert completed_on is not None
    days = [(Which.AFTER, completed_on), (Which.LATER, completed_on + timedelta(days=91))]
    return [(form, day) for form, day in days if day <= today]


def said(chance: random.Random, form: Which) -> Said:
    """Mostly content, sometimes not; more confident than before, as a rule."""
    ratings = {
        it.code: chance.choices((1, 2, 3, 4, 5), (1, 3, 9, 42, 45))[0] for it in newest(form).of_kind(Kind.AGREEMENT)
    }
    if form is Which.LATER:
        used = chance.choices(("yes", "partly", "not_yet", "no_chance"), (45, 30, 15, 10))[0]
        barriers = ("nothing",) if used == "yes" and chance.random() < 0.6 else _barriers(chance)
        return Said({"now": chance.choices((2, 3, 4, 5), (8, 27, 45, 20))[0]}, {"used": (used,), "barriers": barriers})
    before = chance.choices((1, 2, 3, 4), (22, 38, 30, 10))[0]
    gain = chance.choices((0, 1, 2), (18, 52, 30))[0]
    return Said(ratings | {"before": before, "after": min(5, before + gain)})


def _barriers(chance: random.Random) -> tuple[str, ...]:
    codes = ("time", "occasion", "support", "team", "means", "refresh")
    return tuple(dict.fromkeys(chance.choices(codes, (40, 18, 14, 10, 8, 10), k=chance.randint(1, 2))))


def _words(chance: random.Random, form: Which, course_id: UUID, today: date) -> list[dict[str, Any]]:
    found = []
    for question in [question for of, question in WORDS if of is form]:
        if chance.random() < WRITES:
            language, text = chance.choice(WORDS[form, question])
            released = chance.random() < RELEASED and "Dr " not in text
            found.append({
                "form": form, "edition": newest(form).edition, "question": question, "course_id": course_id,
                "language": language, "text": text, "shuffled": released,
                "state": TextState.RELEASED if released else TextState.WAITING,
                "reviewed_on": today if released else None,
            })  # fmt: skip
    return found


def _key(row: dict[str, Any], item: str, value: str) -> tuple[Any, ...]:
    return (
        row["made_on"].replace(day=1), row["course_id"], row["version"], row["form"], newest(row["form"]).edition,
        row["body"], row["sector"], item, value,
    )  # fmt: skip


def _save(kind: Any, rows: list[dict[str, Any]]) -> None:
    for at in range(0, len(rows), 1000):
        db.session.execute(insert(kind), rows[at : at + 1000])


def _ask(learner: UUID, today: date) -> None:
    """One of each questionnaire that can be answered today by somebody who can be signed in as."""
    newest_first = db.session.scalars(
        select(EvaluationInvitation)
        .join(Enrolment, Enrolment.id == EvaluationInvitation.enrolment_id)
        .where(Enrolment.learner_id == learner, EvaluationInvitation.form == Which.AFTER)
        .order_by(EvaluationInvitation.made_on.desc(), EvaluationInvitation.id)
        .limit(2)
    ).all()
    now, before = newest_first
    now.made_on, now.state = today - timedelta(days=2), InvitationState.OPEN
    now.closes_on, now.reminded_on = rules.closes_on(now.made_on), None
    asked_on = today - timedelta(days=4)
    db.session.add(
        EvaluationInvitation(
            enrolment_id=before.enrolment_id, form=Which.LATER, course_id=before.course_id, version=before.version,
            sector=before.sector, body=before.body, made_on=asked_on, closes_on=rules.closes_on(asked_on),
            state=InvitationState.OPEN,
        )
    )  # fmt: skip
