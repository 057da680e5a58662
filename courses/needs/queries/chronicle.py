"""Everything that was said, decided or given in a round, with who and when: every edition, in the order of time.

No names of nominees and no addresses; of whoever is named it says that somebody was, by whom, and when.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select

from courses.needs.models import (
    Acceptance,
    Adjustment,
    Allocation,
    Answer,
    AnswerLink,
    Capacity,
    Entry,
    Headcount,
    Nominee,
    PlaceShare,
    Review,
    RoundCourse,
    Step,
    StepKind,
    Via,
)
from lms.core.db import db


class Deed(StrEnum):
    """What somebody did for one body or one course. Steps of the round as a whole are `StepKind`."""

    NEED = "need"
    NO_NEED = "no_need"
    LINK = "link"
    REVIEW = "review"
    ADJUSTMENT = "adjustment"
    HEADCOUNT = "headcount"
    CAPACITY = "capacity"
    ACCEPTANCE = "acceptance"
    NAMED = "named"
    TAKEN = "taken"
    TAKEN_OFF = "taken_off"


@dataclass(frozen=True)
class Told:
    """`number`: heads, places, people or seats. `by_name`: of whoever answered by a mailed link. `more`: what only some have."""

    at: datetime
    what: Deed | StepKind
    by: UUID | None
    body: UUID | None = None
    course: UUID | None = None
    level: str = ""
    number: int | None = None
    reason: str = ""
    by_name: str = ""
    via: Via | None = None
    more: Any = None


def chronicle(round_id: UUID, only: Collection[UUID] | None = None) -> list[Told]:
    """`only`: what is of those bodies, and what is of none. Nine statements, whatever the size of the round.

    Of what bears the same time, what ends a stage comes last.
    """
    found = [*_steps(round_id), *_needs(round_id), *_reviewed(round_id), *_before_places(round_id), *_places(round_id)]
    if only is not None:
        found = [each for each in found if each.body is None or each.body in only]
    return sorted(
        found, key=lambda each: (each.at, isinstance(each.what, StepKind) and each.what is not StepKind.OPENED)
    )


def _rows(asked: Select[*tuple[Any, ...]]) -> list[Any]:
    return list(db.session.execute(asked).all())


def _steps(round_id: UUID) -> list[Told]:
    asked = select(Step.at, Step.kind, Step.by, Step.reason).where(Step.round_id == round_id)
    return [Told(at, kind, by, reason=reason) for at, kind, by, reason in _rows(asked)]


def _needs(round_id: UUID) -> list[Told]:
    """Every line of every edition; an edition without lines says that nothing is needed."""
    asked = (
        select(
            Answer.at, Answer.by, Answer.organisation_id, Answer.by_name, Answer.via, Entry.round_course_id, Entry.level,
            Entry.heads, Entry.reason,
        )
        .outerjoin(Entry, Entry.answer_id == Answer.id)
        .where(Answer.round_id == round_id)
        .order_by(Entry.id)
    )  # fmt: skip
    found = [
        Told(at, Deed.NEED if course else Deed.NO_NEED, by, body, course, level or "", heads, reason or "", name, via)
        for at, by, body, name, via, course, level, heads, reason in _rows(asked)
    ]
    links = select(AnswerLink.sent_at, AnswerLink.by, AnswerLink.organisation_id).where(AnswerLink.round_id == round_id)
    return found + [Told(at, Deed.LINK, by, body) for at, by, body in _rows(links)]


def _reviewed(round_id: UUID) -> list[Told]:
    looks = (
        select(Review.at, Review.by, Answer.organisation_id, Review.comment)
        .join(Answer, Answer.id == Review.answer_id)
        .where(Answer.round_id == round_id)
    )
    changes = (
        select(
            Adjustment.at, Adjustment.by, Answer.organisation_id, Entry.round_course_id, Entry.level, Adjustment.heads,
            Adjustment.reason,
        )
        .join(Entry, Entry.id == Adjustment.entry_id)
        .join(Answer, Answer.id == Entry.answer_id)
        .where(Answer.round_id == round_id)
    )  # fmt: skip
    return [Told(at, Deed.REVIEW, by, body, reason=comment) for at, by, body, comment in _rows(looks)] + [
        Told(at, Deed.ADJUSTMENT, by, body, course, level, heads, reason)
        for at, by, body, course, level, heads, reason in _rows(changes)
    ]


def _before_places(round_id: UUID) -> list[Told]:
    """Headcounts that were given here, and capacity with its price and budget in pence (`more`)."""
    heads = select(Headcount.at, Headcount.by, Headcount.organisation_id, Headcount.people, Headcount.source)
    bought = (
        select(Capacity.at, Capacity.by, Capacity.round_course_id, Capacity.seats, Capacity.pence, Capacity.budget)
        .join(RoundCourse, RoundCourse.id == Capacity.round_course_id)
        .where(RoundCourse.round_id == round_id)
    )
    return [
        Told(at, Deed.HEADCOUNT, by, body, number=people, reason=source)
        for at, by, body, people, source in _rows(heads.where(Headcount.round_id == round_id))
    ] + [
        Told(at, Deed.CAPACITY, by, course=course, number=seats, more=(pence, budget))
        for at, by, course, seats, pence, budget in _rows(bought)
    ]


def _places(round_id: UUID) -> list[Told]:
    answers = (
        select(
            Acceptance.at, Acceptance.by, PlaceShare.organisation_id, PlaceShare.round_course_id, Acceptance.accepted,
            Acceptance.reason,
        )
        .join(PlaceShare, PlaceShare.id == Acceptance.share_id)
        .join(Allocation, Allocation.id == PlaceShare.allocation_id)
        .where(Allocation.round_id == round_id)
    )  # fmt: skip
    named = (
        select(
            Nominee.organisation_id, Nominee.round_course_id, Nominee.named_at, Nominee.named_by, Nominee.taken_at,
            Nominee.withdrawn_at, Nominee.withdrawn_by,
        )
        .join(RoundCourse, RoundCourse.id == Nominee.round_course_id)
        .where(RoundCourse.round_id == round_id)
    )  # fmt: skip
    found = [
        Told(at, Deed.ACCEPTANCE, by, body, course, "", accepted, reason)
        for at, by, body, course, accepted, reason in _rows(answers)
    ]
    for body, course, named_at, named_by, taken_at, off_at, off_by in _rows(named):
        found.append(Told(named_at, Deed.NAMED, named_by, body, course, "", 1))
        found += [Told(taken_at, Deed.TAKEN, None, body, course, "", 1)] if taken_at and taken_at != named_at else []
        found += [Told(off_at, Deed.TAKEN_OFF, off_by, body, course, "", 1)] if off_at else []
    return found
