"""Who stands in for a supervisor: dated cover, and the named deputy whom long waiting goes to."""

from datetime import date
from uuid import UUID

from sqlalchemy import select

from courses.supervision import letters, queries, rules
from courses.supervision.errors import AlreadyEnded
from courses.supervision.models import StandIn, StandInKind
from lms.accounts.models import Person
from lms.accounts.queries import lineages_of
from lms.core import audit, clock
from lms.core.db import db, get_or_refuse, record
from lms.core.errors import Invalid
from lms.core.language import N_
from lms.core.permissions import Actor, Permission


def stand_in(
    actor: Actor,
    supervisor_id: UUID,
    deputy_id: UUID,
    programme_code: str,
    kind: StandInKind,
    *,
    starts_on: date | None = None,
    ends_on: date | None = None,
) -> StandIn:
    """Name who stands in, by the supervisor or whoever assigns. A new deputy takes the place of the one before.

    Raises NotFound, Forbidden, OwnSupervisor, NotLicensed (the deputy needs a licence of their own), Invalid.
    """
    _may(actor, supervisor_id)
    supervisor, deputy = get_or_refuse(Person, supervisor_id, lock=True), get_or_refuse(Person, deputy_id)
    today = clock.today()
    starts_on = starts_on or today
    if kind is StandInKind.COVER and ends_on is None:
        raise Invalid(fields={"ends_on": N_("Enter the last day of the cover")})
    rules.check_stand_in(
        same_person=supervisor.id == deputy.id,
        licensed=queries.live_licence(deputy.id, programme_code, max(starts_on, today)) is not None
        and db.session.scalar(select(queries.has_left(deputy.id, today))) is not True,
        starts_on=starts_on, ends_on=ends_on, today=today,
    )  # fmt: skip
    for each in _others(supervisor_id, programme_code, kind):
        if kind is StandInKind.DEPUTY:
            each.ended_on = today
        elif (
            each.deputy_id == deputy_id
            and ends_on
            and each.ends_on
            and not (each.ends_on < starts_on or ends_on < each.starts_on)
        ):
            raise Invalid(fields={"starts_on": N_("This person covers on some of these days already")})
    made = record(
        StandIn(
            supervisor_id=supervisor_id, deputy_id=deputy_id, programme_code=programme_code, kind=kind,
            starts_on=starts_on, ends_on=ends_on, made_by=actor.person,
        )
    )  # fmt: skip
    audit.record(
        actor, f"supervision.{kind}-named", about=supervisor_id, thing=made, deputy=str(deputy_id),
        programme=programme_code,
    )  # fmt: skip
    days = f"{starts_on.isoformat()} – {ends_on.isoformat() if ends_on else '…'}"
    letters.stands_in(deputy, supervisor, made.programme, days)
    return made


def end_stand_in(actor: Actor, stand_in_id: UUID) -> StandIn:
    """It no longer counts, from today. Raises NotFound, AlreadyEnded."""
    found = get_or_refuse(StandIn, stand_in_id, lock=True)
    if found.supervisor_id != actor.person:
        actor.require_or_hide(Permission.SUPERVISION_ASSIGN, at=lineages_of(found.supervisor_id))
    if found.ended_on is not None or (found.ends_on is not None and found.ends_on < clock.today()):
        raise AlreadyEnded()
    found.ended_on = clock.today()
    audit.record(actor, "supervision.stand-in-ended", about=found.supervisor_id, thing=found)
    return found


def _may(actor: Actor, supervisor_id: UUID) -> None:
    if supervisor_id == actor.person:
        actor.require(Permission.SUPERVISION_INVITE, about=supervisor_id)
    else:
        actor.require(Permission.SUPERVISION_ASSIGN, at=lineages_of(supervisor_id))


def _others(supervisor_id: UUID, programme_code: str, kind: StandInKind) -> list[StandIn]:
    return list(
        db.session.scalars(
            select(StandIn).where(
                StandIn.supervisor_id == supervisor_id,
                StandIn.programme_code == programme_code,
                StandIn.kind == kind,
                StandIn.ended_on.is_(None),
            )
        )
    )
