"""Whose round, whose body. A body that is not yours to know of is not found."""

from typing import Any
from uuid import UUID

from sqlalchemy import select

from courses.needs import queries
from courses.needs.models import Round, RoundCourse, Step, StepKind
from lms.accounts.models import Organisation
from lms.core import audit, clock
from lms.core.db import db, get_or_refuse
from lms.core.errors import NotFound
from lms.core.permissions import Actor, Lineage, Permission


def readable(actor: Actor, round_id: UUID) -> Round:
    """A round for whoever manages it, or an area in it. Raises NotFound."""
    found = db.session.scalars(queries.rounds_to_manage(actor).where(Round.id == round_id)).one_or_none()
    if found is None:
        raise NotFound()
    return found


def scope(actor: Actor, it: Round) -> set[UUID] | None:
    """The bodies whose figures the actor sees in a round: None: all; otherwise those of the actor's area."""
    if actor.may(Permission.NEEDS_READ, at=it.place_lineage):
        return None
    reach = actor.reach(Permission.NEEDS_READ)
    return set(db.session.scalars(select(Organisation.id).where(queries.within(reach))))


def managed(actor: Actor, round_id: UUID, needs: Permission, *, lock: bool = True) -> Round:
    """A round for a use case of its own place; locked, so that stages follow each other. Raises NotFound, Forbidden."""
    readable(actor, round_id)
    found = get_or_refuse(Round, round_id, lock=lock)
    actor.require(needs, at=found.place_lineage)
    return found


def own(actor: Actor, round_id: UUID, organisation_id: UUID) -> tuple[Round, Organisation]:
    """A round and a body that the actor answers for. Raises NotFound, also for bodies that are not asked."""
    found, body = get_or_refuse(Round, round_id), get_or_refuse(Organisation, organisation_id)
    actor.require_or_hide(Permission.NEEDS_ANSWER, at=body.lineage)
    if not queries.is_invited(found, organisation_id):
        raise NotFound()
    return found, body


def in_area(actor: Actor, round_id: UUID, organisation_id: UUID, needs: Permission) -> tuple[Round, Organisation]:
    """A round and a body in the actor's area. Raises NotFound."""
    found, body = readable(actor, round_id), get_or_refuse(Organisation, organisation_id)
    actor.require_or_hide(needs, at=area(body))
    if not queries.is_invited(found, organisation_id):
        raise NotFound()
    return found, body


def area(body: Organisation) -> Lineage:
    """The body's place in the tree, and that of the health board in whose footprint it lies."""
    near = db.session.get(Organisation, body.footprint_id) if body.footprint_id else None
    return [*body.lineage, *(near.lineage if near else [])]


def course_in(round_id: UUID, round_course_id: UUID) -> RoundCourse:
    """Raises NotFound."""
    found = db.session.scalars(
        select(RoundCourse).where(RoundCourse.round_id == round_id, RoundCourse.id == round_course_id)
    ).one_or_none()
    if found is None:
        raise NotFound()
    return found


def happened(actor: Actor, it: Round, kind: StepKind, reason: str = "", **details: Any) -> None:
    """Append to what happened to the round."""
    db.session.add(Step(round_id=it.id, kind=kind, at=clock.now(), by=actor.person, reason=reason, details=details))
    audit.record(actor, f"needs.{kind.value.replace('_', '-')}", thing=it, reason=reason or None, **details)
