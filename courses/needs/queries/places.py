"""What was given, and what became of it. A few statements, whatever the size of the round."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import joinedload

from courses.enrolments.models import Enrolment, EnrolmentState
from courses.needs.models import (
    Acceptance,
    Allocation,
    Nominee,
    PlaceShare,
    RoundCourse,
)
from lms.accounts.models import Membership, Organisation, Person
from lms.accounts.queries import live
from lms.core.db import db


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
