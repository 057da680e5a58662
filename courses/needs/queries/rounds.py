"""Which rounds one may see, who is asked in them, and what was published of them."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, Text, and_, any_, cast, exists, false, func, or_, select, true
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import aliased, joinedload

from courses.catalogue.models import Course
from courses.needs.models import (
    Capacity,
    Round,
    RoundCourse,
    RoundRule,
    Step,
)
from lms.accounts.models import Organisation
from lms.core.db import db
from lms.core.permissions import Actor, Permission, Reach

Footprint = aliased(Organisation)
MOST_BODIES = 50
"""Bodies of a round on the page of whoever answers: an organiser for all of Wales finds the others by their area."""


def within(reach: Reach) -> ColumnElement[bool]:
    """Of `Organisation`: at or below a place, or in its footprint (a council lies in a health board's area)."""
    if reach.everything:
        return true()
    if not reach.places:
        return false()
    places = list(reach.places)
    near = exists().where(Footprint.id == Organisation.footprint_id, Footprint.lineage.overlap(places))
    return or_(Organisation.lineage.overlap(places), near)


def is_asked() -> ColumnElement[bool]:
    """Of `Round` and `Organisation`: in the round's place, of its sectors, in its areas. Groups of the tree are nobody's
    employer."""
    near = exists().where(Footprint.id == Organisation.footprint_id, Footprint.lineage.overlap(Round.areas))
    return and_(
        Round.place_id == any_(Organisation.lineage),
        Organisation.kind.not_in(("group", "country")),
        or_(func.cardinality(Round.sectors) == 0, cast(Organisation.sector, Text) == any_(Round.sectors)),
        or_(func.cardinality(Round.areas) == 0, Organisation.lineage.overlap(Round.areas), near),
    )


def invited(it: Round) -> Select[Organisation]:
    """Bodies that may answer."""
    return select(Organisation).join(Round, is_asked()).where(Round.id == it.id)


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


def organisations_by_id(ids: Iterable[UUID]) -> dict[UUID, Organisation]:
    found = db.session.scalars(select(Organisation).where(Organisation.id.in_(set(ids))))
    return {each.id: each for each in found}


def totals(rows: Iterable[tuple[Any, int]]) -> Mapping[Any, int]:
    """Sums by key."""
    found: dict[Any, int] = defaultdict(int)
    for key, amount in rows:
        found[key] += amount
    return found
