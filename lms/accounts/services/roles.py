"""Roles granted at an organisation, from a day to a day. Nobody grants beyond their own reach."""

from datetime import date
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import joinedload

from lms.accounts import queries
from lms.accounts.errors import AlreadyEnded, AlreadyGranted, EndsBeforeStart, NotYourself
from lms.accounts.models import Organisation, Person, RoleGrant
from lms.core import audit, clock
from lms.core.db import db, get_or_refuse, record
from lms.core.errors import NotFound
from lms.core.permissions import Actor, Permission, Role


def grant_role(
    actor: Actor, person_id: UUID, role: Role, organisation_id: UUID, *, starts_on: date, ends_on: date | None
) -> RoleGrant:
    """Give a role to a person whom the actor may know of, at a place that the actor's own grant reaches.

    Raises NotFound, Forbidden, NotYourself, EndsBeforeStart, AlreadyGranted.
    """
    place = get_or_refuse(Organisation, organisation_id)
    actor.require(Permission.ROLE_GRANT, at=place.lineage)
    person = get_or_refuse(Person, person_id, lock=True)
    actor.require_or_hide(Permission.PERSON_READ, at=queries.lineages_of(person_id))
    if actor.person == person.id:
        raise NotYourself()
    if ends_on and ends_on < starts_on:
        raise EndsBeforeStart(fields={"ends_on": EndsBeforeStart.title})
    there = select(RoleGrant.id).where(
        RoleGrant.person_id == person_id,
        RoleGrant.role == role,
        RoleGrant.organisation_id == organisation_id,
        or_(RoleGrant.ends_on.is_(None), RoleGrant.ends_on >= starts_on),
    )
    there = there.where(RoleGrant.starts_on <= ends_on) if ends_on else there
    if db.session.scalar(there.limit(1)):
        raise AlreadyGranted()
    made = record(
        RoleGrant(
            person_id=person_id, role=role, organisation_id=organisation_id, starts_on=starts_on, ends_on=ends_on,
            granted_by=actor.person,
        )
    )  # fmt: skip
    audit.record(actor, "role.granted", about=person_id, thing=made, role=role.value, at=place.code)
    return made


def end_role(actor: Actor, grant_id: UUID, on: date) -> RoleGrant:
    """The last day of a role. Raises NotFound for one out of reach, EndsBeforeStart, AlreadyEnded."""
    found: RoleGrant | None = db.session.scalar(
        select(RoleGrant).options(joinedload(RoleGrant.organisation)).where(RoleGrant.id == grant_id)
        .with_for_update(of=RoleGrant)
    )  # fmt: skip
    if found is None:
        raise NotFound()
    actor.require_or_hide(Permission.ROLE_GRANT, at=found.organisation.lineage)
    if found.ends_on and found.ends_on < clock.today():
        raise AlreadyEnded()
    if on < found.starts_on:
        raise EndsBeforeStart(fields={"ends_on": EndsBeforeStart.title})
    found.ends_on = on
    audit.record(actor, "role.ended", about=found.person_id, thing=found, role=found.role.value, on=on.isoformat())
    return found
