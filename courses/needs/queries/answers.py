"""What bodies said last, and what counts after review. A few statements, whatever the size of the round."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import Select, exists, func, or_, select, true
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import aliased, selectinload

from courses.needs.models import (
    Acceptance,
    Adjustment,
    Allocation,
    Answer,
    AnswerLink,
    Entry,
    Headcount,
    PlaceShare,
    Review,
    Round,
    RoundCourse,
)
from courses.needs.queries.rounds import MOST_BODIES, invited, is_asked
from lms.accounts.models import Organisation, Person, RoleGrant
from lms.core.db import db
from lms.core.permissions import Actor, Permission, Role


def headcounts_of(round_id: UUID, organisations: Collection[UUID] | None = None) -> dict[UUID, Headcount]:
    found = select(Headcount).where(Headcount.round_id == round_id)
    if organisations is not None:
        found = found.where(Headcount.organisation_id.in_(organisations))
    rows = db.session.scalars(
        found.ext(distinct_on(Headcount.organisation_id)).order_by(Headcount.organisation_id, Headcount.id.desc())
    )
    return {each.organisation_id: each for each in rows}


def answer_of(round_id: UUID, organisation_id: UUID) -> Answer | None:
    """The newest edition, with its entries."""
    return db.session.scalars(
        select(Answer)
        .options(selectinload(Answer.entries))
        .where(Answer.round_id == round_id, Answer.organisation_id == organisation_id)
        .order_by(Answer.edition.desc())
        .limit(1)
    ).one_or_none()


def answers_of(round_id: UUID, organisations: Collection[UUID]) -> dict[UUID, Answer]:
    """The newest of each body."""
    found = db.session.scalars(_newest_answers(round_id).where(Answer.organisation_id.in_(organisations)))
    return {each.organisation_id: each for each in found}


def _newest_answers(round_id: UUID) -> Select[Answer]:
    return (
        select(Answer)
        .where(Answer.round_id == round_id)
        .ext(distinct_on(Answer.organisation_id))
        .order_by(Answer.organisation_id, Answer.edition.desc())
    )


def reviews_of(answers: Iterable[UUID]) -> dict[UUID, Review]:
    """The newest look at each of these editions."""
    found = db.session.scalars(
        select(Review)
        .where(Review.answer_id.in_(list(answers)))
        .ext(distinct_on(Review.answer_id))
        .order_by(Review.answer_id, Review.id.desc())
    )
    return {each.answer_id: each for each in found}


@dataclass(frozen=True)
class Figure:
    """One line of need: what was entered, and what counts after review."""

    organisation_id: UUID
    round_course_id: UUID
    level: str
    entered: int
    heads: int
    reason: str
    evidence: str
    entry_id: UUID
    adjusted: str | None


def figures(round_id: UUID, organisations: Collection[UUID] | None = None) -> list[Figure]:
    """Every line of every newest answer, in one statement."""
    newest = _newest_answers(round_id).subquery()
    last = (
        select(Adjustment.entry_id, Adjustment.heads, Adjustment.reason)
        .join(Entry, Entry.id == Adjustment.entry_id)
        .join(newest, newest.c.id == Entry.answer_id)
        .ext(distinct_on(Adjustment.entry_id))
        .order_by(Adjustment.entry_id, Adjustment.id.desc())
        .subquery()
    )
    found = (
        select(
            newest.c.organisation_id, Entry.round_course_id, Entry.level, Entry.heads,
            func.coalesce(last.c.heads, Entry.heads), Entry.reason, Entry.evidence, Entry.id, last.c.reason,
        )
        .join(newest, newest.c.id == Entry.answer_id)
        .join(RoundCourse, RoundCourse.id == Entry.round_course_id)
        .outerjoin(last, last.c.entry_id == Entry.id)
        .order_by(newest.c.organisation_id, RoundCourse.position, Entry.level)
    )  # fmt: skip
    if organisations is not None:
        found = found.where(newest.c.organisation_id.in_(organisations))
    return [Figure(*row) for row in db.session.execute(found)]


def links_of(round_id: UUID, organisations: Collection[UUID]) -> dict[UUID, AnswerLink]:
    """The newest link that was mailed to each body."""
    found = db.session.scalars(
        select(AnswerLink)
        .where(AnswerLink.round_id == round_id, AnswerLink.organisation_id.in_(organisations))
        .ext(distinct_on(AnswerLink.organisation_id))
        .order_by(AnswerLink.organisation_id, AnswerLink.id.desc())
    )
    return {each.organisation_id: each for each in found}


def who_answers(organisations: Collection[UUID], day: date) -> dict[UUID, list[Person]]:
    """Training leads of these very bodies, with their addresses: who is told by mail."""
    rows = db.session.execute(
        select(RoleGrant.organisation_id, Person)
        .join(Person, Person.id == RoleGrant.person_id)
        .options(selectinload(Person.emails))
        .where(
            RoleGrant.organisation_id.in_(organisations), RoleGrant.role == Role.TRAINING_LEAD,
            RoleGrant.starts_on <= day, or_(RoleGrant.ends_on.is_(None), RoleGrant.ends_on >= day),
        )
    )  # fmt: skip
    found: dict[UUID, list[Person]] = defaultdict(list)
    for body, person in rows:
        found[body].append(person)
    return found


def asked_of(actor: Actor, rounds: Collection[Round]) -> dict[UUID, list[tuple[Organisation, int, int]]]:
    """Bodies for which the actor answers, by round: with the edition of their answer (0: none) and places not answered."""
    reach = actor.reach(Permission.NEEDS_ANSWER)
    mine = true() if reach.everything else Organisation.lineage.overlap(list(reach.places))
    newest = (
        select(func.max(Answer.edition))
        .where(Answer.round_id == Round.id, Answer.organisation_id == Organisation.id)
        .correlate(Round, Organisation)
        .scalar_subquery()
    )
    edition = aliased(Allocation)
    last = select(func.max(edition.edition)).where(edition.round_id == Round.id).correlate(Round).scalar_subquery()
    waiting = (
        select(func.coalesce(func.sum(PlaceShare.places - PlaceShare.kept), 0))
        .join(Allocation, Allocation.id == PlaceShare.allocation_id)
        .where(
            Allocation.round_id == Round.id, Allocation.edition == last, PlaceShare.organisation_id == Organisation.id,
            ~exists().where(Acceptance.share_id == PlaceShare.id),
        )
        .correlate(Round, Organisation)
        .scalar_subquery()
    )  # fmt: skip
    rows = db.session.execute(
        select(Round.id, Organisation, func.coalesce(newest, 0), waiting)
        .join(Organisation, is_asked())
        .where(Round.id.in_([each.id for each in rounds]), mine)
        .order_by(Organisation.name_en, Organisation.id)
    )
    found: dict[UUID, list[tuple[Organisation, int, int]]] = defaultdict(list)
    for round_id, body, answered, places in rows:
        if len(found[round_id]) < MOST_BODIES:
            found[round_id].append((body, answered, places))
    return found


def progress(it: Round, only: Collection[UUID] | None = None) -> tuple[int, int, int]:
    """How many bodies have answered, how many are asked, and of how many the answer was reviewed. Two statements."""
    asked = select(func.count()).select_from(
        invited(it).where(Organisation.id.in_(only) if only is not None else true()).subquery()
    )
    newest = _newest_answers(it.id).subquery()
    counts = select(func.count(), func.count().filter(exists().where(Review.answer_id == newest.c.id))).select_from(
        newest
    )
    if only is not None:
        counts = counts.where(newest.c.organisation_id.in_(only))
    answered, reviewed = db.session.execute(counts).one()
    return answered, db.session.scalar(asked) or 0, reviewed
