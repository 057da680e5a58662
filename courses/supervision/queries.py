"""Reads of supervision. What ended on a day no longer counts on that day."""

from collections.abc import Mapping
from datetime import date
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Date,
    Select,
    Subquery,
    and_,
    bindparam,
    cast,
    exists,
    func,
    null,
    or_,
    select,
    union,
    union_all,
)
from sqlalchemy.orm import aliased, joinedload

from courses.catalogue.models import Programme
from courses.supervision.models import Attestation, Escalation, StandIn, StandInKind, Supervision, SupervisorLicence
from courses.supervision.rules import Supervised
from lms.accounts.models import Membership, Person
from lms.accounts.queries import live, people_within
from lms.core import clock
from lms.core.db import DAY, Day, db
from lms.core.permissions import Actor, Permission

is_member = live
"""The membership holds that day; what supervision asks of a membership is what accounts say of it."""


def stands_in(day: Day) -> ColumnElement[bool]:
    """Of `StandIn`: it counts that day."""
    return and_(
        StandIn.starts_on <= day,
        StandIn.ends_on.is_(None) | (StandIn.ends_on >= day),
        StandIn.ended_on.is_(None) | (StandIn.ended_on > day),
    )


_COVERED = and_(
    StandIn.supervisor_id == Supervision.supervisor_id, StandIn.programme_code == Supervision.programme_code,
    StandIn.kind == StandInKind.COVER, StandIn.deputy_id != Supervision.learner_id,
)  # fmt: skip


def supervised_by(supervisor: Any) -> CompoundSelect[UUID]:
    """Ids of the learners whom a person supervises on the day of the parameter `today`. Takes an id or a column.

    Their own, those of whoever they cover for, and those of whom they were told because something waits too long.
    """
    today = bindparam("today", type_=Date)
    own = select(Supervision.learner_id).where(
        Supervision.supervisor_id == supervisor, Supervision.starts_on <= today, Supervision.ends_on.is_(None)
    )
    covered = (
        select(Supervision.learner_id)
        .join(StandIn, _COVERED)
        .where(
            StandIn.deputy_id == supervisor, stands_in(today), Supervision.starts_on <= today,
            Supervision.ends_on.is_(None),
        )
    )  # fmt: skip
    told = select(Escalation.learner_id).where(
        Escalation.to_id == supervisor, Escalation.deputy, Escalation.ended_at.is_(None),
        Escalation.learner_id != supervisor,
    )  # fmt: skip
    return union(*(each.correlate(Person) for each in (own, covered, told)))


def _charges() -> Subquery:
    """Who has whose evidence to decide, in which programme, from a day until a day on which no longer (None: open)."""
    own = select(
        Supervision.supervisor_id, Supervision.learner_id, Supervision.programme_code,
        Supervision.starts_on.label("from_day"), Supervision.ends_on.label("to_day"),
        Supervision.supervisor_id.label("for_id"),
    )  # fmt: skip
    covered = select(
        StandIn.deputy_id, Supervision.learner_id, Supervision.programme_code,
        func.greatest(StandIn.starts_on, Supervision.starts_on, type_=Date),
        func.least(StandIn.ends_on + 1, StandIn.ended_on, Supervision.ends_on, type_=Date),
        Supervision.supervisor_id,
    ).join(StandIn, _COVERED)  # fmt: skip
    covers = aliased(StandIn)
    told = select(
        Escalation.to_id, Escalation.learner_id, Escalation.programme_code,
        func.date(func.timezone(str(clock.LONDON), Escalation.at), type_=Date), cast(null(), Date),
        Escalation.supervisor_id,
    ).where(
        Escalation.ended_at.is_(None), Escalation.deputy, Escalation.to_id != Escalation.learner_id,
        ~exists().where(
            covers.deputy_id == Escalation.to_id, covers.supervisor_id == Escalation.supervisor_id,
            covers.programme_code == Escalation.programme_code, covers.kind == StandInKind.COVER,
            covers.ended_on.is_(None), covers.starts_on <= func.current_date(), covers.ends_on >= func.current_date(),
        ),
    )  # fmt: skip
    return union_all(own, covered, told).subquery("charge")


CHARGE = _charges()
"""Columns: supervisor_id (who has it), learner_id, programme_code, from_day, to_day, for_id (whose learner it is)."""


def charge_holds(day: Day) -> ColumnElement[bool]:
    """Of `CHARGE`: it counts that day."""
    return and_(CHARGE.c.from_day <= day, CHARGE.c.to_day.is_(None) | (CHARGE.c.to_day > day))


_HAS_CHARGE = select(
    exists().where(
        CHARGE.c.supervisor_id == bindparam("person"), CHARGE.c.learner_id == bindparam("learner"),
        CHARGE.c.programme_code == bindparam("programme"), charge_holds(DAY),
    )
)  # fmt: skip


def has_charge(person_id: UUID | None, learner_id: UUID, programme_code: str, day: date) -> bool:
    """May the person read and decide what this learner submits in the programme: as supervisor, cover or deputy?"""
    asked = {"person": person_id, "learner": learner_id, "programme": programme_code, "day": day}
    return person_id is not None and db.session.scalar(_HAS_CHARGE, asked) is True


def supervised_people(supervisor_id: UUID) -> frozenset[UUID]:
    """The learners whom this person supervises today."""
    return frozenset(db.session.scalars(supervised_by(supervisor_id), {"today": clock.today()}))


def licence_is_live(day: Day) -> ColumnElement[bool]:
    return and_(
        SupervisorLicence.starts_on <= day,
        SupervisorLicence.ends_on >= day,
        SupervisorLicence.withdrawn_on.is_(None) | (SupervisorLicence.withdrawn_on > day),
    )


def live_licence(person_id: UUID, programme_code: str, day: date) -> SupervisorLicence | None:
    """The licence with which this person may supervise and sign off in the programme that day."""
    return db.session.scalars(
        select(SupervisorLicence)
        .where(
            SupervisorLicence.person_id == person_id,
            SupervisorLicence.programme_code == programme_code,
            licence_is_live(day),
        )
        .order_by(SupervisorLicence.ends_on.desc())
        .limit(1)
    ).one_or_none()


def live_licences_of(person_id: UUID, day: date) -> list[SupervisorLicence]:
    """Every licence that the person may use that day, with its programme."""
    return list(
        db.session.scalars(
            select(SupervisorLicence)
            .options(joinedload(SupervisorLicence.programme))
            .where(SupervisorLicence.person_id == person_id, licence_is_live(day))
            .order_by(SupervisorLicence.ends_on)
        )
    )


@cache
def _supervisor() -> Select[Supervision]:
    return (
        select(Supervision)
        .options(joinedload(Supervision.supervisor))
        .where(
            Supervision.learner_id == bindparam("learner"),
            Supervision.programme_code == bindparam("programme"),
            Supervision.starts_on <= DAY,
            Supervision.ends_on.is_(None) | (Supervision.ends_on > DAY),
        )
        .order_by(Supervision.starts_on.desc())
        .limit(1)
    )


def supervisor_of(learner_id: UUID, programme_code: str, day: date) -> Supervision | None:
    """Who has this learner in the programme that day, with the supervisor loaded."""
    asked = {"learner": learner_id, "programme": programme_code, "day": day}
    return db.session.scalars(_supervisor(), asked).one_or_none()


def attestation_holds(day: Day) -> ColumnElement[bool]:
    """In force that day: within its dates, not ended early, and its supervisor holds a live licence."""
    return and_(
        Attestation.starts_on <= day,
        Attestation.ends_on >= day,
        Attestation.ended_on.is_(None) | (Attestation.ended_on > day),
        exists().where(
            SupervisorLicence.person_id == Attestation.supervisor_id,
            SupervisorLicence.programme_code == Attestation.programme_code,
            licence_is_live(day),
        ),
    )


def attestation_on(learner_id: UUID, programme_code: str, day: date) -> Attestation | None:
    """The attestation in force that day; of several the one that holds longest."""
    return db.session.scalars(
        select(Attestation)
        .options(joinedload(Attestation.supervisor))
        .where(
            Attestation.learner_id == learner_id,
            Attestation.programme_code == programme_code,
            attestation_holds(day),
        )
        .order_by(Attestation.ends_on.desc())
        .limit(1)
    ).one_or_none()


_SUPERVISORS = (
    select(
        Supervision.programme_code,
        Person.display_name,
        exists().where(
            SupervisorLicence.person_id == Supervision.supervisor_id,
            SupervisorLicence.programme_code == Supervision.programme_code,
            licence_is_live(DAY),
        ),
    )
    .join(Person, Person.id == Supervision.supervisor_id)
    .where(
        Supervision.learner_id == bindparam("learner"), Supervision.starts_on <= DAY, Supervision.ends_on.is_(None)
    )
)  # fmt: skip
_ATTESTED = (
    select(
        Attestation.programme_code,
        func.max(Attestation.ends_on).filter(attestation_holds(DAY)),
        func.max(func.coalesce(Attestation.ended_on, Attestation.ends_on)).filter(~attestation_holds(DAY)),
    )
    .where(Attestation.learner_id == bindparam("learner"))
    .group_by(Attestation.programme_code)
)


def supervised_in(learner_id: UUID, day: date) -> Mapping[str, Supervised]:
    """How a learner stands in each programme where there is anything to say. Two queries."""
    asked = {"learner": learner_id, "day": day}
    supervisors = {code: (name, live) for code, name, live in db.session.execute(_SUPERVISORS, asked)}
    attested = {code: (until, ended) for code, until, ended in db.session.execute(_ATTESTED, asked)}
    return {
        code: Supervised(*supervisors.get(code, (None, False)), *attested.get(code, (None, None)))
        for code in supervisors.keys() | attested.keys()
    }


def learners_of(supervisor_id: UUID) -> Select[Supervision]:
    """Whom this person supervises now."""
    return (
        select(Supervision)
        .options(joinedload(Supervision.learner), joinedload(Supervision.programme))
        .where(Supervision.supervisor_id == supervisor_id, Supervision.ends_on.is_(None))
    )


def attestations_in_force(learner_ids: list[UUID], day: date) -> dict[tuple[UUID, str], Attestation]:
    """By learner and programme; of several the one that holds longest."""
    found = db.session.scalars(
        select(Attestation)
        .where(Attestation.learner_id.in_(learner_ids), attestation_holds(day))
        .order_by(Attestation.ends_on)
    )
    return {(each.learner_id, each.programme_code): each for each in found}


def learners_now(supervisor_id: UUID, programme_code: str) -> int:
    """How many learners this person has in the programme."""
    return (
        db.session.scalar(
            select(func.count()).where(
                Supervision.supervisor_id == supervisor_id,
                Supervision.programme_code == programme_code,
                Supervision.ends_on.is_(None),
            )
        )
        or 0
    )


def lapsed(since: date, today: date) -> list[tuple[UUID, str]]:
    """Learner and programme of every attestation that was to hold after `since`, where none holds today."""
    other = aliased(Attestation, name="lapsed")
    still = exists().where(
        Attestation.learner_id == other.learner_id,
        Attestation.programme_code == other.programme_code,
        attestation_holds(today),
    )
    found = db.session.execute(
        select(other.learner_id, other.programme_code)
        .where(other.starts_on <= today, other.ends_on >= since, ~still)
        .distinct()
    )
    return [(learner, programme) for learner, programme in found]


def supervisions_for(actor: Actor) -> Select[Supervision]:
    """What the actor may see: as learner, as supervisor, or where they organise."""
    reach = actor.reach(Permission.SUPERVISION_READ)
    found = select(Supervision).options(
        joinedload(Supervision.learner), joinedload(Supervision.supervisor), joinedload(Supervision.programme)
    )
    supervised = Supervision.supervisor_id.in_(reach.people)
    return found.where(or_(supervised, people_within(reach, Supervision.learner_id.expression)))


def supervisions_in_reach(actor: Actor) -> Select[Supervision]:
    """Those of learners where the actor assigns supervisors."""
    return (
        select(Supervision)
        .options(joinedload(Supervision.learner), joinedload(Supervision.supervisor), joinedload(Supervision.programme))
        .where(people_within(actor.reach(Permission.SUPERVISION_ASSIGN), Supervision.learner_id.expression))
    )


def attestations_for(actor: Actor) -> Select[Attestation]:
    """What the actor may see: about themselves, made by themselves, or where they organise."""
    reach = actor.reach(Permission.SUPERVISION_READ)
    found = select(Attestation).options(joinedload(Attestation.learner), joinedload(Attestation.supervisor))
    made = Attestation.supervisor_id.in_(reach.people)
    return found.where(or_(made, people_within(reach, Attestation.learner_id.expression)))


def attestations_in_reach(actor: Actor, day: date) -> Select[Attestation]:
    """What held on that day, by what is known today, of learners where the actor assigns supervisors."""
    reach = actor.reach(Permission.SUPERVISION_ASSIGN)
    return (
        select(Attestation)
        .options(joinedload(Attestation.learner), joinedload(Attestation.supervisor), joinedload(Attestation.programme))
        .where(attestation_holds(day), people_within(reach, Attestation.learner_id.expression))
    )


def licences_for(actor: Actor) -> Select[SupervisorLicence]:
    """One's own, and those of people where one organises."""
    reach = actor.reach(Permission.SUPERVISION_READ)
    found = select(SupervisorLicence).options(
        joinedload(SupervisorLicence.person), joinedload(SupervisorLicence.programme)
    )
    return found.where(people_within(reach, SupervisorLicence.person_id.expression))


def has_left(person_id: Any, day: Day) -> ColumnElement[bool]:
    """The person was in a body or a sector once, and is in none that day. Whoever never said where they are has not."""
    once = aliased(Membership, name="once")
    return and_(
        exists().where(once.person_id == person_id),
        ~exists().where(
            once.person_id == person_id, once.starts_on <= day, once.ends_on.is_(None) | (once.ends_on >= day)
        ),
    )


def licensed_now(day: date) -> list[tuple[SupervisorLicence, int]]:
    """Live licences that have room, with how many learners their holders have; by name."""
    taken = (
        select(func.count())
        .where(
            Supervision.supervisor_id == SupervisorLicence.person_id,
            Supervision.programme_code == SupervisorLicence.programme_code,
            Supervision.ends_on.is_(None),
        )
        .scalar_subquery()
    )
    found: Any = db.session.execute(
        select(SupervisorLicence, taken)
        .join(SupervisorLicence.person)
        .options(joinedload(SupervisorLicence.person), joinedload(SupervisorLicence.programme))
        .where(licence_is_live(day), taken < SupervisorLicence.capacity, ~has_left(SupervisorLicence.person_id, day))
        .order_by(Person.display_name)
        .limit(500)
    )
    return [(licence, count) for licence, count in found]


def programmes() -> list[Programme]:
    return list(db.session.scalars(select(Programme).order_by(Programme.position, Programme.code)))
