"""Reads of needs rounds: which one may see, who may answer, what was said last, and what became of it.

Every table of a round is a few statements, however many bodies and courses there are.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, exists, false, func, or_, select, true
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import aliased, joinedload, selectinload

from courses.catalogue.models import Course
from courses.enrolments.models import Enrolment, EnrolmentState
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
    Round,
    RoundCourse,
    RoundRule,
    Step,
)
from lms.accounts.models import EmailAddress, Membership, Organisation, Person, RoleGrant
from lms.accounts.queries import live
from lms.core.db import db
from lms.core.permissions import Actor, Permission, Reach, Role

Footprint = aliased(Organisation)


def within(reach: Reach) -> ColumnElement[bool]:
    """Of `Organisation`: at or below a place, or in its footprint (a council lies in a health board's area)."""
    if reach.everything:
        return true()
    if not reach.places:
        return false()
    places = list(reach.places)
    near = exists().where(Footprint.id == Organisation.footprint_id, Footprint.lineage.overlap(places))
    return or_(Organisation.lineage.overlap(places), near)


def invited(it: Round) -> Select[Organisation]:
    """Bodies that may answer: in the round's place, of its sectors, in its areas. Groups of the tree are nobody's employer."""
    found = select(Organisation).where(
        Organisation.lineage.overlap([it.place_id]), Organisation.kind.not_in(("group", "country"))
    )
    if it.sectors:
        found = found.where(Organisation.sector.in_(it.sectors))
    if it.areas:
        found = found.where(within(Reach(places=frozenset(it.areas))))
    return found


def is_invited(it: Round, organisation_id: UUID) -> bool:
    return db.session.scalar(select(exists(invited(it).where(Organisation.id == organisation_id)))) is True


def rounds_to_manage(actor: Actor) -> Select[Round]:
    """Rounds at or below where the actor reads needs, and rounds that reach down to there."""
    reach = actor.reach(Permission.NEEDS_READ)
    return _rounds().where(_touches(reach))


def rounds_to_answer(actor: Actor) -> Select[Round]:
    """Rounds above or at where the actor answers for a body."""
    return _rounds().where(_touches(actor.reach(Permission.NEEDS_ANSWER)))


def _rounds() -> Select[Round]:
    return select(Round).options(joinedload(Round.place))


def _touches(reach: Reach) -> ColumnElement[bool]:
    if reach.everything:
        return true()
    if not reach.places:
        return false()
    places = list(reach.places)
    above = select(func.unnest(Organisation.lineage)).where(Organisation.id.in_(places))
    return or_(Round.place_lineage.overlap(places), Round.place_id.in_(above))


def courses_of(round_id: UUID) -> list[RoundCourse]:
    """In their order, with what is on offer of each."""
    return list(
        db.session.scalars(
            select(RoundCourse)
            .options(joinedload(RoundCourse.course).joinedload(Course.published))
            .where(RoundCourse.round_id == round_id)
            .order_by(RoundCourse.position)
        )
    )


def rules_of(round_id: UUID) -> list[RoundRule]:
    """Newest first: the first is in force."""
    return list(
        db.session.scalars(select(RoundRule).where(RoundRule.round_id == round_id).order_by(RoundRule.edition.desc()))
    )


def steps_of(round_id: UUID) -> list[Step]:
    return list(db.session.scalars(select(Step).where(Step.round_id == round_id).order_by(Step.at, Step.id)))


def capacities_of(round_id: UUID) -> dict[UUID, Capacity]:
    """The newest of each course, by the course in the round."""
    found = db.session.scalars(
        select(Capacity)
        .join(RoundCourse, RoundCourse.id == Capacity.round_course_id)
        .where(RoundCourse.round_id == round_id)
        .ext(distinct_on(Capacity.round_course_id))
        .order_by(Capacity.round_course_id, Capacity.edition.desc())
    )
    return {each.round_course_id: each for each in found}


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


def organisations_by_id(ids: Iterable[UUID]) -> dict[UUID, Organisation]:
    found = db.session.scalars(select(Organisation).where(Organisation.id.in_(set(ids))))
    return {each.id: each for each in found}


def allocations_of(round_id: UUID) -> list[Allocation]:
    """Newest first, with the rule of each."""
    return list(
        db.session.scalars(
            select(Allocation)
            .options(joinedload(Allocation.rule))
            .where(Allocation.round_id == round_id)
            .order_by(Allocation.edition.desc())
        )
    )


@dataclass(frozen=True)
class Standing:
    """A body's places on a course. `accepted` None: not answered in this edition. `named`: with somebody's name on them;
    `used`: of them, somebody has begun."""

    share: PlaceShare
    accepted: int | None
    named: int
    used: int

    @property
    def answered(self) -> bool:
        """Nothing is open: it has said how many it takes, or nothing was offered beyond what it has."""
        return self.accepted is not None or self.share.places == self.share.kept

    @property
    def held(self) -> int:
        """Places that are the body's own: what it accepted, or what it kept from before."""
        return self.share.kept if self.accepted is None else self.accepted

    def offered(self, today: date) -> int:
        """Places that it may say yes to."""
        return self.share.places if today <= self.share.allocation.accept_by else self.held

    def remaining(self, today: date) -> int:
        """What stays with it when everything goes back that was not taken, or not named in time."""
        return min(self.held, self.named) if today > self.share.allocation.nominate_by else self.held


def standings(
    allocation: Allocation | None, organisation_id: UUID | None = None, round_course_id: UUID | None = None
) -> list[Standing]:
    """The shares of an edition with what became of them. Three statements."""
    if allocation is None:
        return []
    wanted = select(PlaceShare).where(PlaceShare.allocation_id == allocation.id)
    if organisation_id is not None:
        wanted = wanted.where(PlaceShare.organisation_id == organisation_id)
    if round_course_id is not None:
        wanted = wanted.where(PlaceShare.round_course_id == round_course_id)
    shares = list(
        db.session.scalars(
            wanted.join(PlaceShare.round_course)
            .join(Organisation, Organisation.id == PlaceShare.organisation_id)
            .options(joinedload(PlaceShare.organisation), joinedload(PlaceShare.allocation))
            .order_by(RoundCourse.position, Organisation.name_en, Organisation.id)
        )
    )
    accepted = {
        row.share_id: row.accepted
        for row in db.session.execute(
            select(Acceptance.share_id, Acceptance.accepted)
            .where(Acceptance.share_id.in_([each.id for each in shares]))
            .ext(distinct_on(Acceptance.share_id))
            .order_by(Acceptance.share_id, Acceptance.edition.desc())
        )
    }
    counts = nominee_counts(allocation.round_id, organisation_id)
    return [
        Standing(each, accepted.get(each.id), *counts.get((each.round_course_id, each.organisation_id), (0, 0)))
        for each in shares
    ]


def standing_is_live() -> ColumnElement[bool]:
    """Of `Nominee`, joined to its enrolment: the place is still theirs."""
    return and_(
        Nominee.withdrawn_at.is_(None),
        or_(Nominee.enrolment_id.is_(None), Enrolment.state != EnrolmentState.WITHDRAWN),
    )


def nominee_counts(round_id: UUID, organisation_id: UUID | None = None) -> dict[tuple[UUID, UUID], tuple[int, int]]:
    """(named, begun) by course in the round and body."""
    found = (
        select(
            Nominee.round_course_id, Nominee.organisation_id, func.count(),
            func.count().filter(Enrolment.started_at.is_not(None)),
        )
        .join(RoundCourse, RoundCourse.id == Nominee.round_course_id)
        .outerjoin(Enrolment, Enrolment.id == Nominee.enrolment_id)
        .where(RoundCourse.round_id == round_id, standing_is_live())
        .group_by(Nominee.round_course_id, Nominee.organisation_id)
    )  # fmt: skip
    if organisation_id is not None:
        found = found.where(Nominee.organisation_id == organisation_id)
    return {(course, body): (named, used) for course, body, named, used in db.session.execute(found)}


def nominees_of(round_course_id: UUID, organisation_id: UUID) -> list[Nominee]:
    """Everybody who was named, those who were taken off too."""
    return list(
        db.session.scalars(
            select(Nominee)
            .options(joinedload(Nominee.enrolment), joinedload(Nominee.person))
            .where(Nominee.round_course_id == round_course_id, Nominee.organisation_id == organisation_id)
            .order_by(Nominee.withdrawn_at.is_not(None), Nominee.named_at, Nominee.id)
        )
    )


def people_of(organisation_id: UUID, day: date, words: str = "") -> Select[Person]:
    """Who works or volunteers at the body or below it on that day."""
    here = exists().where(
        Membership.person_id == Person.id, live(day), Organisation.id == Membership.organisation_id,
        Organisation.lineage.overlap([organisation_id]),
    )  # fmt: skip
    found = select(Person).where(here)
    for word in words.split()[:6]:
        plain = word.lower().replace("\\", "\\\\").replace("%", r"\%").replace("_", r"\_")
        found = found.where(func.fold(Person.display_name).like(func.fold(f"%{plain}%"), escape="\\"))
    return found


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


def totals(rows: Iterable[tuple[Any, int]]) -> Mapping[Any, int]:
    """Sums by key."""
    found: dict[Any, int] = defaultdict(int)
    for key, amount in rows:
        found[key] += amount
    return found


def confirmed_addresses(person_id: UUID) -> set[str]:
    return set(db.session.scalars(select(EmailAddress.address).where(EmailAddress.person_id == person_id)))
