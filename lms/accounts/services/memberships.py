"""Where people belong, and the registers they are on. What is past stays; it only ends."""

from datetime import date
from typing import TypeVar
from uuid import UUID

from sqlalchemy import or_, select

from lms.accounts import queries
from lms.accounts.errors import AlreadyEnded, EndsBeforeStart, MembershipOverlaps
from lms.accounts.models import (
    JobRole,
    Membership,
    Organisation,
    Person,
    ProfessionalRegistration,
    Register,
    Sector,
    ServiceSetting,
)  # fmt: skip
from lms.core import audit, clock
from lms.core.db import db, get_or_refuse, record
from lms.core.errors import Conflict, Invalid, NotFound
from lms.core.language import N_
from lms.core.permissions import Actor, Lineage, Permission

T = TypeVar("T")


def add_membership(
    actor: Actor,
    person_id: UUID,
    *,
    organisation_id: UUID | None,
    sector: Sector | None,
    job_role: str | None = None,
    setting: str | None = None,
    paid: bool,
    starts_on: date,
    ends_on: date | None = None,
    line_manager_id: UUID | None = None,
) -> Membership:
    """Record that a person belongs somewhere; without a body, `sector` says what for.

    A line manager is named by those who may edit people there. Raises Invalid, EndsBeforeStart, MembershipOverlaps.
    """
    body = _named(Organisation, organisation_id, "organisation_id")
    place: Lineage = body.lineage if body else queries.lineages_of(person_id)
    own = actor.person == person_id and line_manager_id is None
    actor.require(Permission.PROFILE_EDIT if own else Permission.PERSON_EDIT, about=person_id, at=place)
    get_or_refuse(Person, person_id, lock=True)
    _named(JobRole, job_role, "job_role")
    _named(ServiceSetting, setting, "setting")
    _named(Person, line_manager_id, "line_manager_id")
    if sector is None and body is None:
        raise Invalid(fields={"sector": N_("Choose where you belong")})
    if ends_on and ends_on < starts_on:
        raise EndsBeforeStart(fields={"ends_on": EndsBeforeStart.title})
    _refuse_overlap(person_id, organisation_id, job_role, setting, starts_on, ends_on)
    made = record(
        Membership(
            person_id=person_id, organisation_id=organisation_id, sector=sector or (body and body.sector),
            job_role_code=job_role, setting_code=setting, paid=paid, starts_on=starts_on, ends_on=ends_on,
            line_manager_id=line_manager_id,
        )
    )  # fmt: skip
    audit.record(actor, "membership.added", about=person_id, thing=made, at=body.code if body else None)
    return made


def end_membership(actor: Actor, membership_id: UUID, on: date) -> Membership:
    """The last day of a membership. An earlier end that is still to come may be moved; a past one may not.

    Raises NotFound, EndsBeforeStart, AlreadyEnded.
    """
    found = get_or_refuse(Membership, membership_id, lock=True)
    own = actor.person == found.person_id
    actor.require_or_hide(
        Permission.PROFILE_EDIT if own else Permission.PERSON_EDIT,
        about=found.person_id,
        at=found.organisation.lineage if found.organisation else queries.lineages_of(found.person_id),
    )
    if found.ends_on and found.ends_on < clock.today():
        raise AlreadyEnded()
    if on < found.starts_on:
        raise EndsBeforeStart(fields={"ends_on": EndsBeforeStart.title})
    found.ends_on = on
    audit.record(actor, "membership.ended", about=found.person_id, thing=found, on=on.isoformat())
    return found


def register_with(
    actor: Actor, register: str, number: str | None = None, renews_on: date | None = None
) -> ProfessionalRegistration:
    """One's own entry in a professional register; unchecked until somebody checks it against the register."""
    actor.require(Permission.PROFILE_EDIT, about=actor.person)
    _named(Register, register, "register")
    get_or_refuse(Person, actor.person, lock=True)
    there = select(ProfessionalRegistration.id).where(
        ProfessionalRegistration.person_id == actor.person,
        ProfessionalRegistration.register_code == register,
        ProfessionalRegistration.ended_on.is_(None),
    )
    if db.session.scalar(there.limit(1)):
        raise Conflict(N_("You already have an entry for this register. End it first."))
    made = record(
        ProfessionalRegistration(person_id=actor.person, register_code=register, number=number, renews_on=renews_on)
    )
    audit.record(actor, "registration.added", about=actor.person, thing=made, register=register)
    return made


def renew(actor: Actor, registration_id: UUID, renews_on: date | None) -> ProfessionalRegistration:
    """The day by which one's own entry is renewed, or that it is not known. Raises NotFound, AlreadyEnded."""
    found = _own_registration(actor, registration_id)
    found.renews_on = renews_on
    audit.record(actor, "registration.dated", about=actor.person, thing=found)
    return found


def end_registration(actor: Actor, registration_id: UUID) -> None:
    """One's own entry ends today. Raises NotFound, AlreadyEnded."""
    found = _own_registration(actor, registration_id)
    found.ended_on = clock.today()
    audit.record(actor, "registration.ended", about=actor.person, thing=found)


def _own_registration(actor: Actor, registration_id: UUID) -> ProfessionalRegistration:
    actor.require(Permission.PROFILE_EDIT, about=actor.person)
    found: ProfessionalRegistration | None = db.session.scalar(
        select(ProfessionalRegistration)
        .where(ProfessionalRegistration.id == registration_id, ProfessionalRegistration.person_id == actor.person)
        .with_for_update()
    )
    if found is None:
        raise NotFound()
    if found.ended_on is not None:
        raise AlreadyEnded()
    return found


def _refuse_overlap(
    person_id: UUID, place: UUID | None, role: str | None, setting: str | None, starts_on: date, ends_on: date | None
) -> None:
    same = (
        select(Membership.id)
        .where(
            Membership.person_id == person_id,
            Membership.organisation_id.is_not_distinct_from(place),
            Membership.job_role_code.is_not_distinct_from(role),
            Membership.setting_code.is_not_distinct_from(setting),
            or_(Membership.ends_on.is_(None), Membership.ends_on >= starts_on),
        )
        .limit(1)
    )
    if ends_on:
        same = same.where(Membership.starts_on <= ends_on)
    if db.session.scalar(same):
        raise MembershipOverlaps()


def _named(kind: type[T], key: UUID | str | None, field: str) -> T | None:
    """The row that a field names, if it names one. Raises Invalid on that field."""
    if key is None:
        return None
    found = db.session.get(kind, key)
    if found is None:
        raise Invalid(fields={field: N_("Choose one of the answers")})
    return found
